"""Machines: the models that made the pictures with what is declared of their training; and what making the film
took."""

from typing import Any

from django_site.apps.audits.model_facts import components_of
from django_site.apps.jobs.models import Job, JobKind
from django_site.apps.productions.models import GenerationRecord
from django_site.apps.provenance.binder import charts
from django_site.apps.provenance.binder.film import COUNSEL, ENGINEER, PRODUCER, Film, gap, seconds
from django_site.pages import sheets
from generator.audience.economy import Assumptions
from generator.energy import Energy

#: What is told of a component of a model, besides where it may be used and for what not.
_OF_COMPONENTS = (
    "model", "name", "role", "licence", "trained", "sha256", "terms_read", "commercial_use", "marking", "attribution",
    "indemnity", "training_data", "source",
)  # fmt: skip


def model_declarations(film: Film) -> dict[str, Any]:
    """``models`` [{name, version, kind, licence, commercial_use, sha256, training_data, attested, takes}], those that we
    trained with their ``works``; ``detectors`` of the audit."""
    gaps: list[dict[str, str]] = []
    models = []
    for one in film.generations:
        trained = one.model_card.get("kind") != "renderer"
        if trained and one.trained_model is None:
            for field, what in (
                ("attestation", "an attestation of the training data, signed by whoever trained it"),
                ("indemnity", "an indemnity and its territory"),
            ):
                gaps.append(gap(f"models.{field}", f"For {one.model_name}: {what}.", PRODUCER))
        models.append(
            {
                "name": one.model_name,
                "version": one.model_version,
                "kind": one.model_card.get("kind"),
                "licence": one.model_licence,
                "commercial_use": one.commercial_use,
                "sha256": one.model_sha256,
                "training_data": one.model_card.get("training_data") or None,
                "attested": _attested(one, trained),
                **_learned(one),
                "takes": sum(item.take.generation.model_sha256 == one.model_sha256 for item in film.items),
                "card": one.model_card,
            }
        )
    tools = sorted(
        {one.tool for one in film.contributions if one.tool} - {f"{one['name']} {one['version']}" for one in models}
    )
    if tools:
        gaps.append(gap("tools.sha256", f"A digest of {', '.join(tools)}: their version is not on record.", ENGINEER))
    components = [
        {name: getattr(one, name) for name in _OF_COMPONENTS}
        | {"territories": list(one.territories), "prohibited_uses": list(one.prohibited_uses)}
        for one in components_of(film.generations)
    ]
    for one in components:
        if not one["terms_read"]:
            of = f"{one['name']} of {one['model']}"
            what = f"What {one['licence'] or 'the licence'} asks, under which {of} comes: nobody has read it."
            gaps.append(gap("components.terms_read", what, COUNSEL))
    return {
        **film.head("model-declarations", "Model and training-data declarations"),
        "models": models,
        "components": components,
        "tools": [{"name": name, "training_data": None} for name in tools],
        "detectors": list(film.audit.detectors) if film.audit else [],
        "gaps": gaps,
    }


def _attested(record: GenerationRecord, trained: bool) -> str | None:
    if record.trained_model is not None:
        return "by its lineage, written and signed as it was trained here"
    return None if trained else "nothing to attest"


def _learned(record: GenerationRecord) -> dict[str, Any]:
    """Of a model that the studio trained: the digest of its lineage and every work in it, by its licence."""
    model = record.trained_model
    if model is None:
        return {}
    return {
        "lineage_sha256": model.lineage_sha256,
        "state": model.state,
        "works": [
            {
                "title": row.title,
                "rights_holder": row.rights_holder,
                "licence": row.licence.spdx_id or row.licence.terms,
                "licence_version": row.licence.version,
            }
            for row in model.run.works.select_related("licence")
        ],
        "people": model.run.people.count(),
    }


def _works_said(one: dict[str, Any]) -> list[tuple[str, Any]]:
    if "works" not in one:
        return []
    works = [
        f"{row['title']} ({row['rights_holder']}, {row['licence']}, version {row['licence_version']})"
        for row in one["works"]
    ]
    return [
        ("Learned from", "; ".join(works)),
        ("People in the data", one["people"] or "nobody registered"),
        ("Lineage", one["lineage_sha256"]),
    ]


def model_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    parts = [
        sheets.part(
            f"{one['name']} {one['version']}",
            sheets.facts(
                ("Kind", one["kind"]),
                (
                    "Licence",
                    f"{one['licence']}; commercial use {'allowed' if one['commercial_use'] else 'not allowed'}",
                ),
                ("Digest", one["sha256"]),
                ("Training data, as declared", one["training_data"] or "not declared"),
                ("Attested", one["attested"] or "no"),
                *_works_said(one),
                ("Takes in the film", one["takes"]),
            ),
        )
        for one in document["models"]
    ]
    tools = [[one["name"], one["training_data"] or "not on record"] for one in document["tools"]]
    detectors = [
        [str(one.get("name", "")), str(one.get("version", "")), str(one.get("weights_sha256") or "–")]
        for one in document["detectors"]
    ]
    components = [
        [
            f"{one['name']} ({one['role'].replace('_', ' ')}) of {one['model']}",
            one["licence"],
            _terms(one),
            one["training_data"] or ("not declared" if one["trained"] else "none: not trained"),
        ]
        for one in document["components"]
    ]
    head = ["Component", "Licence", "What it asks", "Training data"]
    return [
        *parts,
        sheets.part(
            "Components and their licences", *sheets.table(head, [4, 3, 5, 5], components, "None is on record.")
        ),
        sheets.part("Other tools", *sheets.table(["Tool", "Training data"], [5, 5], tools, "None.")),
        sheets.part(
            "Detectors that audited the film",
            *sheets.table(["Detector", "Version", "Digest of weights"], [3, 2, 6], detectors, "No audit is on record."),
        ),
    ]


def _terms(one: dict[str, Any]) -> str:
    """A component's terms in a line."""
    if not one["terms_read"]:
        return "not read"
    said = ["commercial use" if one["commercial_use"] else "no commercial use"]
    said += [] if one["marking"] == "none" else [f"marks: {one['marking']}"]
    said += [f"name: {one['attribution']}"] if one["attribution"] else []
    said += [f"not for {', '.join(one['prohibited_uses'])}"] if one["prohibited_uses"] else []
    said += ["indemnity"] if one["indemnity"] else []
    return "; ".join(said)


# what it took


def energy_and_cost(film: Film) -> dict[str, Any]:
    """``work`` [{kind, use, jobs, attempts, seconds}]: wall time of jobs from first start to end; ``use`` is ``in the
    film``, ``not used`` or ``whole film``. ``energy_joules`` is what was counted or estimated of it
    (``energy_how``), ``None`` where nothing was; ``cost`` {amount, currency, how} at the rate that the producer states,
    ``None`` without one."""
    used = {one.take_id for one in film.items}
    takes = {one.pk for one in film.takes_rendered} | used
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for job in film.jobs:
        if job.started_at is None:
            continue
        place = rows.setdefault((job.kind, _use(job, used, film)), {"jobs": 0, "attempts": 0, "seconds": 0.0})
        place["jobs"] += 1
        place["attempts"] += job.attempt
        place["seconds"] += (job.finished_at - job.started_at).total_seconds()
    order = [kind.value for kind in JobKind]
    work = [
        {"kind": kind, "use": use, **row, "seconds": seconds(row["seconds"])}
        for (kind, use), row in sorted(rows.items(), key=lambda one: (order.index(one[0][0]), one[0][1]))
    ]
    rendered = film.takes_rendered
    total = sum(one["seconds"] for one in work)
    used_up, uncounted = _energy(film)
    cost, gaps = _cost(film, total), []
    if used_up is None:
        what = "Energy was not measured: no power meter is connected. Wall time of the jobs is what there is."
        gaps.append(gap("energy_joules", what, ENGINEER))
    elif uncounted:
        gaps.append(gap("energy_joules", f"The energy of {uncounted} jobs: they were not counted.", ENGINEER))
    if cost is None:
        gaps.append(gap("cost", "What an hour of the machines costs: no rate is on record.", PRODUCER))
    return {
        **film.head("energy-and-cost", "Energy and cost, rejected takes included"),
        "work": work,
        "machine_seconds": seconds(total),
        "takes": {
            "rendered": len(rendered),
            "used": len(used),
            "not_used": len(takes - used),
            "seconds_rendered": seconds(sum(float(one.duration or 0) for one in rendered)),
            "seconds_not_used": seconds(sum(float(one.duration or 0) for one in rendered if one.pk not in used)),
        },
        "energy_joules": None if used_up is None else seconds(used_up.joules),
        "energy_kind": None if used_up is None else used_up.kind,
        "energy_how": None if used_up is None else used_up.how,
        "cost": cost,
        "gaps": gaps,
    }


def _energy(film: Film) -> tuple[Energy | None, int]:
    """What the jobs used as far as it was counted, and how many were not."""
    counted = [Energy.from_dict(job.energy) for job in film.jobs if job.energy]
    uncounted = sum(job.started_at is not None and not job.energy for job in film.jobs)
    return (sum(counted, Energy()) if counted else None), uncounted


def _cost(film: Film, machine_seconds: float) -> dict[str, Any] | None:
    """The machines' hours at the rate that somebody stated by then."""
    plan = film.production.economy_plans.filter(created_at__lte=film.at).order_by("-version").first()
    if plan is None:
        return None
    rate, hours = Assumptions.from_dict(plan.assumptions).machine_hour, machine_seconds / 3600
    return {
        "amount": f"{hours * rate:.2f}",
        "currency": plan.assumptions["currency"],
        "how": f"{hours:.2f} h at {rate:g} an hour, as the producer states (version {plan.version})",
    }


def _use(job: Job, used: set, film: Film) -> str:
    if job.kind in (JobKind.RENDER_TAKE, JobKind.AUDIT_TAKE):
        return "in the film" if job.target_id in used else "not used"
    if job.kind in (JobKind.ASSEMBLE_CUT, JobKind.AUDIT_CUT, JobKind.SIGN_CUT):
        return "in the film" if job.target_id == film.cut.pk else "not used"
    return "beside the film"


def energy_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    svg, alt = charts.energy_chart(document)
    labels = dict(JobKind.choices)
    work = [
        [
            str(labels.get(one["kind"], one["kind"])),
            one["use"],
            str(one["jobs"]),
            str(one["attempts"]),
            f"{one['seconds']:.1f} s",
        ]
        for one in document["work"]
    ]
    takes = document["takes"]
    return [
        sheets.part(
            "Machine time",
            *([sheets.chart(svg, alt=alt)] if work else []),
            *sheets.table(
                ["Work", "For", "Jobs", "Attempts", "Wall time"],
                [5, 3, 2, 2, 3],
                work,
                "No job is on record.",
                numbers=(2, 3, 4),
            ),
            sheets.text("Wall time runs from the first start of a job to its end, waits between attempts included."),
        ),
        sheets.part(
            "Takes",
            sheets.facts(
                ("Rendered", f"{takes['rendered']} ({takes['seconds_rendered']:.1f} s)"),
                ("In the film", takes["used"]),
                ("Rejected, put aside or not chosen", f"{takes['not_used']} ({takes['seconds_not_used']:.1f} s)"),
            ),
        ),
        sheets.part("Energy", sheets.text(_energy_said(document))),
        sheets.part("Cost", sheets.text(_cost_said(document["cost"]))),
    ]


def _energy_said(document: dict[str, Any]) -> str:
    if document["energy_joules"] is None:
        return "Not measured."
    return f"{document['energy_joules'] / 3600:.3f} Wh, {document['energy_kind']}: {document['energy_how']}."


def _cost_said(cost: dict[str, Any] | None) -> str:
    if cost is None:
        return "Not on record: no rate is known for the machines."
    return f"{cost['amount']} {cost['currency']} for the machines: {cost['how']}."
