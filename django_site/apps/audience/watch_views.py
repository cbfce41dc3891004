"""What invited viewers see. They have no account: who they are is a cookie that says which seat is theirs."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_site.apps.audience.asking import SCALE
from django_site.apps.audience.codes import code_read
from django_site.apps.audience.consent import PURPOSES, consent_text, kept_until, text_digest
from django_site.apps.audience.doors import guessed_wrong, may_guess, seat_given, seat_taken, teller_of, viewer_of
from django_site.apps.audience.forms import JoinForm
from django_site.apps.audience.models import Event, Viewer
from django_site.apps.audience.playing import choices_of, film_for
from django_site.apps.audience.selectors import viewer_record
from django_site.apps.audience.services.ingesting import signals_keep
from django_site.apps.audience.services.viewers import (
    NotInvitedError,
    closed_because,
    consent_in_force,
    invitation_read,
    viewer_by_token,
    viewer_consent_give,
    viewer_consent_withdraw,
    viewer_forget,
    viewer_join,
)
from django_site.apps.audience.telling import TRACKS, film_played, told_to, track_text
from django_site.apps.audience.wishes import version_told, wishes_owed
from django_site.apps.audits.services.assets import asset_path
from django_site.errors import InputError, SiteError
from django_site.pages.failures import attempt, sentence
from django_site.ranges import file_response

#: Bytes of a batch of signals: two hundred of them with long comments.
MAX_BATCH = 600_000


def seated(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Only for who has a seat, whose ``Viewer`` the view is given; everybody else is asked for their code."""

    @never_cache
    @wraps(view)
    def asked(request: HttpRequest, **found: Any) -> HttpResponseBase:
        viewer = viewer_of(request)
        return redirect("watch:enter") if viewer is None else view(request, viewer=viewer, **found)

    return asked


def _said(request: HttpRequest, why: object, status: int, heading: str) -> HttpResponse:
    context = {"why": sentence(why), "heading": heading}
    return render(request, "audience/closed.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Where the code is typed."""
    if request.method != "POST":
        return render(request, "audience/enter.html", {"seat": viewer_of(request)})
    typed = request.POST.get("code", "")[:60]
    try:
        return redirect("watch:join", code_read(typed))
    except InputError as error:
        return render(request, "audience/enter.html", {"error": sentence(error), "typed": typed}, status=400)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, code: str) -> HttpResponse:
    """What one is invited to, and the way in."""
    if not may_guess(request):
        return _said(request, _("several wrong codes came from where you are; wait a minute"), 429, _("Wait a moment"))
    try:
        invitation = invitation_read(code)
    except NotInvitedError as error:
        guessed_wrong(request)
        return render(request, "audience/enter.html", {"error": sentence(error), "typed": code[:60]}, status=404)
    except SiteError as error:
        return _said(request, error, error.status, _("Not now"))
    screening = invitation.screening
    here = viewer_of(request)
    if here is not None and here.screening_id == screening.pk:
        return redirect("watch:play")
    form = JoinForm(request.POST or None, screening=screening)
    if request.method == "POST" and form.is_valid():
        try:
            viewer, token = viewer_join(
                invitation=invitation,
                territory=form.cleaned_data["territory"],
                of_age=form.cleaned_data["of_age"] == "yes",
            )
        except SiteError as error:
            form.add_error(None, sentence(error))
        else:
            response = redirect("watch:consent" if viewer.of_age else "watch:play")
            seat_given(response, request, token)
            return response
    context = {"screening": screening, "form": form, "code": code}
    return render(request, "audience/join.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@seated
def consent(request: HttpRequest, *, viewer: Viewer) -> HttpResponseBase:
    """What is recorded if one agrees; one may also not."""
    screening = viewer.screening
    if not viewer.of_age:
        return redirect("watch:play")
    until, error = kept_until(screening, timezone.now()).replace(microsecond=0), ""
    if request.method == "POST":
        if request.POST.get("say") == "no":
            if consent_in_force(viewer):
                viewer_consent_withdraw(viewer=viewer)
            return redirect("watch:play")
        try:
            given = viewer_consent_give(
                viewer=viewer,
                purposes=request.POST.getlist("purposes"),
                shown_sha256=request.POST.get("shown", ""),
                until=_moment(request.POST.get("until", "")),
                groups={one["id"]: request.POST.get(f"group-{one['id']}", "") for one in screening.group_questions},
            )
        except SiteError as failure:
            error = sentence(failure)
        else:
            response = redirect("watch:play")
            seat_given(response, request, request.COOKIES["reelproof_seat"], until=given.expires_at)
            return response
    text = consent_text(screening, list(PURPOSES), until)
    standing = consent_in_force(viewer)
    context = {
        "viewer": viewer,
        "screening": screening,
        "text": text,
        "shown": text_digest(text),
        "until": until.isoformat(),
        "purposes": list(PURPOSES.items()),
        "standing": standing,
        "groups": [(one, viewer.groups.get(one["id"], "")) for one in screening.group_questions],
        "error": error,
    }
    return render(request, "audience/consent.html", context, status=400 if error else 200)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise InputError("the page did not say until when; open it again") from None


@ensure_csrf_cookie  # the player's script sends it back, whether or not the page holds a form
@require_safe
@seated
def play(request: HttpRequest, *, viewer: Viewer) -> HttpResponseBase:
    """The film, what it tells about itself, and what one may say to it."""
    if why := closed_because(viewer.screening, timezone.now()):
        return _said(request, why, 403, _("The film is not shown now"))
    if wishes_owed(viewer):
        return redirect("watch:wishes")
    cut = film_for(viewer)
    if cut is None:
        why = _("this film was taken back by its makers; it is not shown any more")
        return _said(request, why, 410, _("The film is not shown any more"))
    address = request.build_absolute_uri(reverse("verify:release", args=[cut.release.pk]))
    standing = consent_in_force(viewer)
    context = {
        "viewer": viewer,
        "screening": viewer.screening,
        "told": told_to(viewer, cut, address=address),
        "cut": cut,
        "consent": standing,
        "purposes": " ".join(standing.purposes) if standing else "",
        "scale": SCALE,
        "answered": _answered(viewer) if standing else set(),
        "choices": choices_of(viewer, cut),
        "version": version_told(viewer),
    }
    return render(request, "audience/play.html", context)


def _answered(viewer: Viewer) -> set[str]:
    values = Event.objects.filter(viewer=viewer, kind="answer").values_list("value", flat=True)
    return {value.partition("=")[0] for value in values}


@require_safe
@seated
def film(request: HttpRequest, *, viewer: Viewer, cut_id: UUID) -> HttpResponseBase:
    """The released film's signed bytes, whole or in ranges, to who may see it now."""
    cut = film_played(viewer, cut_id)
    if cut is None or closed_because(viewer.screening, timezone.now()):
        raise Http404(_("This film is not shown to you."))
    asset = cut.release.manifest.asset
    # not to be stored (``seated``): a recall, or the end of the screening, holds at the next request
    return file_response(request, asset_path(asset), sha256=asset.sha256, media_type=asset.media_type)


@require_safe
@seated
def track(request: HttpRequest, *, viewer: Viewer, cut_id: UUID, kind: str) -> HttpResponseBase:
    """Captions or descriptions of the film."""
    cut = film_played(viewer, cut_id)
    if cut is None or kind not in TRACKS:
        raise Http404(_("This film is not shown to you."))
    try:
        text = track_text(cut, kind)
    except InputError as error:
        raise Http404(sentence(error)) from None
    return HttpResponse(text, content_type="text/vtt; charset=utf-8")


@never_cache
@require_POST
def signals(request: HttpRequest) -> JsonResponse:
    """What a player tells, as JSON; see ``services.ingesting``. Answers ``{"kept", "already", "refused"}``."""
    viewer = teller_of(request)
    if viewer is None:
        return JsonResponse({"error": "Your seat is not known (any more): nothing is kept.", "stop": True}, status=401)
    if int(request.headers.get("Content-Length") or 0) > MAX_BATCH:
        return JsonResponse({"error": "The batch is too large; send it in parts."}, status=413)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return JsonResponse({"error": "The batch is no JSON."}, status=400)
    if not isinstance(body, dict):
        return JsonResponse({"error": "A batch is an object with film, sent and signals."}, status=400)
    try:
        kept = signals_keep(viewer=viewer, film=body.get("film"), sent=body.get("sent"), signals=body.get("signals"))
    except SiteError as error:
        stop = error.status == 403
        return JsonResponse({"error": sentence(error), "stop": stop}, status=error.status)
    return JsonResponse({"kept": kept.kept, "already": kept.already, "refused": kept.refused})


@require_POST
@seated
def answers(request: HttpRequest, *, viewer: Viewer) -> HttpResponseBase:
    """Answers to the questions, from the form: for who has no JavaScript."""
    cut = film_for(viewer)
    now = timezone.now().timestamp() * 1000
    given = [
        {"key": str(uuid4()), "kind": "answer", "at": float(cut.duration) if cut else 0, "seq": int(now / 1000) % 2**31,
         "said": now, "value": f"{one['id']}={said}"}
        for one in viewer.screening.questions
        if (said := request.POST.get(f"answer-{one['id']}", "").strip())
    ]  # fmt: skip
    if not given:
        messages.info(request, _("There was no answer to keep."))
    else:
        kept = attempt(
            request,
            lambda: signals_keep(viewer=viewer, film=str(cut.pk) if cut else "", sent=now, signals=given),
        )
        if kept is not None and kept.refused:
            messages.error(request, sentence(kept.refused[0]["why"]))
        elif kept is not None:
            messages.success(request, _("Your answers are kept. Thank you."))
    return redirect("watch:play")


@require_safe
@seated
def mine(request: HttpRequest, *, viewer: Viewer) -> HttpResponseBase:
    """What is recorded of oneself, and how to end it."""
    if request.GET.get("as") == "json":
        response = JsonResponse(viewer_record(viewer), json_dumps_params={"indent": 1, "ensure_ascii": False})
        response["Content-Disposition"] = 'attachment; filename="recorded-of-me.json"'
        return response
    context = {
        "viewer": viewer,
        "screening": viewer.screening,
        "standing": consent_in_force(viewer),
        "agreements": viewer.consents.order_by("-given_at"),
        "kinds": viewer_record(viewer)["counts"],
        "again": request.build_absolute_uri(reverse("watch:again", args=[request.COOKIES["reelproof_seat"]])),
        "watched": closed_because(viewer.screening, timezone.now()) == "",
    }
    return render(request, "audience/mine.html", context)


@require_POST
@seated
def withdraw(request: HttpRequest, *, viewer: Viewer) -> HttpResponseBase:
    """Stop the recording and delete what was recorded, or delete everything and leave."""
    if request.POST.get("do") == "forget":
        viewer_forget(viewer=viewer)
        response = render(request, "audience/forgotten.html")
        seat_taken(response)
        return response
    attempt(
        request,
        lambda: viewer_consent_withdraw(viewer=viewer),
        done=_("Nothing is recorded any more, and what was recorded is deleted. You may go on watching."),
    )
    return redirect("watch:mine")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest, token: str) -> HttpResponse:
    """Back to one's seat on another device, by one's own link."""
    if not may_guess(request):
        return _said(request, _("several wrong links came from where you are; wait a minute"), 429, _("Wait a moment"))
    viewer = viewer_by_token(token)
    if viewer is None:
        guessed_wrong(request)
        return _said(request, _("this link leads to no seat (any more)"), 404, _("Not here"))
    if request.method == "POST":
        response = redirect("watch:mine")
        given = consent_in_force(viewer)
        seat_given(response, request, token, until=given.expires_at if given else None)
        return response
    return render(request, "audience/again.html", {"viewer": viewer, "screening": viewer.screening})
