"""Answering what follows from a screening, and knowing when a change that was asked for has been made."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audience.insight_models import (
    AudienceRequest,
    AudienceRequestState,
    Suggestion,
    SuggestionKind,
    SuggestionState,
)
from django_site.apps.audience.insight_reading import items_of, part_of
from django_site.apps.productions.models import ContributionAct, Cut
from django_site.apps.productions.services.contributions import contribution_record
from django_site.errors import InputError, WrongStateError

#: Characters of a reason.
MAX_REASON = 2000


@transaction.atomic
def suggestion_accept(*, suggestion: Suggestion, by: User, remedy: str = "") -> AudienceRequest:
    """Ask for the change, in one's own words or in the suggestion's; what the cut shows there now is kept beside it.

    Raises ``WrongStateError`` where the suggestion is answered, or where the same is asked for already.
    """
    production = suggestion.insight.screening.production
    require(by, "productions.change", production)
    words = remedy.strip() or suggestion.advice
    _short_enough(words, "what is asked for")
    held = _locked(suggestion)
    same = AudienceRequest.objects.filter(
        production=production,
        state=AudienceRequestState.OPEN,
        suggestion__kind=held.kind,
        suggestion__cut=held.cut_id,
        suggestion__shot=held.shot_id,
        suggestion__scene=held.scene_id,
    )
    if same.exists():
        raise WrongStateError(
            "the same change of the same cut is asked for already; see the requests of the production"
        )
    _answered(held, by, SuggestionState.ACCEPTED)
    asked = AudienceRequest.objects.create(
        suggestion=held,
        production=production,
        requested_by=by,
        remedy=words,
        was=part_of(items_of(held.cut), shot=held.shot, scene=held.scene),
    )
    contribution_record(
        production=production,
        actor=by,
        act=ContributionAct.DIRECTED,
        target=held.shot or held.cut,
        note=f"asked for a change after a screening: {words}"[:500],
        measure={"suggestion": str(held.pk), "insight_sha256": suggestion.insight.document_sha256},
    )
    return asked


@transaction.atomic
def suggestion_decline(*, suggestion: Suggestion, by: User, reason: str) -> Suggestion:
    """Say why nothing is changed. Raises ``InputError`` without a reason, ``WrongStateError`` where it is answered."""
    require(by, "productions.change", suggestion.insight.screening.production)
    reason = _reason(reason)
    held = _locked(suggestion)
    held.reason = reason
    _answered(held, by, SuggestionState.DECLINED)
    return held


def _locked(suggestion: Suggestion) -> Suggestion:
    held = (
        Suggestion.objects.select_for_update(of=("self",)).select_related("cut", "scene", "shot").get(pk=suggestion.pk)
    )
    if held.state != SuggestionState.OPEN:
        raise WrongStateError(f"this suggestion is {held.get_state_display().lower()}; there is nothing to answer")
    return held


def _answered(held: Suggestion, by: User, state: SuggestionState) -> None:
    held.state, held.answered_by, held.answered_at = state, by, timezone.now()
    held.save(update_fields=["state", "answered_by", "answered_at", "reason"])


def _reason(text: str) -> str:
    if not text.strip():
        raise InputError("say why in a sentence; it stands beside the evidence")
    _short_enough(text, "the reason")
    return text.strip()


def _short_enough(text: str, what: str) -> None:
    if len(text) > MAX_REASON or "\0" in text:
        raise InputError(f"{what} is longer than {MAX_REASON} characters, or no plain text; shorten it")


@transaction.atomic
def request_drop(*, request: AudienceRequest, by: User, reason: str) -> AudienceRequest:
    """No longer ask for it. Raises ``InputError`` without a reason, ``WrongStateError`` where it is closed."""
    require(by, "productions.change", request.production)
    reason = _reason(reason)
    dropped = AudienceRequest.objects.filter(pk=request.pk, state=AudienceRequestState.OPEN).update(
        state=AudienceRequestState.DROPPED, reason=reason, closed_at=timezone.now()
    )
    if not dropped:
        raise WrongStateError("this request is closed; there is nothing to take back")
    request.refresh_from_db()
    return request


def requests_meet(*, cut: Cut) -> list[AudienceRequest]:
    """A cut was released: requests about earlier ones are met where it differs in the part that they are about. Called in
    the transaction of the release. A version of a film that suits somebody changes the film for nobody else: it meets none.
    """
    if getattr(cut, "variant", None) is not None:
        return []
    rows = (
        AudienceRequest.objects.select_for_update(of=("self",))
        .select_related("suggestion__shot", "suggestion__scene")
        .filter(production=cut.production_id, state=AudienceRequestState.OPEN, suggestion__cut__version__lt=cut.version)
    )
    items, met = None, []
    for request in rows:
        items = items_of(cut) if items is None else items
        about = request.suggestion
        if about.kind == SuggestionKind.CHOOSE:
            differs = _goes_back_to(cut, about.cut_id)
        else:
            differs = part_of(items, shot=about.shot, scene=about.scene) != request.was
        if differs:
            request.state, request.met_by, request.closed_at = AudienceRequestState.MET, cut, timezone.now()
            request.save(update_fields=["state", "met_by", "closed_at"])
            met.append(request)
    return met


def _goes_back_to(cut: Cut, earlier: UUID) -> bool:
    """Whether somebody worked on the timeline of the earlier cut, or of one made from it, to make this one."""
    held: Cut | None = cut
    while held is not None and held.based_on_id is not None:
        if held.based_on_id == earlier:
            return True
        held = Cut.objects.filter(pk=held.based_on_id).only("based_on_id").first()
    return False
