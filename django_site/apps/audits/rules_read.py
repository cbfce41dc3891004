"""Reading the rules: as they are, as they were, and as somebody tried them."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from auditor.policy import Policy
from auditor.policy.trials import MAX_CHECKED_DAYS
from django_site import wiring
from django_site.apps.accounts.models import REVIEWING_ROLES, User
from django_site.apps.audits.models import PolicyDraft, PolicyRevision, PolicyText

#: Areas in the order in which a lawyer asks: who is in it, whose work is it, what is said, what is owed.
AREAS = {
    "likeness": _("Likeness"),
    "biometric": _("Biometrics"),
    "guild": _("Guilds"),
    "copyright": _("Works of others"),
    "models": _("Licences of models"),
    "disclosure": _("Disclosure"),
    "ethics": _("Ethics and proof"),
}
#: Enforcement points in plain words.
POINTS = {
    "prompt": _("before anything is rendered"),
    "dispatch": _("when a worker begins to render"),
    "train": _("before a model is trained or tuned"),
    "enrol": _("before a face or voice is measured"),
    "take": _("after each render"),
    "import": _("on media from outside"),
    "edit": _("before takes are cut together"),
    "cut": _("on a cut before it is signed"),
    "release": _("before a film is released"),
    "use": _("when somebody asks"),
}
#: Revisions of the policies that a rule's history looks through, the newest first.
MAX_REVISIONS = 500
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][\w.]*)(?:\|\w+)?(?:\?([^{}]*))?\}")


@dataclass(frozen=True, slots=True)
class RuleArea:
    """An area and its rules."""

    name: str
    title: str
    rules: tuple[Policy, ...]


def rule_areas(query: str = "") -> list[RuleArea]:
    """Today's rules by area, those whose words hold the query."""
    words = query.casefold().split()
    found: dict[str, list[Policy]] = {}
    for policy in wiring.policy_bundle().policies:
        said = " ".join([policy.id, policy.title, policy.why, policy.cite, *(check.title for check in policy.checks)])
        if all(word in said.casefold() for word in words):
            found.setdefault(policy.id.split("/")[0], []).append(policy)
    order = [*AREAS, *sorted(found.keys() - AREAS.keys())]
    return [RuleArea(name, str(AREAS.get(name, name)), tuple(found[name])) for name in order if name in found]


def told(template: str) -> str:
    """A sentence of a rule for reading: ``{person.display_name}`` is ‹person: display name›, ``{a?text}`` is (text)."""

    def fill(match: re.Match[str]) -> str:
        if match.group(2) is not None:
            return f" ({match.group(2).strip(' ,')})"
        first, *rest = match.group(1).replace("_", " ").split(".")
        return f"‹{first}: {' '.join(rest)}›" if rest else f"‹{first}›"

    return " ".join(_PLACEHOLDER.sub(fill, template).split())


def rule_state(policy: Policy) -> str:
    """Its status, or that its dates do not include today (``coming``, ``over``), when it decides nothing."""
    today = timezone.now().date()
    if policy.status != "active":
        return policy.status
    if today < policy.effective_from:
        return "coming"
    return "over" if policy.effective_until is not None and policy.effective_until <= today else "active"


def lookup_due(policy: Policy) -> date:
    """The day by which somebody has to look up its oldest legal basis again."""
    return min(date.fromisoformat(basis.checked) for basis in policy.basis) + timedelta(days=MAX_CHECKED_DAYS)


# history

Change = Literal["same", "added", "removed", "gap"]


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A text of a rule and since when it was in force; ``changes`` against the one before it, line by line."""

    since: datetime
    sha256: str
    version: str
    changes: tuple[tuple[Change, str], ...]
    gone: bool = False


def rule_history(file: str) -> list[RuleVersion]:
    """Every text that the rule had, the newest first. ``gone``: from then on it was no longer in force."""
    revisions = PolicyRevision.objects.exclude(files={}).order_by("-created_at", "-id")[:MAX_REVISIONS]
    texts: list[tuple[datetime, str]] = []
    for revision in reversed(revisions):
        digest = revision.files.get(file, "")
        if (digest or texts) and (not texts or texts[-1][1] != digest):
            texts.append((revision.created_at, digest))
    said = dict(PolicyText.objects.filter(sha256__in={one for _, one in texts}).values_list("sha256", "text"))
    versions = [
        RuleVersion(
            since=since,
            sha256=digest,
            version=_version(said.get(digest, "")),
            changes=tuple(line_changes(said.get(texts[place - 1][1], "") if place else "", said.get(digest, "")))
            if place
            else (),
            gone=not digest,
        )
        for place, (since, digest) in enumerate(texts)
    ]
    return versions[::-1]


def _version(text: str) -> str:
    found = re.search(r"^version: (\d+)", text, re.MULTILINE)
    return found.group(1) if found else ""


def line_changes(before: str, after: str) -> list[tuple[Change, str]]:
    """The lines that went and came, with two around them; a gap between places that lie apart."""
    kinds: Mapping[str, Change] = {" ": "same", "+": "added", "-": "removed"}
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=2, lineterm=""))[2:]
    return [("gap", "") if line.startswith("@@") else (kinds[line[0]], line[1:]) for line in lines][1:]


# drafts


def drafts_visible_to(user: User) -> QuerySet[PolicyDraft]:
    """Drafts of the organisations for which the person reviews, the newest first."""
    if not user.is_authenticated:
        return PolicyDraft.objects.none()
    legal_for = user.memberships.filter(role__in=REVIEWING_ROLES).values("organisation")
    return PolicyDraft.objects.filter(organisation__in=legal_for).select_related("requested_by", "organisation")


def points_said(points: Sequence[str]) -> list[str]:
    """Enforcement points in plain words, in the order in which a film meets them."""
    return [str(words) for point, words in POINTS.items() if point in points]
