"""What the makers of a released film say on its public page, and what the page shows."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audience.film_models import FilmPage
from django_site.apps.productions.models import GenerationRecord
from django_site.apps.provenance.models import Output, OutputKind, Release
from django_site.apps.provenance.services.outputs import outputs_of
from django_site.errors import InputError

#: Most names on a page, and letters of each.
MAX_CREDITS, MAX_NAME = 500, 200


def page_say(
    *, release: Release, by: User, synopsis: str, licence: str, terms: str, credits: str, contact: str
) -> FilmPage:
    """Say it. ``licence`` is an SPDX expression or empty, ``terms`` the makers' own words instead; ``credits`` lines of
    ``what: name``, of people who agreed to be named. Raises ``InputError`` naming the line or licence that can't be read."""
    require(by, "productions.change", release.cut.production)
    if licence.strip() and terms.strip():
        raise InputError("name a licence by its SPDX identifier or write terms of your own, not both")
    values = {
        "synopsis": synopsis.strip()[:5000],
        "licence_spdx": _spdx(licence),
        "licence_terms": terms.strip()[:5000],
        "credits": credits_read(credits),
        "contact": " ".join(contact.split())[:200],
        "changed_by": by,
        "changed_at": timezone.now(),
    }
    with transaction.atomic():
        page, _created = FilmPage.objects.update_or_create(release=release, defaults=values)
    return page


def _spdx(licence: str) -> str:
    if not licence.strip():
        return ""
    try:
        return str(canonicalize_license_expression(licence.strip()))[:64]
    except InvalidLicenseExpression:
        raise InputError(
            f"{licence.strip()[:60]!r} is no SPDX licence, such as CC-BY-4.0; write terms of your own instead"
        ) from None


def credits_read(text: str) -> list[dict[str, str]]:
    """Lines of ``what: name`` as a list; a line without a colon is a name alone."""
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        did, colon, name = line.partition(":")
        row = {"did": did.strip(), "name": name.strip()} if colon else {"did": "", "name": line.strip()}
        if not row["name"] or max(map(len, row.values())) > MAX_NAME:
            raise InputError(f"line {number} of the credits names nobody, or is longer than {MAX_NAME} letters")
        rows.append(row)
    if len(rows) > MAX_CREDITS:
        raise InputError(f"a page has at most {MAX_CREDITS} credits; {len(rows)} were given")
    return rows


def credits_written(page: FilmPage | None) -> str:
    """The same as lines, to be edited."""
    rows = page.credits if page else []
    return "\n".join(f"{row['did']}: {row['name']}" if row["did"] else row["name"] for row in rows)


@dataclass(frozen=True, slots=True)
class ModelCredit:
    """A model that made shots of the film, under what licence, and how many."""

    name: str
    version: str
    licence: str
    shots: int


@dataclass(frozen=True, slots=True)
class FilmShown:
    """Everything that a public page shows of a release, but its verdict and its disclosure."""

    page: FilmPage | None
    trailer: Output | None
    outputs: tuple[Output, ...]
    models: tuple[ModelCredit, ...]
    consents: int
    newer: Release | None


def film_shown(release: Release) -> FilmShown:
    """What the page of a release shows now; nothing that was made of a recalled film."""
    records = GenerationRecord.objects.filter(take__cut_items__cut=release.cut_id)
    counted: Counter[tuple[str, str, str]] = Counter(
        records.values_list("model_name", "model_version", "model_licence")
    )
    outputs = tuple(outputs_of(release))
    statements: dict[str, Any] = release.manifest.verification.get("statements", {})
    newer = (
        Release.objects.filter(cut__production=release.cut.production_id, created_at__gt=release.created_at)
        .filter(cut__state="released", cut__variant__isnull=True)
        .order_by("-created_at")
    )
    return FilmShown(
        page=FilmPage.objects.filter(release=release).first(),
        trailer=next((one for one in outputs if one.kind == OutputKind.TRAILER), None),
        outputs=outputs,
        models=tuple(ModelCredit(*key, shots) for key, shots in counted.most_common()),
        consents=len(statements.get("consents") or []),
        newer=newer.first(),
    )
