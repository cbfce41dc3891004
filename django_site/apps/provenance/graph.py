"""What a film was made of, as a drawing that can be walked through: inputs, shots, the film, what was checked, who vouches.

Everything in it comes from the signed record itself, so that it is as public as the file: ids, digests and pseudonyms,
never names of people. Boxes are links to the rows of the table that stands beside the drawing and says the same in words.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auditor.provenance import ChainLink, VerificationReport
from django_site.apps.provenance.verdicts import MADE, OVERSIGHT, RELATIONSHIPS

#: Pixels: a box, the room between columns and rows, and the frame around all.
BOX_WIDTH, BOX_HEIGHT, BETWEEN_COLUMNS, BETWEEN_ROWS, FRAME, HEAD = 188, 46, 64, 14, 12, 26
#: Most boxes of a column; a feature film has two thousand shots, and nobody reads a drawing of them.
MOST_IN_COLUMN = 60
#: Characters of a title that fit a box.
TITLE_CHARACTERS = 21


@dataclass(frozen=True, slots=True)
class Node:
    """A thing or an act: ``kind`` in a word, ``state`` of the verdict's kinds or empty, ``facts`` for the table."""

    id: str
    kind: str
    title: str
    column: int
    state: str = ""
    facts: tuple[str, ...] = ()
    tone: str = "idle"


@dataclass(frozen=True, slots=True)
class Box:
    """A node with its place, and the ids of its neighbours, for the keyboard."""

    node: Node
    x: int
    y: int
    short: str
    near: str


@dataclass(frozen=True, slots=True)
class Line:
    source: str
    target: str
    path: str


@dataclass(frozen=True, slots=True)
class Row:
    """A node in the table: ``made_from`` and ``went_into`` are the nodes beside it."""

    node: Node
    made_from: tuple[Node, ...]
    went_into: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """The drawing and its table. ``left_out`` counts boxes that only the table has."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    heads: tuple[tuple[int, str], ...]
    rows: tuple[Row, ...]
    left_out: int


@dataclass(slots=True)
class _Builder:
    nodes: dict[str, Node] = field(default_factory=dict)
    known: dict[str, Node] = field(default_factory=dict)
    edges: list[tuple[str, str]] = field(default_factory=list)

    def add(self, node: Node, towards: Iterable[str] = (), since: Iterable[str] = ()) -> str:
        self.nodes.setdefault(node.id, node)
        for edge in [*((node.id, one) for one in towards), *((one, node.id) for one in since)]:
            if edge not in self.edges:
                self.edges.append(edge)
        return node.id


def graph_of(report: VerificationReport) -> Graph | None:
    """The graph of a record; ``None`` where there is none."""
    if report.manifest_label is None:
        return None
    builder = _Builder()
    deepest = max((link.depth for link in report.chain), default=0)
    film = builder.add(
        Node(
            "n-film", _("This file"), report.title or _("untitled"), deepest, report.state, _film_facts(report), "film"
        )
    )
    _parts(builder, report.chain, film, deepest)
    _checks(builder, report, film, deepest + 1)
    _vouchers(builder, report, film, deepest + 2)
    return _drawn(builder, deepest)


def _film_facts(report: VerificationReport) -> tuple[str, ...]:
    kind = (report.statements.digital_source_type or "").rsplit("/", 1)[-1]
    facts = [str(MADE.get(kind, kind))] if kind else []
    disclosure = report.statements.disclosure or {}
    if disclosure.get("modelName"):
        facts.append(_("with %(model)s") % {"model": disclosure["modelName"]})
    profile = disclosure.get("contentProfile")
    level = str(profile.get("humanOversightLevel") or "") if isinstance(profile, dict) else ""
    return (*facts, str(OVERSIGHT.get(level, level))) if level else tuple(facts)


def _parts(builder: _Builder, chain: tuple[ChainLink, ...], film: str, deepest: int) -> None:
    """The ingredients; one that went into several is one box with several lines."""
    above = {0: film}
    for number, link in enumerate(chain):
        key = link.manifest_label or f"{link.title}|{link.media_type}|{link.relationship}"
        node = builder.known.get(key)
        kind = str(RELATIONSHIPS.get(link.relationship, link.relationship))
        if node is None:
            facts = [link.media_type] if link.media_type else []
            if link.signer:
                facts.append(_("signed by %(who)s") % {"who": link.signer})
            facts += [reason.plain for reason in link.reasons]
            node = Node(
                f"n-{number}", kind, link.title, deepest - link.depth, link.state, tuple(facts),
                "stop" if link.state in ("Changed", "Unreadable") else "part",
            )  # fmt: skip
            builder.known[key] = node
        elif node.column > deepest - link.depth:  # it went into something deeper, too: left of both
            node = builder.known[key] = builder.nodes[node.id] = replace(node, column=deepest - link.depth)
        above[link.depth] = builder.add(node, towards=[above.get(link.depth - 1, film)])


def _checks(builder: _Builder, report: VerificationReport, film: str, column: int) -> None:
    audit, review = report.statements.audit, report.statements.review
    if audit:
        words = {
            "allow": _("nothing stood against it"),
            "review": _("people were asked to decide"),
            "block": _("stopped"),
        }
        verdict = str(audit.get("verdict") or "")
        facts = (words.get(verdict, verdict), _moment(audit.get("decidedAt")))
        builder.add(
            Node("n-audit", _("Audit"), _("Compared with works and people"), column, "", facts, "check"), since=[film]
        )
    if review:
        facts = (str(review.get("decision") or ""), _moment(review.get("decidedAt")))
        who = str(review.get("reviewer") or _("not named"))
        builder.add(Node("n-review", _("Review, under a pseudonym"), who, column, "", facts, "check"), since=[film])
    for number, grant in enumerate(report.statements.consents):
        title = _("Grant %(id)s") % {"id": grant[-12:]}
        node = Node(f"n-grant-{number}", _("Consent relied on"), title, column, "", (grant,), "check")
        builder.add(node, since=[film])


def _vouchers(builder: _Builder, report: VerificationReport, film: str, column: int) -> None:
    since = [one for one in ("n-audit", "n-review") if one in builder.nodes] or [film]
    signer = report.signer or _("not named")
    facts = tuple(filter(None, (report.organisation, report.generator)))
    builder.add(Node("n-signature", _("Signature"), signer, column, report.state, facts, "seal"), since=[film, *since])
    standings = {
        "trusted": _("on our list"),
        "unknown": _("nobody on our list vouches for it"),
        "invalid": _("does not fit"),
    }
    for number, one in enumerate(report.identities):
        words = (standings[one.standing],)
        builder.add(
            Node(f"n-organisation-{number}", _("On behalf of"), one.name, column, "", words, "seal"), since=[film]
        )
    if report.timestamp is not None:
        stamp = report.timestamp
        words = tuple(filter(None, (_moment(stamp.time), standings[stamp.standing])))
        name = stamp.authority or _("not named")
        builder.add(Node("n-time", _("Time stamp"), name, column, "", words, "seal"), since=[film])


def _moment(value: object) -> str:
    """A moment as a person reads it, or the text itself where it is none."""
    text = str(value or "")
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    return text if at is None or at.tzinfo is None else f"{date_format(at.astimezone(UTC), 'j M Y, H:i')} UTC"


def _drawn(builder: _Builder, deepest: int) -> Graph:
    columns: dict[int, list[Node]] = {}
    for node in builder.nodes.values():
        columns.setdefault(node.column, []).append(node)
    shown = {column: nodes[:MOST_IN_COLUMN] for column, nodes in sorted(columns.items())}
    tallest = max(len(nodes) for nodes in shown.values())
    height = 2 * FRAME + HEAD + tallest * (BOX_HEIGHT + BETWEEN_ROWS) - BETWEEN_ROWS
    places: dict[str, tuple[int, int]] = {}
    for at, nodes in enumerate(shown.values()):
        used = len(nodes) * (BOX_HEIGHT + BETWEEN_ROWS) - BETWEEN_ROWS
        top = FRAME + HEAD + (height - 2 * FRAME - HEAD - used) // 2
        for row, node in enumerate(nodes):
            places[node.id] = (FRAME + at * (BOX_WIDTH + BETWEEN_COLUMNS), top + row * (BOX_HEIGHT + BETWEEN_ROWS))
    near: dict[str, list[str]] = {}
    for source, target in builder.edges:
        near.setdefault(source, []).append(target)
        near.setdefault(target, []).append(source)
    nodes = {node.id: node for group in columns.values() for node in group}
    boxes = tuple(
        Box(node, *places[node.id], _short(node.title), " ".join(near.get(node.id, [])))
        for group in shown.values()
        for node in group
    )
    rows = tuple(
        Row(
            node,
            tuple(nodes[source] for source, target in builder.edges if target == node.id),
            tuple(nodes[target] for source, target in builder.edges if source == node.id),
        )
        for group in (columns[column] for column in sorted(columns))
        for node in group
    )
    lines = tuple(
        Line(source, target, _path(places[source], places[target]))
        for source, target in builder.edges
        if source in places and target in places
    )
    heads = tuple(
        (FRAME + at * (BOX_WIDTH + BETWEEN_COLUMNS), _head(column, deepest)) for at, column in enumerate(shown)
    )
    width = 2 * FRAME + len(shown) * (BOX_WIDTH + BETWEEN_COLUMNS) - BETWEEN_COLUMNS
    return Graph(width, height, boxes, lines, heads, rows, len(nodes) - len(boxes))


def _head(column: int, deepest: int) -> str:
    if column == deepest:
        return _("The film")
    if column == deepest + 1:
        return _("Checked")
    if column == deepest + 2:
        return _("Vouched for")
    steps = deepest - column
    return _("Made from") if steps == 1 else ngettext("%(n)d step back", "%(n)d steps back", steps) % {"n": steps}


def _short(title: str) -> str:
    return title if len(title) <= TITLE_CHARACTERS else f"{title[: TITLE_CHARACTERS - 1]}…"


def _path(source: tuple[int, int], target: tuple[int, int]) -> str:
    """A line from the right side of one box to the left side of the other; in one column, down the side."""
    (x1, y1), (x2, y2) = source, target
    middle1, middle2 = y1 + BOX_HEIGHT // 2, y2 + BOX_HEIGHT // 2
    if x1 == x2:
        side = x1 + BOX_WIDTH
        return f"M{side} {middle1}C{side + 30} {middle1} {side + 30} {middle2} {side} {middle2}"
    bend = BETWEEN_COLUMNS // 2
    return f"M{x1 + BOX_WIDTH} {middle1}C{x1 + BOX_WIDTH + bend} {middle1} {x2 - bend} {middle2} {x2} {middle2}"
