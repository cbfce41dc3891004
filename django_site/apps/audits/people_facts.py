"""Rows to facts about people: who is shown, heard, named, cast or trained on, under which grant, for what."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django.utils import timezone

from auditor.policy import NamedPerson
from auditor.policy.people import BiometricFact, ContentFact, GrantFact, IntendedFact, PersonFact
from auditor.policy.topics import topics_in
from django_site.apps.audits.models import PERSON_KINDS, Audit, Finding
from django_site.apps.audits.shots_seen import shots_of
from django_site.apps.likeness.models import BiometricConsent, ConsentGrant, GrantState, LivingState, Subject
from django_site.apps.likeness.scope import scope_of
from django_site.apps.likeness.selectors import approvals_for, grant_nearest, grants_by_subject, refused_elsewhere
from django_site.apps.productions.models import Cut, Production, Shot
from django_site.apps.productions.vocabulary import ContentTopic, Use
from django_site.apps.productions.voices import LentVoice, voices_in, voices_lent


def moment(at: datetime | None) -> str | None:
    """RFC 3339 in UTC with a Z, as the facts' schema wants it."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def midnight(day: date | None) -> str | None:
    """The moment at which a day begins, in UTC."""
    return None if day is None else moment(datetime.combine(day, time(), UTC))


def grant_fact(grant: ConsentGrant | None, *, at: datetime) -> GrantFact | None:
    """The grant as it stands at that moment."""
    if grant is None:
        return None
    scope = scope_of(grant)
    in_term = grant.starts <= at and (grant.ends is None or at < grant.ends)
    signature = getattr(grant, "signature", None)
    return GrantFact(
        id=str(grant.grant),
        version=grant.version,
        active=grant.state == GrantState.ACTIVE and in_term,
        state="over" if grant.state == GrantState.ACTIVE and not in_term else grant.state,
        projects=tuple(scope["projects"]),
        territories=tuple(scope["territories"]),
        uses=tuple(scope["uses"]),
        modalities=tuple(scope["modalities"]),
        media=tuple(scope["media"]),
        acts=tuple(scope["acts"]),
        languages=tuple(scope["languages"]),
        exclusions=tuple(scope["exclusions"]),
        alterations=tuple(scope["alterations"]),
        real_time=bool(scope["real_time"]),
        models=tuple(scope["models"]),
        sublicensees=tuple(scope["sublicensees"]),
        replica_kind=scope.get("replica_kind"),
        specific_description=bool(scope.get("description")),
        separately_signed=bool(scope["separately_signed"]),
        counsel_or_union=bool(scope["counsel_or_union"] or scope["represented_by"]),
        conspicuous=bool(signature and signature.conspicuous),
        signed_as=signature.role if signature else "",
        post_mortem=scope["post_mortem"],
        noticed_at=moment(grant.noticed_at),
        signed_at=moment(grant.signed_at),
        starts=moment(grant.starts),
        ends=moment(grant.ends),
        strike_suspended=grant.strike_id is not None,
        personalised=bool(scope["personalised"]),
    )


def biometric_fact(consent: BiometricConsent | None) -> BiometricFact | None:
    if consent is None:
        return None
    return BiometricFact(
        release_id=str(consent.pk),
        in_force=consent.withdrawn_at is None,
        signed_at=moment(consent.given_at),
        destroy_by=moment(consent.destroy_by),
        purpose=consent.purpose,
        retention_schedule_published=bool(consent.subject.organisation.schedule_address),
    )


def intended_fact(
    production: Production,
    *,
    act: str = "render",
    models: Iterable[str] = (),
    shots: Iterable[Shot] = (),
    personalised: bool = False,
) -> IntendedFact:
    """What the production means to do, in these shots, with the likenesses in them; ``personalised``: in a version of
    the film that viewers choose."""
    shots = list(shots)
    return IntendedFact(
        act=act,
        media=tuple(production.media),
        languages=tuple(production.languages),
        real_time=production.real_time,
        models=tuple(dict.fromkeys(models)),
        sublicensee=production.sublicensee,
        topics=tuple(dict.fromkeys(fact.topic for fact in content_facts(production, shots))),
        synthetic=any(shot.cast == [] for shot in shots),
        personalised=personalised,
    )


def content_facts(production: Production, shots: Iterable[Shot]) -> tuple[ContentFact, ...]:
    """The topics of these shots: what their makers declare, and what their prompts touch. Advertising endorses."""
    declared = list(production.content)
    if production.use == Use.ADVERTISING:
        declared.append(ContentTopic.ENDORSEMENT.value)
    found: list[ContentFact] = []
    for shot in shots:
        declared += shot.content
        words = f"{shot.spec.get('description', '')}\n{shot.spec.get('prompt', '')}"
        found += [mention.as_fact() for mention in topics_in({"prompt": words})]
    facts = [ContentFact(topic=topic, source="declared") for topic in dict.fromkeys(declared)]
    return tuple({(fact.topic, fact.source): fact for fact in [*facts, *found]}.values())


class PeopleFacts:
    """Makes the facts of one decision: grants, releases and approvals of everybody concerned are read once."""

    def __init__(self, subject_ids: Iterable, production: Production) -> None:
        wanted = sorted({str(subject_id) for subject_id in subject_ids})
        self._production = production
        self._now = timezone.now()
        subjects = Subject.objects.filter(pk__in=wanted).select_related("organisation")
        self._subjects = {str(subject.pk): subject for subject in subjects}
        self._grants = grants_by_subject(wanted)
        self._approvals = approvals_for(wanted, production)
        self._refused = refused_elsewhere(self._subjects.values(), production)
        releases = BiometricConsent.objects.filter(subject__in=wanted).order_by("given_at")
        self._releases = {
            (str(one.subject_id), one.modality): one for one in releases.select_related("subject__organisation")
        }

    def known(self, subject_id) -> bool:
        return str(subject_id) in self._subjects

    def grant(self, subject_id, modality: str) -> ConsentGrant | None:
        return grant_nearest(self._grants.get(str(subject_id), []), self._production, modality=modality)

    def name(self, subject_id) -> str:
        return self._subjects[str(subject_id)].display_name

    def common(self, subject_id, *, modality: str, shots: Sequence[Shot]) -> dict[str, Any]:
        """What every fact about this person says, in these shots."""
        subject = self._subjects[str(subject_id)]
        grant = self.grant(subject_id, modality)
        return {
            "grant": grant_fact(grant, at=self._now),
            "biometric": biometric_fact(self._releases.get((str(subject_id), modality))),
            "approval": self._approval(grant, shots),
            "content": content_facts(self._production, shots),
            "alterations": tuple(dict.fromkeys(one for shot in shots for one in shot.alterations)),
            "union": subject.union,
            "died_at": midnight(subject.died_on),
            "minor": subject.living == LivingState.MINOR,
            "deceased": subject.living == LivingState.DECEASED,
            "refused_elsewhere": self._refused.get(str(subject_id), ""),
        }

    def _approval(self, grant: ConsentGrant | None, shots: Sequence[Shot]) -> str:
        if grant is None or scope_of(grant)["approval"] == "none":
            return "not_needed"
        unit = scope_of(grant)["approval"]
        answers = [one for one in self._approvals if one.grant.grant == grant.grant]
        if unit == "production":
            return _gravest([one.state for one in answers if one.scene_id is None and one.shot_id is None])
        wanted = {shot.scene_id for shot in shots} if unit == "scene" else {shot.pk for shot in shots}
        field = "scene_id" if unit == "scene" else "shot_id"
        states = [_gravest([one.state for one in answers if getattr(one, field) == key]) for key in wanted]
        return next((state for state in ("declined", "missing", "requested") if state in states), "approved")

    def person(
        self,
        subject_id,
        *,
        modality: str,
        how: str,
        where: str,
        shots: Sequence[Shot],
        cast: bool | None = None,
        **more,
    ) -> PersonFact:
        return PersonFact(
            subject_id=str(subject_id),
            display_name=self.name(subject_id),
            modality=modality,
            how=how,
            where=where[:600],
            cast=cast,
            **self.common(subject_id, modality=modality, shots=shots),
            **more,
        )


def _gravest(states: Sequence[str]) -> str:
    """What the answers to one question come to: a standing yes counts; else the newest no or the open question."""
    if "approved" in states:
        return "approved"
    return next((state for state in states if state in ("declined", "requested")), "missing")


def cast_in(shots: Iterable[Shot], subject_id) -> bool | None:
    """Whether the makers say that the person is in all of these shots; ``None`` where they say nothing of one."""
    casts = [shot.cast for shot in shots]
    if any(cast is not None and str(subject_id) not in cast for cast in casts):
        return False
    return None if not casts or None in casts else True


_VERBS = {"face": "show a face that resembles", "voice": "have speech that resembles the voice of"}


def _seen(people: PeopleFacts, findings: Iterable[Finding], shots_at) -> tuple[PersonFact, ...]:
    facts = []
    for finding in findings:
        shots = shots_at(finding)
        subject = finding.subject_id
        where = f"Seconds {finding.start:.1f} to {finding.end:.1f} {_VERBS[finding.kind]} {people.name(subject)}"
        facts.append(
            people.person(
                subject,
                modality=finding.kind,
                how=finding.kind,
                where=where,
                shots=shots,
                cast=cast_in(shots, subject) if shots else None,
                start=float(finding.start),
                end=float(finding.end),
                score=finding.score,
            )
        )
    return tuple(facts)


def people_found(audit: Audit, production: Production) -> tuple[PersonFact, ...]:
    """Everybody registered whom an audit saw or heard, in the shots that those seconds belong to, and everybody whom these
    shots cast: a likeness that the makers mean to use is used, whether or not a detector knows it again."""
    findings = _person_findings(audit)
    shots_at, shots = shots_of(audit)
    cast = {subject_id: [shot for shot in shots if subject_id in (shot.cast or [])] for subject_id in cast_of(shots)}
    voices = voices_in(audit, shots)
    people = PeopleFacts({*cast, *(str(one.subject_id) for one in (*findings, *voices))}, production)
    facts = _seen(people, findings, shots_at)
    seen = {fact.subject_id for fact in facts}
    return (
        facts
        + _lending(people, voices)
        + tuple(
            people.person(
                subject_id,
                modality="face",
                how="cast",
                where=f"{'The shot casts' if len(shots) == 1 else 'Its shots cast'} {people.name(subject_id)}",
                shots=theirs,
                cast=True,
            )
            for subject_id, theirs in cast.items()
            if subject_id not in seen and people.known(subject_id)
        )
    )


def subjects_of(audit: Audit) -> set[str]:
    """Ids of everybody registered whom an audit saw or heard, or its shots cast."""
    shots = shots_of(audit)[1]
    named = [*_person_findings(audit), *voices_in(audit, shots)]
    return {str(one.subject_id) for one in named} | set(cast_of(shots))


def _lending(people: PeopleFacts, voices: Sequence[LentVoice]) -> tuple[PersonFact, ...]:
    known = {one: f"{one.where} {people.name(one.subject_id)}" for one in voices if people.known(one.subject_id)}
    return tuple(
        people.person(one.subject_id, modality="voice", how="cast", where=where, shots=one.shots, cast=True)
        for one, where in known.items()
    )


def cast_of(shots: Iterable[Shot]) -> list[str]:
    """Ids of everybody whom any of the shots casts, in order."""
    return list(dict.fromkeys(subject_id for shot in shots for subject_id in shot.cast or []))


def _person_findings(audit: Audit) -> list[Finding]:
    return list(audit.findings.filter(kind__in=PERSON_KINDS, subject__isnull=False).order_by("position"))


def people_of_takes(cut: Cut) -> tuple[PersonFact, ...]:
    """Everybody whom the newest audits of a cut's takes saw or heard, at their seconds in the takes."""
    facts: list[PersonFact] = []
    for item in cut.items.select_related("take__shot").order_by("position"):
        audit = item.take.audits.order_by("-created_at").select_related("take__shot").first()
        if audit is not None:
            facts += people_found(audit, cut.production)
    return tuple(facts)


def people_asked_for(
    named: Sequence[NamedPerson], shot: Shot, production: Production, references: Iterable = ()
) -> tuple[PersonFact, ...]:
    """Everybody whom the words name, the shot casts, or a reference picture resembles."""
    references = list(references)
    cast = list(shot.cast or [])
    seen = {person["subject"] for reference in references for person in reference.people}
    voices = voices_lent(production, [shot])
    everybody = {*(one.subject_id for one in (*named, *voices)), *cast, *seen}
    people = PeopleFacts(everybody, production)
    facts = [
        one.as_fact(common.pop("grant"), cast=None, **common)
        for one in named
        if (common := people.common(one.subject_id, modality=_modality(one), shots=[shot]))
    ]
    facts += _lending(people, voices)
    for subject_id in cast:
        if people.known(subject_id):
            where = f"The shot casts {people.name(subject_id)}"
            facts.append(people.person(subject_id, modality="face", how="cast", where=where, shots=[shot], cast=True))
    for reference in references:
        for person in reference.people:
            if people.known(person["subject"]):
                name = people.name(person["subject"])
                where = f"The reference picture '{reference.name}' shows a face that resembles {name}"
                facts.append(
                    people.person(
                        person["subject"],
                        modality="face",
                        how="reference",
                        where=where,
                        shots=[shot],
                        source="reference",
                        score=person["score"],
                        cast=cast_in([shot], person["subject"]) if shot.pk else None,
                    )
                )
    return tuple(facts)


def _modality(one: NamedPerson) -> str:
    return "voice" if one.manner == "voice" else "face"


def people_of_data(modalities: Mapping[str, Iterable[str]], production: Production) -> tuple[PersonFact, ...]:
    """Everybody whose likeness is in the data that a model is to be trained on: modalities by subject id."""
    return _of_ids(modalities, production, how="training", where="The data holds the {} of {}")


def people_asked_about(
    modalities: Mapping[str, Iterable[str]], production: Production, shots: Sequence[Shot]
) -> tuple[PersonFact, ...]:
    """Everybody about whom somebody asks whether their likeness may be used."""
    return _of_ids(modalities, production, how="use", where="You ask about the {} of {}", shots=shots)


def _of_ids(
    modalities: Mapping[str, Iterable[str]], production: Production, *, how: str, where: str, shots: Sequence[Shot] = ()
) -> tuple[PersonFact, ...]:
    people = PeopleFacts(modalities, production)
    return tuple(
        people.person(
            subject_id,
            modality=modality,
            how=how,
            where=where.format(modality, people.name(subject_id)),
            shots=shots,
        )
        for subject_id, wanted in modalities.items()
        for modality in sorted(wanted)
    )


def video_model(production: Production | None = None) -> str:
    """The name of the model that renders this production today, as grants name models."""
    from django_site.apps.training.looks import card_planned

    return card_planned(production).name
