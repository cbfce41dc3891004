"""What a performer reads about themselves: grants as sentences, where they were seen, what stopping would do."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_site.apps.audits.models import PERSON_KINDS, Finding
from django_site.apps.likeness.models import ConsentGrant, GrantState, Subject, UseEvent
from django_site.apps.likeness.scope import grant_sentence
from django_site.apps.likeness.selectors import grants_of
from django_site.apps.productions.models import Cut, CutState, Production, Take, TakeState


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A grant with its sentence and how often it was relied on."""

    grant: ConsentGrant
    sentence: str
    uses: int


def grant_lines(subject: Subject, *, only: ConsentGrant | None = None) -> list[GrantLine]:
    """The person's grants, newest first, or one of them; two queries for all of them."""
    grants = list(grants_of(subject).annotate(uses_count=Count("uses")).select_related("signed_by"))
    if only is not None:
        grants = [grant for grant in grants if grant.pk == only.pk]
    wanted = {project for grant in grants for project in grant.scope["projects"]}
    titles = {str(pk): title for pk, title in Production.objects.filter(pk__in=wanted).values_list("pk", "title")}
    return [GrantLine(grant, grant_sentence(grant, projects=titles), grant.uses_count) for grant in grants]


def found_in(subject: Subject) -> QuerySet[Finding]:
    """Where detectors saw the person without any use being recorded for it: what was stopped or waits."""
    return (
        Finding.objects.filter(subject=subject)
        .select_related("audit__production", "audit__imported", "audit__take__shot", "audit__cut")
        .order_by("-created_at")[:20]
    )


def stop_consequences(grant: ConsentGrant) -> list[str]:
    """What suspending or revoking will do, counted now."""
    if grant.state not in (GrantState.ACTIVE, GrantState.SUSPENDED):
        return []
    shown = Finding.objects.filter(subject=grant.subject, kind__in=PERSON_KINDS)
    takes = Take.objects.filter(
        state__in=[TakeState.CLEARED, TakeState.APPROVED, TakeState.NEEDS_REVIEW], audits__findings__in=shown
    ).distinct()
    cuts = Cut.objects.filter(state=CutState.NEEDS_REVIEW, audits__findings__in=shown).distinct()
    released = UseEvent.objects.filter(grant=grant, kind="release").count()
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
