"""What is learned from: works with the licence of each, people with their grants, renders of our own.

>>> found = TrainingSet.of_table(Path("works.csv"), Path("works"))                       # doctest: +SKIP
>>> refusals(found, territories=("DE",), at=datetime.now(UTC))                           # doctest: +SKIP
(Refusal(work_id='w7', title='Harbour', act='train', code='act', reason="the licence …", remedy="…", files=()),)
>>> allowed = permitted(found, territories=("DE",), at=datetime.now(UTC), leave_out=True)  # doctest: +SKIP
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import rfc8785

from generator.encoding import sha256_of
from generator.errors import ForbiddenWorksError, TrainingSetError

#: The act that a licence must permit before anything is learned from a work.
TRAIN = "train"
#: Everywhere: what is asked where nobody says in which places the model is trained and used.
EVERYWHERE = ("*",)
#: Shots and frames of our own renderer: more would take days to draw on two cores (0.3 s a frame at 640x360).
MAX_SHOTS, MAX_FRAMES_PER_SHOT = 20_000, 120
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


def refusals(
    training_set: TrainingSet, *, territories: Sequence[str], at: datetime, act: str = TRAIN, probe: bool = True
) -> tuple[Refusal, ...]:
    """Why parts of the set may not be learned from in ``territories`` at that moment, in the order of the works: none, and
    the set is permitted. ``probe`` also looks whether each file is media that can be opened (some 20 ms a file).

    A file that also belongs to a work with a refused licence is refused wherever it stands.
    """
    found: list[Refusal] = []
    forbidden: dict[str, TrainingWork] = {}
    for work in training_set.works:
        terms = _terms(work, territories, at, act)
        found += terms
        if terms:
            forbidden.update((file.sha256, work) for file in work.files if file.sha256)
    refused = {refusal.work_id for refusal in found}
    seen: dict[tuple[Path, str], tuple[str, str, str] | None] = {}
    for work in training_set.works:
        if work.work_id in refused:
            continue
        faults: dict[tuple[str, str, str], list[str]] = {}
        for file in work.files:
            if other := forbidden.get(file.sha256):
                reason = f"the file is also part of {other.work_id}, which is refused"
                fault: tuple[str, str, str] | None = ("shared", reason, "get that permitted, or leave both out")
            else:
                key = (file.path, file.sha256)
                if key not in seen:
                    seen[key] = _fault(file, probe=probe)
                fault = seen[key]
            if fault:
                faults.setdefault(fault, []).append(file.label)
        found += [Refusal(work.work_id, work.title, act, *fault, files=tuple(names)) for fault, names in faults.items()]
    found += [
        Refusal(person.subject_id, f"grant {person.grant_id}", person.act, "grant",
                f"the grant of {person.modality} ended on {person.ends}", "ask the person for a new one")
        for person in training_set.people if person.ends is not None and person.ends < at.date()
    ]  # fmt: skip
    return tuple(found)


def permitted(
    training_set: TrainingSet,
    *,
    territories: Sequence[str],
    at: datetime,
    act: str = TRAIN,
    leave_out: bool = False,
    probe: bool = True,
) -> TrainingSet:
    """The set, if all of it may be learned from; with ``leave_out`` what is left of it, and the rest listed in its
    ``left_out``. Raises ``ForbiddenWorksError`` (with all refusals), ``TrainingSetError`` where nothing is left.

    An ended grant of a person always refuses the whole set: nobody has said which works show them."""
    if not training_set.works and training_set.renders is None:
        raise TrainingSetError("the training set is empty; name works that may be learned from, or renders of our own")
    found = refusals(training_set, territories=territories, at=at, act=act, probe=probe)
    grants = [refusal for refusal in found if refusal.code == "grant"]
    if grants or (found and not leave_out):
        shown = grants or list(found)
        more = f"; and {len(shown) - 1} more" if len(shown) > 1 else ""
        remedy = "" if grants else "; or leave them out"
        raise ForbiddenWorksError(f"not all of the training set may be used: {shown[0]}{more}{remedy}", tuple(found))
    whole = {refusal.work_id for refusal in found if not refusal.files}
    single = {(refusal.work_id, name) for refusal in found for name in refusal.files}
    kept = [
        replace(work, files=tuple(file for file in work.files if (work.work_id, file.label) not in single))
        for work in training_set.works
        if work.work_id not in whole
    ]
    works = tuple(work for work in kept if work.files)
    if not works and (training_set.works or training_set.renders is None):
        first = f" (the first: {found[0]})" if found else ""
        raise TrainingSetError(f"nothing that may be learned from is left of the training set{first}; add works to it")
    left_out = (*training_set.left_out, *found)
    return replace(training_set, works=works, left_out=left_out, territories=tuple(territories))


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


def _terms(work: TrainingWork, territories: Iterable[str], at: datetime, act: str) -> list[Refusal]:
    from auditor.policy.territories import covers

    found: list[tuple[str, str, str]] = []
    if act not in work.acts:
        if "tdm" in work.reservations:
            found.append(("tdm", "the owner reserved text and data mining, and no licence permits it",
                          f"ask {work.rights_holder} for a licence to {act}"))  # fmt: skip
        else:
            given = ", ".join(work.acts) or "nothing"
            found.append(("act", f"the licence permits {given}, not to {act}",
                          f"ask {work.rights_holder} for a licence to {act}"))  # fmt: skip
    if work.ends is not None and at >= work.ends:
        found.append(("ended", f"the licence ended on {work.ends.date()}", f"renew it with {work.rights_holder}"))
    if work.begins is not None and at < work.begins:
        found.append(("not begun", f"the licence begins on {work.begins.date()}", "wait until then"))
    if not covers(work.territories, territories):
        asked, given = ", ".join(territories) or "nowhere", ", ".join(work.territories) or "nowhere"
        found.append(("territory", f"the licence covers {given}, not {asked}",
                      f"name the territories that it covers, or extend it with {work.rights_holder}"))  # fmt: skip
    return [Refusal(work.work_id, work.title, act, *one) for one in found]


def _fault(file: TrainingFile, *, probe: bool) -> tuple[str, str, str] | None:
    from auditor.media import MediaError
    from auditor.media import probe as look

    if not file.path.is_file():
        return "missing", "the file is not there", "put it back, or take it out of the table"
    try:
        if sha256_of(file.path) != file.sha256:
            return "changed", "the file is not the one that was registered", "put that one back, or make the set anew"
        if probe and look(file.path).is_sound:
            return "unreadable", "the file is sound without pictures", "take it out of the table"
    except OSError as error:
        return "unreadable", f"the file can't be read ({error.strerror})", "make it readable"
    except MediaError as error:
        said = " ".join(str(error).split()).removeprefix(f"{file.path.name}: ")
        return "unreadable", f"the file can't be opened as media ({said})"[:300], "export it again"
    return None


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
