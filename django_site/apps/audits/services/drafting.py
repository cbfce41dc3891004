"""What would change if: a draft of a policy, held against what was decided before. Nothing of it is in force."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from auditor.errors import CancelledError
from auditor.media.types import Progress
from auditor.policy import Decision as Verdict
from auditor.policy import PolicyBundle, PolicyError
from django_site import wiring
from django_site.apps.accounts.models import Organisation, User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.models import Decision, PolicyDraft, PolicyFlip
from django_site.apps.audits.policy_models import DraftState
from django_site.apps.audits.services.policies_kept import bundle_of, policy_revision_record
from django_site.apps.jobs.models import JobKind
from django_site.apps.jobs.services import job_enqueue
from django_site.apps.jobs.work import JobWork
from django_site.errors import InputError

#: How far back decisions are compared, unless the person asks for less; and the most that one draft is compared with.
DAYS_BACK, MAX_DAYS_BACK = 90, 3650
#: Decisions that are compared between two writes, and sentences that are kept of one that flips.
CHUNK, REASONS = 200, 5


def draft_bundle(base: PolicyBundle, file: str, text: str) -> PolicyBundle:
    """The bundle with the draft in it, as if it had been in force all along. Raises ``PolicyError`` with the file, the
    field, the reason and the remedy."""
    return base.with_texts({file: text.encode() if text.strip() else None}, all_along=True)


@transaction.atomic
def draft_start(
    *, organisation: Organisation, by: User, file: str, text: str, days_back: int = DAYS_BACK
) -> PolicyDraft:
    """Keep a draft and owe its comparison. An empty ``text`` takes the policy out. Raises ``InputError`` where it is no
    policy or changes nothing."""
    require(by, "policies.draft", organisation)
    if not 1 <= days_back <= MAX_DAYS_BACK:
        raise InputError(f"compare with the decisions of 1 to {MAX_DAYS_BACK} days")
    policy_revision_record()  # today's texts are kept, so that the job can open them whatever is in force then
    base = wiring.policy_bundle()
    text = text.replace("\r\n", "\n")
    if not text.strip() and file not in base.texts:
        raise InputError(f"there is no policy {file} that could be taken out; paste a draft of it")
    try:
        draft = draft_bundle(base, file, text)
    except PolicyError as error:
        raise InputError(str(error)) from None
    if base.texts.get(file) == text.encode():
        raise InputError("this is the policy as it is in force; change something in it first")
    kept = PolicyDraft.objects.create(
        organisation=organisation,
        requested_by=by,
        file=file,
        text=text,
        base_sha256=base.sha256,
        draft_sha256=draft.sha256,
        since=timezone.now() - timedelta(days=days_back),
    )
    job_enqueue(
        kind=JobKind.COMPARE_POLICIES,
        key=f"compare_policies:{kept.pk}",
        organisation=organisation,
        target_id=kept.pk,
        requested_by=by,
    )
    return kept


def draft_compare(*, work: JobWork) -> None:
    """Decide every decision of the organisation since then twice, with the draft and without, and keep those that differ.

    Begins anew where a worker died: what it had found is dropped with the attempt.
    """
    draft = PolicyDraft.objects.select_related("organisation").get(pk=work.job.target_id)
    base = bundle_of(draft.base_sha256)
    changed = draft_bundle(base, draft.file, draft.text)
    theirs = Q(production__organisation=draft.organisation) | Q(subject__organisation=draft.organisation)
    rows = Decision.objects.filter(theirs, created_at__gte=draft.since)
    rows = rows.filter(created_at__lte=draft.created_at).order_by("created_at", "id")
    total, looked, unreadable = rows.count(), 0, 0
    with work.fenced():
        draft.flips.all().delete()
    found: list[PolicyFlip] = []
    for decision in rows.iterator(chunk_size=CHUNK):
        was = base.decide(decision.facts, at=decision.created_at)
        if was.failed and was.failed[0].check == "valid":
            unreadable += 1
        else:
            now = changed.decide(decision.facts, at=decision.created_at)
            if was.outcome != now.outcome:
                found.append(
                    PolicyFlip(
                        draft=draft, decision=decision, was=was.outcome, now=now.outcome, reasons=_differs(was, now)
                    )
                )
        looked += 1
        if looked % CHUNK == 0:
            work.on_progress(Progress("compare", looked, total, "decisions"))
            if work.cancelled():
                raise CancelledError("the comparison was called off")
            with work.fenced():
                PolicyFlip.objects.bulk_create(found)
            found = []
    with work.fenced():
        PolicyFlip.objects.bulk_create(found)
        PolicyDraft.objects.filter(pk=draft.pk).update(
            state=DraftState.DONE, decided=looked - unreadable, unreadable=unreadable
        )
        work.finish(decided=looked - unreadable, unreadable=unreadable, flips=draft.flips.count())


def _differs(was: Verdict, now: Verdict) -> list[str]:
    """Sentences that stop it on one side only, or not as gravely."""
    before, after = (dict.fromkeys((check.plain, check.severity) for check in side.stopping) for side in (was, now))
    said = [one for one in [*after, *before] if (one in before) is not (one in after)]
    return list(dict.fromkeys(plain for plain, _ in said))[:REASONS]


def draft_stopped(*, target_id, reason: str) -> None:
    """A comparison that came to nothing says so."""
    PolicyDraft.objects.filter(pk=target_id, state=DraftState.WAITING).update(state=DraftState.STOPPED, reason=reason)
