"""The producers' side of screenings: prepared, opened, watched while they run, closed."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_site.apps.audience.charts import columns, reach_line, span_boxes
from django_site.apps.audience.forms import InvitationForm, ScreeningForm
from django_site.apps.audience.live import SIGNAL_COLUMNS, Now, live, signal_rows
from django_site.apps.audience.models import Invitation, Screening, ScreeningState
from django_site.apps.audience.playing import cuts_playable
from django_site.apps.audience.selectors import screening_get, screenings_visible_to, viewers_recorded
from django_site.apps.audience.services.screenings import (
    arm_add,
    invitation_make,
    invitation_revoke,
    screening_close,
    screening_create,
    screening_open,
)
from django_site.apps.productions.models import Cut
from django_site.apps.productions.selectors import productions_visible_to
from django_site.errors import InputError, NotAllowedError
from django_site.pages.csv_files import csv_lines
from django_site.pages.failures import ANTICIPATED, attempt, sentence
from django_site.pages.paging import keyset_page

_CHANGES = {
    "open": (screening_open, "It is open: whoever has a code comes in."),
    "close": (screening_close, "It is closed. What was recorded is kept for the days that viewers were told."),
}


@login_required
@require_safe
def screening_list(request: HttpRequest) -> HttpResponse:
    """Screenings, newest first, and productions that could have one."""
    page = keyset_page(screenings_visible_to(request.user), order=("-id",), cursor=request.GET.get("after", ""))
    produced = productions_visible_to(request.user).filter(members__user=request.user, members__role="producer")
    with_film = produced.filter(cuts__in=cuts_playable()).distinct().order_by("title")[:50]
    return render(request, "audience/list.html", {"page": page, "productions": with_film})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def screening_new(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Prepare a screening. Nobody is let in before it is opened."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    if not request.user.has_perm("productions.change", production):
        raise NotAllowedError("only producers of this production invite viewers; ask one of them")
    form = ScreeningForm(request.POST or None, production=production, initial={"title": _("First look")})
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            values["cuts"] = [UUID(one) for one in values["cuts"]]
            screening = screening_create(production=production, by=request.user, **values)
        except ANTICIPATED as error:
            form.add_error(None, sentence(error))
        else:
            return redirect("screenings:page", screening.pk)
    context = {"form": form, "production": production, "films": bool(form.fields["cuts"].choices)}
    return render(request, "audience/new.html", context, status=400 if form.errors else 200)


@login_required
@require_safe
def screening_page(request: HttpRequest, screening_id: UUID) -> HttpResponse:
    """What it shows, to whom, what viewers are told and asked; opening, inviting, closing."""
    return render(request, "audience/screening.html", _context(request, screening_get(request.user, screening_id)))


def _context(request: HttpRequest, screening: Screening, **more: Any) -> dict[str, Any]:
    arms = list(screening.arms.select_related("cut__production").order_by("letter"))
    playable = set(cuts_playable().filter(screening_arms__in=arms).values_list("pk", flat=True))
    others = cuts_playable().filter(production=screening.production).exclude(pk__in=[arm.cut_id for arm in arms])
    return {
        "screening": screening,
        "production": screening.production,
        "arms": [(arm, arm.cut_id in playable) for arm in arms],
        "others": others.order_by("-version") if screening.state == ScreeningState.DRAFT else [],
        "invitations": screening.invitations.order_by("-created_at").select_related("created_by"),
        "came": screening.viewers.count(),
        "recorded": viewers_recorded(screening).count(),
        "may_change": request.user.has_perm("productions.change", screening.production),
        "form": InvitationForm(),
        "enter": request.build_absolute_uri(reverse("watch:enter")),
        **more,
    }


@login_required
@require_POST
def screening_change(request: HttpRequest, screening_id: UUID) -> HttpResponse:
    """Open or close it."""
    screening = screening_get(request.user, screening_id)
    change, done = _CHANGES.get(request.POST.get("do", ""), (None, ""))
    if change is None:
        raise InputError("say whether to open or to close it")
    attempt(request, lambda: change(screening=screening, by=request.user), done=_(done))
    return redirect("screenings:page", screening.pk)


@login_required
@require_POST
def arm_new(request: HttpRequest, screening_id: UUID) -> HttpResponse:
    """Compare one cut more."""
    screening = screening_get(request.user, screening_id)
    try:
        cut = Cut.objects.get(pk=UUID(request.POST.get("cut", "")), production=screening.production)
    except (ValueError, Cut.DoesNotExist):
        raise InputError("choose a released cut of this production") from None
    attempt(request, lambda: arm_add(screening=screening, cut=cut, by=request.user), done=_("The cut is compared."))
    return redirect("screenings:page", screening.pk)


@login_required
@require_POST
def invite(request: HttpRequest, screening_id: UUID) -> HttpResponse:
    """Make an invitation; its code is shown once, on this answer."""
    screening = screening_get(request.user, screening_id)
    form = InvitationForm(request.POST)
    if form.is_valid():
        made = attempt(
            request,
            lambda: invitation_make(
                screening=screening,
                by=request.user,
                label=form.cleaned_data["label"],
                max_viewers=form.cleaned_data["max_viewers"],
            ),
        )
        if made is not None:
            link = request.build_absolute_uri(reverse("watch:join", args=[made[1]]))
            context = _context(request, screening, code=made[1], link=link, made=made[0])
            response = render(request, "audience/screening.html", context)
            response["Cache-Control"] = "no-store"
            return response
        form.add_error(None, _("See the message above."))
    return render(request, "audience/screening.html", _context(request, screening) | {"form": form}, status=400)


@login_required
@require_POST
def revoke(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """End an invitation; who came by it stays."""
    rows = Invitation.objects.filter(screening__in=screenings_visible_to(request.user)).select_related("screening")
    invitation = get_object_or_404(rows, pk=invitation_id)
    attempt(
        request,
        lambda: invitation_revoke(invitation=invitation, by=request.user),
        done=_("Nobody else comes in by it."),
    )
    return redirect("screenings:page", invitation.screening_id)


@login_required
@require_safe
def live_page(request: HttpRequest, screening_id: UUID) -> HttpResponse:
    """The screening while it runs; htmx asks for the part that changes."""
    screening = screening_get(request.user, screening_id)
    now = live(screening, letter=request.GET.get("arm", "")[:2])
    template = "audience/live_now.html" if request.htmx else "audience/live.html"
    return render(request, template, {"screening": screening, "production": screening.production, **_drawn(now)})


def _drawn(now: Now | None) -> dict[str, Any]:
    if now is None:
        return {"now": None}
    highest = max((one.count for _, bins in now.reactions for one in bins), default=0)
    lines = [
        reach_line(arm.curve, name=f"{arm.arm.letter} · {arm.arm.cut}", style=place)
        for place, arm in enumerate(now.arms)
    ]
    return {
        "now": now,
        "scenes": span_boxes(now.spans, now.duration, "scene"),
        "shots": span_boxes(now.spans, now.duration, "shot"),
        "pressed": [
            (name, columns(bins, most=highest), sum(one.count for one in bins)) for name, bins in now.reactions
        ],
        "places": columns(now.places),
        "lines": [line for line in lines if line],
        "spans": _by_span(now),
    }


def _by_span(now: Now) -> list[dict[str, Any]]:
    """The charts as a table: each scene and shot with what was pressed in it, and who is in it. A stretch that crosses a
    border is counted where its middle lies."""

    def within(span: Any, bins: Any) -> int:
        return sum(one.count for one in bins if span.start <= (one.start + one.end) / 2 < span.end)

    return [
        {
            "span": span,
            "pressed": [within(span, bins) for _, bins in now.reactions],
            "here": within(span, now.places),
        }
        for span in now.spans
        if span.kind == "scene"
    ]


@login_required
@require_safe
def signals_csv(request: HttpRequest, screening_id: UUID) -> HttpResponseBase:
    """Every signal, under pseudonyms, for whoever may change the production."""
    screening = screening_get(request.user, screening_id)
    if not request.user.has_perm("productions.change", screening.production):
        raise Http404(_("Only producers take signals away."))
    lines = csv_lines(SIGNAL_COLUMNS, signal_rows(screening))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"signals-{screening.pk.hex[-8:]}.csv"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    response["Cache-Control"] = "no-store"
    return response
