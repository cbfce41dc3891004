"""Peers that describe single frames: PDQ under vPDQ's rule, pHash, plain SSCD; and two packages that run in an
environment of their own (``fetch-peers.sh``), because they ask for versions that ours can't have.

All of them see the same files: pictures whole, films at one frame a second, which is vPDQ's and videohash's default.
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from auditor.media import Interval
from tests.bench.matching.films import length
from tests.bench.matching.media import cache_folder
from tests.bench.matching.systems import Claim
from tests.bench.matching.trials import Registered, in_place

Pixels = NDArray[np.uint8]
#: Works that a query is compared with in the answer: the rest could only be false claims of low score.
_CLAIMS = 10
#: PDQ's published thresholds (ThreatExchange): bits of 256 that may differ, quality that a frame needs.
PDQ_BITS, PDQ_QUALITY = 31, 50
#: imagededup's default for its 64-bit hashes; imagehash publishes none.
HASH_BITS = 10
#: Where SSCD's authors put 90 % precision (Pizzi et al., CVPR 2022).
SSCD_SIMILARITY = 0.75
#: videohash calls two films alike when at most 15 % of 64 bits differ.
VIDEOHASH_SHARE = 0.15


def frames_at(path: Path, fps: float = 1.0) -> tuple[list[float], list[Pixels]]:
    """A picture's only frame, or a film's frames at ``fps``, RGB with their seconds."""
    if path.suffix in (".jpg", ".png"):
        picture = cv2.imread(str(path))
        assert picture is not None, f"{path} can't be read"
        return [0.0], [np.ascontiguousarray(picture[:, :, ::-1])]
    times, frames = [], []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            seconds = float(frame.time or 0.0)
            if not times or seconds >= times[-1] + 1 / fps - 1e-3:
                times.append(seconds)
                frames.append(frame.to_ndarray(format="rgb24"))
    return times, frames


@dataclass(frozen=True, slots=True)
class _Described:
    reference: Registered
    times: NDArray[np.float64]
    vectors: NDArray[Any]


class FrameSystem:
    """One vector a frame, all compared with all. ``share_counts``: a film's score is the share of its frames that match
    (vPDQ's rule), else the best similarity of any two frames."""

    share_counts = False
    threshold = 0.0
    #: Similarity from which two frames match.
    frame_threshold = 0.0
    cpu_elsewhere = 0.0

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._works: list[_Described] = []

    def describe(self, pictures: list[Pixels]) -> NDArray[Any]:
        """(n, d): one row a picture."""
        raise NotImplementedError

    def similarity(self, one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.float64]:
        """(n, m), 1 for equals: of bits, unless a system has something better."""
        return 1 - (one[:, None, :] != other[None, :, :]).mean(axis=2, dtype=np.float64)

    def register(self, references: Sequence[Registered]) -> None:
        """What was described before, by this or another process, is read from the system's folder."""
        for reference in references:
            state = reference.path.stat()
            key = f"{reference.path}\x00{state.st_size}\x00{state.st_mtime_ns}".encode()
            kept = self._folder / f"{hashlib.blake2b(key, digest_size=16).hexdigest()}.npz"
            if not kept.exists():
                times, vectors = self.described(reference.path)
                temporary = in_place(kept)
                np.savez(temporary, times=times, vectors=vectors)
                temporary.replace(kept)
            with np.load(kept, allow_pickle=False) as arrays:
                self._works.append(_Described(reference, arrays["times"], arrays["vectors"]))

    def described(self, path: Path) -> tuple[NDArray[np.float64], NDArray[Any]]:
        """Seconds (n,) and vectors (n, d) of a registered file."""
        times, frames = frames_at(path)
        return np.asarray(times, np.float64), self.describe(frames)

    def match(self, query: Path) -> list[Claim]:
        times, frames = frames_at(query)
        still = len(frames) == 1 and query.suffix != ".mp4"
        vectors = self.describe(frames)
        claims = []
        for work in self._works:
            alike = self.similarity(vectors, work.vectors)
            claim = self._still_claim(work, alike) if still else self._film_claim(work, np.asarray(times), alike)
            if claim is not None:
                claims.append(claim)
        return sorted(claims, key=lambda claim: -claim.score)[:_CLAIMS]

    def _still_claim(self, work: _Described, alike: NDArray[np.float64]) -> Claim:
        return Claim(work.reference.reference_id, Interval(0, 0), Interval(0, 0), float(alike.max()))

    def _film_claim(self, work: _Described, times: NDArray[np.float64], alike: NDArray[np.float64]) -> Claim | None:
        best = float(alike.max(initial=0.0))
        # Below its threshold a system still ranks; the frames nearest to the best one then say where.
        level = self.frame_threshold if self.share_counts else min(self.frame_threshold, 0.9 * best)
        rows = np.flatnonzero(alike.max(axis=1) >= level)
        if not len(rows):
            return None
        columns = alike[rows].argmax(axis=1)
        shown = Interval(float(times[rows[0]]), float(times[rows[-1]]) + 1)
        instants = work.times[columns]
        source = Interval(float(instants.min()), min(float(instants.max()) + 1, work.reference.seconds))
        return Claim(work.reference.reference_id, shown, source, len(rows) / len(times) if self.share_counts else best)


class Pdq(FrameSystem):
    """PDQ (Meta): 256 bits, at most 31 of them different, frames of quality below 50 ignored."""

    threshold = frame_threshold = 1 - PDQ_BITS / 256

    def describe(self, pictures: list[Pixels]) -> NDArray[Any]:
        import pdqhash  # in the extra ``bench`` only: it is built from source

        rows = []
        for picture in pictures:
            bits, quality = pdqhash.compute(picture)
            rows.append(bits.astype(np.float32) if quality >= PDQ_QUALITY else np.full(256, np.nan, np.float32))
        return np.asarray(rows)

    def similarity(self, one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.float64]:
        alike = super().similarity(one, other)
        alike[np.isnan(one[:, 0])] = 0
        alike[:, np.isnan(other[:, 0])] = 0
        return alike


class Vpdq(Pdq):
    """vPDQ's rule: the share of a film's frames, one a second, that match a frame of the work. Any match counts here;
    ThreatExchange's default asks for 75 % of the query's frames, which an excerpt within another film never reaches."""

    share_counts = True
    threshold = 1e-6


class PHash(FrameSystem):
    """imagehash's pHash, 64 bits; films by vPDQ's rule."""

    threshold = frame_threshold = 1 - HASH_BITS / 64

    def describe(self, pictures: list[Pixels]) -> NDArray[Any]:
        return np.asarray([imagehash.phash(Image.fromarray(picture)).hash.ravel() for picture in pictures])


class PHashFilms(PHash):
    share_counts = True
    threshold = 1e-6


class Sscd(FrameSystem):
    """SSCD on whole frames at its authors' threshold: no tiles, no alignment, no verification."""

    threshold = frame_threshold = SSCD_SIMILARITY
    name = "sscd"

    def describe(self, pictures: list[Pixels]) -> NDArray[Any]:
        from auditor.embeddings import open_embedder

        if not hasattr(self, "_embedder"):
            self._embedder = open_embedder(self.name)
        return np.concatenate([self._embedder.embed([picture]) for picture in pictures])

    def similarity(self, one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.float64]:
        return np.asarray(one @ other.T, np.float64)


class SscdDistilled(Sscd):
    name = "sscd-distilled"


class _Elsewhere:
    """A program in the peers' own environment: a path in, a line of JSON out; it tells its CPU time itself."""

    def __init__(self, method: str) -> None:
        python = cache_folder() / "peers" / "bin" / "python"
        if not python.exists():
            raise FileNotFoundError(f"{python}: there is no environment for this peer; call fetch-peers.sh")
        script = Path(__file__).with_name("peer_worker.py")
        environment = os.environ | {"PATH": f"{python.parent}:{os.environ.get('PATH', '')}", "PYTHONWARNINGS": "ignore"}
        environment.pop("PYTHONPATH", None)
        self._process = subprocess.Popen(
            [python, script, method], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def ask(self, path: Path) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the peer ended with status {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer


class _HashedElsewhere(FrameSystem):
    method = ""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._elsewhere = _Elsewhere(self.method)

    def _bits(self, path: Path) -> NDArray[Any]:
        answer = self._elsewhere.ask(path)
        self.cpu_elsewhere += answer["cpu"]
        number = int(answer["hash"], 16)
        return np.asarray([[number >> bit & 1 for bit in range(64)]])

    def described(self, path: Path) -> tuple[NDArray[np.float64], NDArray[Any]]:
        return np.zeros(1), self._bits(path)

    def match(self, query: Path) -> list[Claim]:
        bits = self._bits(query)
        end = 0.0 if query.suffix != ".mp4" else length(query)
        claims = [
            Claim(
                work.reference.reference_id, Interval(0, end), Interval(0, work.reference.seconds),
                float(self.similarity(bits, work.vectors)[0, 0]),
            )
            for work in self._works
        ]  # fmt: skip
        return sorted(claims, key=lambda claim: -claim.score)[:_CLAIMS]


class ImagededupPHash(_HashedElsewhere):
    method = "imagededup-phash"
    threshold = 1 - HASH_BITS / 64


class ImagededupDHash(ImagededupPHash):
    method = "imagededup-dhash"


class ImagededupWHash(ImagededupPHash):
    method = "imagededup-whash"


class Videohash(_HashedElsewhere):
    """64 bits for a whole film, so the claim is always the whole film."""

    method = "videohash"
    threshold = 1 - VIDEOHASH_SHARE
