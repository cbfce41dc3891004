"""From an intent to a signed file that a fresh reader trusts: the same way for takes, cuts and what is made from them."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from django.db.models import QuerySet
from django.utils import timezone

from auditor.media import probe
from auditor.media.errors import MediaError
from auditor.provenance import Ingredient, ManifestDraft, SignedOutput, TimestampUnavailableError, sign
from django_site import wiring
from django_site.apps.audits.models import Asset
from django_site.apps.audits.services.assets import asset_path, asset_record, file_store
from django_site.apps.jobs.work import JobWork
from django_site.apps.provenance.models import IntentKind, IntentState, Manifest, SigningIntent, SoftBinding
from django_site.apps.provenance.services.keys import reported_organisation, reported_signer
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.errors import WrongStateError

#: Minutes until no time stamp is tried for again, by how often there was none; then always the last.
RETRY_MINUTES = (1, 2, 5, 15, 30, 60)
#: Intents that one sweep goes on with; the next sweep takes the others.
_SWEPT = 100
#: A record that lies beside its file (C2PA 2.4, "External manifests").
RECORD_TYPE = "application/c2pa"
#: Suffixes by media type: the library and people alike look at them.
SUFFIXES = {
    "video/mp4": ".mp4",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "text/vtt": ".vtt",
    "application/x-subrip": ".srt",
    "application/pdf": ".pdf",
    "audio/wav": ".wav",
}


def intent_sign(
    *,
    work: JobWork,
    intent: SigningIntent,
    draft: ManifestDraft,
    ingredients: Sequence[Ingredient],
    beside: bool = False,
) -> Manifest:
    """Sign what the intent names, read it back, record it; whoever calls says when the intent itself is done with. What was
    signed before is not signed again. ``beside``: a second record is kept, bound to the bytes as they were before, for
    copies that lose the first.

    Raises ``TimestampUnavailableError`` where a time-stamp authority is configured and gives no stamp, ``ProvenanceError``
    for everything else that stops a signature.
    """
    if (made := Manifest.objects.filter(intent=intent).first()) is not None:
        return made
    destination = work.directory / f"signed-{intent.pk}{SUFFIXES.get(draft.media_type, '')}"
    signer = reported_signer(intent)
    output = sign(
        _named(asset_path(intent.asset), destination.with_name(f"source-{intent.pk}{destination.suffix}")),
        destination,
        draft=draft,
        signer=signer,
        trust=wiring.trust_list(),
        ingredients=ingredients,
        organisation=reported_organisation(intent),
        timestamps=wiring.timestamps(),
        sidecar=destination.with_suffix(".c2pa") if beside else None,
    )
    info = _probed(output.path)
    stored = file_store(source=output.path)
    kept = file_store(source=output.sidecar) if output.sidecar else None
    with work.fenced():
        asset = asset_record(stored=stored, media_type=draft.media_type, probe=info)
        sidecar = asset_record(stored=kept, media_type=RECORD_TYPE) if kept else None
        return _record(intent, asset, sidecar, output, draft, key_id=signer.key_id)


def _named(path: Path, link: Path) -> Path:
    """The stored file, whose name is its digest, under a name with a suffix."""
    if not link.exists():
        link.symlink_to(path)
    return link


def _probed(path: Path) -> dict:
    try:
        return probe(path).as_dict()
    except MediaError:  # a text or a document: nothing to probe
        return {}


def _record(
    intent: SigningIntent,
    asset: Asset,
    sidecar: Asset | None,
    output: SignedOutput,
    draft: ManifestDraft,
    *,
    key_id: str,
) -> Manifest:
    manifest = Manifest.objects.create(
        intent=intent,
        asset=asset,
        sidecar=sidecar,
        label=output.manifest_label,
        state=output.verification.state,
        verification=output.verification.as_dict(),
        reread_at=timezone.now(),
    )
    SoftBinding.objects.bulk_create(
        SoftBinding(manifest=manifest, alg=one.alg, value=one.value) for one in draft.soft_bindings
    )
    ledger_append(
        kind="signed",
        event={
            "what": intent.kind,
            "cut": intent.cut_id,
            **({"take": intent.take_id} if intent.take_id else {}),
            **({"output": intent.output_id} if intent.output_id else {}),
            "manifest": manifest.pk,
            "source_sha256": intent.asset.sha256,
            "signed_sha256": asset.sha256,
            **({"record_sha256": sidecar.sha256} if sidecar else {}),
            "decision_sha256": intent.decision.sha256,
            "key": key_id,
        },
    )
    return manifest


def intent_await_time(*, intent: SigningIntent, why: TimestampUnavailableError) -> None:
    """No time stamp was to be had: the intent waits, longer each time. In the caller's transaction."""
    wait = timedelta(minutes=RETRY_MINUTES[min(intent.waited, len(RETRY_MINUTES) - 1)])
    intent.waited += 1
    intent.state, intent.reason, intent.retry_at = IntentState.WAITING, str(why), timezone.now() + wait
    intent.save(update_fields=["state", "reason", "waited", "retry_at"])


def intents_due(kind: IntentKind) -> QuerySet[SigningIntent]:
    """Intents of a kind whose time to wait is over, as many as one sweep goes on with."""
    due = SigningIntent.objects.filter(kind=kind, state=IntentState.WAITING, retry_at__lte=timezone.now())
    return due.select_related("cut__production", "requested_by").order_by("retry_at")[:_SWEPT]


def intent_reopen(*, intent: SigningIntent) -> None:
    """The intent waits no longer: its signing is owed again. In the caller's transaction, which owes it. Raises
    ``WrongStateError`` where somebody was quicker."""
    waiting = SigningIntent.objects.filter(pk=intent.pk, state=IntentState.WAITING)
    if not waiting.update(state=IntentState.OPEN, reason="", retry_at=None):
        raise WrongStateError("nothing waits for a time stamp here any more")
