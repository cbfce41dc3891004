"""Counts and newest rows of takes, films and files from outside that a consent reaches, in one statement.

As separate queries each group would join the person's findings with their audits again: at a hundred thousand films four
seconds in all instead of one. The statement is written by hand because Django's queries can't name a part and use it twice;
its two sources are Django's own, so that both databases get their values in their own form.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from django_site.apps.likeness.impact import CUTS_PENDING, IMPORTS_PENDING, TAKES_PENDING, Reach
from django_site.apps.productions.models import Cut

_STATEMENT = """
WITH shown(take_id, cut_id, imported_id) AS MATERIALIZED ({found}),
     used(take_id, cut_id) AS MATERIALIZED ({uses}),
     takes(id) AS MATERIALIZED (
         SELECT take_id FROM shown WHERE take_id IS NOT NULL UNION SELECT take_id FROM used WHERE take_id IS NOT NULL),
     relied(id) AS (
         SELECT cut_id FROM used WHERE cut_id IS NOT NULL
         UNION SELECT i.cut_id FROM productions_cutitem i JOIN used u ON u.take_id = i.take_id),
     cuts(id) AS MATERIALIZED (
         SELECT cut_id FROM shown WHERE cut_id IS NOT NULL UNION SELECT cut_id FROM used WHERE cut_id IS NOT NULL
         UNION SELECT i.cut_id FROM productions_cutitem i JOIN takes t ON t.id = i.take_id),
     reached(kind, id) AS (
         SELECT 'takes', t.id FROM takes JOIN productions_take t ON t.id = takes.id WHERE t.state IN ({takes_pending})
         UNION ALL
         SELECT CASE WHEN c.state IN ('released', 'recalled') THEN c.state ELSE 'cuts' END, c.id
         FROM cuts JOIN productions_cut c ON c.id = cuts.id
         WHERE c.state IN ({cuts_shown}){covered}
         UNION ALL
         SELECT 'imports', m.id FROM productions_importedmedia m
         WHERE m.state IN ({imports_pending}) AND m.id IN (SELECT imported_id FROM shown WHERE imported_id IS NOT NULL)),
     ranked(kind, id, place, total) AS (
         SELECT kind, id, row_number() OVER (PARTITION BY kind ORDER BY id DESC), count(*) OVER (PARTITION BY kind)
         FROM reached)
SELECT kind, total, id FROM ranked WHERE place <= %s ORDER BY kind, place
"""
#: A film that is out and that another grant covers is reached only if it was released under this one.
_COVERED = " AND (c.state <> 'released' OR c.id IN (SELECT id FROM relied) OR c.production_id NOT IN ({marks}))"


@dataclass(frozen=True, slots=True)
class Summary:
    """How many there are of a kind, and the ids of the newest, newest first."""

    count: int
    newest: tuple[UUID, ...]


def impact_summary(reach: Reach, *, newest: int) -> dict[str, Summary]:
    """By group (``takes``, ``cuts``, ``imports``, ``released``, ``recalled``); groups without a row are left out."""
    found, found_values = reach.found.values_list(
        "audit__take", "audit__cut", "audit__imported"
    ).query.sql_with_params()
    uses, uses_values = reach.uses.values_list("take", "cut").query.sql_with_params()
    uuid = Cut._meta.pk.get_db_prep_value
    covered = [uuid(pk, connection) for pk in sorted(reach.covered)]

    def marks(values) -> str:
        return ", ".join(["%s"] * len(values))

    cut_states = [*CUTS_PENDING, "released", "recalled"]
    statement = _STATEMENT.format(
        found=found,
        uses=uses,
        takes_pending=marks(TAKES_PENDING),
        cuts_shown=marks(cut_states),
        covered=_COVERED.format(marks=marks(covered)) if covered else "",
        imports_pending=marks(IMPORTS_PENDING),
    )
    states = [str(state) for state in (*TAKES_PENDING, *cut_states)]
    values = [*found_values, *uses_values, *states, *covered, *map(str, IMPORTS_PENDING), newest]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    ids: dict[str, list[UUID]] = {}
    totals: dict[str, int] = {}
    for kind, total, pk in rows:
        totals[kind] = total
        ids.setdefault(kind, []).append(pk if isinstance(pk, UUID) else UUID(pk))
    return {kind: Summary(total, tuple(ids[kind])) for kind, total in totals.items()}
