"""What a released film tells its audience about its making: labels by place, a credits text, the mark as a drawing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _

from django_site import wiring
from django_site.apps.productions.labelling import source_type
from django_site.apps.productions.models import GenerationRecord
from django_site.apps.provenance.models import Release
from generator.edit import LETTERS


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """A policy that wants a label: where it holds, its words for this film, and whether they are burnt in."""

    policy: str
    title: str
    jurisdictions: tuple[str, ...]
    cite: str
    words: dict[str, str]
    burnt: bool


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Everything that is said to the audience of one film."""

    release: Release
    kind: str
    labels: tuple[dict[str, Any], ...]
    rules: tuple[PlaceRule, ...]
    credits: str
    letters: tuple[str, ...]

    @property
    def missing(self) -> tuple[PlaceRule, ...]:
        """Rules of the film's places whose label it does not carry."""
        return tuple(rule for rule in self.rules if not rule.burnt)


def disclosure_of(release: Release, *, address: str, territories: Sequence[str] = ()) -> Disclosure:
    """What the film says, by its labels and the policies of today; ``address`` is its public page. ``territories`` are the
    places for which it is asked: those that the film is meant for, unless said."""
    cut = release.cut
    production = cut.production
    records = [item.take.generation for item in cut.items.select_related("take__generation").order_by("position")]
    kind = "computed" if source_type(records) == "algorithmicMedia" else "trained"
    burnt = {policy for label in cut.labels for policy in label["policies"]}
    bundle = wiring.policy_bundle()
    rules = []
    for demand in bundle.labels(list(territories) or production.territories, timezone.now()):
        policy = bundle.policy(demand.policy)
        rules.append(
            PlaceRule(
                policy=demand.policy,
                title=policy.title,
                jurisdictions=policy.jurisdictions,
                cite=policy.cite,
                words=demand.lines(kind, production.languages),
                burnt=demand.policy in burnt,
            )
        )
    codes = [code for rule in rules for code in rule.words] or ["en"]
    letters = tuple(dict.fromkeys(LETTERS.get(code, "AI") for code in codes)) if kind == "trained" else ()
    return Disclosure(
        release, kind, tuple(cut.labels), tuple(rules), credits_text(release, records, kind, address), letters
    )


def credits_text(release: Release, records: list[GenerationRecord], kind: str, address: str) -> str:
    """A block for end credits and listings: what was generated, by what, under whose eyes; no names of people."""
    cut = release.cut
    models = Counter((record.model_name, record.model_version, record.model_licence) for record in records)
    made = {
        "computed": _("Pictures computed without a trained model (previsualisation). Nothing and nobody was filmed."),
        "trained": _("Pictures generated with artificial intelligence."),
    }[kind]
    statements = release.manifest.verification.get("statements", {})
    consents = len(statements.get("consents") or [])
    lines = [cut.title, str(cut.production.organisation), "", made]
    for (name, version, licence), shots in models.most_common():
        lines.append(
            _("%(shots)d shots: %(name)s %(version)s (%(licence)s)")
            % {"shots": shots, "name": name, "version": version, "licence": licence}
        )
    if consents:
        lines.append(_("Likenesses are shown under %(n)d consents, which are on record.") % {"n": consents})
    lines += [
        _("A person reviewed and approved the film before it was released."),
        _("Content Credentials (C2PA): %(address)s") % {"address": address},
        f"SHA-256 {release.manifest.asset.sha256}",
    ]
    return "\n".join(lines) + "\n"


def mark_svg(letters: str) -> str:
    """The mark that is burnt into pictures, as a drawing for posters and players: letters in a rounded square."""
    shown = escape(letters[:3])
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" role="img" '
        f'aria-label="{shown}"><rect x="2" y="2" width="92" height="92" rx="20" fill="#ffffff" stroke="#0b0c0f" '
        f'stroke-width="4"/><text x="48" y="50" fill="#0b0c0f" font-family="Helvetica, Arial, sans-serif" '
        f'font-size="44" text-anchor="middle" dominant-baseline="central">{shown}</text></svg>\n'
    )
