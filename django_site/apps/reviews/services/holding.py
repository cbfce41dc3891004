"""Who may read a case, who did, and what must not be destroyed."""

from django.db import transaction
from django.utils import timezone

from django_site.apps.accounts.models import Role, User
from django_site.apps.accounts.permissions import require, reviewing_role
from django_site.apps.productions.models import Production
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.apps.reviews.models import AccessLog, AccessTier, Case, CaseReader, Hold
from django_site.apps.reviews.selectors import case_reader
from django_site.apps.reviews.services.deciding import ACCESS_WINDOW
from django_site.errors import InputError, NotAllowedError, WrongStateError


def case_accessed(*, user: User, case: Case) -> None:
    """Note that a person opened a case; repeated visits within minutes are one entry, as with files."""
    recent = AccessLog.objects.filter(user=user, case=case, created_at__gt=timezone.now() - ACCESS_WINDOW)
    if not recent.exists():
        AccessLog.objects.create(user=user, case=case)


# who may read


@transaction.atomic
def tier_set(*, case: Case, tier: str, by: User) -> Case:
    """Say who may open a case. The legal side does; *named people alone* is begun and ended by the head of legal."""
    case = Case.objects.select_for_update().get(pk=case.pk)
    require(by, "reviews.decide", case.production)
    if not case_reader(by, case):
        raise NotAllowedError("this case is for named people alone; ask the head of legal")
    if tier not in AccessTier.values:
        raise InputError("choose who may open the case from the list")
    if tier == case.tier:
        return case
    named = AccessTier.NAMED in (tier, case.tier)
    if named and reviewing_role(by, case.production) != Role.HEAD_OF_LEGAL:
        raise NotAllowedError("only the head of legal keeps a case for named people, or opens it again")
    before, case.tier = case.tier, tier
    case.save(update_fields=["tier"])
    if tier == AccessTier.NAMED:  # whoever has it and may not read it any more has it no more
        case.assignments.filter(ended_at__isnull=True).exclude(to__in=case.readers.values("user")).exclude(
            to=by
        ).update(ended_at=timezone.now())
    ledger_append(kind="tier_changed", event={"case": case.pk, "before": before, "after": tier, "by": by.pseudonym})
    return case


@transaction.atomic
def reader_add(*, case: Case, user: User, by: User) -> CaseReader:
    """Let somebody who may see the production read a case that is for named people."""
    require(by, "reviews.hold", case.production)
    if not productions_visible_to(user).filter(pk=case.production_id).exists():
        raise InputError(f"{user} does not see this production; they can't be named")
    reader, new = CaseReader.objects.get_or_create(case=case, user=user, defaults={"added_by": by})
    if new:
        ledger_append(kind="case_reader_named", event={"case": case.pk, "reader": user.pseudonym, "by": by.pseudonym})
    return reader


@transaction.atomic
def reader_remove(*, case: Case, user: User, by: User) -> None:
    """They read it no longer."""
    require(by, "reviews.hold", case.production)
    if CaseReader.objects.filter(case=case, user=user).delete()[0]:
        ledger_append(kind="case_reader_removed", event={"case": case.pk, "reader": user.pseudonym, "by": by.pseudonym})


# what must not be destroyed


@transaction.atomic
def hold_place(
    *, by: User, matter: str, reason: str, production: Production | None = None, case: Case | None = None
) -> Hold:
    """Keep everything of a production, or of a case and its production. The head of legal does, for a matter and a reason.

    Biometric templates are not kept: they are destroyed when the consent ends (740 ILCS 14/15(a); GDPR article 17), hold
    or not. What remains is that they were, in the custody log.
    """
    if (production is None) == (case is None):
        raise InputError("place a hold on a production or on a case, one of the two")
    about = case.production if case else production
    require(by, "reviews.hold", about)
    if not matter.strip() or not reason.strip():
        raise InputError("say in which matter and why: the hold is part of the record")
    standing = Hold.objects.filter(production=production, case=case, matter=matter.strip()[:200], lifted_at=None)
    if standing.exists():
        raise WrongStateError("a hold in this matter stands on it already")
    hold = Hold.objects.create(
        production=production, case=case, matter=matter.strip()[:200], reason=reason.strip(), placed_by=by
    )
    ledger_append(
        kind="hold_placed",
        event={
            "hold": hold.pk,
            "production": production.pk if production else None,
            "case": case.pk if case else None,
            "by": by.pseudonym,
        },
    )
    return hold


@transaction.atomic
def hold_lift(*, hold: Hold, by: User, reason: str) -> Hold:
    """End a hold, with the reason. Another that stands on the same keeps it still."""
    hold = Hold.objects.select_for_update().get(pk=hold.pk)
    require(by, "reviews.hold", hold.case.production if hold.case else hold.production)
    if not reason.strip():
        raise InputError("say why it is lifted: the reason is part of the record")
    if hold.lifted_at is not None:
        raise WrongStateError("this hold was lifted already")
    hold.lifted_at, hold.lifted_by, hold.lift_reason = timezone.now(), by, reason.strip()
    hold.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    ledger_append(kind="hold_lifted", event={"hold": hold.pk, "by": by.pseudonym})
    return hold
