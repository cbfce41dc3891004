"""Cards of models to facts about their components, and what people declare of a production and its organisation."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, get_args

from auditor.policy.components import ComponentFact
from auditor.policy.declared import DeclaredFact, OrganisationFact
from auditor.policy.terms import ComponentRole, RuledOut
from django_site.apps.accounts.models import Organisation
from django_site.apps.audits.people_facts import midnight, moment
from django_site.apps.productions.declarations import DECLARABLE
from django_site.apps.productions.models import GenerationRecord, Production
from django_site.apps.training.looks import card_planned
from django_site.apps.training.standing import model_barred, models_barred
from generator.backends.licences import TERMS

_ROLES, _RULED_OUT = get_args(ComponentRole), get_args(RuledOut)


def component_facts(card: Mapping[str, Any], *, withdrawn: str = "") -> tuple[ComponentFact, ...]:
    """One fact for each component that a card lists. A card that lists none counts as one component with the card's own
    licence, whose terms are known where the licence is one that everybody can read. What can't be read as a component
    counts as one of which nothing is known. ``withdrawn`` says why a model of the studio's own may be used no more."""
    model = _text(card.get("name"), 200) or "unnamed"
    listed = card.get("components")
    if not listed:
        listed = [
            {
                "name": model,
                "role": "renderer" if card.get("kind") == "renderer" else "model",
                "licence": card.get("licence", ""),
                "digest": card.get("digest", ""),
                "trained": card.get("kind") != "renderer",
                "training_data": card.get("training_data", ""),
            }
        ]
    parts = listed if isinstance(listed, list | tuple) else [listed]
    return tuple(_component(model, part if isinstance(part, Mapping) else {}, withdrawn) for part in parts)


def _component(model: str, part: Mapping[str, Any], withdrawn: str) -> ComponentFact:
    licence = _text(part.get("licence"), 500)
    # a card that says "nobody has read this" is believed, whatever the licence is called
    terms = part["terms"] if "terms" in part else _published(licence)
    known = terms if isinstance(terms, Mapping) else {}
    ruled_out = _texts(known.get("prohibited_uses"))
    return ComponentFact(
        model=model,
        name=_text(part.get("name") or part.get("role"), 200) or model,
        role=part["role"] if part.get("role") in _ROLES else "other",
        licence=licence,
        trained=part.get("trained") is not False,
        sha256=_text(part.get("digest"), 64) or None,
        # a use that no rule can compare is as good as unread
        terms_read=bool(known) and all(one in _RULED_OUT for one in ruled_out),
        commercial_use=known.get("commercial_use") is True,
        territories=_texts(known.get("territories")),
        excluded_territories=_texts(known.get("excluded_territories")),
        revenue_ceiling=known.get("revenue_ceiling"),
        revenue_currency=_text(known.get("revenue_currency"), 3) or None,
        users_ceiling=known.get("users_ceiling"),
        prohibited_uses=tuple(one for one in ruled_out if one in _RULED_OUT),
        marking=known["marking"] if known.get("marking") in ("none", "keep") else "add",
        attribution=_text(known.get("attribution"), 2000),
        outputs_train_others=known.get("outputs_train_others") is True,
        fine_tuning=known.get("fine_tuning") is True,
        indemnity=known.get("indemnity") is True,
        training_data=_text(part.get("training_data"), 2000),
        source=_text(known.get("source"), 2000),
        # what was computed by rules alone learned from nobody
        withdrawn=withdrawn[:2000] if part.get("trained") is not False else "",
    )


def _text(value: object, longest: int) -> str:
    return value[:longest] if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()


def _published(licence: str) -> dict[str, Any] | None:
    terms = TERMS.get(licence)
    return None if terms is None else asdict(terms)


def components_of(records: Iterable[GenerationRecord]) -> tuple[ComponentFact, ...]:
    """The components of all models that made takes, each once. What the record says of name, licence and digest counts
    where the card is silent."""
    records = list(records)
    barred = models_barred(record.trained_model_id for record in records)
    found = [
        fact
        for record in records
        for fact in component_facts(
            {
                "licence": record.model_licence,
                "digest": record.model_sha256,
                **record.model_card,
                "name": record.model_name,
            },
            withdrawn=barred.get(record.trained_model_id, ""),
        )
    ]
    return tuple(dict.fromkeys(found))


def components_planned(production: Production | None = None) -> tuple[ComponentFact, ...]:
    """The components of the model that renders this production today."""
    model = production.look_model if production is not None else None
    return component_facts(card_planned(production).as_dict(), withdrawn=model_barred(model))


def organisation_fact(organisation: Organisation) -> OrganisationFact:
    """How large the organisation is, as its head of legal declared."""
    return OrganisationFact(
        annual_revenue=organisation.annual_revenue,
        revenue_currency=organisation.revenue_currency or None,
        monthly_users=organisation.monthly_users,
        declared_at=moment(organisation.size_declared_at),
    )


def declared_fact(production: Production) -> DeclaredFact:
    """What the makers declare of the production; what they have not said is as ``DeclaredFact`` says."""
    said = {**DECLARABLE, **{name: value for name, value in production.declarations.items() if name in DECLARABLE}}
    noticed = said.pop("synthetic_notice_on")
    lists = {name: tuple(value) for name, value in said.items() if isinstance(value, list)}
    return DeclaredFact(
        **{**said, **lists}, synthetic_notice_at=midnight(date.fromisoformat(noticed) if noticed else None)
    )
