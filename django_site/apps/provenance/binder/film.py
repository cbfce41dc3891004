"""What the documents of one film are made from: its rows as they stood at a moment, each read once.

Rows written later are left out, and states that change in place are read back from their own record of changes (grants) or
times (claims, cases, recalls). Names of people and titles are those of today.
"""

import json
from dataclasses import asdict
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, Q

from django_site.apps.audits.model_facts import declared_fact
from django_site.apps.audits.models import MATCH_KINDS, PERSON_KINDS, Audit, Decision, Finding
from django_site.apps.audits.people_facts import moment
from django_site.apps.corpora.models import Licence, LicensedAct
from django_site.apps.corpora.selectors import licence_chosen
from django_site.apps.jobs.models import Job
from django_site.apps.likeness.models import ConsentGrant, GrantState, UseEvent
from django_site.apps.productions.models import Contribution, Cut, CutItem, GenerationRecord, Take
from django_site.apps.productions.services.contributions import contributions_standing
from django_site.apps.provenance.models import Release
from django_site.apps.reviews.models import AccessTier, Override, OverrideApproval, OverrideState, ReviewAction

#: Who can close a gap.
PRODUCER, LEGAL, HEAD, PERFORMER = "producer", "legal reviewer", "head of legal", "performer or representative"
COUNSEL, ENGINEER = "counsel or business affairs", "whoever runs the studio's machines"


def sound_of(film: "Film") -> str | None:
    """What is heard in the film, by its own record; ``None`` where that says nothing."""
    sound = film.cut.sound
    if sound is None:
        return None
    by = ", ".join(dict.fromkeys(line["synthesiser"] for line in sound["lines"]))
    lines = len(sound["lines"])
    lent = sum(line.get("subject") is not None for line in sound["lines"])
    whose = f"{lent} of them in the voices of people who granted them" if lent else "in nobody's voice"
    spoken = f", and {lines} lines spoken by {by}, {whose}" if lines else ""
    placed = [f"{one['title']} ({one['owner']}, {one['licence'] or one['basis']})" for one in sound.get("placed", [])]
    more = f"; from outside: {'; '.join(placed)}" if placed else ""
    return f"computed for the film from the words of its shots: ambience and effects{spoken}{more}"


def gap(field: str, what: str, who: str, *, page: str = "") -> dict[str, str]:
    """Something that is not known: which field, what is missing, who can close it, and on which page of the production."""
    return {"field": field, "what": what, "who": who, "page": page}


class Film:
    """A cut at a moment. Everything is read when it is asked for, and once."""

    def __init__(self, cut: Cut, at: datetime) -> None:
        self.cut, self.at = cut, at
        self.production = cut.production

    @cached_property
    def release(self) -> Release | None:
        rows = Release.objects.filter(cut=self.cut, created_at__lte=self.at)
        return rows.select_related(
            "manifest__asset",
            "manifest__intent__decision__audit__index_snapshot",
            "manifest__intent__case",
            "decision",
            "released_by",
            "recall",
        ).first()

    @cached_property
    def items(self) -> list[CutItem]:
        rows = self.cut.items.select_related("take__generation__actor", "take__asset", "take__shot__scene")
        return list(rows.order_by("position"))

    @cached_property
    def generations(self) -> list[GenerationRecord]:
        """One a model, as the first take in the film that it made."""
        return list({(one.take.generation.model_sha256): one.take.generation for one in reversed(self.items)}.values())[
            ::-1
        ]

    @cached_property
    def takes_rendered(self) -> list[Take]:
        """Every take of the production that was rendered, in the film or not."""
        rows = Take.objects.filter(
            shot__scene__screenplay__production=self.production, asset__isnull=False, created_at__lte=self.at
        )
        return list(rows.select_related("shot", "generation").order_by("created_at", "id"))

    @cached_property
    def audit(self) -> Audit | None:
        """The audit on which the film was decided."""
        if self.release is not None and self.release.manifest.intent.decision.audit_id:
            return self.release.manifest.intent.decision.audit
        rows = Audit.objects.filter(cut=self.cut, created_at__lte=self.at)
        return rows.select_related("index_snapshot").order_by("-created_at").first()

    @cached_property
    def findings(self) -> list[Finding]:
        if self.audit is None:
            return []
        rows = self.audit.findings.select_related("work__rights_holder", "subject").defer("known_by")
        return list(rows.order_by("position"))

    @property
    def works_found(self) -> list[Finding]:
        """The findings about works that somebody must judge."""
        return [one for one in self.findings if one.kind in MATCH_KINDS]

    @property
    def people_found(self) -> list[Finding]:
        return [one for one in self.findings if one.kind in PERSON_KINDS]

    @cached_property
    def licences(self) -> dict[str, dict[str, Any] | None]:
        """What each work that was found is licensed for, by its id."""
        works = {str(one.work_id) for one in self.findings if one.work_id}
        acts: dict[str, list[LicensedAct]] = {}
        rows = LicensedAct.objects.filter(licence__created_at__lte=self.at, work__in=works).select_related("licence")
        for act in rows.order_by("act"):
            acts.setdefault(str(act.work_id), []).append(act)
        return {work: self._licence(acts.get(work, [])) for work in sorted(works)}

    def _licence(self, acts: list[LicensedAct]) -> dict[str, Any] | None:
        chosen = licence_chosen(acts, at=self.at)
        if chosen is None:
            return None
        licence, permitted, in_force = chosen
        return {
            "id": str(licence.pk),
            "name": licence_name(licence),
            "acts": list(permitted),
            "in_force": in_force,
            "territories": licence.territories,
            "starts": moment(licence.starts),
            "ends": moment(licence.ends),
            "reservations": licence.reservations,
        }

    @cached_property
    def declared(self) -> dict[str, Any]:
        """What the makers declared of the production, as it stood in the decision that released the film."""
        facts = self.release.decision.facts if self.release else {}
        said = (facts.get("production") or {}).get("declared")
        return said or json.loads(json.dumps(asdict(declared_fact(self.production))))

    @cached_property
    def decisions(self) -> list[Decision]:
        """Every decision about the film, its takes and its shots, in order."""
        takes = [one.take_id for one in self.items]
        shots = [one.take.shot_id for one in self.items]
        rows = Decision.objects.filter(
            Q(cut=self.cut) | Q(take__in=takes) | Q(shot__in=shots), created_at__lte=self.at
        ).select_related("actor", "take__shot", "shot")
        return list(rows.order_by("created_at", "id"))

    @cached_property
    def review_actions(self) -> list[ReviewAction]:
        """What reviewers did about the film and the takes of the production."""
        rows = ReviewAction.objects.filter(case__production=self.production, created_at__lte=self.at).filter(
            Q(case__cut=self.cut) | Q(case__take__isnull=False)
        )
        return list(
            rows.select_related("actor", "case__take__shot", "case__decision", "finding").order_by("created_at", "id")
        )

    @cached_property
    def overrides(self) -> list[Override]:
        """Failed checks of those decisions that people set aside, or were asked to."""
        rows = Override.objects.filter(decision__in=[one.pk for one in self.decisions], created_at__lte=self.at)
        agreed = Prefetch("approvals", OverrideApproval.objects.filter(created_at__lte=self.at).select_related("actor"))
        return list(rows.select_related("requested_by").prefetch_related(agreed).order_by("created_at", "id"))

    def override_state(self, override: Override) -> str:
        """Where an override stood at the moment: ended by then, agreed to by enough people and not over, or asked for."""
        ended = override.state in (OverrideState.DECLINED, OverrideState.WITHDRAWN, OverrideState.VOID)
        if ended and override.decided_at is not None and override.decided_at <= self.at:
            return str(override.state)
        if len(override.approvals.all()) < override.approvers_needed:
            return str(OverrideState.REQUESTED)
        return str(OverrideState.IN_FORCE if self.at < override.expires_at else OverrideState.EXPIRED)

    @cached_property
    def contributions(self) -> list[Contribution]:
        """What holds of who did what."""
        return list(contributions_standing(self.production, at=self.at))

    @cached_property
    def contribution_log(self) -> list[Contribution]:
        """All of it, corrected rows too."""
        rows = self.production.contributions.filter(created_at__lte=self.at)
        return list(rows.select_related("actor", "recorded_by").order_by("created_at", "id"))

    @cached_property
    def uses(self) -> list[UseEvent]:
        """Uses of likenesses in the film and in its takes."""
        takes = [one.take_id for one in self.items]
        rows = UseEvent.objects.filter(Q(cut=self.cut) | Q(take__in=takes), created_at__lte=self.at)
        changes = Prefetch("grant__changes")
        return list(
            rows.select_related("subject", "grant__signature", "take__shot")
            .prefetch_related(changes)
            .order_by("created_at", "id")
        )

    @cached_property
    def grants(self) -> list[ConsentGrant]:
        """The grants that the film relies on."""
        return list({one.grant_id: one.grant for one in self.uses}.values())

    def grant_state(self, grant: ConsentGrant) -> str:
        """Where the grant stood at the moment, by its own record of changes."""
        changes = list(grant.changes.all())
        reached = [change.to for change in changes if change.created_at <= self.at]
        if reached:
            return str(reached[-1])
        return str(changes[0].came_from or GrantState.DRAFTED) if changes else str(grant.state)

    @cached_property
    def jobs(self) -> list[Job]:
        """The production's jobs that had ended."""
        rows = Job.objects.filter(production=self.production, finished_at__lte=self.at)
        return list(rows.order_by("created_at", "id"))

    def head(self, slug: str, title: str) -> dict[str, Any]:
        """What every document begins with."""
        release = self.release
        return {
            "schema": f"reelproof-binder/{slug}/1",
            "title": title,
            "at": moment(self.at),
            "film": {
                "production": {"id": str(self.production.pk), "title": self.production.title},
                "organisation": self.production.organisation.name,
                "cut": {"id": str(self.cut.pk), "title": self.cut.title, "version": self.cut.version},
                "duration_seconds": seconds(self.cut.duration),
                "cut_sha256": self.cut.asset.sha256 if self.cut.asset else None,
                "film_sha256": release.manifest.asset.sha256 if release else None,
                "released_at": moment(release.created_at) if release else None,
            },
        }


def licence_name(licence: Licence) -> str:
    return licence.spdx_id or licence.terms[:200]


def seconds(value: Any) -> float | None:
    """Seconds to a thousandth; ``None`` where there are none."""
    return None if value is None else round(float(value), 3)


def person(user: Any) -> dict[str, str] | None:
    """A person with the pseudonym by which the ledger names them."""
    return None if user is None else {"name": str(user), "pseudonym": user.pseudonym}


#: Stands for reasons in cases that are not open to everybody on the production: a binder leaves the house.
KEPT = "(kept to the legal side)"


def reason_shown(action: ReviewAction) -> str:
    """A reviewer's reason, unless its case is for the legal side or for named people alone."""
    return action.reason if action.case.tier == AccessTier.PRODUCTION else KEPT
