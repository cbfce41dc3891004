"""The folder of one registered file: vectors, their times, hashes and their qualities (``.npy``), a proxy, ``sound.npz``.

Written once, in a place where nobody looks, then moved to where the manifest names it; its manifest entry carries the digest
of each file.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.canonical import sha256_file
from auditor.embeddings import SscdEmbedder
from auditor.errors import BadInputError
from auditor.files import sync_directory
from auditor.index.sampling import ReferenceSampler
from auditor.index.works import FrameHasher, SoundPrint
from auditor.media import Frame, MediaInfo
from auditor.media.proxy import FilmProxyWriter, proxy_frames, write_still_proxy
from auditor.media.types import Cancelled, OnProgress

#: Bytes of a hash of 256 bits.
HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """What a folder holds, read and checked: the vectors stay on disk."""

    entry: Mapping[str, Any]
    folder: Path
    times: NDArray[np.float64]
    hashes: NDArray[np.uint8]
    qualities: NDArray[np.uint8]

    def vectors(self) -> NDArray[np.float32]:
        """(n, dimensions) float32, memory-mapped."""
        vectors: NDArray[np.float32] = np.load(self.folder / "vectors.npy", mmap_mode="r", allow_pickle=False)
        return vectors

    def sound(self) -> dict[str, NDArray[Any]] | None:
        """The arrays of the sound's print, checked; ``None`` if the file has none."""
        if "sound_sha256" not in self.entry:
            return None
        path = self.folder / "sound.npz"
        _check(path, self.entry["sound_sha256"])
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}


def store_media(
    media: Path,
    info: MediaInfo,
    folder: Path,
    embedder: SscdEmbedder,
    hasher: FrameHasher,
    sound_print: SoundPrint | None,
    on_progress: OnProgress,
    cancelled: Cancelled,
) -> dict[str, Any]:
    """Write the folder of one file; returns its manifest entry. Raises ``MediaError`` and ``CancelledError``."""
    folder.mkdir(parents=True)
    proxy = folder / ("proxy.jpg" if info.is_still else "proxy.mp4")
    frames = proxy_frames(media, info, on_progress=on_progress, cancelled=cancelled)
    sampler = ReferenceSampler()
    vectors: list[NDArray[np.float32]] = []
    times: list[float] = []
    hashes: list[NDArray[np.uint8]] = []
    qualities: list[int] = []

    def note(frame: Frame) -> None:
        if sampler.wants(frame):
            vectors.append(embedder.embed([frame.pixels]))
            times.append(frame.seconds)
            bits, quality = hasher.hash(frame.pixels)
            hashes.append(bits)
            qualities.append(quality)

    if info.is_still:
        for frame in frames:
            note(frame)
            write_still_proxy(frame, proxy)
    else:
        with FilmProxyWriter(proxy) as writer:
            for frame in frames:
                note(frame)
                writer.write(frame)
    arrays: dict[str, NDArray[Any]] = {
        "vectors": np.concatenate(vectors),
        "times": np.asarray(times, np.float64),
        "hashes": np.asarray(hashes, np.uint8).reshape(len(times), HASH_BYTES),
        "qualities": np.asarray(qualities, np.uint8),
    }
    entry: dict[str, Any] = {
        "info": info.as_dict(),
        "vectors": len(times),
        "hash_version": hasher.version,
        "proxy": proxy.name,
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
        entry[f"{name}_sha256"] = sha256_file(folder / f"{name}.npy")
    entry["proxy_sha256"] = sha256_file(proxy)
    if sound_print is not None and (sound := sound_print(media)) is not None:
        np.savez(folder / "sound.npz", **sound)  # type: ignore[arg-type] # NumPy types its keywords as one of its own
        entry["sound_sha256"] = sha256_file(folder / "sound.npz")
    for path in folder.iterdir():
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
    sync_directory(folder)
    return entry


def load_media(folder: Path, entry: Mapping[str, Any], dimensions: int) -> StoredMedia:
    """Read and check what an entry names. Raises ``BadInputError``, naming the file, for anything that differs."""
    count = int(entry["vectors"])
    _read(folder, entry, "vectors", np.float32, (count, dimensions))
    times = _read(folder, entry, "times", np.float64, (count,))
    hashes = _read(folder, entry, "hashes", np.uint8, (count, HASH_BYTES))
    qualities = _read(folder, entry, "qualities", np.uint8, (count,))
    return StoredMedia(entry, folder, times, hashes, qualities)


def _read(
    folder: Path, entry: Mapping[str, Any], name: str, dtype: type[np.generic], shape: tuple[int, ...]
) -> NDArray[Any]:
    path = folder / f"{name}.npy"
    _check(path, entry[f"{name}_sha256"])
    try:
        array = np.load(path, mmap_mode="r" if name == "vectors" else None, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise BadInputError(f"{path}: can't be read ({error}); rebuild the index") from error
    if array.shape != shape or array.dtype != dtype:
        raise BadInputError(f"{path}: {array.dtype} of shape {array.shape} where {shape} belongs; rebuild the index")
    return np.asarray(array)


def _check(path: Path, expected: str) -> None:
    try:
        found = sha256_file(path)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise BadInputError(f"{path}: can't be read ({error}); rebuild the index") from error
    if found != expected:
        raise BadInputError(f"{path}: its digest differs from the manifest's; rebuild the index")
