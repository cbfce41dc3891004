"""Rows to facts: one function for each enforcement point, and nothing else feeds the policies."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from auditor.policy import names_in
from auditor.policy.components import ComponentFact
from auditor.policy.facts import (
    CutAuditFacts,
    DispatchFacts,
    EditFacts,
    EnrolFacts,
    GenerationFact,
    ImportAuditFacts,
    ProductionFact,
    PromptFacts,
    SignatureFact,
    TakeAuditFacts,
    TrainFacts,
    TrainingWorkFact,
    UseFacts,
)
from auditor.policy.people import IntendedFact
from django_site.apps.audience.variant_models import Variant
from django_site.apps.audits.evidence_facts import asset_fact, audit_fact, is_sound, licence_fact, match_facts
from django_site.apps.audits.model_facts import (
    component_facts,
    components_of,
    components_planned,
    declared_fact,
    organisation_fact,
)
from django_site.apps.audits.models import Audit
from django_site.apps.audits.people_facts import (
    biometric_fact,
    intended_fact,
    people_asked_about,
    people_asked_for,
    people_found,
    people_of_data,
    people_of_takes,
    video_model,
)
from django_site.apps.corpora.models import Work, WorkAsset
from django_site.apps.corpora.selectors import licensed_acts_of
from django_site.apps.likeness.models import LivingState, Modality, Subject
from django_site.apps.likeness.selectors import registered_names
from django_site.apps.productions.models import Cut, GenerationRecord, ImportedMedia, Production, Reference, Shot, Take


def production_fact(production: Production) -> ProductionFact:
    return ProductionFact(
        id=str(production.pk),
        declared=declared_fact(production),
        maker=organisation_fact(production.organisation),
        title=production.title,
        use=production.use,
    )


def generation_fact(take_id, record: GenerationRecord) -> GenerationFact:
    """How a take was made, and what its record lacks."""
    needed = {
        "model": record.model_name,
        "model version": record.model_version,
        "model licence": record.model_licence,
        "weights digest": record.model_sha256,
        "prompt": record.prompt,
        "parameters": record.parameters,
        "actor": record.actor_id,
    }
    missing = tuple(name for name, value in needed.items() if not value)
    return GenerationFact(
        take_id=str(take_id),
        model=record.model_name,
        model_version=record.model_version,
        model_licence=record.model_licence,
        commercial_use=record.commercial_use,
        weights_sha256=record.model_sha256,
        complete=not missing,
        missing=missing,
        training_data=str(record.model_card.get("training_data", ""))[:2000],
    )


def enrol_facts(subject: Subject, modality: str = Modality.FACE) -> EnrolFacts:
    """Before a face or voice becomes a template."""
    consents = subject.biometric_consents.filter(modality=modality).order_by("-given_at")
    consent = consents.select_related("subject__organisation").first()
    return EnrolFacts(
        subject_id=str(subject.pk),
        display_name=subject.display_name,
        modality=modality,
        biometric=biometric_fact(consent),
        minor=subject.living == LivingState.MINOR,
    )


def prompt_facts(shot: Shot, *, screenplay_text: str, references: Iterable[Reference] | None = None) -> PromptFacts:
    """Gate 1: whom do brief, screenplay and prompt name, whom does the shot cast, whom do its references resemble?"""
    return PromptFacts(**_asked_for(shot, screenplay_text, references))


def dispatch_facts(shot: Shot, *, screenplay_text: str, record: GenerationRecord | None = None) -> DispatchFacts:
    """The same questions when a worker begins to render what ``record`` planned."""
    return DispatchFacts(**_asked_for(shot, screenplay_text, None, record))


def _asked_for(
    shot: Shot,
    screenplay_text: str,
    references: Iterable[Reference] | None,
    record: GenerationRecord | None = None,
) -> dict:
    production = shot.scene.screenplay.production
    texts = {
        "brief": production.brief,
        "screenplay": screenplay_text,
        "prompt": str(shot.spec.get("prompt", "")),
        "negative_prompt": str(shot.spec.get("negative_prompt", "")),
    }
    named = names_in(texts, registered_names())
    if references is None:
        references = references_of(shot)
    model = record.model_name if record else video_model(production)
    return {
        "production": production_fact(production),
        "territories": tuple(production.territories),
        "intended": intended_fact(production, models=[model], shots=[shot]),
        "people": people_asked_for(named, shot, production, references),
        "components": components_of([record]) if record else components_planned(production),
        "texts_sha256": tuple(hashlib.sha256(text.encode()).hexdigest() for text in texts.values()),
    }


def references_of(shot: Shot) -> list[Reference]:
    """The pictures that a shot is made after: its own, and those of the whole production."""
    production = shot.scene.screenplay.production
    return list(production.references.filter(Q(shot=shot) | Q(shot__isnull=True)).order_by("created_at"))


def use_facts(
    production: Production,
    *,
    modalities: Mapping[str, Iterable[str]],
    shot: Shot,
    act: str,
    model: str,
    personalised: bool = False,
) -> UseFacts:
    """A question from outside. ``production`` and ``shot`` may be unsaved: they carry what is meant to be done (use, media,
    territories, languages, content, alterations); an unsaved production is one that no grant names."""
    return UseFacts(
        production=production_fact(production),
        territories=tuple(production.territories),
        intended=intended_fact(
            production, act=act, models=[model] if model else [], shots=[shot], personalised=personalised
        ),
        people=people_asked_about(modalities, production, [shot]),
    )


def train_facts(
    production: Production,
    *,
    modalities: Mapping[str, Iterable[str]],
    model: str,
    act: str,
    data_sha256: Iterable[str] = (),
    base: Mapping[str, Any] | None = None,
    drawn_by: Mapping[str, Any] | None = None,
    works: Iterable[UUID] = (),
) -> TrainFacts:
    """Before a model is tuned (``fine_tune``) or trained for others: ``modalities`` in the data by subject id, ``base`` the
    card of the model that it begins from, ``drawn_by`` that of the renderer whose frames it learns from, if it does.
    ``works`` are in the data whatever files stand for them; every other work that one of the files belongs to is too."""
    data_sha256 = list(data_sha256)
    in_it, made, unknown = _training_data(data_sha256, works)
    if drawn_by is not None:
        made = tuple(dict.fromkeys((*made, *component_facts(drawn_by))))
    return TrainFacts(
        production=production_fact(production),
        territories=tuple(production.territories),
        intended=intended_fact(production, act=act, models=[model]),
        people=people_of_data(modalities, production),
        components=component_facts(base) if base else (),
        works=in_it,
        made_by=made,
        unknown_files=unknown,
        data_sha256=tuple(data_sha256),
    )


def _training_data(
    digests: list[str], named: Iterable[UUID]
) -> tuple[tuple[TrainingWorkFact, ...], tuple[ComponentFact, ...], int]:
    """The registered works among these files, the components of the models that made some of them, and how many are
    neither: files of nobody whom we know."""
    held = WorkAsset.objects.filter(asset__sha256__in=digests).select_related("work__rights_holder", "asset")
    works = {work.pk: work for work in Work.objects.filter(pk__in=list(named)).select_related("rights_holder")}
    works |= {row.work_id: row.work for row in held}
    acts = licensed_acts_of(works)
    now = timezone.now()
    records = {
        take.asset.sha256: take.generation
        for take in Take.objects.filter(asset__sha256__in=digests).select_related("asset", "generation")
    }
    known = {row.asset.sha256 for row in held} | set(records)
    facts = tuple(
        TrainingWorkFact(
            work_id=str(work.pk),
            title=work.title,
            licence=licence_fact(acts.get(str(work.pk), []), at=now),
            rights_holder=work.rights_holder.name,
        )
        for work in works.values()
    )
    return facts, components_of(records.values()), len(set(digests) - known)


def edit_facts(cut: Cut) -> EditFacts:
    """Before takes are cut together."""
    return EditFacts(
        production=production_fact(cut.production),
        territories=tuple(cut.production.territories),
        intended=cut_intended(cut),
        people=people_of_takes(cut),
        components=cut_components(cut),
        takes=tuple(str(take) for take in cut.items.order_by("position").values_list("take", flat=True)),
    )


def cut_models(cut: Cut) -> list[str]:
    """Names of the models that made its takes."""
    return list(cut.items.order_by("position").values_list("take__generation__model_name", flat=True))


def cut_intended(cut: Cut) -> IntendedFact:
    """What is meant to be done with a cut, in the shots that it shows."""
    items = list(cut.items.select_related("take__shot", "take__generation").order_by("position"))
    models = [item.take.generation.model_name for item in items]
    return intended_fact(
        cut.production,
        models=models,
        shots=[item.take.shot for item in items],
        personalised=Variant.objects.filter(cut=cut).exists(),
    )


def cut_components(cut: Cut) -> tuple[ComponentFact, ...]:
    """The components of the models that made its takes, each once."""
    return components_of(item.take.generation for item in cut.items.select_related("take__generation"))


def take_facts(take: Take, audit: Audit) -> TakeAuditFacts:
    """After a render: what does the take show, and how was it made?"""
    production = audit.production
    return TakeAuditFacts(
        asset=asset_fact(audit.asset, kind="take", origin="generated", title=str(take)),
        production=production_fact(production),
        territories=tuple(production.territories),
        matches=match_facts(audit),
        intended=intended_fact(production, models=[take.generation.model_name], shots=[take.shot]),
        people=people_found(audit, production),
        generations=(generation_fact(take.pk, take.generation),),
        components=components_of([take.generation]),
        audit=audit_fact(audit),
    )


def cut_generations(cut: Cut) -> tuple[GenerationFact, ...]:
    """One record for each take in the cut, in order."""
    takes = {item.take_id: item.take for item in cut.items.select_related("take__generation").order_by("position")}
    return tuple(generation_fact(take.pk, take.generation) for take in takes.values())


def cut_facts(cut: Cut, audit: Audit) -> CutAuditFacts:
    """Before a cut is signed."""
    production = audit.production
    return CutAuditFacts(
        asset=asset_fact(audit.asset, kind="cut", origin="generated", title=str(cut)),
        production=production_fact(production),
        territories=tuple(production.territories),
        matches=match_facts(audit),
        intended=cut_intended(cut),
        people=people_found(audit, production),
        generations=cut_generations(cut),
        components=cut_components(cut),
        audit=audit_fact(audit),
    )


def import_facts(imported: ImportedMedia, audit: Audit, *, signature: SignatureFact | None) -> ImportAuditFacts:
    """Foreign media in quarantine; ``signature`` is what a fresh reader says of the file as it came."""
    production = audit.production
    still = str(audit.asset.media_type).startswith("image/")
    kind = "sound" if is_sound(audit.asset) else "still" if still else "clip"
    return ImportAuditFacts(
        asset=asset_fact(audit.asset, kind=kind, origin="imported", title=imported.name),
        production=production_fact(production),
        territories=tuple(production.territories),
        matches=match_facts(audit),
        intended=intended_fact(production),
        people=people_found(audit, production),
        audit=audit_fact(audit),
        signature=signature,
    )
