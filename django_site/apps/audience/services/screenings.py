"""Screenings: prepared, opened, closed; their arms; who is invited."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audience.asking import group_questions_read, questions_read, reactions_read
from django_site.apps.audience.codes import HINT, code_digest, code_new
from django_site.apps.audience.models import Invitation, Screening, ScreeningArm, ScreeningState
from django_site.apps.audience.playing import cuts_playable
from django_site.apps.productions.models import Cut, Production
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.errors import InputError, WrongStateError

#: Below 13 no age of consent to information society services lies anywhere in the European Union (GDPR article 8(1)) or the
#: United States (COPPA, 15 U.S.C. § 6501): of people younger nothing is recorded, whatever a producer sets.
LEAST_AGE, GREATEST_AGE = 13, 21
#: Days: three years are the longest that anything about viewers is kept.
MAX_RETENTION = 1095
MAX_ARMS, MAX_VIEWERS = 6, 10_000
#: The longest that an invitation stands.
MAX_INVITED = timedelta(days=366)
MAX_TITLE, MAX_PURPOSE, MAX_LABEL = 200, 600, 120


@transaction.atomic
def screening_create(
    *,
    production: Production,
    by: User,
    title: str,
    purpose: str,
    cuts: Sequence[UUID],
    territories: Sequence[str] = ("*",),
    minimum_age: int = 18,
    minors_may_watch: bool = False,
    retention_days: int = 180,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    questions: Any = (),
    group_questions: Any = (),
    reactions: Any = (),
) -> Screening:
    """A screening of released cuts, not open yet: the first under the letter A, further ones to compare it with. Raises
    ``InputError`` naming what is wrong, ``WrongStateError`` for a cut that may not be shown."""
    require(by, "productions.change", production)
    title, purpose = title.strip(), purpose.strip()
    if not title or len(title) > MAX_TITLE:
        raise InputError(f"a screening has a title of up to {MAX_TITLE} characters")
    if not purpose or len(purpose) > MAX_PURPOSE:
        raise InputError(f"say in up to {MAX_PURPOSE} characters what you want to learn: viewers read it first")
    if not LEAST_AGE <= minimum_age <= GREATEST_AGE:
        raise InputError(f"viewers are recorded from an age between {LEAST_AGE} and {GREATEST_AGE}, not {minimum_age}")
    if not 1 <= retention_days <= MAX_RETENTION:
        raise InputError(f"what viewers did is kept 1 to {MAX_RETENTION} days after the end, not {retention_days}")
    if opens_at and closes_at and closes_at <= opens_at:
        raise InputError("it closes before it opens; move one of the two")
    if not 1 <= len(cuts) <= MAX_ARMS or len(set(cuts)) != len(cuts):
        raise InputError(f"choose from 1 to {MAX_ARMS} released cuts, each once")
    screening = Screening.objects.create(
        production=production,
        title=title,
        purpose=purpose,
        territories=list(territories) or ["*"],
        minimum_age=minimum_age,
        minors_may_watch=minors_may_watch,
        retention_days=retention_days,
        opens_at=opens_at,
        closes_at=closes_at,
        questions=questions_read(list(questions)),
        group_questions=group_questions_read(list(group_questions)),
        reactions=reactions_read(list(reactions)),
        created_by=by,
    )
    for place, cut_id in enumerate(cuts):
        cut = Cut.objects.filter(pk=cut_id, production=production).first()
        if cut is None:
            raise InputError("one of the cuts is not of this production; choose again")
        _arm(screening, cut, chr(ord("A") + place), weight=1)
    return screening


def _arm(screening: Screening, cut: Cut, letter: str, *, weight: int) -> ScreeningArm:
    if not cuts_playable().filter(pk=cut.pk).exists():
        raise WrongStateError(f"{cut} may not be shown: only cuts that were signed and released, and not recalled, are")
    return ScreeningArm.objects.create(screening=screening, cut=cut, letter=letter, weight=weight)


@transaction.atomic
def arm_add(*, screening: Screening, cut: Cut, by: User, weight: int = 1) -> ScreeningArm:
    """Compare one cut more, before the screening is opened: afterwards the arms would not have been drawn alike."""
    require(by, "productions.change", screening.production)
    screening = Screening.objects.select_for_update().get(pk=screening.pk)
    if screening.state != ScreeningState.DRAFT:
        raise WrongStateError("cuts are added before a screening is opened; begin another screening")
    if cut.production_id != screening.production_id:
        raise InputError("the cut is not of this production; choose again")
    if not 1 <= weight <= 9:
        raise InputError(f"an arm has a weight from 1 to 9, not {weight}")
    taken = list(screening.arms.values_list("letter", "cut_id"))
    if cut.pk in {cut_id for _, cut_id in taken}:
        raise InputError("this cut is shown already; choose another")
    if len(taken) >= MAX_ARMS:
        raise InputError(f"a screening compares up to {MAX_ARMS} cuts")
    return _arm(screening, cut, chr(ord("A") + len(taken)), weight=weight)


@transaction.atomic
def screening_open(*, screening: Screening, by: User) -> Screening:
    """Let viewers in. Raises ``WrongStateError`` where it was opened before, or a cut may not be shown any more."""
    require(by, "productions.change", screening.production)
    screening = Screening.objects.select_for_update().get(pk=screening.pk)
    if screening.state != ScreeningState.DRAFT:
        raise WrongStateError("this screening was opened before; begin another")
    if screening.closes_at and screening.closes_at <= timezone.now():
        raise WrongStateError("its closing time is over; begin another screening")
    shown = set(screening.arms.values_list("cut_id", flat=True))
    if not shown or shown - set(cuts_playable().filter(pk__in=shown).values_list("pk", flat=True)):
        raise WrongStateError("a cut of this screening may not be shown any more; begin another with released cuts")
    screening.state = ScreeningState.OPEN
    screening.save(update_fields=["state"])
    ledger_append(kind="screening_opened", event={"screening": screening.pk, "by": by.pseudonym})
    return screening


@transaction.atomic
def screening_close(*, screening: Screening, by: User) -> Screening:
    """Let nobody in any more and stop the film for who is in. What was recorded is kept for the days that were said."""
    require(by, "productions.change", screening.production)
    screening = Screening.objects.select_for_update().get(pk=screening.pk)
    if screening.state != ScreeningState.OPEN:
        raise WrongStateError("only an open screening is closed")
    screening.state, screening.closed_at = ScreeningState.CLOSED, timezone.now()
    screening.save(update_fields=["state", "closed_at"])
    ledger_append(kind="screening_closed", event={"screening": screening.pk, "by": by.pseudonym})
    return screening


@transaction.atomic
def invitation_make(
    *, screening: Screening, by: User, label: str = "", max_viewers: int = 1, expires_at: datetime | None = None
) -> tuple[Invitation, str]:
    """A new invitation and its code, which is shown now and never again."""
    require(by, "productions.change", screening.production)
    now = timezone.now()
    if screening.state == ScreeningState.CLOSED:
        raise WrongStateError("the screening is closed; nobody is let in any more")
    if not 1 <= max_viewers <= MAX_VIEWERS:
        raise InputError(f"an invitation lets 1 to {MAX_VIEWERS:,} people in, not {max_viewers}")
    if len(label.strip()) > MAX_LABEL:
        raise InputError(f"call it something of up to {MAX_LABEL} characters")
    if expires_at is not None and not now < expires_at <= now + MAX_INVITED:
        raise InputError("an invitation ends in the future, within a year")
    code = code_new()
    made = Invitation.objects.create(
        screening=screening,
        code_sha256=code_digest(code),
        hint=code[:HINT],
        label=label.strip(),
        max_viewers=max_viewers,
        expires_at=expires_at,
        created_by=by,
    )
    return made, code


@transaction.atomic
def invitation_revoke(*, invitation: Invitation, by: User) -> None:
    """Let nobody else in by it. Who came by it stays."""
    require(by, "productions.change", invitation.screening.production)
    standing = Invitation.objects.filter(pk=invitation.pk, revoked_at__isnull=True)
    if not standing.update(revoked_at=timezone.now()):
        raise WrongStateError("this invitation was revoked already")
