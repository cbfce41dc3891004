"""What was learned from a screening: its page, the pictures beside its charts, answers to what follows, and requests."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from auditor.canonical import canonical_json
from auditor.media import MediaError
from django_site.apps.accounts.models import User
from django_site.apps.audience.insight_charts import film_charts, moments_shown
from django_site.apps.audience.insight_models import AudienceRequestState, Insight, SuggestionKind
from django_site.apps.audience.insight_reading import (
    insight_newest,
    insights_visible_to,
    quotes_of,
    reading_of,
    requests_visible_to,
    suggestions_visible_to,
)
from django_site.apps.audience.models import Screening
from django_site.apps.audience.selectors import screening_get, spans_of, viewers_recorded
from django_site.apps.audience.services.insights import insight_request
from django_site.apps.audience.services.requests import request_drop, suggestion_accept, suggestion_decline
from django_site.apps.audits.pictures import still_path
from django_site.apps.jobs.panel import panel_of_target
from django_site.apps.productions.models import Production
from django_site.apps.productions.selectors import productions_visible_to
from django_site.errors import InputError
from django_site.pages.failures import attempt
from django_site.pages.paging import keyset_page

#: What the measures of a span are called, and what each counts.
MEASURES = {
    "left": gettext_lazy("Left in it"),
    "rewound": gettext_lazy("Went back to it"),
    "skipped": gettext_lazy("Jumped over it"),
    "paused": gettext_lazy("Paused in it"),
}


@login_required
@require_safe
def screening_page(request: HttpRequest, screening_id: UUID) -> HttpResponse:
    """The newest insight of a screening, or why there is none."""
    screening = screening_get(request.user, screening_id)
    return render(request, "audience/insight.html", insight_context(request.user, screening, insight_newest(screening)))


@login_required
@require_safe
def insight_page(request: HttpRequest, insight_id: UUID) -> HttpResponse:
    """One insight as it was seen."""
    insight = _made(request, insight_id)
    return render(request, "audience/insight.html", insight_context(request.user, insight.screening, insight))


def _made(request: HttpRequest, insight_id: UUID) -> Insight:
    return get_object_or_404(insights_visible_to(request.user).filter(made_at__isnull=False), pk=insight_id)


def insight_context(user: User, screening: Screening, insight: Insight | None) -> dict:
    """Everything that the page shows."""
    asked = screening.insights.first()
    context = {
        "screening": screening,
        "production": screening.production,
        "insight": insight,
        "framed": {str(pk) for pk in screening.arms.values_list("cut_id", flat=True)},
        "recorded": viewers_recorded(screening).count(),
        # the newest that was asked for, where it is not there: under way, or ended with a reason
        "asked": asked if asked is not None and asked.made_at is None else None,
        "panel": panel_of_target(user, asked.pk) if asked is not None and asked.made_at is None else None,
        "others": screening.insights.filter(made_at__isnull=False).order_by("-made_at")[:20],
        "measures": MEASURES,
    }
    if insight is None:
        return context
    quotes = quotes_of(insight)
    themes = insight.document["themes"]["themes"]
    return context | {
        "document": insight.document,
        "newest": insight == insight_newest(screening),
        "films": film_charts(insight),
        "themes": [(theme, quotes.get(place, [])) for place, theme in enumerate(themes)],
        "questions": {one["id"]: one["text"] for one in insight.document["questions"]},
        "suggestions": insight.suggestions.select_related("cut", "scene", "shot", "request", "answered_by"),
        "groups": insight.document["groups"],
    }


@login_required
@require_POST
def insight_new(request: HttpRequest, screening_id: UUID) -> HttpResponse:
    """Read the screening as it is now."""
    screening = screening_get(request.user, screening_id)
    attempt(
        request,
        lambda: insight_request(screening=screening, by=request.user),
        done=_("The screening is being read; this takes seconds to a minute."),
    )
    return redirect("insight:screening", screening.pk)


@login_required
@require_safe
def insight_document(request: HttpRequest, insight_id: UUID) -> HttpResponse:
    """The document as it was kept: the bytes of which the digest is."""
    insight = _made(request, insight_id)
    response = HttpResponse(canonical_json(insight.document), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="insight-{insight.made_at:%Y-%m-%d}.json"'
    return response


@login_required
@require_safe
def frame(request: HttpRequest, screening_id: UUID, cut_id: UUID, at: int) -> HttpResponseBase:
    """A picture of a film of the screening at a moment (milliseconds) that its charts show."""
    screening = screening_get(request.user, screening_id)
    arm = screening.arms.filter(cut=cut_id).select_related("cut__release__manifest__asset").first()
    if arm is None or at not in moments_shown(arm.cut, spans_of(arm.cut)):
        raise Http404("no such picture")
    try:
        picture = still_path(arm.cut.release.manifest.asset, at=at / 1000)
    except (MediaError, InputError) as error:
        raise Http404(str(error)) from None
    response = HttpResponse(picture.read_bytes(), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    return response


@login_required
@require_safe
def suggestion_page(request: HttpRequest, suggestion_id: UUID) -> HttpResponse:
    """A suggestion with the evidence as it was seen, and what became of it."""
    suggestion = get_object_or_404(suggestions_visible_to(request.user), pk=suggestion_id)
    reading = reading_of(suggestion)
    context = {
        "suggestion": suggestion,
        "insight": suggestion.insight,
        "screening": suggestion.insight.screening,
        "production": suggestion.insight.screening.production,
        "reading": reading,
        "about_span": suggestion.kind != SuggestionKind.CHOOSE,
        "measure": MEASURES.get(reading.get("measure", ""), ""),
        "request_made": requests_visible_to(request.user).filter(suggestion=suggestion).first(),
        "level": suggestion.insight.document["level"],
    }
    return render(request, "audience/suggestion.html", context)


@login_required
@require_POST
def suggestion_answer(request: HttpRequest, suggestion_id: UUID) -> HttpResponse:
    """Ask for the change, or say why nothing is changed."""
    suggestion = get_object_or_404(suggestions_visible_to(request.user), pk=suggestion_id)
    words = request.POST.get("words", "")
    if request.POST.get("do") == "accept":
        attempt(
            request,
            lambda: suggestion_accept(suggestion=suggestion, by=request.user, remedy=words),
            done=_("It is asked for, with its evidence. A later released cut in which this part differs meets it."),
        )
    else:
        attempt(
            request,
            lambda: suggestion_decline(suggestion=suggestion, by=request.user, reason=words),
            done=_("It stands as declined, with your reason."),
        )
    return redirect("insight:suggestion", suggestion.pk)


@login_required
@require_safe
def requests_page(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Changes that were asked for because of viewers, in one production."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    return render(request, "audience/requests.html", _requests(request, production))


def _requests(request: HttpRequest, production: Production) -> dict:
    state = request.GET.get("state", "")
    rows = requests_visible_to(request.user).filter(production=production)
    if state in AudienceRequestState.values:
        rows = rows.filter(state=state)
    page = keyset_page(rows, order=("-created_at", "-pk"), cursor=request.GET.get("after", ""))
    states = [("", _("All")), *AudienceRequestState.choices]
    return {"production": production, "page": page, "state": state, "states": states}


@login_required
@require_POST
def request_end(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """No longer ask for it."""
    asked = get_object_or_404(requests_visible_to(request.user), pk=request_id)
    attempt(
        request,
        lambda: request_drop(request=asked, by=request.user, reason=request.POST.get("reason", "")),
        done=_("It is no longer asked for."),
    )
    return redirect("insight:requests", asked.production_id)
