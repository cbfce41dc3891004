"""Versions of a screenplay as pages show them: their colours, what changed, and who wrote how much."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from django_site.apps.accounts.models import User
from django_site.apps.productions.models import Screenplay
from django_site.apps.productions.services.screenplays import UNKNOWN, revision_of
from generator.narrative.revisions import COLOURS, Author, Change, Revision

#: Lines that are shown around a change.
AROUND = 2


@dataclass(frozen=True, slots=True)
class Share:
    """Somebody's part of a version, 0 to 1, by characters of its lines."""

    name: str
    kind: str
    part: float


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a comparison; ``gap`` stands for lines that are the same and left out."""

    kind: str
    was: str = ""
    now: str = ""
    author: str = ""
    gap: int = 0


def colour_of(version: Screenplay) -> str:
    """The colour that the industry prints this version on: the first is white."""
    turn, place = divmod(version.version - 1, len(COLOURS))
    return COLOURS[place] if not turn else f"{COLOURS[place]} {turn + 1}"


def shares_of(version: Screenplay) -> list[Share]:
    """Who wrote it: people, models and programs, most first."""
    revision = revision_of(version)
    if revision is None:
        return []
    counted = revision.shares()
    names, whole = _names(counted), sum(counted.values()) or 1
    return [Share(names[author], author.kind, count / whole) for author, count in counted.items()]


def differences(before: Screenplay, after: Screenplay) -> list[DiffLine]:
    """What changed between two versions, with a few lines around each change."""
    old, new = revision_of(before), revision_of(after)
    if old is None or new is None:
        return []
    return _shortened(new.changes_since(old), new)


def _shortened(changes: Sequence[Change], new: Revision) -> list[DiffLine]:
    names = _names(line.author for line in new.lines)
    near = [False] * len(changes)
    for place, change in enumerate(changes):
        if change.kind != "same":
            for beside in range(max(0, place - AROUND), min(len(changes), place + AROUND + 1)):
                near[beside] = True
    lines: list[DiffLine] = []
    left_out = 0
    for change, shown in zip(changes, near, strict=True):
        if not shown:
            left_out += 1
            continue
        if left_out:
            lines.append(DiffLine("gap", gap=left_out))
            left_out = 0
        author = names[new.lines[change.after].author] if change.after >= 0 and change.kind != "same" else ""
        lines.append(DiffLine(change.kind, change.was, change.now, author))
    if left_out:
        lines.append(DiffLine("gap", gap=left_out))
    return lines


def _names(authors: Iterable[Author]) -> dict[Author, str]:
    authors = list(dict.fromkeys(authors))
    people = {author.id for author in authors if author.kind == "person"}
    known = {str(user.pk): str(user) for user in User.objects.filter(pk__in=people)}
    return {
        author: known.get(author.id, _("somebody who has left"))
        if author.kind == "person"
        else _("not kept at the time")
        if author.id == UNKNOWN
        else author.id
        for author in authors
    }
