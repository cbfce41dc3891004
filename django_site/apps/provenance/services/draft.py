"""What a cut's manifest states and what it was made of, from rows: ids, digests and pseudonyms, never names."""

from auditor.canonical import canonical_json
from auditor.provenance import (
    Action,
    AuditStatement,
    ConsentReference,
    Ingredient,
    ManifestDraft,
    ModelDisclosure,
    ReviewStatement,
)
from django_site.apps.audits.models import Audit, Decision
from django_site.apps.audits.people_facts import moment
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.likeness.models import UseEvent
from django_site.apps.productions.models import Cut, CutItem, GenerationRecord
from django_site.apps.provenance.models import SigningIntent
from django_site.apps.reviews.models import ActionKind


def source_type(records: list[GenerationRecord]) -> str:
    """IPTC's word for what the pictures are: computed by rules, by a trained model, or both side by side."""
    kinds = {record.model_card.get("kind") for record in records}
    if kinds == {"renderer"}:
        return "algorithmicMedia"
    if kinds == {"trained-model"}:
        return "trainedAlgorithmicMedia"
    return "compositeWithTrainedAlgorithmicMedia"


def cut_draft(intent: SigningIntent) -> tuple[ManifestDraft, list[Ingredient]]:
    """The draft and its ingredients: takes as ``componentOf``, screenplay and models as ``inputTo``."""
    cut = intent.cut
    items = list(cut.items.select_related("take__generation", "take__asset", "take__shot").order_by("position"))
    records = list({item.take.generation_id: item.take.generation for item in items}.values())
    inputs = [_screenplay(cut), *_models(records)]
    takes = [_take(item) for item in items]
    audit: Audit = intent.decision.audit
    draft = ManifestDraft(
        title=cut.title[:200],
        media_type=cut.asset.media_type,
        digital_source_type=source_type(records),
        actions=_actions(cut, items, inputs, takes, source_type(records)),
        model=_disclosure(records[0]),
        audit=_audit_statement(intent.decision, audit),
        review=_review_statement(intent),
        consents=_consents(items),
        soft_binding=audit.iscc or None,
        kind="cut",
    )
    return draft, [*inputs, *takes]


def _screenplay(cut: Cut) -> Ingredient:
    return Ingredient(
        media_type=cut.screenplay.asset.media_type,
        relationship="inputTo",
        title=f"Screenplay, version {cut.screenplay.version}",
        path=asset_path(cut.screenplay.asset),
        label="screenplay",
    )


def _models(records: list[GenerationRecord]) -> list[Ingredient]:
    cards = {record.model_sha256: record for record in records}
    return [
        Ingredient(
            media_type="application/json",
            relationship="inputTo",
            title=f"Model card: {record.model_name} {record.model_version}",
            data=canonical_json(record.model_card),
            label=f"model-{place}",
            metadata={"digest": digest, "licence": record.model_licence},
        )
        for place, (digest, record) in enumerate(cards.items(), start=1)
    ]


def _take(item: CutItem) -> Ingredient:
    take, record = item.take, item.take.generation
    return Ingredient(
        media_type=take.asset.media_type,
        relationship="componentOf",
        title=f"Shot {take.shot}, take {take.number}",
        path=asset_path(take.asset),
        label=f"take-{item.position}",
        digital_source_type=source_type([record]),
        metadata={
            "take": str(take.pk),
            "model_sha256": record.model_sha256,
            "seed": str(record.seed),
            "in": str(item.take_in),
            "out": str(item.take_out),
        },
    )


def _actions(
    cut: Cut, items: list[CutItem], inputs: list[Ingredient], takes: list[Ingredient], kind: str
) -> tuple[Action, ...]:
    begun, made = moment(cut.created_at), moment(cut.asset.created_at)
    placed = tuple(
        Action("c2pa.placed", made, ingredients=(take.label,), description=f"From {item.start} s to {item.end} s")
        for item, take in zip(items, takes, strict=True)
    )
    return (
        Action(
            "c2pa.created",
            begun,
            ingredients=tuple(entry.label for entry in inputs),
            digital_source_type=kind,
            description="Takes rendered shot by shot from the screenplay",
        ),
        *placed,
        Action("c2pa.edited", made, description="Cut together with titles, dissolves and a disclosure card"),
    )


def _disclosure(record: GenerationRecord) -> ModelDisclosure:
    return ModelDisclosure(
        name=record.model_name,
        version=record.model_version,
        weights_sha256=record.model_sha256,
        licence=record.model_licence,
        oversight="human_validated",
    )


def _audit_statement(decision: Decision, audit: Audit) -> AuditStatement:
    return AuditStatement(
        verdict=decision.outcome,
        index_sha256=audit.index_snapshot.digest,
        bundle_sha256=decision.bundle_sha256,
        report_sha256=audit.report_sha256,
        decided_at=moment(decision.created_at),
    )


def _review_statement(intent: SigningIntent) -> ReviewStatement:
    last = intent.case.actions.filter(kind=ActionKind.APPROVE).select_related("actor").latest("created_at")
    return ReviewStatement(
        reviewer_pseudonym=last.actor.pseudonym, decision="approved", decided_at=moment(last.created_at)
    )


def _consents(items: list[CutItem]) -> tuple[ConsentReference, ...]:
    uses = UseEvent.objects.filter(take__in=[item.take_id for item in items]).select_related("grant")
    relied_on = {(str(use.grant.grant), use.grant.version): use.grant for use in uses}
    return tuple(
        ConsentReference(grant_id=f"{grant_id}/{version}", sha256=grant.text_sha256)
        for (grant_id, version), grant in sorted(relied_on.items())
    )
