"""An index of what was released, by which a copy that lost its manifest finds it again.

>>> index = RecoveryIndex.open(Path("var/recovery"), open_embedder(), create=True)   # doctest: +SKIP
>>> index.add("urn:c2pa:…", Path("signed.mp4"))                                       # doctest: +SKIP
>>> for one in index.find(Path("copy.mp4")): print(one.plain)                         # doctest: +SKIP

Layout: ``outputs.sqlite3`` (see ``store``) is the truth; ``works/`` is a ``WorkIndex`` of the pictures, a work for each
manifest. Pictures are registered before their row is written, so a writer that dies between the two leaves pictures without
a row, which nobody is told of and the next writer sweeps away.
"""

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.canonical import sha256_file
from auditor.embeddings import Embedder
from auditor.errors import BadInputError
from auditor.files import locked
from auditor.index import WorkIndex
from auditor.matching.sound import SoundLibrary, sound_print
from auditor.media import MediaUnsupportedError, content_digest, probe
from auditor.media.types import Cancelled, MediaInfo, OnProgress, never_cancelled, no_progress
from auditor.recovery.answers import Recovered
from auditor.recovery.codes import VideoCodes
from auditor.recovery.searching import Search, looked_at
from auditor.recovery.store import Output, OutputStore
from auditor.watermark.watermarker import PAYLOAD_BYTES, Watermarker


@dataclass(frozen=True, slots=True)
class WatermarkPayload:
    """The payload that an output carries, and the method that hid it."""

    alg: str
    payload: bytes

    def __post_init__(self) -> None:
        if len(self.payload) != PAYLOAD_BYTES:
            raise BadInputError(f"a watermark's payload has {PAYLOAD_BYTES} bytes, not {len(self.payload)}")


@dataclass(slots=True)
class _Known:
    """What was read of the store, as of its ``change``."""

    change: str
    outputs: tuple[Output, ...]
    codes: VideoCodes
    sounds: SoundLibrary | None = field(default=None)


class RecoveryIndex:
    """The outputs of one studio. Any number of threads and processes may add, remove and search at once; a search sees what
    was there when it began."""

    def __init__(self, directory: Path, embedder: Embedder) -> None:
        self.directory = directory
        self.embedder = embedder
        self._store = OutputStore(directory / "outputs.sqlite3")
        made_by = self._store.meta()["embedder"]
        if made_by != embedder.identity.name:
            raise BadInputError(f"{directory}: made with embedder {made_by}, not {embedder.identity.name}; rebuild it")
        self._works = WorkIndex.open(directory / "works", embedder, create=True)
        self._held: _Known | None = None

    @classmethod
    def open(cls, directory: Path, embedder: Embedder, *, create: bool = False) -> "RecoveryIndex":
        """Open the index in ``directory``; with ``create`` an empty one is made if there is none.

        Raises ``BadInputError`` if there is none, it is damaged, or another embedder made it.
        """
        if create:
            OutputStore(directory / "outputs.sqlite3").create(embedder.identity.name)
        return cls(directory, embedder)

    # -- changing --------------------------------------------------------------------------------------------------

    def add(
        self,
        manifest_id: str,
        path: Path,
        *,
        watermark: WatermarkPayload | None = None,
        on_progress: OnProgress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> bool:
        """Register ``path`` as the output that carries ``manifest_id``; ``False`` if it was registered already.

        Films, still pictures and recordings without pictures can be registered. Raises ``MediaError`` for others,
        ``BadInputError`` where the payload of ``watermark`` is another output's, and ``CancelledError``; the index is
        unchanged then.
        """
        if not manifest_id.strip() or len(manifest_id) > 500:
            raise BadInputError("a manifest's id has 1 to 500 characters; give the label of its active manifest")
        output = self._described(manifest_id, path, cancelled)
        payload = None if watermark is None else (watermark.alg, watermark.payload)
        with locked(self.directory / "adding.lock"):
            if payload is not None:
                self._refuse_taken(manifest_id, payload)
            if output.pictures:
                self._works.add(manifest_id, path, title=manifest_id, on_progress=on_progress, cancelled=cancelled)
            added = self._store.add(output, payload)
            self._sweep()
        return added

    def remove(self, manifest_id: str) -> None:
        """Forget all that carries ``manifest_id``. Raises ``BadInputError`` if the index does not know it."""
        with locked(self.directory / "adding.lock"):
            if not self._store.remove(manifest_id):
                raise BadInputError(f"{self.directory}: no output {manifest_id!r} in this index")
            self._sweep()

    def outputs(self) -> tuple[Output, ...]:
        """What is registered, in the order in which it came."""
        return self._store.outputs()

    # -- looking ---------------------------------------------------------------------------------------------------

    def find(
        self,
        path: Path,
        *,
        watermarker: Watermarker | None = None,
        thorough: bool = False,
        seconds: float = math.inf,
        on_progress: OnProgress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> tuple[Recovered, ...]:
        """The manifests that belong to ``path``, the surest first; nothing where nothing is sure enough.

        Cheap and sure means come first, and where they answer, the dear ones (pictures, sound) are not asked, unless the
        search is ``thorough``. ``watermarker`` reads the payload. Where pictures are laid over the outputs', the first
        ``seconds`` of a film are enough. Raises ``MediaError`` for what can't be decoded and
        ``CancelledError``.
        """
        known = self._known()
        if not known.outputs:
            probe_any(path)
            return ()
        search = Search(path, store=self._store, outputs=known.outputs, codes=known.codes, works=self._works)
        search.by_digest()
        if search.answered and not thorough:
            return search.answers()
        info = probe_any(path)
        if info is not None:
            search.by_content()
            if search.answered and not thorough:
                return search.answers()
            search.by_fingerprints(info, watermarker, on_progress, cancelled)
            if search.answered and not thorough:
                return search.answers()
            search.by_pictures(info, seconds, on_progress, cancelled)
        else:
            search.by_sound(self._sounds(known), cancelled)
        return search.answers()

    def find_payload(self, alg: str, payload: bytes) -> tuple[str, ...]:
        """The manifest whose output carries this watermark, if any."""
        return self._store.by_watermark(alg, payload)

    def find_code(self, code: str) -> tuple[Recovered, ...]:
        """The outputs whose Video-Code is within ``ISCC_BITS`` of ``code``. Raises ``BadInputError`` for no such code."""
        known = self._known()
        search = Search(Path("code"), store=self._store, outputs=known.outputs, codes=known.codes, works=self._works)
        search.by_code(code)
        return search.answers()

    # -- files -----------------------------------------------------------------------------------------------------

    def _described(self, manifest_id: str, path: Path, cancelled: Cancelled) -> Output:
        info, digest = probe_any(path), sha256_file(path)
        if info is None:
            sound = sound_print(path, cancelled=cancelled)
            assert sound is not None  # noqa: S101 (probe_any has heard it)
            seconds = float(sound["codes_at"][-1]) if len(sound["codes_at"]) else 0.0
            return Output(manifest_id, digest, "", seconds, pictures=False, iscc=None, sound=_packed(sound))
        code = None if info.is_still else looked_at(path, cancelled=cancelled).code
        return Output(manifest_id, digest, content_digest(path), info.duration, pictures=True, iscc=code)

    def _refuse_taken(self, manifest_id: str, payload: tuple[str, bytes]) -> None:
        owners = set(self._store.by_watermark(*payload)) - {manifest_id}
        if owners:
            raise BadInputError(
                f"{manifest_id}: the watermark {payload[1].hex()} belongs to {min(owners)} already; draw another"
            )

    def _sweep(self) -> None:
        """Remove the pictures that no row names. Whoever calls holds ``adding.lock``."""
        self._works.refresh()
        named = {output.manifest_id for output in self._store.outputs() if output.pictures}
        for stray in self._works.titles().keys() - named:
            self._works.remove(stray)

    def _known(self) -> _Known:
        change = self._store.meta()["change"]
        held = self._held
        if held is None or held.change != change:
            outputs = self._store.outputs()
            codes = [(place, output.iscc) for place, output in enumerate(outputs) if output.iscc is not None]
            self._works.refresh()
            held = self._held = _Known(change, outputs, VideoCodes(codes))
        return held

    def _sounds(self, known: _Known) -> SoundLibrary:
        if known.sounds is None:
            known.sounds = SoundLibrary.build(_prints(self._store.outputs(sound=True)))
        return known.sounds


def probe_any(path: Path) -> MediaInfo | None:
    """What a film or picture holds; ``None`` for a recording without pictures. Raises ``MediaError`` for anything else."""
    try:
        return probe(path)
    except MediaUnsupportedError as error:
        from auditor.media import sample_sound

        for _ in sample_sound(path):
            return None
        raise error


def _packed(arrays: dict[str, NDArray[Any]]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type] # NumPy types its keywords as one of its own
    return buffer.getvalue()


def _prints(outputs: tuple[Output, ...]) -> Iterator[tuple[str, dict[str, NDArray[Any]]]]:
    for output in outputs:
        if output.sound is not None:
            with np.load(io.BytesIO(output.sound), allow_pickle=False) as arrays:
                yield output.manifest_id, {name: arrays[name] for name in arrays.files}
