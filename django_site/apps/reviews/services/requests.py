"""Change requests: what exactly is to be changed and by whom, what the makers answer, and that it was done.

A request about a check is *met* by the next decision about the same thing that passes it: the same place in the film for a
take, this or a later version for a cut, the same file for an import. One in a reviewer's own words ends when it is dropped.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from django_site.apps.accounts.models import NoticeKind, User
from django_site.apps.accounts.notices import notice_send, producers_tell
from django_site.apps.accounts.permissions import require
from django_site.apps.accounts.webhooks import webhook_emit
from django_site.apps.audits.models import Decision
from django_site.apps.audits.services.decisions import failed_checks
from django_site.apps.jobs.models import JobKind
from django_site.apps.productions.models import ImportState
from django_site.apps.reviews.models import Case, ChangeRequest, RequestState
from django_site.apps.reviews.services.overrides_read import check_key
from django_site.errors import InputError, WrongStateError

#: Requests that somebody still has to do something about.
PENDING = (RequestState.OPEN, RequestState.ANSWERED)
#: Longest answer, and longest request in a reviewer's own words, in characters; as for any reason on a case.
MAX_WORDS = 4000


def check_word(check: dict) -> str:
    """A failed check in one word, for forms: its policy, its version, itself, and the record that it failed for."""
    return "|".join(map(str, check_key(check)))


def requests_make(*, case: Case, by: User, checks: Iterable[str], own_words: str = "") -> list[ChangeRequest]:
    """A row for each failed check (``check_word``) that is to be mended, and one for what a reviewer says in own words. In
    the transaction that closes the case. Raises ``InputError`` for a check that did not fail."""
    words = own_words.strip()
    if len(words) > MAX_WORDS:
        raise InputError(f"say it in {MAX_WORDS} characters at most")
    failed = {check_word(check): check for check in failed_checks(case.decision)}
    wanted = list(dict.fromkeys(checks))
    if unknown := [word for word in wanted if word not in failed]:
        raise InputError(f"{unknown[0].partition('|')[0]} did not fail here; choose among what failed")
    rows = [
        ChangeRequest(
            case=case,
            requested_by=by,
            policy=failed[word]["policy"],
            check_id=failed[word]["check"],
            item=failed[word].get("item") or "",
            plain=failed[word]["plain"],
            remedy=failed[word]["remedy"] or failed[word]["plain"],
            who_can_fix=failed[word]["who_can_fix"],
        )
        for word in wanted
    ]
    if words:
        rows.append(ChangeRequest(case=case, requested_by=by, remedy=words))
    made = ChangeRequest.objects.bulk_create(rows)
    if made:
        producers_tell(
            [case.production],
            kind=NoticeKind.OTHER,
            text=f"{case.take or case.cut or case.imported}: {by} asks for {len(made)} changes."
            if len(made) > 1
            else f"{case.take or case.cut or case.imported}: {by} asks for a change.",
            url=reverse("reviews:requests"),
            key=f"change:{case.pk}:asked",
        )
        webhook_emit(case.production.organisation_id, "change.requested", {"case": case.pk, "changes": len(made)})
    return made


@transaction.atomic
def request_answer(*, request: ChangeRequest, by: User, answer: str) -> ChangeRequest:
    """The makers say what they did, or why not. They may say it again better until it is met or dropped."""
    request = _pending(request)
    require(by, "productions.change", request.case.production)
    if not answer.strip():
        raise InputError("say what was changed, or why it is not")
    if len(answer) > MAX_WORDS:
        raise InputError(f"answer in {MAX_WORDS} characters at most")
    ChangeRequest.objects.filter(pk=request.pk).update(
        state=RequestState.ANSWERED, answer=answer.strip(), answered_by=by, answered_at=timezone.now()
    )
    request.refresh_from_db()
    webhook_emit(
        request.case.production.organisation_id,
        "change.answered",
        {"case": request.case_id, "change": request.pk, "state": request.state},
    )
    _look_again(request, by)
    _tell(request, f"{by} answered what you asked for.", f"answered:{request.answered_at.isoformat()}")
    return request


def _look_again(request: ChangeRequest, by: User) -> None:
    """A file from outside stays what it is: once everything asked about it is answered (a licence was got, say), it is
    audited again. Takes and cuts are made anew by their makers."""
    from django_site.apps.audits.services.auditing import audit_enqueue

    imported = request.case.imported
    if imported is None or imported.state != ImportState.STOPPED:
        return
    if not request.case.change_requests.filter(state=RequestState.OPEN).exists():
        audit_enqueue(
            kind=JobKind.AUDIT_IMPORT,
            target=imported,
            production=request.case.production,
            asset=imported.asset,
            requested_by=by,
        )


@transaction.atomic
def request_drop(*, request: ChangeRequest, by: User) -> ChangeRequest:
    """A reviewer no longer asks for it."""
    request = _pending(request)
    require(by, "reviews.decide", request.case.production)
    ChangeRequest.objects.filter(pk=request.pk).update(state=RequestState.DROPPED, closed_at=timezone.now())
    request.refresh_from_db()
    producers_tell(
        [request.case.production],
        kind=NoticeKind.OTHER,
        text="a change is no longer asked for.",
        url=reverse("reviews:requests"),
        key=f"change:{request.pk}:dropped",
    )
    return request


def requests_follow(decision: Decision) -> None:
    """After a decision: what it passes of what was asked about the same thing is met. In the transaction of the decision."""
    if any(check.get("error") or check.get("policy", "").startswith("engine/") for check in failed_checks(decision)):
        return  # nobody could judge all of it: nothing was passed
    failed = {(check.get("policy"), check.get("check")) for check in decision.checks if not check["passed"]}
    for request in _about(decision).select_related("case__production", "requested_by"):
        if (request.policy, request.check_id) in failed:
            continue
        changed = ChangeRequest.objects.filter(pk=request.pk, state__in=PENDING).update(
            state=RequestState.MET, met_by=decision, closed_at=timezone.now()
        )
        if changed:
            _tell(request, "what you asked for was done: the next decision passes that check.", "met")


def _about(decision: Decision) -> QuerySet[ChangeRequest]:
    """Pending requests about the thing that was decided."""
    asked = ChangeRequest.objects.filter(
        ~Q(policy=""), state__in=PENDING, case__production=decision.production_id, case__decision__point=decision.point
    ).exclude(case__decision=decision.pk)
    if decision.point == "take" and decision.take is not None:
        shot = decision.take.shot
        return asked.filter(
            case__take__shot__position=shot.position, case__take__shot__scene__position=shot.scene.position
        )
    if decision.point == "cut" and decision.cut is not None:
        return asked.filter(case__cut__version__lte=decision.cut.version)
    if decision.point == "import" and decision.imported_id is not None:
        return asked.filter(case__imported=decision.imported_id)
    return asked.none()


def requests_about(*, take=None, cut=None, imported=None) -> QuerySet[ChangeRequest]:
    """What was asked to be changed about a thing, for its page; of a take, at its place in the film."""
    rows = ChangeRequest.objects.select_related("requested_by", "answered_by", "case", "met_by")
    if take is not None:
        scene = take.shot.scene
        return rows.filter(
            case__production=scene.screenplay.production_id,
            case__take__shot__position=take.shot.position,
            case__take__shot__scene__position=scene.position,
        )
    if cut is not None:
        return rows.filter(case__production=cut.production_id, case__cut__version__lte=cut.version)
    return rows.filter(case__imported=imported)


def _pending(request: ChangeRequest) -> ChangeRequest:
    row = ChangeRequest.objects.select_for_update(of=("self",)).select_related("case__production", "requested_by")
    request = row.get(pk=request.pk)
    if request.state not in PENDING:
        raise WrongStateError(f"this request is {request.get_state_display().lower()} already")
    return request


def _tell(request: ChangeRequest, text: str, what: str) -> None:
    notice_send(
        users=[request.requested_by],
        kind=NoticeKind.OTHER,
        text=f"{request.case.production.title}: {text}",
        url=reverse("reviews:case", args=[request.case_id]),
        key=f"change:{request.pk}:{what}",
    )
