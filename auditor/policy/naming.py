"""Who is named in a text? Registered names and aliases, found despite accents, spacing, case and look-alike letters.

It finds names, not people who are merely described, and it prefers a false alarm to a miss: what it finds becomes a
``PersonFact``, and a policy judges that.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from auditor.errors import BadInputError
from auditor.plaintext import plain_text
from auditor.policy.people import GrantFact, PersonFact

Source = Literal["brief", "screenplay", "prompt", "negative_prompt", "reference"]
Manner = Literal["name", "alias", "style", "voice", "look"]

#: Longest text that is searched, in characters; a feature screenplay has about 250,000.
MAX_TEXT = 1_000_000
#: Letters of other scripts that look like Latin ones (the part of Unicode TR 39's confusables met in names).
_LOOKALIKES = str.maketrans("аеорсухіјѕԁһӏορνικτυαı", "aeopcyxijsdhlopviktuai")
#: What before a name turns it into a request for an imitation, in folded text.
_ASKS = re.compile(
    r"(?:(style|manner|spirit)|(voice|accent|singing|sound)|(look|likeness|face|lookalike|resembl\w+|looks? like))"
    r"(?: \w+){0,3}$"
)
_SOUNDS_LIKE = re.compile(r"(?:sound|speak|sing|talk)\w* (?:just |exactly )?like$|voiced by$|narrated by$")
_LOOKS_LIKE = re.compile(r"look\w* (?:just |exactly )?like$|resembl\w+$")
_AFTER_VOICE = re.compile(r"^s? ?(?:s )?(?:voice|singing|accent)\b")
_AFTER_STYLE = re.compile(r"^s? ?(?:s )?(?:style|manner)\b|^(?:esque|like)\b")


@dataclass(frozen=True, slots=True)
class RegisteredName:
    """A registered person with the names and aliases by which a text might call them."""

    subject_id: str
    display_name: str
    names: tuple[str, ...]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """One mention: who, as what, where. ``quote`` is the text around it, safe to print."""

    subject_id: str
    display_name: str
    matched: str
    source: Source
    manner: Manner
    quote: str

    def as_fact(self, grant: GrantFact | None, **known: Any) -> PersonFact:
        """The fact for policies, with the grant that the person gave for this production, if any. ``known`` are the fields
        of the fact that a text can't tell: ``biometric``, ``approval``, ``content`` and what follows them."""
        asked = {"style": "asks for the style of", "voice": "asks for the voice of", "look": "asks for the look of"}
        verb = asked.get(self.manner, "names")
        called = f"'{self.matched}'"
        if self.matched.casefold() != self.display_name.casefold():
            called += f" ({self.display_name})"
        return PersonFact(
            subject_id=self.subject_id,
            display_name=self.display_name,
            modality="voice" if self.manner == "voice" else "face",
            how="imitation" if self.manner == "voice" else self.manner,
            where=f"The {self.source.replace('_', ' ')} {verb} {called}",
            grant=grant,
            matched=self.matched,
            source=self.source,
            quote=self.quote,
            **known,
        )


def _folded(text: str) -> tuple[str, list[int]]:
    """Lower-case Latin words separated by single spaces, and for each character where it stands in ``text``."""
    characters: list[str] = []
    places: list[int] = []
    for place, original in enumerate(text):
        if unicodedata.category(original) in ("Cf", "Mn"):
            continue  # zero-width characters, soft hyphens and combining accents hide names
        for part in unicodedata.normalize("NFKD", original).casefold().translate(_LOOKALIKES):
            if unicodedata.category(part) == "Mn":
                continue
            kept = part if part.isalnum() else " "
            if kept == " " and (not characters or characters[-1] == " "):
                continue
            characters.append(kept)
            places.append(place)
    return "".join(characters), places


def _manner(before: str, after: str, default: Manner) -> Manner:
    before = before.rstrip()
    if _SOUNDS_LIKE.search(before) or _AFTER_VOICE.match(after.lstrip()):
        return "voice"
    if _LOOKS_LIKE.search(before):
        return "look"
    if _AFTER_STYLE.match(after.lstrip()):
        return "style"
    if asked := _ASKS.search(before):
        return "style" if asked.group(1) else "voice" if asked.group(2) else "look"
    return default


def _mentions(
    text: str, source: Source, people: Sequence[tuple[RegisteredName, str, Manner, re.Pattern[str]]]
) -> Iterator[NamedPerson]:
    if len(text) > MAX_TEXT:
        raise BadInputError(f"the {source} has {len(text)} characters, more than {MAX_TEXT}: shorten it")
    folded, places = _folded(text)
    for person, name, kind, pattern in people:
        for found in pattern.finditer(folded):
            start, end = places[found.start()], places[found.end() - 1] + 1
            yield NamedPerson(
                subject_id=person.subject_id,
                display_name=person.display_name,
                matched=plain_text(text[start:end] or name, 120),
                source=source,
                manner=_manner(folded[max(0, found.start() - 60) : found.start()], folded[found.end() :][:30], kind),
                quote=plain_text(text[max(0, start - 60) : end + 60], 200),
            )


def names_in(texts: Mapping[Source, str], registered: Sequence[RegisteredName]) -> tuple[NamedPerson, ...]:
    """Every mention of a registered person in ``texts`` (its kind -> the text), once per person, source, manner.

    Raises ``BadInputError`` for a text beyond ``MAX_TEXT``. Source of the folding: Unicode TR 15 (NFKD) and TR 39.
    """
    people: list[tuple[RegisteredName, str, Manner, re.Pattern[str]]] = []
    for person in registered:
        kinds: tuple[tuple[Manner, tuple[str, ...]], ...] = (("name", person.names), ("alias", person.aliases))
        for kind, names in kinds:
            for name in names:
                words = _folded(name)[0].split()
                if words:
                    pattern = re.compile(r"\b" + r" ?".join(map(re.escape, words)) + r"(?:s)?\b")
                    people.append((person, name, kind, pattern))
    seen: dict[tuple[str, str, str], NamedPerson] = {}
    for source, text in texts.items():
        for mention in _mentions(text, source, people):
            seen.setdefault((mention.subject_id, mention.source, mention.manner), mention)
    return tuple(seen.values())
