"""What a performer reads about themselves: who uses them, grants as sentences, what waits, and what stopping would do."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_site.apps.audits.models import PERSON_KINDS, Finding
from django_site.apps.likeness.models import (
    ApprovalState,
    Claim,
    ClaimState,
    ConsentGrant,
    GrantState,
    Modality,
    Representative,
    Subject,
    UseApproval,
    UseEvent,
)
from django_site.apps.likeness.scope import grant_lines_plain, grant_sentence
from django_site.apps.likeness.selectors import grants_of, powers_of, uses_of
from django_site.apps.likeness.statements import sums_of
from django_site.apps.productions.models import Cut, CutState, Production, Take, TakeState


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A grant with its sentence and how often it was relied on."""

    grant: ConsentGrant
    sentence: str
    uses: int

    @property
    def signable(self) -> bool:
        """Whether the notice is over."""
        opens = self.grant.may_sign_from
        return self.grant.state == GrantState.NOTICED and (opens is None or opens <= timezone.now())


@dataclass(frozen=True, slots=True)
class UseLine:
    """A use with the stretch to play and what is due for it, by currency."""

    use: UseEvent
    playable: bool
    start: float
    end: float
    due: dict[str, Decimal]

    @property
    def fragment(self) -> str:
        """The stretch as a media fragment (W3C Media Fragments URI 1.0): players begin and stop there."""
        return f"#t={self.start:g},{self.end:g}" if self.end > self.start else ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for the person: offers to read, uses to say yes or no to, claims that are being looked at."""

    offers: list[GrantLine]
    approvals: list[UseApproval]
    claims: list[Claim]

    @property
    def count(self) -> int:
        """What the person themselves can do something about."""
        return len(self.offers) + len(self.approvals)


def grant_lines(subject: Subject, *, only: ConsentGrant | None = None) -> list[GrantLine]:
    """The person's grants, newest first, or one of them; two queries for all of them."""
    rows = grants_of(subject).annotate(uses_count=Count("uses")).select_related("signed_by")
    grants = list(rows if only is None else rows.filter(pk=only.pk))
    titles = titles_of(grants)
    return [GrantLine(grant, grant_sentence(grant, projects=titles), grant.uses_count) for grant in grants]


def titles_of(grants: Iterable[ConsentGrant]) -> dict[str, str]:
    """Titles of the productions that grants name."""
    return titles_in(project for grant in grants for project in grant.scope["projects"])


def titles_in(projects: Iterable[str]) -> dict[str, str]:
    from uuid import UUID

    wanted = set()
    for project in projects:
        try:
            wanted.add(UUID(project))
        except ValueError:
            continue  # a project that is no production of ours: its own words are its title
    return {str(pk): title for pk, title in Production.objects.filter(pk__in=wanted).values_list("pk", "title")}


def standing(lines: list[GrantLine]) -> list[GrantLine]:
    """What is allowed or was: offers stand under what waits, versions that others replaced in the history."""
    hidden = (GrantState.DRAFTED, GrantState.NOTICED, GrantState.AMENDED)
    return [line for line in lines if line.grant.state not in hidden]


def waiting_for(subject: Subject, lines: list[GrantLine]) -> Waiting:
    """What waits, oldest question first; two queries."""
    approvals = UseApproval.objects.filter(subject=subject, state=ApprovalState.REQUESTED)
    claims = Claim.objects.filter(subject=subject, state=ClaimState.OPEN)
    return Waiting(
        offers=[line for line in lines if line.grant.state == GrantState.NOTICED],
        approvals=list(approvals.select_related("production", "grant", "scene", "shot").order_by("created_at", "id")),
        claims=list(claims.select_related("production").order_by("due_at", "id")),
    )


def use_lines(subject: Subject) -> QuerySet[UseEvent]:
    """Uses with what a line of them needs, in one query and one for the money."""
    return uses_of(subject).select_related("take__asset", "cut__asset", "cut__release").prefetch_related("compensation")


def use_line(use: UseEvent) -> UseLine:
    spans = [(float(start), float(end)) for _modality, start, end in use.spans]
    start, end = min(spans) if spans else (0.0, 0.0)
    thing = use.take or use.cut
    return UseLine(use, thing is not None and thing.asset_id is not None, start, end, sums_of(use.compensation.all()))


def found_in(subject: Subject) -> QuerySet[Finding]:
    """Where detectors saw the person without any use being recorded for it: what was stopped or waits."""
    return (
        Finding.objects.filter(subject=subject)
        .select_related(
            "audit__production", "audit__imported", "audit__take__shot", "audit__cut", "audit__output__release__cut"
        )
        .defer("known_by", "curve", "audit__report")
        .order_by("-created_at")[:20]
    )


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody for whom the person speaks, and how much waits for an answer."""

    power: Representative
    subject: Subject
    offers: int
    approvals: int


def clients_of(user) -> list[Client]:
    """The people for whom the user speaks, those first for whom most waits; one query."""
    rows = (
        powers_of(user)
        .select_related("subject__organisation")
        .annotate(
            offers=Count("subject__grants", filter=Q(subject__grants__state=GrantState.NOTICED), distinct=True),
            asked=Count(
                "subject__approvals", filter=Q(subject__approvals__state=ApprovalState.REQUESTED), distinct=True
            ),
        )
        .order_by("subject__legal_name", "id")
    )
    clients = [Client(power, power.subject, power.offers, power.asked) for power in rows]
    return sorted(clients, key=lambda client: -(client.offers + client.approvals))


@dataclass(frozen=True, slots=True)
class TermChange:
    """One topic of the terms in two versions; an empty string is "not said"."""

    topic: str
    before: str
    after: str


def terms_diff(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> list[TermChange]:
    """What changed between two versions, topic by topic, in the order of the newer one."""
    old, new = dict(before), dict(after)
    topics = list(dict.fromkeys([*new, *old]))
    changed = [TermChange(str(topic), old.get(topic, ""), new.get(topic, "")) for topic in topics]
    return [change for change in changed if change.before != change.after]


def lines_of(grant: ConsentGrant, titles: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """The grant's plain lines. Those that were shown and signed stand in ``grant.summary`` and are used where they exist."""
    shown = [tuple(line.split(": ", 1)) for line in grant.summary.splitlines() if ": " in line]
    if shown and len(shown) == len([line for line in grant.summary.splitlines() if line]):
        return shown
    return grant_lines_plain(
        grant.scope, starts=grant.starts, ends=grant.ends, projects=titles if titles is not None else titles_of([grant])
    )


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a grant, with what it changed against the one before."""

    grant: ConsentGrant
    changes: list[TermChange]
    text_changed: bool


def versions_of(grant: ConsentGrant) -> list[Version]:
    """Every version of the grant, newest first."""
    rows = list(ConsentGrant.objects.filter(grant=grant.grant).order_by("version"))
    titles = titles_of(rows)
    versions = []
    for older, newer in zip([None, *rows], rows, strict=False):
        changes = terms_diff(lines_of(older, titles), lines_of(newer, titles)) if older else []
        versions.append(Version(newer, changes, older is not None and older.text_sha256 != newer.text_sha256))
    return versions[::-1]


def stop_consequences(grant: ConsentGrant) -> list[str]:
    """What suspending or withdrawing will do, counted now."""
    if grant.state not in (GrantState.SIGNED, GrantState.ACTIVE, GrantState.SUSPENDED, GrantState.DISPUTED):
        return []
    shown = Finding.objects.filter(subject=grant.subject, kind__in=PERSON_KINDS)
    takes = Take.objects.filter(
        state__in=[TakeState.CLEARED, TakeState.APPROVED, TakeState.NEEDS_REVIEW], audits__findings__in=shown
    ).distinct()
    cuts = Cut.objects.filter(state=CutState.NEEDS_REVIEW, audits__findings__in=shown).distinct()
    released = UseEvent.objects.filter(grant__grant=grant.grant, kind="release").count()
    pending = takes.count() + cuts.count()
    lines = [_("No new take or cut may show you under this grant.")]
    if pending:
        lines.append(
            ngettext(
                "%(n)d take or cut that shows you is checked again, and stopped if nothing else allows it.",
                "%(n)d takes and cuts that show you are checked again, and stopped if nothing else allows them.",
                pending,
            )
            % {"n": pending}
        )
    else:
        lines.append(_("No take or cut that shows you is on its way at the moment."))
    if released:
        lines.append(
            ngettext(
                "%(n)d film was already released under it. It is not called back by itself: a person decides.",
                "%(n)d films were already released under it. They are not called back by themselves: a person decides.",
                released,
            )
            % {"n": released}
        )
    lines.append(
        _("The producers see that you stopped it, and your reason. The ledger keeps the fact, not the reason.")
    )
    return lines


def erasure_consequences(subject: Subject, modality: Modality | None) -> list[str]:
    """What destroying measurements will do, counted now."""
    held = subject.templates.all() if modality is None else subject.templates.filter(modality=modality)
    count = held.count()
    what = {"what": _("face and voice") if modality is None else str(Modality(modality).label).lower(), "n": count}
    destroyed = ngettext(
        "%(n)d measurement of your %(what)s is destroyed at once, with its key: no backup can be read either.",
        "%(n)d measurements of your %(what)s are destroyed at once, with their key: no backup can be read either.",
        count,
    )
    lost = _(
        "It can no longer be recognised here, so films that show or use it without your leave are no longer found."
    )
    return [
        (destroyed if count else _("Your consent to be measured ends; no measurement of your %(what)s is held."))
        % what,
        lost,
        _("Your grants stay as they are; withdraw them one by one if you want that too."),
        _("You can agree again later; you will be asked for pictures or recordings anew."),
    ]
