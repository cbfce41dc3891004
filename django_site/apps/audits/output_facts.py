"""Facts about what is made from a released film and is a film of its own: a trailer is another use than the film."""

from collections.abc import Iterable
from copy import copy

from auditor.policy.facts import AssetFact, CutAuditFacts, EditFacts
from django_site.apps.audits.evidence_facts import audit_fact, match_facts
from django_site.apps.audits.facts import generation_fact, production_fact
from django_site.apps.audits.model_facts import components_of
from django_site.apps.audits.models import Audit
from django_site.apps.audits.people_facts import intended_fact, people_found
from django_site.apps.productions.models import Cut, Production, Take
from django_site.apps.productions.vocabulary import Use
from django_site.apps.provenance.models import Output
from django_site.errors import WrongStateError


def as_trailer(production: Production) -> Production:
    """The production as its trailer uses it; not a row. A trailer of ours shows nothing but the work itself, so that of a
    film or a series promotes an expressive work in which its performers are as they are shown."""
    made = copy(production)
    made.use = Use.TRAILER
    if production.use in (Use.FILM, Use.SERIES):
        made.declarations = {**production.declarations, "promotes_expressive_work": True}
    return made


def trailer_edit_facts(cut: Cut, take: Take) -> EditFacts:
    """May this take be shown in a trailer: does the consent of everybody in it name that use?

    Raises ``WrongStateError`` where nobody looked at the take."""
    production = as_trailer(cut.production)
    audit = take.audits.order_by("-created_at").select_related("take__shot").first()
    if audit is None:
        raise WrongStateError(f"{take} was never audited; audit it before it is shown in a trailer")
    return EditFacts(
        production=production_fact(production),
        territories=tuple(production.territories),
        intended=intended_fact(production, models=[take.generation.model_name], shots=[take.shot]),
        people=people_found(audit, production),
        components=components_of([take.generation]),
        takes=(str(take.pk),),
    )


def trailer_facts(output: Output, audit: Audit, takes: Iterable[Take]) -> CutAuditFacts:
    """Before a trailer is signed: what does it show, and how was each take in it made? ``takes`` are those in it."""
    takes = list({take.pk: take for take in takes}.values())
    production = as_trailer(audit.production)
    duration = audit.asset.probe.get("duration")
    return CutAuditFacts(
        asset=AssetFact(
            sha256=audit.asset.sha256,
            kind="cut",
            origin="generated",
            title=str(output)[:200],
            duration=float(duration) if duration else None,
        ),
        production=production_fact(production),
        territories=tuple(production.territories),
        matches=match_facts(audit),
        intended=intended_fact(
            production, models=[take.generation.model_name for take in takes], shots=[take.shot for take in takes]
        ),
        people=people_found(audit, production),
        generations=tuple(generation_fact(take.pk, take.generation) for take in takes),
        components=components_of(take.generation for take in takes),
        audit=audit_fact(audit),
    )
