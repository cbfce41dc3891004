"""Who may do what, as rules over memberships. Services ask :func:`require`; templates and views use the same names."""

import rules
from django.db.models import Q
from django.utils import timezone

from django_site.apps.accounts.models import REVIEWING_ROLES, Membership, Organisation, Role, User
from django_site.errors import NotAllowedError


def _role_on(user: User, production) -> str | None:
    membership = production.members.filter(user=user).values_list("role", flat=True).first()
    return str(membership) if membership else None


def _role_in(user: User, organisation_id) -> str | None:
    return Membership.objects.filter(user=user, organisation_id=organisation_id).values_list("role", flat=True).first()


def reviewing_role(user: User, production) -> str | None:
    """The role in which the person reviews this production, ``None`` if they don't: one given on the production, or
    one in its organisation. Whoever produces it reviews nothing of it."""
    on_production = _role_on(user, production)
    if on_production is not None:
        return on_production if on_production in REVIEWING_ROLES else None
    in_organisation = _role_in(user, production.organisation_id)
    return in_organisation if in_organisation in REVIEWING_ROLES else None


@rules.predicate
def produces(user: User, production) -> bool:
    return production is not None and _role_on(user, production) == Role.PRODUCER


@rules.predicate
def reviews(user: User, production) -> bool:
    return production is not None and reviewing_role(user, production) is not None


@rules.predicate
def heads_legal(user: User, production) -> bool:
    return production is not None and reviewing_role(user, production) == Role.HEAD_OF_LEGAL


@rules.predicate
def made(user: User, production) -> bool:
    """Whether the person had a hand in the production, whatever their role is today."""
    return production is not None and (
        production.created_by_id == user.pk or production.contributions.filter(actor=user).exists()
    )


@rules.predicate
def reviews_for_organisation(user: User, production) -> bool:
    return production is not None and _role_in(user, production.organisation_id) in REVIEWING_ROLES


@rules.predicate
def is_producer_of_organisation(user: User, organisation) -> bool:
    return organisation is not None and _role_in(user, organisation.pk) == Role.PRODUCER


@rules.predicate
def works_in_organisation(user: User, organisation) -> bool:
    return organisation is not None and _role_in(user, organisation.pk) in (Role.PRODUCER, *REVIEWING_ROLES)


@rules.predicate
def heads_legal_of_organisation(user: User, organisation) -> bool:
    return organisation is not None and _role_in(user, organisation.pk) == Role.HEAD_OF_LEGAL


@rules.predicate
def is_legal_of_organisation(user: User, organisation) -> bool:
    return organisation is not None and _role_in(user, organisation.pk) in REVIEWING_ROLES


@rules.predicate
def is_subject(user: User, subject) -> bool:
    return subject is not None and subject.user_id == user.pk


@rules.predicate
def decides_for_themselves(user: User, subject) -> bool:
    """The person, of age and alive: for a minor the guardian signs, for the dead the estate."""
    if subject is None or subject.user_id != user.pk:
        return False
    of_age = subject.of_age_on is not None and subject.of_age_on <= timezone.localdate()
    return subject.living == "living" or (subject.living == "minor" and of_age)


def representing(user: User, subject):
    """The person's powers to speak for the subject that stand today, their proof checked. A guardian's end where the
    minor comes of age; an estate's begin with the death."""
    today = timezone.localdate()
    held = subject.representatives.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=today),
        user=user,
        proof_checked_at__isnull=False,
        ended_at__isnull=True,
        starts_on__lte=today,
    )
    if subject.living != "minor" or (subject.of_age_on is not None and subject.of_age_on <= today):
        held = held.exclude(kind="guardian")
    return held if subject.living == "deceased" else held.exclude(kind="estate")


@rules.predicate
def represents(user: User, subject) -> bool:
    return subject is not None and representing(user, subject).exists()


@rules.predicate
def signs_for(user: User, subject) -> bool:
    """A guardian of a minor, an estate of the dead, or an agent with power to sign. Nobody's counsel or union signs."""
    kinds = {"minor": ["guardian"], "deceased": ["estate"]}.get(getattr(subject, "living", ""), ["agent"])
    return subject is not None and representing(user, subject).filter(may_sign=True, kind__in=kinds).exists()


@rules.predicate
def stops_for(user: User, subject) -> bool:
    return subject is not None and representing(user, subject).filter(may_stop=True).exists()


@rules.predicate
def is_legal_of_subject(user: User, subject) -> bool:
    return subject is not None and _role_in(user, subject.organisation_id) in REVIEWING_ROLES


_signed_in = rules.is_authenticated & rules.is_active

rules.add_perm("productions.create", _signed_in & is_producer_of_organisation)
rules.add_perm("productions.view", _signed_in & (produces | reviews))
rules.add_perm("productions.change", _signed_in & produces)
rules.add_perm("reviews.decide", _signed_in & reviews)
rules.add_perm("reviews.hold", _signed_in & heads_legal)
rules.add_perm("reviews.comment", _signed_in & (produces | reviews))
rules.add_perm("audits.dismiss", _signed_in & reviews & reviews_for_organisation & ~made)
rules.add_perm("provenance.recall", _signed_in & heads_legal)
rules.add_perm("corpora.change", _signed_in & works_in_organisation)
rules.add_perm("likeness.enrol", _signed_in & works_in_organisation)
rules.add_perm("likeness.view", _signed_in & (is_subject | is_legal_of_subject | represents))
rules.add_perm("likeness.grant", _signed_in & (decides_for_themselves | signs_for))
rules.add_perm("likeness.stop", _signed_in & (is_subject | stops_for))
rules.add_perm("likeness.answer", _signed_in & is_legal_of_subject & ~is_subject & ~represents)
# Nobody calls off what a withdrawal sets in motion: not the producers whom it stops, not the legal side.
rules.add_perm("likeness.call_off", rules.always_deny)
rules.add_perm("training.answer", _signed_in & works_in_organisation)
rules.add_perm("policies.draft", _signed_in & is_legal_of_organisation)
rules.add_perm("organisations.declare", _signed_in & heads_legal_of_organisation)
rules.add_perm("webhooks.change", _signed_in & heads_legal_of_organisation)
rules.add_perm("api.tokens", _signed_in & heads_legal_of_organisation)
rules.add_perm("likeness.money", _signed_in & is_legal_of_subject & ~is_subject & ~represents)
rules.add_perm("likeness.strike", _signed_in & heads_legal_of_organisation)


def require(user: User, permission: str, thing) -> None:
    """Raise ``NotAllowedError`` unless the person has the permission on the thing."""
    if not rules.has_perm(permission, user, thing):
        raise NotAllowedError(f"{user} may not do this here ({permission}); ask a producer or the head of legal")


def house_headed(user: User, otherwise: str) -> Organisation:
    """The organisation whose legal side the person heads; ``NotAllowedError`` with ``otherwise`` where there is none."""
    held = user.memberships.filter(role=Role.HEAD_OF_LEGAL).select_related("organisation").first()
    if held is None:
        raise NotAllowedError(otherwise)
    return held.organisation
