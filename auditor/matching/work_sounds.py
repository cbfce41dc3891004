"""What the works of an index sound like, ready to be found in a film: ``WorkSounds.of(index).findings(path)``."""

from dataclasses import replace
from pathlib import Path

from auditor.fingerprints import chromaprint, landmarks
from auditor.index import Reference, WorkIndex
from auditor.matching.sound import SoundLibrary, sound_finding, sound_print
from auditor.matching.sound_key import sound_key
from auditor.media.types import Cancelled, never_cancelled
from auditor.report import Finding

#: Name and version of what a stored print means.
SOUND_VERSION = f"landmarks {landmarks.VERSION}, {chromaprint.VERSION}"


class WorkSounds:
    """The prints of every registered file that has sound. False where none has."""

    def __init__(self, library: SoundLibrary, references: dict[str, Reference]) -> None:
        self._library = library
        self._references = references

    @classmethod
    def of(cls, index: WorkIndex) -> "WorkSounds":
        """The sounds of an index as it is now. Raises ``BadInputError`` for a damaged print, or one of another version."""
        references: dict[str, Reference] = {}
        prints = []
        for reference, arrays in index.sound_prints():
            key = f"{reference.work_id}/{reference.asset_sha256}"
            references[key] = reference
            prints.append((key, arrays))
        return cls(SoundLibrary.build(prints), references)

    def __len__(self) -> int:
        return len(self._library)

    def findings(self, path: Path, *, cancelled: Cancelled = never_cancelled) -> list[Finding]:
        """Stretches of a film or recording that sound like a work, in order of time.

        Raises ``MediaError`` for sound that can't be decoded and ``CancelledError``.
        """
        arrays = sound_print(path, cancelled=cancelled)
        if arrays is None:
            return []
        found = []
        for match in self._library.find(arrays):
            reference = self._references[match.key]
            finding = sound_finding(match, reference.title, reference.work_id)
            key = sound_key(arrays, match.query.start, match.query.end)
            found.append(replace(finding, known_by=key))
        return found
