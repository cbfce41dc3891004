"""The page of a finding with what reviewers say of it, and the still pictures of films."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from auditor.media import MediaError
from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.evidence import evidence_pair
from django_site.apps.audits.forms import ReasonForm
from django_site.apps.audits.models import Dismissal, Finding, FindingKind
from django_site.apps.audits.pictures import picture_path
from django_site.apps.audits.reading import decision_latest, dismissed_in
from django_site.apps.audits.selectors import assets_visible_to, findings_visible_to, is_public
from django_site.apps.audits.services.dismissals import dismissal_lift, finding_confirm, finding_dismiss
from django_site.apps.productions.films import findings_timeline
from django_site.apps.reviews.selectors import cases_visible_to
from django_site.apps.reviews.services import access_log
from django_site.errors import InputError
from django_site.pages.drawings import Bar
from django_site.pages.failures import attempt


@login_required
@require_safe
def finding_page(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """What was found, where, the two films in step, and what reviewers say of it."""
    return render(request, "audits/finding.html", _context(request, _finding(request.user, finding_id)))


def _finding(user: User, finding_id: UUID) -> Finding:
    findings = findings_visible_to(user).select_related(
        "audit__asset",
        "audit__production__organisation",
        "audit__take__shot",
        "audit__cut",
        "audit__imported",
        "audit__output__release__cut",
        "audit__index_snapshot",
        "work__rights_holder",
        "subject",
        "matrix",
    )
    return get_object_or_404(findings.prefetch_related("evidence"), pk=finding_id)


def _context(request: HttpRequest, finding: Finding, form: ReasonForm | None = None) -> dict:
    user, audit = request.user, finding.audit
    film = audit.output.release.cut if audit.output else audit.cut
    target = {"take": audit.take} if audit.take else {"cut": film} if film else {"imported": audit.imported}
    siblings = list(audit.findings.select_related("work", "subject").order_by("position"))
    dismissed = dismissed_in(audit, user, siblings)
    at = next(place for place, sibling in enumerate(siblings) if sibling.pk == finding.pk)
    judges = user.has_perm("audits.dismiss", audit.production)
    confirmations = list(finding.confirmations.select_related("by"))
    standing = next((d.dismissal for d in dismissed if d.finding_id == finding.pk and not d.quieted), None)
    return {
        "production": audit.production,
        "audit": audit,
        "finding": finding,
        "pair": evidence_pair(finding),
        "target": next(iter(target.values())),
        "target_kind": next(iter(target)),
        "decision": decision_latest(audit=audit),
        "case": cases_visible_to(user).filter(**target).order_by("-created_at").first(),
        "timeline": findings_timeline(
            float(audit.asset.probe.get("duration") or 0),
            siblings,
            dismissed={d.finding_id for d in dismissed if not d.quieted},
            quieted=[
                Bar(
                    d.start,
                    d.end,
                    _("Kept quiet"),
                    reverse("findings:finding", args=[d.finding_id]) if d.finding_id else "",
                    "shot",
                    d.plain,
                )
                for d in dismissed
                if d.quieted
            ],
            current=finding,
        ),
        "number": at + 1,
        "count": len(siblings),
        "before": siblings[at - 1] if at else None,
        "after": siblings[at + 1] if at + 1 < len(siblings) else None,
        "judges": judges,
        "dismissable": finding.kind not in (FindingKind.AUDIO, FindingKind.TEXT) or bool(finding.known_by),
        "dismissed": dismissed,
        "standing": standing,
        "lifted": list(finding.dismissals.filter(lifted_at__isnull=False).select_related("by", "lifted_by")),
        "confirmations": confirmations,
        "confirmed": any(confirmation.by_id == user.pk for confirmation in confirmations),
        "cannot_detect": audit.report.get("cannot_detect") or [],
        "form": form or ReasonForm(),
    }


@login_required
@require_POST
def finding_accept(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """Agree with a finding."""
    finding = _finding(request.user, finding_id)
    attempt(
        request,
        lambda: finding_confirm(finding=finding, by=request.user),
        done=_("It is on the record that you agree with this finding."),
    )
    return redirect("findings:finding", finding.pk)


@login_required
@require_POST
def finding_dismissed(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """Dismiss a false alarm, with a reason which an error never loses."""
    finding = _finding(request.user, finding_id)
    require(request.user, "audits.dismiss", finding.audit.production)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return render(request, "audits/finding.html", _context(request, finding, form), status=400)
    reason = form.cleaned_data["reason"]
    done = attempt(
        request,
        lambda: finding_dismiss(finding=finding, by=request.user, reason=reason),
        done=_(
            "Dismissed: later audits keep it quiet. The decision on this film stays as it is; it is made in review."
        ),
    )
    if done is None:
        return render(request, "audits/finding.html", _context(request, finding, form), status=409)
    return redirect("findings:finding", finding.pk)


@login_required
@require_POST
def dismissal_lifted(request: HttpRequest, dismissal_id: UUID) -> HttpResponse:
    """Take a dismissal back; ``page`` names the finding from whose page that was asked."""
    seen = findings_visible_to(request.user)
    rows = Dismissal.objects.filter(finding__in=seen).select_related("finding__audit__production")
    dismissal = get_object_or_404(rows, pk=dismissal_id)
    require(request.user, "audits.dismiss", dismissal.finding.audit.production)
    form = ReasonForm(request.POST)
    if form.is_valid():
        attempt(
            request,
            lambda: dismissal_lift(dismissal=dismissal, by=request.user, reason=form.cleaned_data["reason"]),
            done=_("Taken back. Whatever it kept quiet and is not out yet is audited again."),
        )
    else:
        messages.error(request, _("Say why it is taken back, in three letters or more; nothing was changed."))
    page = request.POST.get("page", "")
    leads = seen.filter(pk=page).first() if is_uuid(page) else None
    return redirect("findings:finding", (leads or dismissal.finding).pk)


def is_uuid(text: str) -> bool:
    """Whether a query may ask for it."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@require_safe
def asset_picture(request: HttpRequest, asset_id: UUID) -> HttpResponseBase:
    """A still of a film that the person may see (``?frames=3`` for a sheet). To anyone else it does not exist."""
    asset = assets_visible_to(request.user).filter(pk=asset_id).first()
    if asset is None:
        raise Http404("no such picture")
    frames = request.GET.get("frames", "1")
    try:
        picture = picture_path(asset, frames=int(frames) if frames.isdigit() else 0)
    except (MediaError, InputError) as error:
        raise Http404(str(error)) from None
    response = HttpResponse(picture.read_bytes(), content_type="image/jpeg")
    if is_public(asset):
        response["Cache-Control"] = "public, max-age=3600"
    else:  # a still of what lies in quarantine, or was recalled, is treated as the film itself
        access_log(user=request.user, asset=asset)
        response["Cache-Control"] = "private, no-store"
    return response
