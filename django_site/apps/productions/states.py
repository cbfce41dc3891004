"""Which state may follow which, for takes, cuts and imported files: one table each, one conditional UPDATE."""

from django_site.apps.productions.models import Cut, CutState, ImportedMedia, ImportState, Take, TakeState
from django_site.errors import WrongStateError

T, C, I = TakeState, CutState, ImportState  # noqa: E741

#: state -> the states that it may be entered from
TAKE_FROM: dict[str, set[str]] = {
    T.QUEUED: {T.PLANNED, T.FAILED},
    T.RENDERING: {T.QUEUED, T.RENDERING},
    T.FAILED: {T.QUEUED, T.RENDERING},
    T.QUARANTINED: {T.RENDERING},
    T.AUDITING: {T.QUARANTINED, T.AUDITING, T.CLEARED, T.APPROVED, T.NEEDS_REVIEW, T.STOPPED},
    T.CLEARED: {T.AUDITING, T.STOPPED, T.NEEDS_REVIEW},  # from the last two where people set aside what stopped it
    T.STOPPED: {T.PLANNED, T.AUDITING, T.QUARANTINED},
    T.NEEDS_REVIEW: {T.AUDITING},
    T.APPROVED: {T.NEEDS_REVIEW},
    T.REJECTED: {T.NEEDS_REVIEW, T.CLEARED, T.APPROVED},
    T.SUPERSEDED: set(T.values) - {T.SUPERSEDED},
}
CUT_FROM: dict[str, set[str]] = {
    C.ASSEMBLING: {C.DRAFT, C.ASSEMBLING, C.FAILED},
    C.FAILED: {C.DRAFT, C.ASSEMBLING},
    C.QUARANTINED: {C.ASSEMBLING, C.SIGNING, C.APPROVED, C.AWAITING_TIME},
    C.AUDITING: {C.QUARANTINED, C.AUDITING, C.NEEDS_REVIEW, C.STOPPED},
    C.STOPPED: {C.AUDITING, C.QUARANTINED, C.SIGNING, C.APPROVED, C.AWAITING_TIME},
    C.NEEDS_REVIEW: {C.AUDITING, C.STOPPED},  # from the last where people set aside what stopped it
    C.APPROVED: {C.NEEDS_REVIEW, C.APPROVED, C.SIGNING, C.AWAITING_TIME},
    C.REJECTED: {C.NEEDS_REVIEW},
    C.SIGNING: {C.APPROVED, C.SIGNING, C.AWAITING_TIME},
    C.AWAITING_TIME: {C.SIGNING},
    C.RELEASED: {C.SIGNING},
    C.RECALLED: {C.RELEASED},
}
IMPORT_FROM: dict[str, set[str]] = {
    I.AUDITING: {I.QUARANTINED, I.AUDITING, I.CLEARED, I.STOPPED, I.NEEDS_REVIEW, I.APPROVED, I.FAILED},
    I.CLEARED: {I.AUDITING, I.STOPPED, I.NEEDS_REVIEW},
    I.STOPPED: {I.AUDITING, I.NEEDS_REVIEW},  # from the last where a change was asked for
    I.NEEDS_REVIEW: {I.AUDITING},
    I.APPROVED: {I.NEEDS_REVIEW},
    I.REJECTED: {I.NEEDS_REVIEW},
    I.FAILED: {I.QUARANTINED, I.AUDITING},
}


def _move(row, came_from: dict[str, set[str]], to: str, fields: dict) -> None:
    changed = type(row).objects.filter(pk=row.pk, state__in=came_from[to]).update(state=to, **fields)
    if not changed:
        row.refresh_from_db()
        raise WrongStateError(f"{row} is {row.get_state_display().lower()} and can't become {to.replace('_', ' ')}")
    row.refresh_from_db()


def take_move(take: Take, to: TakeState, **fields) -> None:
    """Bring a take into a state, with the fields that belong to it. Raises ``WrongStateError``."""
    _move(take, TAKE_FROM, to, fields)


def cut_move(cut: Cut, to: CutState, **fields) -> None:
    """Bring a cut into a state, with the fields that belong to it. Raises ``WrongStateError``."""
    _move(cut, CUT_FROM, to, fields)


def import_move(imported: ImportedMedia, to: ImportState, **fields) -> None:
    """Bring an imported file into a state, with the fields that belong to it. Raises ``WrongStateError``."""
    _move(imported, IMPORT_FROM, to, fields)
