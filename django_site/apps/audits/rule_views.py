"""The rules as pages: what they say, how they came to be, what a draft would change; and a decision explained."""

import json
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from django_site import wiring
from django_site.apps.accounts.models import REVIEWING_ROLES, Role
from django_site.apps.audits.forms import DraftForm
from django_site.apps.audits.models import Decision
from django_site.apps.audits.rules_read import (
    drafts_visible_to,
    line_changes,
    lookup_due,
    points_said,
    rule_areas,
    rule_history,
    rule_state,
)
from django_site.apps.audits.selectors import decisions_visible_to
from django_site.apps.audits.services.drafting import draft_start
from django_site.apps.audits.services.explanations import decision_explain
from django_site.apps.audits.services.policies_kept import bundle_of
from django_site.apps.audits.services.replaying import decision_replay
from django_site.apps.jobs.panel import panel_of_target
from django_site.apps.provenance.models import LedgerEntry
from django_site.errors import NotAllowedError, WrongStateError
from django_site.pages.failures import ANTICIPATED, sentence
from django_site.pages.paging import keyset_page

#: Ledger entries that are looked through for a decision's own; between the two lies no more than what ran beside it.
ENTRIES_AFTER = 200


@login_required
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """Today's rules by area; ``q`` finds words in them."""
    query = " ".join(request.GET.get("q", "").split())[:100]
    bundle = wiring.policy_bundle()
    context = {
        "areas": rule_areas(query),
        "query": query,
        "rules": sum(rule_state(policy) == "active" for policy in bundle.policies),
        "bundle_sha256": bundle.sha256,
        "legal": _legal(request),
    }
    return render(request, "policies/list.html", context)


def _legal(request: HttpRequest) -> bool:
    return request.user.memberships.filter(role__in=REVIEWING_ROLES).exists()


@login_required
@require_safe
def rule_page(request: HttpRequest, area: str, name: str) -> HttpResponse:
    """One rule, readable, with its history."""
    policy = wiring.policy_bundle().policy(f"{area}/{name}")
    history = rule_history(f"{area}/{name}.yaml")
    if policy is None:
        if not history:
            raise Http404
        return render(request, "policies/gone.html", {"rule": f"{area}/{name}", "history": history})
    context = {
        "policy": policy,
        "points": points_said(policy.points),
        "due": lookup_due(policy),
        "history": history,
        "legal": _legal(request),
        "roles": [str(Role(role).label) for role in policy.override.roles],
        "superseded_by": [one for one in wiring.policy_bundle().policies if policy.id in one.supersedes],
    }
    return render(request, "policies/rule.html", context)


@login_required
@require_safe
def draft_list(request: HttpRequest) -> HttpResponse:
    """Drafts that were compared, newest first."""
    _only_legal(request)
    page = keyset_page(
        drafts_visible_to(request.user), order=("-created_at", "-id"), cursor=request.GET.get("after", "")
    )
    return render(request, "policies/drafts.html", {"page": page})


def _only_legal(request: HttpRequest) -> None:
    if not _legal(request):
        raise NotAllowedError("only the legal side of an organisation drafts policies; ask a legal reviewer")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft_new(request: HttpRequest) -> HttpResponse:
    """Change a rule on paper and ask what it would have changed."""
    _only_legal(request)
    bundle = wiring.policy_bundle()
    rule = request.GET.get("rule", "")
    text = bundle.texts.get(f"{rule}.yaml", b"").decode()
    form = DraftForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        initial={"file": f"{rule}.yaml" if text else "", "text": text},
    )
    if request.method == "POST" and form.is_valid():
        try:
            draft = draft_start(
                organisation=form.cleaned_data["organisation"],
                by=request.user,
                file=form.cleaned_data["file"],
                text=form.cleaned_data["text"],
                days_back=form.cleaned_data["days_back"],
            )
        except NotAllowedError:
            raise
        except ANTICIPATED as error:
            form.add_error("text", sentence(error))
        else:
            return redirect("policies:draft", draft.pk)
    return render(
        request,
        "policies/draft_new.html",
        {"form": form, "rule": rule if text else ""},
        status=400 if form.errors else 200,
    )


@login_required
@require_safe
def draft_page(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What a draft would have changed: the decisions that come out otherwise."""
    draft = get_object_or_404(drafts_visible_to(request.user), pk=draft_id)
    flips = draft.flips.select_related(
        "decision__production",
        "decision__subject",
        "decision__take__shot",
        "decision__cut",
        "decision__imported",
        "decision__shot",
    )
    context = {
        "draft": draft,
        "page": keyset_page(flips, order=("id",), cursor=request.GET.get("after", "")),
        "flips": draft.flips.count(),
        "panel": panel_of_target(request.user, draft.pk),
        "working": draft.state == "waiting",
        "changes": _changes(draft),
    }
    return render(request, "policies/draft.html", context)


def _changes(draft) -> list:
    try:
        before = bundle_of(draft.base_sha256).texts.get(draft.file, b"").decode()
    except WrongStateError:
        return []
    return line_changes(before, draft.text)


def _entry_of(decision: Decision) -> LedgerEntry | None:
    """The decision's ledger entry: written in the same transaction, so among the first after it (ids sort by time)."""
    after = LedgerEntry.objects.filter(pk__gt=decision.pk).order_by("pk")[:ENTRIES_AFTER]
    return next((entry for entry in after if entry.event.get("decision") == str(decision.pk)), None)


@login_required
@require_safe
def decision_page(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """A decision, explained; and decided again, to see that it still comes out so."""
    rows = decisions_visible_to(request.user).select_related(
        "production", "subject", "shot", "take__shot", "cut", "imported", "output__release__cut", "actor", "audit"
    )
    decision = get_object_or_404(rows, pk=decision_id)
    explained = decision_explain(decision)
    context = {
        "decision": decision,
        "explained": explained,
        "replay": decision_replay(decision),
        "entry": _entry_of(decision),
        "asked": [(rule.partition("@")[0], rule) for rule in decision.policies],
        "about": decision.cut
        or decision.take
        or decision.imported
        or decision.output
        or decision.shot
        or decision.subject
        or _("training"),
        "facts": json.dumps(decision.facts, indent=2, ensure_ascii=False),
        "point": (points_said([decision.point]) or [decision.point])[0],
    }
    return render(request, "policies/decision.html", context)
