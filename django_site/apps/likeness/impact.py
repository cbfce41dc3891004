"""What the end of a consent reaches: everything made with a person's likeness, and what must happen to each.

Every group is a query that starts from the person's findings and uses and is joined as a set, so that a list of a hundred
thousand films is counted and paged through as fast as one of ten.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from django_site.apps.audits.models import PERSON_KINDS, Finding
from django_site.apps.audits.services.repeating import CUTS_WAITING, IMPORTS_WAITING, TAKES_WAITING
from django_site.apps.jobs.models import Job, JobKind, JobState
from django_site.apps.likeness.models import (
    STANDING,
    ApprovalState,
    ConsentGrant,
    GrantState,
    Subject,
    UseApproval,
    UseEvent,
    UseKind,
)
from django_site.apps.productions.models import (
    Cut,
    CutItem,
    CutState,
    ImportedMedia,
    ImportState,
    Shot,
    Take,
    TakeState,
)

#: Made and not out: cleared, waiting for a person, or just being looked at.
TAKES_PENDING = (*TAKES_WAITING, TakeState.QUARANTINED, TakeState.AUDITING)
CUTS_PENDING = (
    *CUTS_WAITING,
    CutState.DRAFT,
    CutState.ASSEMBLING,
    CutState.QUARANTINED,
    CutState.AUDITING,
    CutState.APPROVED,
    CutState.SIGNING,
    CutState.AWAITING_TIME,
)
IMPORTS_PENDING = (*IMPORTS_WAITING, ImportState.QUARANTINED, ImportState.AUDITING)


def grant_productions(grant: ConsentGrant) -> list[UUID]:
    """The productions that any version of this grant names: what was cleared under an older one counts too."""
    scopes = ConsentGrant.objects.filter(grant=grant.grant).values_list("scope", flat=True)
    return _uuids(project for scope in scopes for project in scope["projects"])


def _uuids(texts: Iterable[str]) -> list[UUID]:
    found = {}
    for text in texts:
        try:
            found[UUID(text)] = None
        except ValueError:
            continue  # a name that is no production of ours
    return list(found)


def covered_productions(subject: Subject, *, but: ConsentGrant | None = None) -> set[UUID]:
    """Productions for which another grant of the person is in force."""
    others = ConsentGrant.objects.filter(subject=subject, state=GrantState.ACTIVE)
    if but is not None:
        others = others.exclude(grant=but.grant)
    now = timezone.now()
    return set(
        _uuids(
            project
            for other in others
            if other.starts <= now and (other.ends is None or other.ends > now)
            for project in other.scope["projects"]
        )
    )


@dataclass(frozen=True)
class Reach:
    """What a grant's end, or with ``grant=None`` the end of everything that the person allowed, reaches.

    Every attribute is a query set in no order; nothing is read before one is counted or paged.
    """

    subject: Subject
    grant: ConsentGrant | None = None

    @cached_property
    def productions(self) -> list[UUID] | None:
        """Productions that the grant names; ``None``: all of them."""
        return None if self.grant is None else grant_productions(self.grant)

    @cached_property
    def covered(self) -> set[UUID]:
        """Productions that another grant in force covers."""
        return set() if self.grant is None else covered_productions(self.subject, but=self.grant)

    @property
    def found(self) -> QuerySet[Finding]:
        """Where detectors saw or heard the person, in the productions concerned."""
        found = Finding.objects.filter(subject=self.subject, kind__in=PERSON_KINDS).order_by()
        return found if self.productions is None else found.filter(audit__production__in=self.productions)

    @property
    def uses(self) -> QuerySet[UseEvent]:
        """Uses that were recorded under the grant, whichever version of it."""
        uses = UseEvent.objects.filter(subject=self.subject).order_by()
        return uses if self.grant is None else uses.filter(grant__grant=self.grant.grant)

    def _here(self, path: str) -> Q:
        return Q() if self.productions is None else Q(**{f"{path}__in": self.productions})

    @property
    def _takes(self) -> QuerySet:
        """Ids of takes that show the person, or were used as if they did."""
        return (
            self.found.filter(audit__take__isnull=False)
            .values("audit__take")
            .union(self.uses.filter(take__isnull=False).values("take"))
        )

    @property
    def _cuts(self) -> QuerySet:
        """Ids of cuts that show the person themselves or through one of their takes, or were released as if they did."""
        return (
            self.found.filter(audit__cut__isnull=False)
            .values("audit__cut")
            .union(
                self.uses.filter(cut__isnull=False).values("cut"),
                CutItem.objects.filter(take__in=self._takes).order_by().values("cut"),
            )
        )

    @property
    def _relied(self) -> QuerySet:
        """Ids of cuts that were released under the grant, or use a take that was."""
        return (
            self.uses.filter(cut__isnull=False)
            .values("cut")
            .union(
                CutItem.objects.filter(take__in=self.uses.filter(take__isnull=False).values("take"))
                .order_by()
                .values("cut")
            )
        )

    # what is on its way

    @property
    def renders(self) -> QuerySet[Take]:
        """Takes that are being rendered or wait for it, of shots that the person is cast in or was found in."""
        owed = Job.objects.filter(kind=JobKind.RENDER_TAKE, state__in=[JobState.QUEUED, JobState.RUNNING])
        owed = owed.filter(self._here("production")).exclude(production__in=self.covered)
        seen = self.found.filter(audit__take__isnull=False).values("audit__take__shot")
        return (
            Take.objects.filter(pk__in=owed.order_by().values("target_id"))
            .annotate(cast_text=_cast_text("shot__cast"))
            .filter(Q(cast_text__contains=str(self.subject.pk)) | Q(shot__in=seen))
        )

    @property
    def shots(self) -> QuerySet[Shot]:
        """Current shots that the person is cast in and that have no take yet."""
        cast = Shot.objects.filter(self._here("scene__screenplay__production"), current=True)
        return (
            cast.annotate(cast_text=_cast_text("cast"))
            .filter(cast_text__contains=str(self.subject.pk), takes__isnull=True)
            .exclude(scene__screenplay__production__in=self.covered)
        )

    @property
    def takes(self) -> QuerySet[Take]:
        return Take.objects.filter(pk__in=self._takes, state__in=TAKES_PENDING)

    @property
    def cuts(self) -> QuerySet[Cut]:
        return Cut.objects.filter(pk__in=self._cuts, state__in=CUTS_PENDING)

    @property
    def imports(self) -> QuerySet[ImportedMedia]:
        shown = self.found.filter(audit__imported__isnull=False).values("audit__imported")
        return ImportedMedia.objects.filter(pk__in=shown, state__in=IMPORTS_PENDING)

    # what is out

    @property
    def released(self) -> QuerySet[Cut]:
        """Films that are out and relied on the grant, and those that show the person on no other grant."""
        if not self.covered:
            return Cut.objects.filter(pk__in=self._cuts, state=CutState.RELEASED)
        open_here = [pk for pk in self.productions or [] if pk not in self.covered]
        uncovered = Cut.objects.filter(pk__in=self._cuts, production__in=open_here).order_by().values("pk")
        return Cut.objects.filter(pk__in=self._relied.union(uncovered), state=CutState.RELEASED)

    @property
    def recalled(self) -> QuerySet[Cut]:
        """Films that were out and were taken back."""
        return Cut.objects.filter(pk__in=self._cuts, state=CutState.RECALLED)

    # what was agreed and what was learned

    @property
    def approvals(self) -> QuerySet[UseApproval]:
        rows = UseApproval.objects.filter(
            subject=self.subject, state__in=[ApprovalState.REQUESTED, ApprovalState.APPROVED]
        )
        return rows if self.grant is None else rows.filter(grant__grant=self.grant.grant)

    @property
    def models(self) -> QuerySet[UseEvent]:
        return self.uses.filter(kind=UseKind.TRAIN)


def _cast_text(path: str) -> Cast:
    """The cast's JSON as text: subject ids are looked for in it, which both databases can, and only within productions."""
    return Cast(path, CharField(max_length=100_000))


def reach_of(grant: ConsentGrant) -> Reach:
    return Reach(grant.subject, grant)


def grants_standing(subject: Subject) -> QuerySet[ConsentGrant]:
    return subject.grants.filter(state__in=STANDING)
