"""Which state of a grant may follow which: one table, one conditional UPDATE, and the same table as a trigger.

    drafted -> noticed (the 48-hour clock) -> signed -> active -> amended | suspended | disputed | expired
                                                               | withdrawn | revoked | transferred
    drafted, noticed -> declined

Withdrawn is the person's own end (GDPR art. 7(3) for what rests on consent); revoked is the licensee giving it up, or a
claim upheld; transferred hands it to the estate, which signs a version of its own.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from django_site.apps.accounts.models import User
from django_site.apps.likeness.models import ConsentGrant, GrantChange, GrantState
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.errors import WrongStateError

G = GrantState

#: SAG-AFTRA TV/Theatrical Agreement 2026, digital replicas: notice of the intended use 48 hours before consent is asked.
UNION_NOTICE = timedelta(hours=48)

#: state -> the states that it may be entered from
GRANT_FROM: dict[str, set[str]] = {
    G.DRAFTED: set(),
    G.NOTICED: {G.DRAFTED},
    G.SIGNED: {G.NOTICED},
    G.ACTIVE: {G.SIGNED, G.SUSPENDED, G.DISPUTED},
    G.SUSPENDED: {G.ACTIVE, G.DISPUTED},
    G.DISPUTED: {G.ACTIVE, G.SUSPENDED},
    G.AMENDED: {G.SIGNED, G.ACTIVE, G.SUSPENDED, G.DISPUTED},
    G.EXPIRED: {G.SIGNED, G.ACTIVE, G.SUSPENDED, G.DISPUTED},
    G.DECLINED: {G.DRAFTED, G.NOTICED},
    G.WITHDRAWN: {G.SIGNED, G.ACTIVE, G.SUSPENDED, G.DISPUTED},
    G.REVOKED: {G.DRAFTED, G.NOTICED, G.SIGNED, G.ACTIVE, G.SUSPENDED, G.DISPUTED},
    G.TRANSFERRED: {G.SIGNED, G.ACTIVE, G.SUSPENDED, G.DISPUTED},
}
#: Nothing follows these.
OVER = frozenset(state for state in GRANT_FROM if not any(state in came_from for came_from in GRANT_FROM.values()))


def grant_move(grant: ConsentGrant, to: GrantState, *, by: User | None, reason: str = "", **fields) -> ConsentGrant:
    """Bring a grant into a state, note the change and write it into the ledger. Raises ``WrongStateError``.

    ``fields`` are set in the same UPDATE. The reason stays out of the ledger: it may name people.
    """
    with transaction.atomic():
        held = ConsentGrant.objects.select_for_update().get(pk=grant.pk)
        now = timezone.now()
        changes = {"state": to, "changed_at": now, "strike": None, "reason": reason, **fields}
        moved = ConsentGrant.objects.filter(pk=grant.pk, state__in=GRANT_FROM[to]).update(**changes)
        if not moved:
            raise WrongStateError(
                f"this grant is {held.get_state_display().lower()}; it can't become {G(to).label.lower()} from there"
            )
        grant.refresh_from_db()
        GrantChange.objects.create(grant=grant, came_from=held.state, to=to, by=by, reason=reason)
        ledger_append(
            kind=f"grant_{to}",
            event={
                "grant": grant.grant,
                "version": grant.version,
                "from": held.state,
                "text_sha256": grant.text_sha256,
                "shown_sha256": grant.shown_sha256,
            },
        )
    return grant


def legal_moves_sql() -> str:
    """The pairs of ``GRANT_FROM`` as an SQL condition over OLD and NEW, for the trigger of a migration."""
    pairs = sorted((came_from, to) for to, sources in GRANT_FROM.items() for came_from in sources)
    return " OR ".join(f"(OLD.state = '{came_from}' AND NEW.state = '{to}')" for came_from, to in pairs)
