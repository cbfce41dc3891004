"""Reading cases: what a person may see, what waits for them, and what is like it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from django_site.apps.accounts.models import REVIEWING_ROLES, Membership, Role, User
from django_site.apps.accounts.permissions import reviewing_role
from django_site.apps.audits.models import Asset, Decision, Outcome
from django_site.apps.productions.models import Production, ProductionMember
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.reviews.models import (
    AccessLog,
    AccessTier,
    Assignment,
    Case,
    CaseKind,
    CaseReader,
    CaseState,
    Comment,
    SavedFilter,
)
from django_site.apps.reviews.models.queueing import RiskBand

#: From which risk on a case is in a band: a score is at most 1, judgement adds 1, a film that is out has 3.
BAND_FROM = {RiskBand.OUT: 3.0, RiskBand.JUDGEMENT: 1.0}


def band_of(risk: float) -> RiskBand:
    """The band of a case's risk."""
    return next((band for band, least in BAND_FROM.items() if risk >= least), RiskBand.LOW)


def _reviewed_by(user: User, roles=REVIEWING_ROLES) -> Q:
    """Cases of productions that the person reviews in one of the roles: as ``reviewing_role`` says it of one production."""
    here = ProductionMember.objects.filter(user=user)
    reviews_on = here.filter(role__in=roles).values("production")
    has_role = here.values("production")
    reviews_for = user.memberships.filter(role__in=roles).values("organisation")
    return Q(production__in=reviews_on) | Q(production__organisation__in=reviews_for) & ~Q(production__in=has_role)


def _tier_open_to(user: User) -> Q:
    """What a case's tier lets the person see of the productions that they see."""
    named = CaseReader.objects.filter(user=user).values("case")
    return (
        Q(tier=AccessTier.PRODUCTION)
        | Q(tier=AccessTier.LEGAL) & _reviewed_by(user)
        | Q(tier=AccessTier.NAMED) & (Q(pk__in=named) | _reviewed_by(user, [Role.HEAD_OF_LEGAL]))
    )


def cases_visible_to(user: User) -> QuerySet[Case]:
    """Every case of the productions that the person may see, as far as its tier lets them."""
    if not user.is_authenticated:
        return Case.objects.none()
    return Case.objects.filter(_tier_open_to(user), production__in=productions_visible_to(user)).select_related(
        "production", "decision", "cut", "take__shot", "imported"
    )


def cases_reviewed_by(user: User) -> QuerySet[Case]:
    """Cases, open or closed, of the productions that the person reviews."""
    return cases_visible_to(user).filter(_reviewed_by(user)) if user.is_authenticated else Case.objects.none()


def queue_of(user: User) -> QuerySet[Case]:
    """Open cases that the person may decide, by risk and deadline."""
    return cases_reviewed_by(user).filter(state=CaseState.OPEN).order_by("-risk", "due_at", "id")


def case_reader(user: User, case: Case) -> bool:
    """Whether the case's tier lets the person see it."""
    return cases_visible_to(user).filter(pk=case.pk).exists()


def comments_visible_to(user: User, case: Case) -> QuerySet[Comment]:
    """The case's comments for those who may see the case; privileged ones for its reviewers alone."""
    comments = case.comments.select_related("author").order_by("created_at")
    if not case_reader(user, case):
        return comments.none()
    return comments if reviewing_role(user, case.production) else comments.filter(privileged=False)


def deciders_of(case: Case) -> QuerySet[User]:
    """Who may be given the case: its reviewers whom its tier lets see it. Whoever worked on the film or asked for the review
    is not among them."""
    production = case.production
    on_it = ProductionMember.objects.filter(production=production)
    roles = REVIEWING_ROLES if case.tier != AccessTier.NAMED else [Role.HEAD_OF_LEGAL]
    members = Membership.objects.filter(organisation=production.organisation_id)

    def reviewing(wanted) -> Q:
        return Q(pk__in=on_it.filter(role__in=wanted).values("user")) | Q(
            pk__in=members.filter(role__in=wanted).values("user")
        ) & ~Q(pk__in=on_it.values("user"))

    may = reviewing(roles)
    if case.tier == AccessTier.NAMED:
        may |= Q(pk__in=case.readers.values("user")) & reviewing(REVIEWING_ROLES)
    makers = production.contributions.values("actor")
    people = User.objects.filter(may, is_active=True).exclude(pk=production.created_by_id).exclude(pk__in=makers)
    return people.exclude(pk=case.opened_by_id) if case.opened_by_id else people


# the queue

TABS = ("all", "mine", "free", "late")


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which part of the queue: a tab and the fields of the address. What is empty filters nothing."""

    tab: str = "all"
    fields: dict[str, Any] = field(default_factory=dict)


def with_assignee(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The cases with ``held``: a list with the assignment that stands, or none."""
    standing = Assignment.objects.filter(ended_at__isnull=True).select_related("to")
    return cases.prefetch_related(Prefetch("assignments", queryset=standing, to_attr="held"))


def queue_filtered(user: User, chosen: QueueFilter) -> QuerySet[Case]:
    """The part of the person's queue that they chose."""
    held = Assignment.objects.filter(case=OuterRef("pk"), ended_at__isnull=True)
    cases = queue_of(user)
    if chosen.tab == "mine":
        cases = cases.filter(Exists(held.filter(to=user)))
    elif chosen.tab == "free":
        cases = cases.filter(~Exists(held))
    elif chosen.tab == "late":
        cases = cases.filter(due_at__lt=timezone.now())
    fields = chosen.fields
    if fields.get("production"):
        cases = cases.filter(production=fields["production"])
    if fields.get("kind"):
        cases = cases.filter(kind=fields["kind"])
    if fields.get("outcome"):
        cases = cases.filter(decision__outcome=fields["outcome"])
    if fields.get("assignee"):
        cases = cases.filter(Exists(held.filter(to=fields["assignee"])))
    if fields.get("area"):
        cases = cases.filter(decision__in=decisions_failing(str(fields["area"])))
    if fields.get("late"):
        cases = cases.filter(due_at__lt=timezone.now())
    if fields.get("band"):
        cases = cases.filter(_in_band(RiskBand(fields["band"])))
    return cases


def _in_band(band: RiskBand) -> Q:
    least = BAND_FROM.get(band)
    above = [value for value in BAND_FROM.values() if least is None or value > least]
    condition = Q(risk__gte=least) if least is not None else Q()
    return condition & Q(risk__lt=min(above)) if above else condition


#: Whether a decision holds a failed check of a policy whose id begins so; the databases take JSON apart differently.
_FAILING = {
    "sqlite": "EXISTS (SELECT 1 FROM json_each(audits_decision.checks) c WHERE json_extract(c.value, '$.passed') = 0 "
    "AND json_extract(c.value, '$.policy') LIKE %s)",
    "postgresql": "EXISTS (SELECT 1 FROM jsonb_array_elements(audits_decision.checks) c "
    "WHERE (c->>'passed')::boolean = false AND c->>'policy' LIKE %s)",
}


def decisions_failing(area: str) -> QuerySet[Decision]:
    """Decisions of cases in which a check of the area (the first part of a policy's id) did not pass."""
    plain = "".join(
        letter for letter in area if letter.isalnum() or letter == "-"
    )  # nothing that LIKE takes for a sign
    fails = RawSQL(_FAILING[connection.vendor], [f"{plain}/%"], output_field=BooleanField())  # noqa: S611
    return Decision.objects.alias(fails=fails).filter(fails=True).order_by().values("pk")


def queue_counts(user: User) -> dict[str, int]:
    """How many cases stand under each tab."""
    return {tab: queue_filtered(user, QueueFilter(tab)).count() for tab in TABS}


def queue_choices(user: User) -> dict[str, list]:
    """What can be chosen in the filters: productions and people of the person's own queue, and the areas of the rules."""
    from django_site import wiring

    cases = queue_of(user).order_by()
    productions = Production.objects.filter(pk__in=cases.values("production")).order_by("title")
    holders = Assignment.objects.filter(case__in=cases.values("pk"), ended_at__isnull=True).values("to")
    return {
        "production": [(str(one.pk), one.title) for one in productions],
        "assignee": [(str(one.pk), str(one)) for one in User.objects.filter(pk__in=holders).order_by("username")],
        "area": sorted({policy.id.partition("/")[0] for policy in wiring.policy_bundle().policies}),
        "kind": CaseKind.choices,
        "outcome": Outcome.choices,
        "band": RiskBand.choices,
    }


def filters_of(user: User) -> QuerySet[SavedFilter]:
    """The person's saved filters, by name."""
    return SavedFilter.objects.filter(user=user).order_by("name")


# who looked, and who heads


def productions_headed(user: User) -> QuerySet[Production]:
    """Productions whose legal side the person heads: those on which the permission ``reviews.hold`` is theirs."""
    here = ProductionMember.objects.filter(user=user)
    headed = here.filter(role=Role.HEAD_OF_LEGAL).values("production")
    houses = user.memberships.filter(role=Role.HEAD_OF_LEGAL).values("organisation")
    own = Q(organisation__in=houses) & ~Q(pk__in=here.values("production"))
    return Production.objects.filter(Q(pk__in=headed) | own)


def accesses_of(*, production: Production | None = None, case: Case | None = None) -> QuerySet[AccessLog]:
    """Who opened the case, or any case of the production, and who was shown its quarantined files."""
    rows = AccessLog.objects.select_related("user", "asset", "case__cut", "case__take__shot", "case__imported")
    if case is not None:
        audit = case.decision.audit
        asset = (case.cut or case.take or case.imported).asset_id
        assets = {one for one in (asset, audit.asset_id if audit else None) if one}
        return rows.filter(Q(case=case) | Q(asset__in=assets))
    of_it = Q(case__production=production)
    for path in (
        "cuts__production",
        "takes__shot__scene__screenplay__production",
        "imports__production",
        "audits__production",
    ):
        of_it |= Q(asset__in=Asset.objects.filter(**{path: production}).values("pk"))
    return rows.filter(of_it)


# what is like a case

#: Decisions of the past that a case page shows: more than anybody reads.
RELATED = 20


def related_cases(user: User, case: Case) -> list[Case]:
    """Other decided cases about the same file, work or person that the reader may see, newest first, at most ``RELATED``.
    Each has ``shared``: what it has in common."""
    audit = case.decision.audit
    target = case.cut or case.take or case.imported
    sha256 = audit.asset.sha256 if audit else (target.asset.sha256 if target.asset_id else "")
    works: set[UUID] = set()
    subjects: set[UUID] = set()
    if audit:
        for work, subject in audit.findings.values_list("work", "subject"):
            works |= {work} if work else set()
            subjects |= {subject} if subject else set()
    findings = "decision__audit__findings"
    ways = {
        "file": cases_visible_to(user).filter(decision__audit__asset__sha256=sha256) if sha256 else None,
        "work": cases_visible_to(user).filter(**{f"{findings}__work__in": works}) if works else None,
        "person": cases_visible_to(user).filter(**{f"{findings}__subject__in": subjects}) if subjects else None,
    }
    found: dict[UUID, Case] = {}
    for way, rows in ways.items():
        if rows is None:
            continue
        closed = (
            rows.exclude(pk=case.pk).exclude(state=CaseState.OPEN).order_by(F("closed_at").desc(), "-id").distinct()
        )
        for one in closed[:RELATED]:
            kept = found.setdefault(one.pk, one)
            kept.shared = [*getattr(kept, "shared", []), way]
    return sorted(found.values(), key=lambda one: (one.closed_at, one.pk), reverse=True)[:RELATED]
