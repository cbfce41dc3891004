"""Sharing the work out: who has which case, until when it is to be decided, and what happens to the late ones."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from auditor.errors import AuditorError
from django_site.apps.accounts.models import Membership, NoticeKind, Organisation, Role, User
from django_site.apps.accounts.notices import notice_send
from django_site.apps.accounts.permissions import require, reviewing_role
from django_site.apps.accounts.webhooks import webhook_emit
from django_site.apps.productions.models import ProductionMember
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.apps.reviews.models import Assignment, Case, CaseKind, CaseState, SavedFilter, ServiceLevel
from django_site.apps.reviews.models.queueing import RiskBand
from django_site.apps.reviews.selectors import band_of, case_reader, deciders_of
from django_site.errors import InputError, NotAllowedError, SiteError, WrongStateError

#: How long a case may take where the organisation has not said: a film that is out, or must go, is decided within a day.
HOUSE_HOURS = {CaseKind.CLEARANCE: 48, CaseKind.WITHDRAWAL: 24}
#: Longest time that a service level may allow: the database refuses more.
MAX_HOURS = 24 * 90
#: How long before its deadline whoever has a case is reminded, at most; of a short time it is the last quarter.
SOON = timedelta(hours=8)
SOON_SHARE = 0.25
#: Cases that one page acts on: what a confirmation page can list and a person can read.
MAX_BULK = 50
#: Saved filters a person.
MAX_FILTERS = 30
#: Late or nearly late cases looked at by one sweep; the next takes up the rest.
SWEPT = 200


# who has it


def assignment_of(case: Case) -> Assignment | None:
    """The assignment that stands."""
    return case.assignments.filter(ended_at__isnull=True).select_related("to", "by").first()


def _open(case: Case, by: User) -> Case:
    """The case, locked, if the person may decide it and it is open."""
    case = Case.objects.select_for_update().get(pk=case.pk)
    require(by, "reviews.decide", case.production)
    if not case_reader(by, case):
        raise NotAllowedError("this case is for named people alone; ask the head of legal")
    if case.state != CaseState.OPEN:
        raise WrongStateError(f"this case is already {case.get_state_display().lower()}")
    return case


def _assign(case: Case, *, to: User, by: User, note: str) -> Assignment:
    if not deciders_of(case).filter(pk=to.pk).exists():
        raise InputError(f"{to} may not decide this case: give it to a reviewer who had no hand in the film")
    now = timezone.now()
    case.assignments.filter(ended_at__isnull=True).update(ended_at=now)
    return Assignment.objects.create(case=case, to=to, by=by, note=note.strip()[:300], created_at=now)


@transaction.atomic
def case_take(*, case: Case, by: User) -> Assignment:
    """Take a case that nobody has."""
    case = _open(case, by)
    standing = assignment_of(case)
    if standing is not None and standing.to_id == by.pk:
        return standing
    if standing is not None:
        raise WrongStateError(f"{standing.to} has this case; ask them or the head of legal to hand it over")
    return _assign(case, to=by, by=by, note="")


@transaction.atomic
def case_hand_over(*, case: Case, to: User, by: User, note: str = "") -> Assignment:
    """Give a case to somebody who may decide it: one's own, one that nobody has, or, as head of legal, any."""
    case = _open(case, by)
    standing = assignment_of(case)
    heads = reviewing_role(by, case.production) == Role.HEAD_OF_LEGAL
    if standing is not None and standing.to_id != by.pk and not heads:
        raise NotAllowedError(f"{standing.to} has this case; they or the head of legal hand it over")
    if standing is not None and standing.to_id == to.pk:
        raise WrongStateError(f"{to} has this case already")
    assignment = _assign(case, to=to, by=by, note=note)
    if to.pk != by.pk:
        notice_send(
            users=[to],
            kind=NoticeKind.OTHER,
            text=_("%(who)s gave you a case: %(what)s.") % {"who": by, "what": _name(case)}
            + (f" “{assignment.note}”" if assignment.note else ""),
            url=_url(case),
            key=f"case-assigned:{assignment.pk}",
        )
    return assignment


@transaction.atomic
def case_give_back(*, case: Case, by: User) -> None:
    """Let go of a case; it is nobody's then. The head of legal may take it from whoever has it."""
    case = _open(case, by)
    standing = assignment_of(case)
    if standing is None:
        raise WrongStateError("nobody has this case")
    if standing.to_id != by.pk and reviewing_role(by, case.production) != Role.HEAD_OF_LEGAL:
        raise NotAllowedError(f"{standing.to} has this case; they or the head of legal give it back")
    Assignment.objects.filter(pk=standing.pk).update(ended_at=timezone.now())


# many at once


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one case of many: ``failure`` is empty where it worked."""

    case: Case
    failure: str = ""


def cases_each(cases: Iterable[Case], act: Callable[[Case], object]) -> list[Done]:
    """Do the same to each case, each in its own transaction: what fails for one does not undo the others."""
    results = []
    for case in cases:
        try:
            with transaction.atomic():
                act(case)
        except (SiteError, AuditorError) as error:
            results.append(Done(case, str(error)))
        else:
            results.append(Done(case))
    return results


# how long it may take


def due_hours(organisation_id, kind: str, risk: float) -> int:
    """Hours within which a case of this kind and risk is to be decided: the organisation's own, or the house's."""
    row = ServiceLevel.objects.filter(organisation=organisation_id, kind=kind, band=band_of(risk)).first()
    return row.hours if row else HOUSE_HOURS[CaseKind(kind)]


def due_at(organisation_id, kind: str, risk: float, *, now: datetime | None = None) -> datetime:
    """The deadline of a case that is opened now."""
    return (now or timezone.now()) + timedelta(hours=due_hours(organisation_id, kind, risk))


@transaction.atomic
def service_levels_set(*, organisation: Organisation, hours: Mapping[tuple[str, str], int | None], by: User) -> int:
    """Say within how many hours cases of each ``(kind, band)`` are decided; ``None``: as the house has it. Cases that
    are open keep their deadline. Returns how many were changed."""
    require(by, "organisations.declare", organisation)
    changed = 0
    for (kind, band), value in hours.items():
        if kind not in CaseKind.values or band not in RiskBand.values:
            raise InputError("choose a kind of case and a band of risk from the list")
        if value is not None and not 1 <= value <= MAX_HOURS:
            raise InputError(f"a service level is 1 to {MAX_HOURS} hours")
        rows = ServiceLevel.objects.filter(organisation=organisation, kind=kind, band=band)
        if rows.values_list("hours", flat=True).first() == value:
            continue
        rows.delete()
        if value is not None:
            ServiceLevel.objects.create(organisation=organisation, kind=kind, band=band, hours=value, set_by=by)
        ledger_append(
            kind="service_level_set",
            event={"organisation": organisation.pk, "case": kind, "band": band, "hours": value, "by": by.pseudonym},
        )
        changed += 1
    return changed


def cases_settle(*, now: datetime | None = None) -> dict[str, int]:
    """Tell the head of legal once of each case that is late, and whoever has one that it will be soon.

    Safe to run by several processes at a time: a case is escalated by whoever marks it first, a notice is sent once.
    """
    now = now or timezone.now()
    return {"escalated": _escalate(now), "reminded": _remind(now)}


def _escalate(now: datetime) -> int:
    late = Case.objects.filter(state=CaseState.OPEN, due_at__lt=now, escalated_at__isnull=True)
    count = 0
    for case in late.select_related("production__organisation", "cut", "take__shot", "imported").order_by("due_at")[
        :SWEPT
    ]:
        with transaction.atomic():
            mine = Case.objects.filter(pk=case.pk, state=CaseState.OPEN, escalated_at__isnull=True)
            if not mine.update(escalated_at=now):
                continue
            notice_send(
                users=heads_of_legal(case.production),
                kind=NoticeKind.OTHER,
                text=_("A case is late: %(what)s.") % {"what": _name(case)},
                url=_url(case),
                key=f"case-late:{case.pk}",
            )
            webhook_emit(
                case.production.organisation_id,
                "case.late",
                {"case": case.pk, "production": case.production_id, "kind": case.kind, "state": case.state},
            )
            count += 1
    return count


def _remind(now: datetime) -> int:
    rows = Assignment.objects.filter(
        ended_at__isnull=True, case__state=CaseState.OPEN, case__due_at__gt=now, case__due_at__lte=now + SOON
    ).select_related("to", "case__production", "case__cut", "case__take__shot", "case__imported")
    count = 0
    for assignment in rows.order_by("case__due_at")[:SWEPT]:
        case = assignment.case
        if case.due_at - now > min(SOON, SOON_SHARE * (case.due_at - case.created_at)):
            continue
        count += len(
            notice_send(
                users=[assignment.to],
                kind=NoticeKind.OTHER,
                text=_("A case of yours is due soon: %(what)s.") % {"what": _name(case)},
                url=_url(case),
                key=f"case-due-soon:{case.pk}",
            )
        )
    return count


def heads_of_legal(production) -> list[User]:
    """Who heads the legal side of a production: its own head, and its organisation's as far as they do not work on it."""
    on_it = ProductionMember.objects.filter(production=production)
    heads = Membership.objects.filter(organisation=production.organisation_id, role=Role.HEAD_OF_LEGAL)
    ids = set(on_it.filter(role=Role.HEAD_OF_LEGAL).values_list("user", flat=True))
    ids |= set(heads.exclude(user__in=on_it.values("user")).values_list("user", flat=True))
    return list(User.objects.filter(pk__in=ids))


def _name(case: Case) -> str:
    return f"{case.production.title}, {case.cut or case.take or case.imported}"


def _url(case: Case) -> str:
    return reverse("reviews:case", args=[case.pk])


# saved filters


@transaction.atomic
def filter_save(*, user: User, name: str, query: dict[str, str]) -> SavedFilter:
    """Keep a part of the queue under a name; the same name again replaces it."""
    name = " ".join(name.split())[:60]
    if not name:
        raise InputError("give the filter a name")
    held = SavedFilter.objects.filter(user=user)
    if not held.filter(name=name).exists() and held.count() >= MAX_FILTERS:
        raise InputError(f"{MAX_FILTERS} filters are kept; delete one first")
    saved, _new = SavedFilter.objects.update_or_create(user=user, name=name, defaults={"query": query})
    return saved


def filter_rename(*, saved: SavedFilter, name: str) -> None:
    name = " ".join(name.split())[:60]
    if not name:
        raise InputError("give the filter a name")
    if SavedFilter.objects.filter(user=saved.user_id, name=name).exclude(pk=saved.pk).exists():
        raise WrongStateError(f"you have a filter called “{name}” already")
    SavedFilter.objects.filter(pk=saved.pk).update(name=name)


@transaction.atomic
def filter_default(*, saved: SavedFilter, is_default: bool) -> None:
    """Open the queue with this filter, or no longer. One is the default at most."""
    SavedFilter.objects.filter(user=saved.user_id, is_default=True).update(is_default=False)
    if is_default:
        SavedFilter.objects.filter(pk=saved.pk).update(is_default=True)
