"""Claims: raised in three steps, listed by the day on which an answer is due, answered with reasons."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.audits.models import Finding
from django_site.apps.likeness.claims import claim_answer, claim_raise, claim_take_back, version_in_force
from django_site.apps.likeness.forms import ClaimAnswerForm, ClaimWantForm, ClaimWhatForm, ClaimWhichForm
from django_site.apps.likeness.models import Claim, ClaimState, ConsentGrant, GrantState, Subject, UseEvent
from django_site.apps.likeness.reading import grant_lines, use_lines
from django_site.apps.likeness.selectors import claims_visible_to
from django_site.apps.likeness.views.common import stand, subject_for
from django_site.errors import NotAllowedError
from django_site.pages.failures import ANTICIPATED, attempt, sentence, status_of
from django_site.pages.paging import keyset_page

#: Uses and sightings that the second step offers; an older one is contested from its own line.
FEW = 12


@login_required
@require_safe
def claims_page(request: HttpRequest) -> HttpResponse:
    """Claims of the people whom the visitor may see: the open ones by the day on which an answer is due."""
    shown = ClaimState.OPEN if request.GET.get("state", "open") == "open" else None
    rows = claims_visible_to(request.user).select_related("subject", "production")
    rows = rows.filter(state=shown) if shown else rows.exclude(state=ClaimState.OPEN)
    order = ("due_at", "id") if shown else ("-created_at", "-id")
    page = keyset_page(rows, order=order, cursor=request.GET.get("after", ""))
    return render(request, "likeness/claims.html", {"page": page, "open": bool(shown)})


def _things(subject: Subject, chosen: str) -> dict[str, tuple[str, Any]]:
    """What a claim may be about: value -> (words, thing)."""
    things: dict[str, tuple[str, Any]] = {}
    uses = list(use_lines(subject)[:FEW])
    findings = list(
        Finding.objects.filter(subject=subject).select_related("audit__production").order_by("-created_at")[:FEW]
    )
    kind, _sep, pk = chosen.partition(":")
    if kind in ("use", "finding") and not any(str(one.pk) == pk for one in (*uses, *findings)):
        uses += list(use_lines(subject).filter(pk=pk)) if kind == "use" and _is_uuid(pk) else []
    for use in uses:
        words = _("%(production)s: %(kind)s on %(day)s") % {
            "production": use.production,
            "kind": use.get_kind_display().lower(),
            "day": date_format(use.created_at, "j F Y"),
        }
        things[f"use:{use.pk}"] = (words, use)
    for line in grant_lines(subject):
        if line.grant.state not in (GrantState.DRAFTED, GrantState.AMENDED):
            words = _("The grant: %(sentence)s") % {"sentence": line.sentence}
            things[f"grant:{line.grant.pk}"] = (words, line.grant)
    for finding in findings:
        words = _("%(production)s: I was recognised on %(day)s") % {
            "production": finding.audit.production,
            "day": date_format(finding.created_at, "j F Y"),
        }
        things[f"finding:{finding.pk}"] = (words, finding)
    things["none"] = (_("Something that is not listed here"), None)
    return things


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def claim_new(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Three steps: what is wrong, which use or grant, what should happen. Nothing typed is lost on the way back."""
    subject = subject_for(request.user, subject_id, "likeness.stop")
    posted = request.POST if request.method == "POST" else None
    typed = posted or {}
    chosen = (posted or request.GET).get("about", "")
    things = _things(subject, chosen)
    choices = [(value, words) for value, (words, _thing) in things.items()]
    step = int(posted.get("step", "1")) if posted and posted.get("step", "1") in ("1", "2", "3") else 1
    back = bool(posted and "back" in posted)
    forms = [
        ClaimWhatForm(posted),
        ClaimWhichForm(posted if step > 1 or "about" in typed else None, things=choices, initial={"about": chosen}),
        ClaimWantForm(posted if step > 2 else None, initial={key: typed.get(key, "") for key in ("wanted", "stop")}),
    ]
    show, status = 1, 200
    if posted and back:
        show = max(1, step - 1)
    elif posted:
        broken = next((number for number, form in enumerate(forms[:step], 1) if not form.is_valid()), None)
        show = broken or step + 1
        status = 400 if broken else 200
    if show == 4:
        try:
            claim = _raise(request, subject, forms, things)
        except NotAllowedError:
            raise
        except ANTICIPATED as error:
            forms[2].add_error(None, sentence(error))
            show, status = 3, status_of(error)
        else:
            messages.success(
                request,
                _("Raised. The legal side answers by %(day)s; you read the answer here.")
                % {"day": date_format(claim.due_at, "j F Y")},
            )
            return redirect("likeness:claim", claim.pk)
    carried = {key: (posted or request.GET).get(key, "") for key in ("kind", "text", "about", "wanted", "stop")}
    own = {1: ("kind", "text"), 2: ("about",), 3: ("wanted", "stop")}[show]
    about = things.get(carried["about"], ("", None))
    context = stand(
        request,
        subject,
        step=show,
        form=forms[show - 1],
        carried={key: value for key, value in carried.items() if key not in own and value},
        about_words=about[0],
        stoppable=_grant_of(about[1]) is not None,
        kind_words=dict(ClaimWhatForm.base_fields["kind"].choices).get(carried["kind"], ""),
    )
    return render(request, "likeness/claim_new.html", context, status=status)


def _grant_of(thing: Any) -> ConsentGrant | None:
    """The grant that a claim about this could stop."""
    grant = thing.grant if isinstance(thing, UseEvent) else thing if isinstance(thing, ConsentGrant) else None
    return version_in_force(grant) if grant is not None else None


def _raise(request: HttpRequest, subject: Subject, forms: list, things: dict) -> Claim:
    what, which, want = (form.cleaned_data for form in forms)
    thing = things[which["about"]][1]
    return claim_raise(
        subject=subject,
        kind=what["kind"],
        text=what["text"],
        by=request.user,
        wanted=want["wanted"],
        use=thing if isinstance(thing, UseEvent) else None,
        finding=thing if isinstance(thing, Finding) else None,
        grant=thing if isinstance(thing, ConsentGrant) else None,
        stop_new_uses=want["stop"],
    )


def _claim(request: HttpRequest, claim_id: UUID) -> Claim:
    rows = claims_visible_to(request.user).select_related(
        "subject__organisation", "grant", "use__production", "finding__audit__production", "production", "raised_by",
        "answered_by",
    )  # fmt: skip
    return get_object_or_404(rows, pk=claim_id)


@login_required
@require_safe
def claim_page(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """What was claimed, by when an answer is due, and the answer."""
    claim = _claim(request, claim_id)
    require(request.user, "likeness.view", claim.subject)
    return render(request, "likeness/claim.html", _context(request, claim, ClaimAnswerForm()))


def _context(request: HttpRequest, claim: Claim, form: ClaimAnswerForm) -> dict:
    line = grant_lines(claim.subject, only=claim.grant)[0] if claim.grant else None
    open_claim = claim.state == ClaimState.OPEN
    return stand(request, claim.subject, claim=claim, line=line, form=form, open=open_claim)


@login_required
@require_POST
def claim_answer_view(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """The legal side answers, with reasons."""
    claim = _claim(request, claim_id)
    require(request.user, "likeness.answer", claim.subject)
    form = ClaimAnswerForm(request.POST)
    if not form.is_valid():
        return render(request, "likeness/claim.html", _context(request, claim, form), status=400)
    outcome = form.cleaned_data["outcome"]
    attempt(
        request,
        lambda: claim_answer(
            claim=claim,
            uphold=outcome != "reject",
            answer=form.cleaned_data["answer"],
            by=request.user,
            remedy=outcome if outcome != "reject" else "revoke",
        ),
        done=_("Answered. The person reads your reasons on their page."),
    )
    return redirect("likeness:claim", claim.pk)


@login_required
@require_POST
def claim_take_back_view(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """The person takes it back."""
    claim = _claim(request, claim_id)
    require(request.user, "likeness.stop", claim.subject)
    attempt(
        request,
        lambda: claim_take_back(claim=claim, by=request.user, reason=request.POST.get("reason", "")[:2000]),
        done=_("Taken back. What it stopped goes on as before."),
    )
    return redirect("likeness:claim", claim.pk)
