"""Works with the licence of each, people with their grants, renders of our own: the values that ``data`` weighs."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import rfc8785

from generator.encoding import sha256_of
from generator.errors import TrainingSetError

#: Shots and frames of our own renderer: more would take days to draw on two cores (0.3 s a frame at 640x360).
MAX_SHOTS, MAX_FRAMES_PER_SHOT = 20_000, 120
#: All examples lie in memory; a machine that trains has this much to spare, and a set beyond it wants smaller pictures.
MAX_BYTES = 8 * 2**30
#: Characters of a caption; the text encoders of video models read a few hundred tokens.
MAX_CAPTION = 2000
#: Seeds and other whole numbers that canonical JSON can hold exactly (RFC 8785, section 3.2.2.3).
MAX_SEED = 2**53 - 1


@dataclass(frozen=True, slots=True)
class TrainingFile:
    """One file of a work. ``sha256`` (hex) is what it had when the set was made, ``""`` where it was not there; ``name`` is
    what the lineage calls it (never a path of this machine); ``caption`` says what a clip shows."""

    path: Path
    sha256: str
    name: str = ""
    caption: str = ""

    @property
    def label(self) -> str:
        """Its name for people and records."""
        return self.name or self.path.name

    def as_dict(self, *, paths: bool = False) -> dict[str, Any]:
        """For records; ``paths`` adds where the file lies on this machine."""
        document = {"name": self.label, "sha256": self.sha256, "caption": self.caption}
        return {**document, "path": str(self.path)} if paths else document


@dataclass(frozen=True, slots=True)
class TrainingWork:
    """A work and what its licence says. ``acts`` it permits, ``territories`` (ISO 3166, ``EU``, ``*``), from ``begins`` on
    and before ``ends`` (``None``: no bound); ``reservations`` (``tdm``) are what the owner keeps. ``licence_version`` names
    the very text that was read: a version of a grant, or the digest of what a table states."""

    work_id: str
    title: str
    rights_holder: str
    licence: str
    spdx_id: str
    licence_version: str
    acts: tuple[str, ...]
    territories: tuple[str, ...]
    ends: datetime | None
    reservations: tuple[str, ...]
    files: tuple[TrainingFile, ...]
    begins: datetime | None = None

    def as_dict(self, *, paths: bool = False) -> dict[str, Any]:
        """For records."""
        plain = ("work_id", "title", "rights_holder", "licence", "spdx_id", "licence_version")
        return {
            **{name: getattr(self, name) for name in plain},
            "acts": list(self.acts),
            "territories": list(self.territories),
            "begins": self.begins.isoformat() if self.begins else None,
            "ends": self.ends.isoformat() if self.ends else None,
            "reservations": list(self.reservations),
            "files": [file.as_dict(paths=paths) for file in self.files],
        }


@dataclass(frozen=True, slots=True)
class PersonPermission:
    """The grant by which a person who is seen or heard in the works lets a model learn them. ``modality`` is face, voice,
    body or motion; ``act`` what was granted; ``ends`` the last day (``None``: no end)."""

    subject_id: str
    grant_id: str
    grant_version: int
    modality: str
    act: str = "fine_tune"
    signed: date | None = None
    ends: date | None = None

    def as_dict(self) -> dict[str, Any]:
        """For records."""
        plain = ("subject_id", "grant_id", "grant_version", "modality", "act")
        days = {name: day.isoformat() if day else None for name, day in (("signed", self.signed), ("ends", self.ends))}
        return {**{name: getattr(self, name) for name in plain}, **days}


@dataclass(frozen=True, slots=True)
class OwnRenders:
    """Frames of our own renderer to learn from: ``shots`` random ones from ``seed``, ``frames_per_shot`` of each, of
    ``width`` x ``height`` pixels (even). They need no licence: nobody else's work is in them."""

    seed: int
    shots: int
    frames_per_shot: int
    width: int
    height: int

    def __post_init__(self) -> None:
        bounds = (("seed", 0, MAX_SEED), ("shots", 1, MAX_SHOTS), ("frames_per_shot", 1, MAX_FRAMES_PER_SHOT),
                  ("width", 32, 4096), ("height", 32, 4096))  # fmt: skip
        for name, least, most in bounds:
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                raise TrainingSetError(f"own renders: {name} is {value!r}; give a whole number from {least} to {most}")
        if self.width % 2 or self.height % 2:
            raise TrainingSetError(f"own renders of {self.width}x{self.height} pixels; make both sides even")
        if self.shots * self.frames_per_shot * self.width * self.height * 3 > MAX_BYTES:
            raise TrainingSetError(
                f"{self.shots * self.frames_per_shot} own renders of {self.width}x{self.height} take more than "
                f"{MAX_BYTES // 2**30} GiB of memory; draw fewer or smaller ones"
            )

    def as_dict(self) -> dict[str, int]:
        """For records."""
        return {name: getattr(self, name) for name in ("seed", "shots", "frames_per_shot", "width", "height")}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not, or can't, be learned from. ``code``: ``act``, ``tdm``, ``ended``, ``not begun``,
    ``territory``, ``grant`` (the terms), ``missing``, ``changed``, ``unreadable``, ``shared`` (single ``files``)."""

    work_id: str
    title: str
    act: str
    code: str
    reason: str
    remedy: str
    files: tuple[str, ...] = ()

    def __str__(self) -> str:
        which = f" ({', '.join(self.files[:3])}{' …' if len(self.files) > 3 else ''})" if self.files else ""
        return f"{self.work_id}{which}, to {self.act}: {self.reason}; {self.remedy}"

    def as_dict(self) -> dict[str, Any]:
        """For records."""
        plain = ("work_id", "title", "act", "code", "reason", "remedy")
        return {**{name: getattr(self, name) for name in plain}, "files": list(self.files)}


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Everything that one model learns from. ``nobody`` is the declaration that no person can be told in the works;
    ``territories`` are those that were asked about, and ``left_out`` is what was refused, once ``permitted`` gave the set.
    """

    works: tuple[TrainingWork, ...] = ()
    people: tuple[PersonPermission, ...] = ()
    renders: OwnRenders | None = None
    left_out: tuple[Refusal, ...] = ()
    territories: tuple[str, ...] = ()
    nobody: bool = False

    @classmethod
    def of_table(
        cls,
        table: Path,
        folder: Path,
        *,
        people: Sequence[PersonPermission] = (),
        renders: OwnRenders | None = None,
        nobody: bool = False,
    ) -> "TrainingSet":
        """The works of a licence table (``auditor.corpus``: CSV or JSON) whose files lie in ``folder``. The text file
        beside a clip (``clip.mp4``, ``clip.txt``) is its caption, else the work's title is. Raises ``BadInputError``."""
        from auditor.corpus.licences import read_licence_table

        works = []
        for work_id, rows in read_licence_table(table).works().items():
            licence = rows[0].licence
            files = tuple(_file(folder, row.file, licence.title) for row in rows)
            works.append(
                TrainingWork(
                    work_id=work_id,
                    title=licence.title,
                    rights_holder=licence.rights_holder,
                    licence=licence.licence,
                    spdx_id=licence.spdx_id,
                    licence_version=f"sha256:{digest_of_document(licence.as_dict())}",
                    acts=licence.acts,
                    territories=licence.territories,
                    ends=licence.ends,
                    reservations=licence.reservations,
                    files=files,
                )
            )
        return cls(tuple(works), tuple(people), renders, nobody=nobody)

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of the set's document without paths: the same works, terms and bytes have the same."""
        return digest_of_document(self.as_dict())

    def files(self) -> tuple[TrainingFile, ...]:
        """Its files in the order of the works; what stands there twice, by content, once."""
        return tuple({file.sha256: file for work in reversed(self.works) for file in reversed(work.files)}.values())[
            ::-1
        ]

    def as_dict(self, *, paths: bool = False) -> dict[str, Any]:
        """For records, and for ``from_dict`` where ``paths`` are with it."""
        return {
            "works": [work.as_dict(paths=paths) for work in self.works],
            "people": [person.as_dict() for person in self.people],
            "renders": self.renders.as_dict() if self.renders else None,
            "left_out": [refusal.as_dict() for refusal in self.left_out],
            "territories": list(self.territories),
            "nobody": self.nobody,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], folder: Path | None = None) -> "TrainingSet":
        """Reads ``as_dict`` again; files are at their ``path``, or by name in ``folder``. Raises ``TrainingSetError``."""
        try:
            return cls(
                tuple(_work(one, folder) for one in document["works"]),
                tuple(person_of(one) for one in document["people"]),
                OwnRenders(**document["renders"]) if document["renders"] else None,
                tuple(Refusal(**{**one, "files": tuple(one["files"])}) for one in document["left_out"]),
                tuple(document["territories"]),
                bool(document["nobody"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise TrainingSetError(
                f"the record of the training set is damaged ({type(error).__name__}: {error}); begin the run anew"
            ) from error


def person_of(document: Mapping[str, Any]) -> PersonPermission:
    """A person's permission from plain values. Raises ``TrainingSetError`` for a field that is missing, unknown or bad."""
    try:
        days = {name: date.fromisoformat(document[name]) if document.get(name) else None for name in ("signed", "ends")}
        person = PersonPermission(**{**document, **days})
        texts = (person.subject_id, person.grant_id, person.modality, person.act)
        if not all(isinstance(text, str) and text for text in texts) or not isinstance(person.grant_version, int):
            raise ValueError("subject_id, grant_id, modality and act are texts, grant_version is a whole number")
    except (TypeError, ValueError, KeyError) as error:
        raise TrainingSetError(f"a person's grant can't be read ({error}); state subject_id, grant_id, grant_version, "
                               "modality, act, signed and ends (days as 2027-12-31)") from error  # fmt: skip
    return person


def digest_of_document(document: Any) -> str:
    """SHA-256 (hex) of the canonical JSON (RFC 8785) of plain values."""
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


def _file(folder: Path, name: str, title: str) -> TrainingFile:
    path = folder / name
    inside = path.resolve().is_relative_to(folder.resolve())  # a link must not reach out of the folder
    sha256, caption = "", title
    if inside and path.is_file():
        try:
            sha256 = sha256_of(path)
            beside = path.with_suffix(".txt")
            if beside != path and beside.is_file() and beside.resolve().is_relative_to(folder.resolve()):
                caption = " ".join(beside.read_text("utf-8")[:MAX_CAPTION].split()) or title
        except (OSError, UnicodeDecodeError):
            pass  # refusals() says what is wrong with the file
    return TrainingFile(path if inside else folder / ".outside" / name, sha256, name, caption)


def _work(document: Mapping[str, Any], folder: Path | None) -> TrainingWork:
    files = tuple(
        TrainingFile(
            folder / one["name"] if folder is not None else Path(one["path"]),
            one["sha256"], one["name"], one["caption"],
        )
        for one in document["files"]
    )  # fmt: skip
    lists = {name: tuple(document[name]) for name in ("acts", "territories", "reservations")}
    moments = {name: datetime.fromisoformat(document[name]) if document[name] else None for name in ("begins", "ends")}
    return TrainingWork(**{**document, **lists, **moments, "files": files})
