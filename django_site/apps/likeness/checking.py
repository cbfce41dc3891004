"""May this likeness be used thus? Answered by the same policies, from the same facts, as every gate of the site.

Nothing is made and nothing is recorded: a question is no use. Only ``allow`` is a yes; where the policies want a person's
judgement, the answer is no until somebody gives it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils import timezone

from django_site import wiring
from django_site.apps.accounts.models import Organisation
from django_site.apps.audits.facts import use_facts
from django_site.apps.likeness.models import Modality, Subject
from django_site.apps.likeness.scope import ACTS
from django_site.apps.productions.models import Production, Scene, Screenplay, Shot
from django_site.apps.productions.vocabulary import Alteration, ContentTopic, Medium, Use
from django_site.errors import InputError


@dataclass(frozen=True, slots=True)
class UseAnswer:
    """The answer about one person and modality. ``subject_id``, ``display_name`` and the grant are empty for those who may
    not know them: for them ``reasons`` says no more than that it is not allowed."""

    subject_id: str
    display_name: str
    modality: str
    allowed: bool
    outcome: str
    reasons: tuple[str, ...]
    remedies: tuple[str, ...]
    grant: str = ""
    grant_version: int | None = None


def use_check(
    *,
    organisation: Organisation,
    subjects: Mapping[str, Iterable[str]],
    act: str = "render",
    use: str = Use.FILM,
    media: Sequence[str] = (),
    territories: Sequence[str] = (),
    languages: Sequence[str] = (),
    production_id: str = "",
    content: Sequence[str] = (),
    alterations: Sequence[str] = (),
    real_time: bool = False,
    personalised: bool = False,
    model: str = "",
    sublicensee: str = "",
) -> list[UseAnswer]:
    """For each person (modalities by subject id) whether ``organisation`` may use them thus.

    With ``production_id`` what is not said is what that production of the organisation is meant for; without one no grant
    names what is asked about, and grants are given production by production. Raises ``InputError`` for words outside the
    lists.
    """
    for name, values, known in (
        ("act", [act], list(ACTS)),
        ("use", [use], Use.values),
        ("media", media, Medium.values),
        ("content", content, ContentTopic.values),
        ("alterations", alterations, Alteration.values),
        ("modality", {one for wanted in subjects.values() for one in wanted}, Modality.values),
    ):
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise InputError(f"{name}: {unknown[0]!r} is not known; use one of {', '.join(known)}")
    production = _production(organisation, production_id)
    fresh = production is None
    production = production or Production(title="What you ask about", organisation=organisation, media=[], languages=[])
    production.use = use
    production.real_time = real_time or (not fresh and production.real_time)
    production.media = list(media) or production.media
    production.languages = list(languages) or production.languages
    production.territories = list(territories) or production.territories or ["*"]
    production.content = sorted({*production.content, *content})
    production.sublicensee = sublicensee or production.sublicensee
    shot = Shot(
        scene=Scene(screenplay=Screenplay(production=production)), spec={"id": "asked"}, alterations=list(alterations)
    )
    bundle, now = wiring.policy_bundle(), timezone.now()
    known = {str(one.pk): one for one in Subject.objects.filter(pk__in=list(subjects))}
    answers = []
    for subject_id, wanted in subjects.items():
        for modality in sorted(set(wanted)):
            facts = use_facts(
                production,
                modalities={subject_id: [modality]},
                shot=shot,
                act=act,
                model=model,
                personalised=personalised,
            )
            decision = bundle.decide(facts.as_facts(), at=now)
            grant = facts.people[0].grant if facts.people else None
            named = known.get(str(subject_id))
            if named is None or not facts.people:
                raise InputError(f"nobody is registered as {subject_id}")
            allowed = decision.outcome == "allow"
            if named.organisation_id == organisation.pk:
                failed = decision.failed
                answers.append(
                    UseAnswer(
                        subject_id=str(named.pk),
                        display_name=named.display_name,
                        modality=modality,
                        allowed=allowed,
                        outcome=decision.outcome,
                        reasons=tuple(dict.fromkeys(check.plain for check in failed)),
                        remedies=tuple(dict.fromkeys(check.remedy for check in failed if check.remedy)),
                        grant=grant.id if grant else "",
                        grant_version=grant.version if grant else None,
                    )
                )
            else:
                reason = "A registered person whom you ask about has not allowed this use."
                answers.append(UseAnswer("", "", modality, allowed, decision.outcome, () if allowed else (reason,), ()))
    return answers


def _production(organisation: Organisation, production_id: str) -> Production | None:
    """A production of the organisation's own, never saved from here; another's is as unknown as none."""
    if not production_id:
        return None
    try:
        found = Production.objects.filter(pk=production_id, organisation=organisation).first()
    except ValidationError:
        found = None
    if found is None:
        raise InputError(f"your organisation has no production {production_id!r}; leave it out, or give its id")
    return found
