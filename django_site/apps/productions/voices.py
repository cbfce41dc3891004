"""Whose voices the characters of a production speak with: nobody's, unless somebody says that a person lends theirs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django_site.apps.audits.models import Audit
from django_site.apps.likeness.models import Subject
from django_site.apps.productions.models import Cut, Production, Shot, VoiceCasting
from django_site.apps.productions.selectors import shots_current
from generator.shots import ShotRequest
from generator.sound.voice import Speaker, speaker_of


@dataclass(frozen=True, slots=True)
class LentVoice:
    """A person's voice as it is meant to be used: which characters speak with it, in which shots."""

    subject_id: str
    characters: tuple[str, ...]
    shots: tuple[Shot, ...]

    @property
    def where(self) -> str:
        """The beginning of a sentence."""
        return f"The lines of {', '.join(self.characters)} are spoken in a voice lent by"


def character_key(name: str) -> str:
    """A character as cues name it, whatever the case and what stands in parentheses behind."""
    return " ".join(name.split("(", 1)[0].split()).upper()[:100]


def speaking_in(shots: Iterable[Shot]) -> dict[str, list[Shot]]:
    """Which characters say something in which of the shots."""
    found: dict[str, list[Shot]] = {}
    for shot in shots:
        said = {character_key(str(line.get("character", ""))) for line in shot.spec.get("dialogue") or []}
        for character in sorted(said - {""}):
            found.setdefault(character, []).append(shot)
    return found


def voices_of(production: Production) -> list[VoiceCasting]:
    return list(production.voices.select_related("subject", "said_by"))


def voices_lent(production: Production, shots: Sequence[Shot]) -> list[LentVoice]:
    """The voices that people lend to these shots, by person."""
    lent = {one.character: str(one.subject_id) for one in production.voices.all()}
    if not lent:
        return []
    mine: dict[str, dict[str, list[Shot]]] = {}
    for character, theirs in speaking_in(shots).items():
        if character in lent:
            mine.setdefault(lent[character], {})[character] = theirs
    return [
        LentVoice(
            subject_id,
            tuple(characters),
            tuple({shot.pk: shot for theirs in characters.values() for shot in theirs}.values()),
        )
        for subject_id, characters in mine.items()
    ]


def voices_heard(cut: Cut) -> list[LentVoice]:
    """The voices that a cut was assembled with, as its own record has it: whatever is said of its characters today."""
    lines = [line for line in (cut.sound or {}).get("lines", []) if line.get("subject")]
    if not lines:
        return []
    items = list(cut.items.select_related("take__shot__scene").order_by("position"))
    shots = {f"s{item.take.shot.scene.position}-{item.take.shot.position:02d}": item.take.shot for item in items}
    heard: dict[str, list[dict]] = {}
    for line in lines:
        heard.setdefault(line["subject"], []).append(line)
    return [
        LentVoice(
            subject_id,
            tuple(dict.fromkeys(character_key(line["character"]) for line in theirs)),
            tuple({clip: shots[clip] for line in theirs if (clip := line["clip"].split("~")[0]) in shots}.values()),
        )
        for subject_id, theirs in heard.items()
    ]


def voices_in(audit: Audit, shots: Sequence[Shot]) -> list[LentVoice]:
    """The voices that people lend to what was audited: what a cut was made with, what a take's shot is meant to have, what
    of a film's is heard in the shots that its trailer shows."""
    if audit.output_id:
        shown = {shot.pk for shot in shots}
        heard = voices_heard(audit.output.release.cut)
        return [
            replace(one, shots=kept) for one in heard if (kept := tuple(shot for shot in one.shots if shot.pk in shown))
        ]
    return voices_heard(audit.cut) if audit.cut_id else voices_lent(audit.production, shots)


def voice_spans(cut: Cut) -> dict[str, list[list]]:
    """Where in a cut people's voices are heard: ``[["voice", start, end], …]`` in seconds, by person."""
    spans: dict[str, list[list]] = {}
    for line in (cut.sound or {}).get("lines", []):
        if line.get("subject"):
            spans.setdefault(line["subject"], []).append(["voice", float(line["start"]), float(line["end"])])
    return spans


def speakers_for(production: Production, shots: Mapping[str, ShotRequest]) -> dict[str, Speaker]:
    """How characters sound whose voice somebody lends, by the name that the shots' lines call them. The synthesiser imitates
    nobody: it stands in for the person until they speak, and is theirs in the record."""
    lent = {one.character: str(one.subject_id) for one in production.voices.all()}
    names = dict.fromkeys(line.character for shot in shots.values() for line in shot.dialogue)
    return {
        name: replace(speaker_of(name, seed=production.seed), subject=lent[key])
        for name in names
        if (key := character_key(name)) in lent
    }


@dataclass(frozen=True, slots=True)
class CharacterLine:
    """A character on the page: where they speak, and whose voice it is (``None``: nobody's)."""

    name: str
    shots: tuple[Shot, ...]
    subject: Subject | None


def characters_of(production: Production) -> list[CharacterLine]:
    """Everybody who speaks in the current shots, and whoever was given a voice, by name."""
    lent = {one.character: one.subject for one in voices_of(production)}
    speaking = speaking_in(shots_current(production))
    return [CharacterLine(one, tuple(speaking.get(one, ())), lent.get(one)) for one in sorted({*speaking, *lent})]
