"""A take: the picture, how it was made, what the audit found, what was decided."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from django_site.apps.audits.model_facts import components_of
from django_site.apps.audits.reading import audit_latest, decision_latest, findings_of
from django_site.apps.jobs.panel import panel_of_target
from django_site.apps.productions.parts import part_lines, rendering_lines
from django_site.apps.productions.selectors import takes_visible_to
from django_site.apps.reviews.selectors import cases_visible_to
from django_site.apps.reviews.views.asked import asked_about


@login_required
@require_safe
def take_page(request: HttpRequest, take_id: UUID) -> HttpResponse:
    takes = takes_visible_to(request.user).select_related(
        "shot__scene__screenplay__production__organisation", "asset", "generation__actor", "generation__trained_model"
    )
    take = get_object_or_404(takes, pk=take_id)
    audit = audit_latest(take=take)
    context = {
        "production": take.shot.scene.screenplay.production,
        "shot": take.shot,
        "take": take,
        "record": take.generation,
        "rendering": rendering_lines(take.record or {}),
        "parts": part_lines(components_of([take.generation])),
        "audit": audit,
        "findings": findings_of(audit),
        "decision": decision_latest(take=take) or decision_latest(shot=take.shot),
        "case": cases_visible_to(request.user).filter(take=take).order_by("-created_at").first(),
        "panel": panel_of_target(request.user, take.pk),
        **asked_about(take=take),
    }
    return render(request, "productions/take.html", context)
