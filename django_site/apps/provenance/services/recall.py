"""Taking back what was released: on the record, by the head of legal. The file stays verifiable; nobody is handed it."""

from django.db import transaction

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.accounts.webhooks import webhook_emit
from django_site.apps.audience.services.opening import variants_close, versions_out
from django_site.apps.likeness.services import text_sha256
from django_site.apps.productions.models import CutState
from django_site.apps.productions.states import cut_move
from django_site.apps.provenance.models import Recall, Release
from django_site.apps.provenance.services.ledger import ledger_append, ledger_head_sign
from django_site.apps.reviews.services import cases_supersede
from django_site.errors import InputError, WrongStateError


@transaction.atomic
def cut_recall(*, release: Release, by: User, reason: str) -> Recall:
    """Recall a released film, and every version of it that is out: their records name it as their parent.

    Raises ``NotAllowedError`` for anybody but the head of legal, ``InputError`` without a reason, ``WrongStateError`` where
    it was recalled before."""
    cut = release.cut
    require(by, "provenance.recall", cut.production)
    if not reason.strip():
        raise InputError("say why the film is recalled: the reason is part of the record")
    Release.objects.select_for_update().get(pk=release.pk)
    if Recall.objects.filter(release=release).exists():
        raise WrongStateError(f"{cut} was already recalled")
    recall = Recall.objects.create(release=release, reason=reason, recalled_by=by)
    variants_close(cut=cut, reason=f"{cut} was recalled: {reason}")
    for version in versions_out(release):
        cut_recall(release=version, by=by, reason=f"It is a version of {cut}, which was recalled: {reason}")
    cut_move(cut, CutState.RECALLED, reason=reason)
    cases_supersede(cut=cut)
    ledger_append(
        kind="recalled",
        event={
            "cut": cut.pk,
            "release": release.pk,
            "recall": recall.pk,
            "sha256": release.manifest.asset.sha256,
            "reason_sha256": text_sha256(reason),
            "by": by.pseudonym,
        },
    )
    webhook_emit(
        cut.production.organisation_id,
        "film.recalled",
        {
            "cut": cut.pk,
            "production": cut.production_id,
            "release": release.pk,
            "recall": recall.pk,
            "state": "recalled",
        },
    )
    ledger_head_sign()
    return recall
