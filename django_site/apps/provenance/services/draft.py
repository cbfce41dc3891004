"""What the manifests of takes and cuts state and what they were made of, from rows: ids, digests and pseudonyms, never
names."""

from collections.abc import Mapping
from uuid import UUID

from auditor.canonical import canonical_json
from auditor.provenance import (
    ISCC,
    Action,
    AuditStatement,
    ConsentReference,
    Ingredient,
    ManifestDraft,
    ModelDisclosure,
    ReviewStatement,
    SoftBindingStatement,
)
from django_site.apps.audience.variant_models import Variant
from django_site.apps.audits.models import Asset, Audit, Decision
from django_site.apps.audits.people_facts import moment
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.likeness.models import UseEvent
from django_site.apps.productions.labelling import source_type
from django_site.apps.productions.models import Cut, CutItem, GenerationRecord, ImportedMedia, Screenplay, Take
from django_site.apps.productions.services.sounds import placed_on, sounds_stand
from django_site.apps.provenance.models import Manifest, SigningIntent
from django_site.apps.provenance.services.watermarks import watermark_of
from django_site.apps.reviews.models import ActionKind
from generator.edit.document import from_document

#: What a cut was encoded as, in a record.
_CODECS = {"h264": "encoded as H.264", "av1": "encoded as AV1"}


def take_draft(intent: SigningIntent) -> tuple[ManifestDraft, list[Ingredient]]:
    """The draft of a take and what it was made from: the screenplay, the model and the references, all ``inputTo``. A
    reference that carries credentials of its own keeps them."""
    take = intent.take
    record = take.generation
    inputs = [_screenplay(take.shot.scene.screenplay), *_models([record]), *_references(take)]
    audit: Audit = intent.decision.audit
    kind = source_type([record])
    created = Action(
        "c2pa.created",
        moment(take.asset.created_at),
        software=f"{record.model_name} {record.model_version}"[:200],
        ingredients=tuple(entry.label for entry in inputs),
        digital_source_type=kind,
        description=f"Rendered from the shot's description with seed {record.seed}",
    )
    draft = ManifestDraft(
        title=f"Shot {take.shot}, take {take.number}",
        media_type=take.asset.media_type,
        digital_source_type=kind,
        actions=(created,),
        model=_disclosure(record),
        audit=audit_statement(intent.decision, audit),
        consents=consents_relied_on([take.pk]),
        soft_bindings=(SoftBindingStatement(ISCC, audit.iscc),) if audit.iscc else (),
        kind="take",
    )
    return draft, inputs


def cut_draft(
    intent: SigningIntent, signed_takes: Mapping[UUID, Manifest] | None = None
) -> tuple[ManifestDraft, list[Ingredient]]:
    """The draft of a cut and its ingredients: takes as ``componentOf``, screenplay and models as ``inputTo``, and of a
    version of a film that film, signed, as ``parentOf``. The takes are the signed files of ``signed_takes`` (by id of the
    take), so that the chain can be walked down to the models."""
    cut = intent.cut
    items = list(cut.items.select_related("take__generation", "take__asset", "take__shot").order_by("position"))
    records = list({item.take.generation_id: item.take.generation for item in items}.values())
    inputs = [_screenplay(cut.screenplay), *_models(records)]
    takes = [_take(item, signed_takes or {}) for item in items]
    sounds = [_sound(one, place) for place, one in enumerate(sounds_stand(cut), start=1)]
    parent = _parent(cut)
    audit: Audit = intent.decision.audit
    draft = ManifestDraft(
        title=cut.title[:200],
        media_type=cut.asset.media_type,
        digital_source_type=source_type(records),
        actions=_actions(cut, items, inputs, [*takes, *sounds], source_type(records), version=bool(parent)),
        model=_disclosure(records[0]),
        audit=audit_statement(intent.decision, audit),
        review=_review_statement(intent),
        consents=consents_relied_on([item.take_id for item in items]),
        soft_bindings=_found_again_by(cut, audit),
        kind="variant" if parent else "cut",
    )
    return draft, [*parent, *inputs, *takes, *sounds]


def _parent(cut: Cut) -> list[Ingredient]:
    """The signed film that a cut is a version of; none of any other cut."""
    version = (
        Variant.objects.filter(cut=cut).select_related("graph__parent__cut", "graph__parent__manifest__asset").first()
    )
    if version is None:
        return []
    film = version.graph.parent
    return [
        Ingredient(
            media_type="video/mp4",
            relationship="parentOf",
            title=film.cut.title[:200],
            path=asset_path(film.manifest.asset),
            label="film",
            metadata={"version": version.key[:400], "rules_sha256": version.graph.document_sha256},
        )
    ]


def _records(cut: Cut) -> list[GenerationRecord]:
    """How the takes of a cut were made, in its order, each once."""
    items = cut.items.select_related("take__generation").order_by("position")
    return list({item.take.generation_id: item.take.generation for item in items}.values())


def cut_source_type(cut: Cut) -> str:
    """IPTC's word for the pictures of a cut."""
    return source_type(_records(cut))


def cut_disclosure(cut: Cut) -> ModelDisclosure:
    """What made the pictures of a cut; the first of its models stands for all, which its ingredients name."""
    return _disclosure(_records(cut)[0])


def _screenplay(screenplay: Screenplay) -> Ingredient:
    return Ingredient(
        media_type=screenplay.asset.media_type,
        relationship="inputTo",
        title=f"Screenplay, version {screenplay.version}",
        path=asset_path(screenplay.asset),
        label="screenplay",
    )


def _references(take: Take) -> list[Ingredient]:
    """The pictures that the take was made after, as its record names them; one that is gone is left out of the files but
    stays in the record."""
    wanted = {one["sha256"] for one in take.generation.ingredients if one.get("kind") == "reference"}
    assets = Asset.objects.filter(sha256__in=wanted).order_by("sha256")
    return [
        Ingredient(
            media_type=asset.media_type,
            relationship="inputTo",
            title=f"Reference {asset.sha256[:12]}",
            path=asset_path(asset),
            label=f"reference-{place}",
        )
        for place, asset in enumerate(assets, start=1)
    ]


def _models(records: list[GenerationRecord]) -> list[Ingredient]:
    cards = {record.model_sha256: record for record in records}
    return [
        Ingredient(
            media_type="application/json",
            relationship="inputTo",
            title=f"Model card: {record.model_name} {record.model_version}",
            data=canonical_json(record.model_card),
            label=f"model-{place}",
            metadata={"digest": digest, "licence": record.model_licence, **_card_digests(record)},
        )
        for place, (digest, record) in enumerate(cards.items(), start=1)
    ]


def _card_digests(record: GenerationRecord) -> dict[str, str]:
    """The digest of the card that a model's makers published, and of a model of our own what it learned from."""
    known = {"card_sha256": str(record.model_card.get("card_sha256", ""))}
    if record.trained_model is not None:
        known["lineage_sha256"] = record.trained_model.lineage_sha256
        known["weights_sha256"] = record.trained_model.weights_sha256
    return {name: digest for name, digest in known.items() if digest}


def _take(item: CutItem, signed: Mapping[UUID, Manifest]) -> Ingredient:
    take, record = item.take, item.take.generation
    manifest = signed.get(take.pk)
    return Ingredient(
        media_type=take.asset.media_type,
        relationship="componentOf",
        title=f"Shot {take.shot}, take {take.number}",
        path=asset_path(manifest.asset if manifest else take.asset),
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


def _sound(imported: ImportedMedia, place: int) -> Ingredient:
    """A sound from outside, whose own credentials go along."""
    rights = imported.rights
    return Ingredient(
        media_type=imported.asset.media_type,
        relationship="componentOf",
        title=f"Sound: {rights.title}"[:200],
        path=asset_path(imported.asset),
        label=f"sound-{place}",
        metadata={
            "import": str(imported.pk),
            "basis": rights.basis,
            "licence": rights.licence or "none named",
        },
    )


def _placed(cut: Cut, sounds: list[Ingredient], made: str | None) -> tuple[Action, ...]:
    """Where each sound from outside is heard."""
    if not sounds:
        return ()
    timeline = from_document(cut.timeline)
    labels = {one.metadata["import"]: one.label for one in sounds}
    by_digest = {one["sha256"]: labels.get(one["import"]) for one in (cut.sound or {}).get("placed", [])}
    actions = []
    for sound in placed_on(timeline):
        start = float(timeline.moment(sound.clip, sound.start) / timeline.rate)
        end = start + float(sound.frames / timeline.rate)
        if label := by_digest.get(sound.media.sha256):
            said = f"Heard from {start:.3f} s to {end:.3f} s"
            actions.append(Action("c2pa.placed", made, ingredients=(label,), description=said))
    return tuple(actions)


def _actions(
    cut: Cut, items: list[CutItem], inputs: list[Ingredient], takes: list[Ingredient], kind: str, *, version: bool
) -> tuple[Action, ...]:
    begun, made = moment(cut.created_at), moment(cut.asset.created_at)
    sounds, takes = takes[len(items) :], takes[: len(items)]
    placed = tuple(
        Action("c2pa.placed", made, ingredients=(take.label,), description=f"From {item.start} s to {item.end} s")
        for item, take in zip(items, takes, strict=True)
    )
    made_from = tuple(entry.label for entry in inputs)
    rendered = "Takes rendered shot by shot from the screenplay"
    first = (
        (
            Action("c2pa.opened", begun, ingredients=("film",)),
            Action("c2pa.edited", begun, ingredients=made_from, description=f"A version by rules. {rendered}"),
        )
        if version
        else (Action("c2pa.created", begun, ingredients=made_from, digital_source_type=kind, description=rendered),)
    )
    return (
        *first,
        *placed,
        *_placed(cut, sounds, made),
        Action(
            "c2pa.edited",
            made,
            description=f"Cut together with titles, dissolves and a disclosure card; {_CODECS[cut.video]}",
        ),
        *([Action("c2pa.edited", made, description=_heard(cut.sound))] if cut.sound else []),
        *(Action("c2pa.addedText", made, description=_burnt(label)) for label in cut.labels),
        *(
            Action("c2pa.watermarked.bound", made, description=f"A number hidden in every frame by {mark.alg}")
            for mark in (watermark_of(cut),)
            if mark is not None
        ),
    )


def _found_again_by(cut: Cut, audit: Audit) -> tuple[SoftBindingStatement, ...]:
    """Its fingerprint, and the number in its pictures where one was read there."""
    mark = watermark_of(cut)
    return (
        *((SoftBindingStatement(ISCC, audit.iscc),) if audit.iscc else ()),
        *((SoftBindingStatement(mark.alg, mark.payload),) if mark is not None else ()),
    )


def _heard(sound: dict) -> str:
    """Whose voices are heard, by which synthesiser; the rest is computed as well."""
    lines = sound["lines"]
    speakers = ", ".join(dict.fromkeys(line["synthesiser"] for line in lines))
    lent = sum(line.get("subject") is not None for line in lines)
    whose = f"{lent} of them in the voices of people who granted them" if lent else "in nobody's voice"
    spoken = f"; {len(lines)} lines spoken by {speakers}, {whose}" if lines else ""
    placed = len(sound.get("placed", []))
    more = f"; {placed} recordings from outside, which stand among the ingredients" if placed else ""
    return f"Sound computed from the shots' words: ambience and effects{spoken}{more}"


def _burnt(label: dict) -> str:
    words = " / ".join(label["words"])
    return f"Label burnt into the picture from {label['start']} s to {label['end']} s: {words}"


def _disclosure(record: GenerationRecord) -> ModelDisclosure:
    return ModelDisclosure(
        name=record.model_name,
        version=record.model_version,
        weights_sha256=record.model_sha256,
        licence=record.model_licence,
        oversight="human_validated",
    )


def audit_statement(decision: Decision, audit: Audit) -> AuditStatement:
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


def consents_relied_on(takes: list[UUID]) -> tuple[ConsentReference, ...]:
    uses = UseEvent.objects.filter(take__in=takes).select_related("grant")
    relied_on = {(str(use.grant.grant), use.grant.version): use.grant for use in uses}
    return tuple(
        ConsentReference(grant_id=f"{grant_id}/{version}", sha256=grant.text_sha256)
        for (grant_id, version), grant in sorted(relied_on.items())
    )
