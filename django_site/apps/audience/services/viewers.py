"""Viewers: let in, asked, and forgotten. What is kept of who did not agree is the seat they sit in, and nothing else."""

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from auditor.policy.territories import covers
from django_site.apps.audience.asking import groups_read
from django_site.apps.audience.codes import code_digest, token_digest, token_new
from django_site.apps.audience.consent import PURPOSE_OF, PURPOSES, consent_text, kept_until, text_digest
from django_site.apps.audience.models import Event, Invitation, Screening, ScreeningState, Seat, Viewer, ViewerConsent
from django_site.apps.audience.playing import cuts_playable
from django_site.errors import InputError, WrongStateError
from generator.audience.allocation import arm_drawn

#: Made-up names: colours and things without rank, origin or sex.
NAMES = (
    "Amber Aspen Basalt Birch Bronze Cedar Chalk Clay Clover Cobalt Copper Coral Cotton Dune Ember Fern Flint Foam Granite "
    "Harbour Hazel Heath Indigo Ivory Jade Juniper Kelp Lagoon Larch Lichen Linen Marble Maple Meadow Moss Ochre Olive Opal "
    "Pearl Pebble Pine Quartz Reed Ripple Russet Saffron Sage Sand Slate Spruce Teal Thistle Tide Topaz Umber Willow"
)


class NotInvitedError(InputError):
    """Nobody is let in by this code. It says no more than that: what codes there are is nobody's to find out."""

    status = 404


def _refused_because(invitation: Invitation, now: datetime) -> str:
    """Why the holder of a code that exists is not let in; empty where they are."""
    screening = invitation.screening
    if invitation.revoked_at is not None or (invitation.expires_at and invitation.expires_at <= now):
        return "this invitation does not stand any more; ask who sent it for another"
    return closed_because(screening, now)


def closed_because(screening: Screening, now: datetime) -> str:
    """Why a screening shows nothing now; empty where it does."""
    if screening.state == ScreeningState.CLOSED or (screening.closes_at and screening.closes_at <= now):
        return "this screening is over"
    if screening.state == ScreeningState.DRAFT or (screening.opens_at and screening.opens_at > now):
        return "this screening has not begun yet; come back when it has"
    return ""


def invitation_read(code: str, *, now: datetime | None = None) -> Invitation:
    """The invitation of a code. Raises ``NotInvitedError`` where there is none, ``WrongStateError`` saying why where it lets
    nobody in."""
    rows = Invitation.objects.select_related("screening__production__organisation")
    try:
        found = rows.filter(code_sha256=code_digest(code)).first()
    except InputError as error:
        raise NotInvitedError(str(error)) from None
    if found is None:
        raise NotInvitedError("no invitation has this code; look whether it is typed as it was sent")
    if why := _refused_because(found, now or timezone.now()):
        raise WrongStateError(why)
    return found


@transaction.atomic
def viewer_join(
    *, invitation: Invitation, territory: str, of_age: bool, draw: random.Random | None = None
) -> tuple[Viewer, str]:
    """A seat, and the token of the cookie by which it is known again. Raises ``WrongStateError`` where the invitation is
    used up, the screening is closed, or nothing of it may be shown; ``InputError`` for a place where it is not shown, or
    somebody too young for it."""
    now = timezone.now()
    screening = Screening.objects.select_for_update().get(pk=invitation.screening_id)
    invitation = Invitation.objects.select_related("screening").get(pk=invitation.pk)
    if why := _refused_because(invitation, now):
        raise WrongStateError(why)
    if not (len(territory) == 2 and territory.isascii() and territory.isalpha() and territory.isupper()):
        raise InputError("say in which country you watch, by its two letters such as DE or US")
    if not covers(screening.territories, [territory]):
        raise InputError("this film is not shown in the country where you are")
    if not of_age and not screening.minors_may_watch:
        raise InputError(f"this screening is for people of {screening.minimum_age} or older")
    if invitation.viewers.count() >= invitation.max_viewers:
        raise WrongStateError("everybody who was invited with this code has come; ask who sent it for another")
    arms = {arm.letter: arm for arm in screening.arms.filter(cut__in=cuts_playable())}
    if not arms:
        raise WrongStateError("the film of this screening may not be shown any more")
    counted = screening.viewers.values_list("arm__letter").annotate(n=Count("pk")).order_by()
    letter = arm_drawn(
        {letter: n for letter, n in counted if letter in arms},
        {letter: arm.weight for letter, arm in arms.items()},
        draw or random.SystemRandom(),
    )
    token = token_new()
    viewer = Viewer.objects.create(
        screening=screening,
        invitation=invitation,
        arm=arms[letter],
        token_sha256=token_digest(token),
        pseudonym=_pseudonym(screening),
        territory=territory,
        of_age=of_age,
    )
    return viewer, token


def _pseudonym(screening: Screening) -> str:
    while True:
        name = f"{secrets.choice(NAMES.split())} {secrets.randbelow(9000) + 1000}"
        if not screening.viewers.filter(pseudonym=name).exists():
            return name


def consent_in_force(viewer: Viewer, *, now: datetime | None = None) -> ViewerConsent | None:
    """What the viewer agreed to, while it stands."""
    return viewer.consents.filter(withdrawn_at__isnull=True, expires_at__gt=now or timezone.now()).first()


@transaction.atomic
def viewer_consent_give(
    *, viewer: Viewer, purposes: Sequence[str], shown_sha256: str, until: datetime, groups: dict[str, str] | None = None
) -> ViewerConsent:
    """Keep what a viewer agreed to, in the words that they saw: ``shown_sha256`` is the digest of the text for all
    purposes until ``until``. Another agreement before it ends. Raises ``InputError`` for no or an unknown purpose,
    ``WrongStateError`` where the words changed meanwhile, or the viewer is too young."""
    viewer = Viewer.objects.select_for_update(of=("self",)).select_related("screening__production").get(pk=viewer.pk)
    screening, now = viewer.screening, timezone.now()
    chosen = [one for one in PURPOSES if one in purposes]
    if not chosen or set(purposes) - set(PURPOSES):
        raise InputError("tick what may be recorded, or watch without")
    if not viewer.of_age:
        raise WrongStateError(
            f"nothing is recorded of people below {screening.minimum_age}; you may watch all the same"
        )
    if why := closed_because(screening, now):
        raise WrongStateError(why)
    if not now < until <= kept_until(screening, now) or shown_sha256 != text_digest(
        consent_text(screening, list(PURPOSES), until)
    ):
        raise WrongStateError("what you are asked has changed since you opened the page; read it again")
    said = groups_read(screening.group_questions, dict(groups or {})) if "answers" in chosen else {}
    viewer.consents.filter(withdrawn_at__isnull=True).update(withdrawn_at=now)
    text = consent_text(screening, chosen, until)
    given = ViewerConsent.objects.create(
        viewer=viewer, text=text, text_sha256=text_digest(text), purposes=chosen, given_at=now, expires_at=until
    )
    # What was recorded under the earlier agreement stays recorded under the purposes that the new one names.
    kept = Event.objects.filter(viewer=viewer)
    kept.exclude(kind__in=kinds_of(chosen)).delete()
    kept.update(consent=given)
    if "watching" not in chosen:
        viewer.seats.all().delete()
    viewer.groups = said
    viewer.save(update_fields=["groups"])
    return given


def kinds_of(purposes: Sequence[str]) -> list[str]:
    """The kinds of signals that these purposes cover."""
    return [kind for kind, purpose in PURPOSE_OF.items() if purpose in purposes]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was deleted."""

    events: int


@transaction.atomic
def viewer_consent_withdraw(*, viewer: Viewer) -> Forgotten:
    """Record nothing any more, and delete what was recorded (GDPR articles 7(3) and 17(1)(b)). They may go on watching.
    What stays is that they once agreed, in which words, and when they stopped. Raises ``WrongStateError`` without one."""
    now = timezone.now()
    # the agreement's row is what ingestion holds while it writes: whoever comes second sees what the first did
    standing = list(ViewerConsent.objects.select_for_update().filter(viewer=viewer, withdrawn_at__isnull=True))
    if not standing:
        raise WrongStateError("nothing is recorded of you: there is no agreement to withdraw")
    events = Event.objects.filter(viewer=viewer).delete()[0]
    Seat.objects.filter(viewer=viewer).delete()
    ViewerConsent.objects.filter(pk__in=[one.pk for one in standing]).update(withdrawn_at=now)
    Viewer.objects.filter(pk=viewer.pk).update(groups={}, preferences={})
    return Forgotten(events)


@transaction.atomic
def viewer_forget(*, viewer: Viewer) -> Forgotten:
    """Delete everything about a viewer: what they did, what they agreed to, their seat. Their cookie opens nothing then."""
    list(ViewerConsent.objects.select_for_update().filter(viewer=viewer))
    events = Event.objects.filter(viewer=viewer).count()
    Viewer.objects.filter(pk=viewer.pk).delete()
    return Forgotten(events)


def viewer_by_token(token: str) -> Viewer | None:
    """Whose cookie this is."""
    if not 20 <= len(token) <= 100:
        return None
    rows = Viewer.objects.select_related("screening__production__organisation", "arm", "invitation")
    return rows.filter(token_sha256=token_digest(token)).first()
