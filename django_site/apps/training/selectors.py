"""Reading trainings and models; every list starts from what the person may see."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from django_site import wiring
from django_site.apps.accounts.models import REVIEWING_ROLES, Role, User
from django_site.apps.audits.facts import train_facts
from django_site.apps.likeness.models import ConsentGrant, GrantState, Modality, Subject
from django_site.apps.productions.models import Production
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.training.models import TrainedModel, TrainingRun
from django_site.apps.training.offered import act_of
from django_site.apps.training.standing import Why

#: People of whom a form asks whether they are in the data; those with a grant for the production.
MAX_PEOPLE = 200


def runs_visible_to(user: User) -> QuerySet[TrainingRun]:
    """Trainings for productions that the person may see, and those for a whole organisation for which they work."""
    return TrainingRun.objects.filter(_seen(user, ""))


def models_visible_to(user: User) -> QuerySet[TrainedModel]:
    """The same of models."""
    return TrainedModel.objects.filter(_seen(user, "run__"))


def _seen(user: User, path: str) -> Q:
    seen = Q(**{f"{path}production__in": productions_visible_to(user)})
    if user.is_authenticated:
        works_for = user.memberships.filter(role__in=[Role.PRODUCER, *REVIEWING_ROLES]).values("organisation")
        seen |= Q(**{f"{path}shared": True, f"{path}organisation__in": works_for})
    return seen


def productions_to_train(user: User) -> QuerySet[Production]:
    """Productions for which the person may have a model trained."""
    if not user.is_authenticated:
        return Production.objects.none()
    produced = user.production_memberships.filter(role=Role.PRODUCER).values("production")
    return Production.objects.filter(pk__in=produced).select_related("organisation").order_by("title", "id")


@dataclass(frozen=True, slots=True)
class OfferedPerson:
    """What of a registered person a model may learn, and why not where it may not."""

    subject: Subject
    modality: str
    grant: ConsentGrant | None
    against: tuple[Why, ...]
    chosen: bool = False

    @property
    def value(self) -> str:
        """As the form sends it."""
        return f"{self.subject.pk}:{self.modality}"

    @property
    def allowed(self) -> bool:
        return not self.against

    @property
    def what(self) -> str:
        return str(Modality(self.modality).label)


def people_offered(
    production: Production, *, model: str, shared: bool = False, chosen: frozenset[str] = frozenset()
) -> list[OfferedPerson]:
    """Everybody with a grant in force that names the production, and what of them it covers, as the policies see it."""
    from django_site.apps.training.services.planning import person_grant

    found: dict[Subject, list[ConsentGrant]] = {}
    standing = ConsentGrant.objects.filter(subject__organisation=production.organisation_id, state=GrantState.ACTIVE)
    for grant in standing.select_related("subject").order_by("subject__legal_name", "pk"):
        if str(production.pk) in grant.scope.get("projects", ()):
            found.setdefault(grant.subject, []).append(grant)
    people = list(found.items())[:MAX_PEOPLE]
    modalities = {
        str(subject.pk): sorted({one for grant in grants for one in grant.scope.get("modalities", ())})
        for subject, grants in people
    }
    facts = train_facts(production, modalities=modalities, model=model or "any", act=act_of(shared))
    decision = wiring.policy_bundle().decide(facts.as_facts(), at=timezone.now())
    said: dict[str, list[Why]] = {}
    for check in decision.stopping:
        if check.item is not None and check.item.startswith("people["):
            said.setdefault(check.item, []).append(Why(check.plain, check.remedy, check.who_can_fix))
    by_id = {str(subject.pk): (subject, grants) for subject, grants in people}
    offered = []
    for place, person in enumerate(facts.people):
        subject, grants = by_id[person.subject_id]
        one = OfferedPerson(
            subject,
            person.modality,
            person_grant(production, grants, person.modality),
            tuple(said.get(f"people[{place}]", ())),
        )
        offered.append(OfferedPerson(one.subject, one.modality, one.grant, one.against, one.value in chosen))
    return offered
