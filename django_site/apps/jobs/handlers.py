"""Which function does which kind of job. The functions live in the apps whose rows they write."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils.module_loading import import_string

from django_site.apps.jobs.models import JobKind

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Handler:
    """``run(work=...)`` does the job and finishes it; ``stopped(target_id=..., reason=...)`` tells its target that it
    won't be done. ``stopped`` runs in the transaction that ends the job."""

    run: str
    stopped: str

    def runner(self) -> Callable[..., None]:
        return import_string(self.run)

    def stopper(self) -> Callable[..., None]:
        return import_string(self.stopped)


def tell_stopped(handler: Handler, *, target_id, reason: str) -> None:
    """Tell the target that its job won't be done. Should that itself fail, the job is ended all the same: a target
    that can't be told (it is gone, or in an odd state) must not keep a dead job owed for ever."""
    try:
        with transaction.atomic():
            handler.stopper()(target_id=target_id, reason=reason)
    except Exception:
        logger.exception("the target %s could not be told that its job has ended", target_id)


_PRODUCTIONS = "django_site.apps.productions.services"
_AUDITS = "django_site.apps.audits.services"
_CORPORA = "django_site.apps.corpora"
_LIKENESS = "django_site.apps.likeness"
_PROVENANCE = "django_site.apps.provenance.services"
_BINDER = "django_site.apps.provenance.binder.making"
_TRAINING = "django_site.apps.training.services"
_INSIGHT = "django_site.apps.audience.services.insights"

HANDLERS: dict[str, Handler] = {
    JobKind.WRITE_SCREENPLAY: Handler(
        f"{_PRODUCTIONS}.writing.writing_write", f"{_PRODUCTIONS}.writing.writing_stopped"
    ),
    JobKind.RENDER_TAKE: Handler(f"{_PRODUCTIONS}.takes.take_render", f"{_PRODUCTIONS}.takes.take_failed"),
    JobKind.ASSEMBLE_CUT: Handler(f"{_PRODUCTIONS}.assembling.cut_assemble", f"{_PRODUCTIONS}.cuts.cut_failed"),
    JobKind.AUDIT_TAKE: Handler(f"{_AUDITS}.auditing.take_audit", f"{_AUDITS}.auditing.take_audit_failed"),
    JobKind.AUDIT_CUT: Handler(f"{_AUDITS}.auditing.cut_audit", f"{_AUDITS}.auditing.cut_audit_failed"),
    JobKind.AUDIT_IMPORT: Handler(f"{_AUDITS}.auditing.import_audit", f"{_AUDITS}.auditing.import_audit_failed"),
    JobKind.SIGN_CUT: Handler(f"{_PROVENANCE}.signing.cut_sign", f"{_PROVENANCE}.signing.cut_sign_failed"),
    JobKind.MAKE_OUTPUT: Handler(f"{_PROVENANCE}.outputs.output_make", f"{_PROVENANCE}.outputs.output_stopped"),
    JobKind.LOOK_CORPUS: Handler(f"{_CORPORA}.imports.corpus_look", f"{_CORPORA}.imports.corpus_stopped"),
    JobKind.IMPORT_CORPUS: Handler(f"{_CORPORA}.imports.corpus_bring", f"{_CORPORA}.imports.corpus_stopped"),
    JobKind.REPLACE_WORK: Handler(f"{_CORPORA}.services.work_asset_read", f"{_CORPORA}.services.work_asset_unread"),
    JobKind.COMPARE_POLICIES: Handler(f"{_AUDITS}.drafting.draft_compare", f"{_AUDITS}.drafting.draft_stopped"),
    JobKind.MAKE_BINDER: Handler(f"{_BINDER}.binder_make", f"{_BINDER}.binder_stopped"),
    JobKind.WITHDRAW_LIKENESS: Handler(f"{_LIKENESS}.reaching.withdrawal_reach", f"{_LIKENESS}.reaching.reach_stopped"),
    JobKind.TRAIN_MODEL: Handler(f"{_TRAINING}.running.model_train", f"{_TRAINING}.running.training_stopped"),
    JobKind.WITHDRAW_MODEL: Handler(f"{_TRAINING}.withdrawing.model_reach", f"{_TRAINING}.withdrawing.reach_stopped"),
    JobKind.MAKE_INSIGHT: Handler(f"{_INSIGHT}.insight_make", f"{_INSIGHT}.insight_stopped"),
}
