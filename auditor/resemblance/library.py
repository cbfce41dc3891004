"""What the works of an index look like and show, on disk: made from their proxies, beside the index, a cache like it.

>>> library = ResemblanceLibrary.build(Path("var/resemblance"), index)              # doctest: +SKIP

Layout: ``library.json`` names format, what made the vectors, the background, and each file by the SHA-256 of its original,
with the digests of what lies in ``media/<sha256>/``: ``times.npy`` (seconds, float64), ``style.npy`` and ``semantic.npy`` (a
row a look, float16: three digits, as many as a network's answers are worth). ``background/`` holds the same of unrelated
pictures. Files appear whole or not at all; one that is not as the document says is refused, and made anew by the next build.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.canonical import canonical_json, sha256_file, sha256_json
from auditor.embeddings import EmbedderIdentity
from auditor.errors import BadInputError, CancelledError
from auditor.files import locked, replacing
from auditor.index import Reference, WorkIndex
from auditor.media import Frame, Progress
from auditor.media.proxy import read_film_proxy, read_still_proxy
from auditor.media.types import Cancelled, OnProgress, never_cancelled, no_progress
from auditor.resemblance.describing import DEFAULT_CONTENT, MEASURES, Describer, Measure, Pixels, shows_nothing
from auditor.resemblance.sampling import LookSampler
from auditor.resemblance.unusual import Background, shipped_background

FORMAT = 1
#: Frames a second of a proxy among which the looks are chosen, as many as the audit chooses among.
_FPS = 5.0
#: Looks that are described at once.
_BATCH = 16
#: Files of which one look joins the background, at most: more would cost time and change nothing.
_MOST_TYPICAL = 512
_ANEW = "delete the folder and build it anew with 'resemblance build'"


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks at one registered file: ``times`` (n,) seconds, and for each measure its vectors (n, dimensions) float16."""

    times: NDArray[np.float64]
    vectors: dict[Measure, NDArray[np.float16]]


@dataclass(frozen=True, slots=True)
class LibraryInfo:
    """What a library holds: looks at so many files, read against so many unrelated pictures."""

    digest: str
    files: int
    looks: int
    unrelated: int
    identities: dict[Measure, EmbedderIdentity]

    def as_dict(self) -> dict[str, Any]:
        return {
            "digest": self.digest, "files": self.files, "looks": self.looks, "unrelated": self.unrelated,
            "identities": {measure: identity.as_dict() for measure, identity in self.identities.items()},
        }  # fmt: skip


class ResemblanceLibrary:
    """Opened and checked. ``describer`` is what made it, so that films are described alike."""

    def __init__(self, directory: Path, document: dict[str, Any], describer: Describer) -> None:
        self.directory = directory
        self.describer = describer
        self._document = document
        self._unrelated = Background(_read_vectors(directory / "background", document["background"], describer))
        # every file is read and checked here, so that damage is told now and not in the middle of an audit
        middles = [self._middle(asset) for asset in sorted(document["media"])]
        seen = [middle for middle in middles if middle is not None]
        chosen = seen[:: max(1, -(-len(seen) // _MOST_TYPICAL))]
        self._typical: dict[Measure, NDArray[np.float32]] = {
            measure: np.stack([one[measure] for one in chosen]).astype(np.float32) for measure in MEASURES if chosen
        }

    @property
    def background(self) -> Background:
        """The unrelated pictures, and one look of each registered file."""
        return self._unrelated.joined(self._typical) if self._typical else self._unrelated

    @classmethod
    def open(cls, directory: Path, describer: Describer | None = None) -> "ResemblanceLibrary":
        """The library in ``directory``. Raises ``BadInputError`` if there is none, it is damaged or another describer than
        the given one made it, ``UnavailableError`` where what made it can't be had here."""
        document = _read_document(directory)
        made_by = document["identities"]
        describer = describer or Describer.open(str(made_by["semantic"]["name"]))
        _refuse_another(directory, made_by, describer)
        return cls(directory, document, describer)

    @classmethod
    def build(
        cls,
        directory: Path,
        index: WorkIndex,
        *,
        content: str | None = None,
        background: Sequence[Pixels] = (),
        on_progress: OnProgress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> "ResemblanceLibrary":
        """Bring the library in line with the index: what is new is looked at, what the index no longer holds goes.

        ``content`` names the embedder of content (the backbone by default, or what the library was made with).
        ``background`` are unrelated pictures; without them the shipped ones are used, if the backbone describes content. A
        build that was stopped goes on where it was. Raises ``BadInputError`` for a library that something else made, a
        background that is missing or too small, ``CancelledError``, and ``UnavailableError``.
        """
        if (directory / "manifest.json").exists():
            raise BadInputError(f"{directory}: an index lies here; give the library a folder of its own")
        with locked(directory / "lock"):
            if (directory / "library.json").exists():
                document = _read_document(directory)
                describer = Describer.open(content or str(document["identities"]["semantic"]["name"]))
                _refuse_another(directory, document["identities"], describer)
                if background:
                    raise BadInputError(f"{directory}: it has its background already; {_ANEW} to give it another")
            else:
                describer = Describer.open(content or DEFAULT_CONTENT)
                document = _begin(directory, describer, background)
            _fill(directory, document, describer, index, on_progress, cancelled)
        return cls.open(directory, describer)

    @property
    def digest(self) -> str:
        """Changes whenever what is compared does, and with nothing else."""
        return sha256_json(self._document)

    def info(self) -> LibraryInfo:
        """Counts, what made it, and the digest that reports record."""
        media = self._document["media"]
        looks = sum(entry["rows"] for entry in media.values())
        return LibraryInfo(self.digest, len(media), looks, len(self._unrelated), self.describer.identities())

    @property
    def assets(self) -> frozenset[str]:
        """The SHA-256 of each file that was looked at."""
        return frozenset(self._document["media"])

    def looks(self, assets: Sequence[str]) -> Iterator[tuple[str, Looks]]:
        """The looks at those of these files that the library holds, file by file, read as they are asked for."""
        for asset in assets:
            if asset in self._document["media"]:
                yield asset, self._looks(asset)

    def _middle(self, asset: str) -> dict[Measure, NDArray[np.float16]] | None:
        """The look in the middle of a file; ``None`` if nothing was looked at in it."""
        looks = self._looks(asset)
        return {m: looks.vectors[m][len(looks.times) // 2] for m in MEASURES} if len(looks.times) else None

    def _looks(self, asset: str) -> Looks:
        return _read_looks(self.directory / "media" / asset, self._document["media"][asset], self.describer)


def _begin(directory: Path, describer: Describer, pictures: Sequence[Pixels]) -> dict[str, Any]:
    """A library without media."""
    if pictures:
        background = Background.of(pictures, describer)
    elif describer.content is describer.backbone:
        background = shipped_background()
    else:
        raise BadInputError(
            f"embedder {describer.content.identity.name!r} needs a background of its own: give unrelated pictures "
            "(--background DIR)"
        )
    document = {
        "format": FORMAT,
        "identities": {measure: identity.as_dict() for measure, identity in describer.identities().items()},
        "background": _write_vectors(directory / "background", background.vectors),
        "media": {},
    }
    _write(directory, document)
    return document


def _fill(
    directory: Path,
    document: dict[str, Any],
    describer: Describer,
    index: WorkIndex,
    on_progress: OnProgress,
    cancelled: Cancelled,
) -> None:
    wanted = {reference.asset_sha256: reference for reference in index.references()}
    media = document["media"]
    for asset in sorted(media.keys() - wanted.keys()):
        del media[asset]
    for asset in [asset for asset in media if not _is_whole(directory / "media" / asset, media[asset], describer)]:
        del media[asset]
    _write(directory, document)
    lacking = sorted(wanted.keys() - media.keys())
    for number, asset in enumerate(lacking):
        on_progress(Progress("resemblance", number, len(lacking), "files"))
        times, vectors = _look_at(wanted[asset], describer, cancelled)
        folder = directory / "media" / asset
        entry = _write_vectors(folder, vectors)
        _save(folder / "times.npy", times)
        media[asset] = {**entry, "times_sha256": sha256_file(folder / "times.npy")}
        _write(directory, document)
    for folder in (directory / "media").glob("*"):
        if folder.name not in media:
            shutil.rmtree(folder, ignore_errors=True)


def _look_at(
    reference: Reference, describer: Describer, cancelled: Cancelled
) -> tuple[NDArray[np.float64], dict[Measure, NDArray[np.float32]]]:
    times: list[float] = []
    waiting: list[Pixels] = []
    described: list[dict[Measure, NDArray[np.float32]]] = [describer.describe([])]
    for frame in _chosen(reference):
        if cancelled():
            raise CancelledError(f"{reference.title}: looking at it was cancelled")
        times.append(frame.seconds)
        waiting.append(frame.pixels)
        if len(waiting) == _BATCH:
            described.append(describer.describe(waiting))
            waiting = []
    described.append(describer.describe(waiting))
    vectors = {measure: np.concatenate([one[measure] for one in described]) for measure in MEASURES}
    return np.asarray(times, np.float64), vectors


def _chosen(reference: Reference) -> Iterator[Frame]:
    if reference.info.is_still:
        still = read_still_proxy(reference.proxy)
        if not shows_nothing(still.pixels):
            yield still
        return
    sampler = LookSampler()
    for frame in read_film_proxy(reference.proxy, start=0.0, end=reference.info.duration + 1.0, fps=_FPS):
        if sampler.wants(frame) is not None:
            yield frame


def read_background(folder: Path) -> list[Pixels]:
    """The pictures (JPEG, PNG, WebP) of a folder and of those in it, in order of their names; others are passed over.

    Raises ``BadInputError`` if the folder is none.
    """
    if not folder.is_dir():
        raise BadInputError(f"{folder}: no folder of pictures")
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in {".jpg", ".jpeg", ".png", ".webp"} or not path.is_file():
            continue
        pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if pixels is not None:
            found.append(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8))
    return found


# -- files -------------------------------------------------------------------------------------------------------------


def _read_document(directory: Path) -> dict[str, Any]:
    path = directory / "library.json"
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise BadInputError(f"{path}: format {document['format']!r} is not {FORMAT}; {_ANEW}")
        for measure in MEASURES:
            EmbedderIdentity(**document["identities"][measure])
        for entry in (document["background"], *document["media"].values()):
            if not isinstance(entry["rows"], int) or not all(isinstance(entry[f"{m}_sha256"], str) for m in MEASURES):
                raise ValueError("an entry lacks its digests")
        if not all(_is_digest(asset) and isinstance(e["times_sha256"], str) for asset, e in document["media"].items()):
            raise ValueError("an entry is of no file")
    except FileNotFoundError as error:
        raise BadInputError(f"{directory}: no library of looks here; make one with 'resemblance build'") from error
    except OSError as error:
        raise BadInputError(f"{path}: can't be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInputError(f"{path}: damaged ({error}); {_ANEW}") from error
    return document


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


def _refuse_another(directory: Path, made_by: dict[str, Any], describer: Describer) -> None:
    for measure, identity in describer.identities().items():
        theirs = EmbedderIdentity(**made_by[measure])
        if theirs != identity:
            raise BadInputError(
                f"{directory}: {measure} was made with {theirs.name} ({theirs.version}), not {identity.name} "
                f"({identity.version}); use that one, or {_ANEW}"
            )


def _write(directory: Path, document: dict[str, Any]) -> None:
    with replacing(directory / "library.json") as temporary:
        temporary.write_bytes(canonical_json(document))


def _save(path: Path, array: NDArray[Any]) -> None:
    with replacing(path) as temporary:
        np.save(temporary, array, allow_pickle=False)


def _write_vectors(folder: Path, vectors: dict[Measure, NDArray[np.float32]]) -> dict[str, Any]:
    entry: dict[str, Any] = {"rows": len(vectors["style"])}
    for measure in MEASURES:
        _save(folder / f"{measure}.npy", vectors[measure].astype(np.float16))
        entry[f"{measure}_sha256"] = sha256_file(folder / f"{measure}.npy")
    return entry


def _array(folder: Path, entry: dict[str, Any], name: str, width: int = 0) -> NDArray[Any]:
    """Read and check one file, ``width`` numbers a row (0: one without a second axis).

    Raises ``BadInputError``, naming it, for anything that differs.
    """
    path = folder / f"{name}.npy"
    try:
        if sha256_file(path) != entry[f"{name}_sha256"]:
            raise BadInputError(f"{path}: its digest differs from the library's; make it anew with 'resemblance build'")
        array = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise BadInputError(f"{path}: can't be read ({error}); make it anew with 'resemblance build'") from error
    if array.shape != (entry["rows"], *([width] if width else [])) or not np.isfinite(array).all():
        raise BadInputError(f"{path}: not what the library says; make it anew with 'resemblance build'")
    return np.asarray(array, np.float64 if name == "times" else np.float32 if folder.name == "background" else None)


def _read_vectors(folder: Path, entry: dict[str, Any], describer: Describer) -> dict[Measure, NDArray[Any]]:
    return {m: _array(folder, entry, m, identity.dimensions) for m, identity in describer.identities().items()}


def _read_looks(folder: Path, entry: dict[str, Any], describer: Describer) -> Looks:
    return Looks(_array(folder, entry, "times"), _read_vectors(folder, entry, describer))


def _is_whole(folder: Path, entry: dict[str, Any], describer: Describer) -> bool:
    try:
        _read_looks(folder, entry, describer)
    except BadInputError:
        return False
    return True
