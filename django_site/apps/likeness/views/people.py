"""Who is registered, one's own page, and the people for whom one speaks."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from django_site.apps.accounts.models import Role
from django_site.apps.likeness.models import BiometricConsent, Subject
from django_site.apps.likeness.reading import (
    clients_of,
    found_in,
    grant_lines,
    standing,
    use_line,
    use_lines,
    waiting_for,
)
from django_site.apps.likeness.selectors import proofs_to_read, subjects_nameable_by, subjects_visible_to
from django_site.apps.likeness.statements import sums_of
from django_site.apps.likeness.views.common import produced_by, stand, subject_for
from django_site.pages.paging import keyset_page

#: Uses on the person's page; the rest is a page of its own.
FEW = 4
#: Proofs on the legal side's list, the oldest first; those behind them come up as these are read.
FEW_PROOFS = 10


@login_required
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Registered people: for the legal side with their grants, for producers the names to whom they may offer one."""
    rows = subjects_nameable_by(request.user).select_related("organisation").prefetch_related(
        "grants", "biometric_consents"
    )  # fmt: skip
    page = keyset_page(rows, order=("legal_name", "id"), cursor=request.GET.get("after", ""))
    seen = set(
        subjects_visible_to(request.user).filter(pk__in=[row.pk for row in page.rows]).values_list("pk", flat=True)
    )
    works_for = set(request.user.memberships.exclude(role=Role.PERFORMER).values_list("organisation", flat=True))
    mine = produced_by(request.user)
    for row in page.rows:  # those seen show all of theirs, the others what concerns the visitor's own productions
        row.shown_grants = [
            grant
            for grant in row.grants.all()
            if grant.state != "amended" and (row.pk in seen or mine & set(grant.scope["projects"]))
        ]
    context = {"page": page, "seen": seen, "works_for": works_for, "proofs": proofs_to_read(request.user)[:FEW_PROOFS]}
    return render(request, "likeness/people.html", context)


@login_required
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """The signed-in performer's own page; for those who only speak for others, their list."""
    subject = Subject.objects.filter(user=request.user).first()
    if subject is not None:
        return redirect("likeness:subject", subject.pk)
    if clients_of(request.user):
        return redirect("likeness:clients")
    return render(request, "likeness/nobody.html", status=404)


@login_required
@require_safe
def clients(request: HttpRequest) -> HttpResponse:
    """The people for whom the visitor speaks, and what waits for each."""
    own = Subject.objects.filter(user=request.user).first()
    return render(request, "likeness/clients.html", {"clients": clients_of(request.user), "own_record": own})


@login_required
@require_safe
def subject_page(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """In the order in which a performer asks: who uses me, what have I allowed, what waits, what is measured, who speaks."""
    subject = subject_for(request.user, subject_id)
    lines = grant_lines(subject)
    uses = list(use_lines(subject)[: FEW + 1])
    consents = list(BiometricConsent.objects.filter(subject=subject, withdrawn_at__isnull=True).order_by("modality"))
    context = stand(
        request,
        subject,
        uses=[use_line(use) for use in uses[:FEW]],
        more_uses=len(uses) > FEW,
        due=sums_of(subject.compensation.all()),
        found=found_in(subject),
        lines=standing(lines),
        waiting=waiting_for(subject, lines),
        consents=consents,
        templates=subject.templates.count(),
        representatives=list(subject.representatives.filter(ended_at__isnull=True).select_related("user")),
        claims=subject.claims.count(),
    )
    return render(request, "likeness/subject.html", context)


@login_required
@require_safe
def uses_page(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Every use, newest first."""
    subject = subject_for(request.user, subject_id)
    page = keyset_page(
        use_lines(subject), order=("-created_at", "-id"), cursor=request.GET.get("after", ""), size=2 * FEW
    )
    lines = [use_line(use) for use in page.rows]
    return render(request, "likeness/uses.html", stand(request, subject, page=page, uses=lines))
