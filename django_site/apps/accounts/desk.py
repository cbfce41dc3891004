"""What waits for a person: for a producer what was stopped or sent back, for a reviewer the queue, for a performer
what to sign and where they were seen."""

from django.db.models import Q

from django_site.apps.accounts.models import REVIEWING_ROLES, Role, User
from django_site.apps.jobs.models import Job, JobState
from django_site.apps.likeness.models import GrantState, Subject
from django_site.apps.likeness.reading import clients_of, found_in, grant_lines
from django_site.apps.likeness.selectors import uses_of
from django_site.apps.productions.models import Cut, CutState, ImportedMedia, ImportState, Production, Take, TakeState
from django_site.apps.reviews.selectors import queue_of

#: Rows of each kind on the desk; the rest is a click away.
FEW = 6
_SENT_BACK = (CutState.STOPPED, CutState.REJECTED, CutState.FAILED)


def desk_of(user: User) -> dict:
    """The context of the first page."""
    roles = set(user.memberships.values_list("role", flat=True))
    roles |= set(user.production_memberships.values_list("role", flat=True))
    subject = Subject.objects.filter(user=user).select_related("organisation").first()
    desk: dict = {"produces": Role.PRODUCER in roles, "reviews": bool(roles & set(REVIEWING_ROLES)), "subject": subject}
    if desk["produces"]:
        desk |= _producer(user)
    if desk["reviews"]:
        cases = queue_of(user)
        desk |= {"cases": cases.prefetch_related("actions")[:FEW], "cases_count": cases.count()}
    desk["clients"] = [] if desk["produces"] else clients_of(user)
    if subject is not None:
        lines = grant_lines(subject)
        desk |= {
            "to_sign": [line for line in lines if line.grant.state == GrantState.NOTICED],
            "in_force": [line for line in lines if line.grant.state == GrantState.ACTIVE],
            "uses": uses_of(subject)[:FEW],
            "seen": found_in(subject)[:FEW],
        }
    return desk


def _producer(user: User) -> dict:
    mine = Production.objects.filter(members__user=user, members__role=Role.PRODUCER)
    stopped = Q(state__in=[TakeState.STOPPED, TakeState.REJECTED, TakeState.FAILED])
    takes = Take.objects.filter(stopped, shot__current=True, shot__scene__screenplay__production__in=mine)
    imports = ImportedMedia.objects.filter(
        state__in=[ImportState.STOPPED, ImportState.REJECTED, ImportState.FAILED], production__in=mine
    )
    return {
        "stopped_takes": takes.select_related("shot__scene__screenplay__production").order_by("-id")[:FEW],
        "stopped_imports": imports.select_related("production").order_by("-id")[:FEW],
        "cuts_back": Cut.objects.filter(state__in=_SENT_BACK, production__in=mine)
        .select_related("production")
        .order_by("-id")[:FEW],
        "cuts_waiting": Cut.objects.filter(state=CutState.NEEDS_REVIEW, production__in=mine)
        .select_related("production")
        .order_by("-id")[:FEW],
        "jobs_running": Job.objects.filter(production__in=mine, state__in=[JobState.QUEUED, JobState.RUNNING]).count(),
        "recent": mine.select_related("organisation").order_by("-id")[:4],
    }
