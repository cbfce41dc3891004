"""Copy detectors behind one interface: ours and the peers, given the same files.

>>> system = SYSTEMS["reelproof"](folder)                                           # doctest: +SKIP
>>> system.register(references("videos", "development"))                            # doctest: +SKIP
>>> system.match(path)                                                              # doctest: +SKIP
[Claim(reference_id='collage/3', query=..., reference=..., score=0.97, kind='copy')]
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from auditor.media import Interval
from tests.bench.matching.trials import Registered


@dataclass(frozen=True, slots=True)
class Claim:
    """ "This stretch of the query is that stretch of the work." The higher ``score``, the surer; scales are each system's
    own. ``reference`` is ``None`` where a system does not say. ``kind`` ``scene``: alike, but said to be no copy."""

    reference_id: str
    query: Interval
    reference: Interval | None
    score: float
    kind: Literal["copy", "scene"] = "copy"

    def as_dict(self) -> dict[str, Any]:
        return {
            "reference_id": self.reference_id, "query": self.query.as_list(),
            "reference": self.reference.as_list() if self.reference else None,
            "score": round(self.score, 5), "kind": self.kind,
        }  # fmt: skip


class System(Protocol):
    """``threshold``: the score from which its makers (or, for ours, its own verdict) call something a copy.
    ``cpu_elsewhere``: CPU seconds spent so far in a process that the run can't measure."""

    threshold: float
    cpu_elsewhere: float

    def register(self, references: Sequence[Registered]) -> None: ...

    def match(self, query: Path) -> list[Claim]: ...


class Reelproof:
    """The audit as it ships: ``Auditor`` over a ``WorkIndex``. ``copy`` is its claim, ``scene`` is kept apart.
    Claims are ranked by ``score``: ``log10_lr`` is bounded, and ties at its bound would rank nothing."""

    #: Its verdict is the kind of the finding: every copy counts, whatever its score.
    threshold = -1e9

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        #: What the last query was compared with, for ``calibrate``.
        self.considered: list[dict[str, Any]] = []

    def register(self, references: Sequence[Registered]) -> None:
        from auditor.audit import Auditor
        from auditor.embeddings import open_embedder
        from auditor.index import WorkIndex

        index = WorkIndex.open(self._folder / "index", open_embedder(), create=True)
        known = index.titles()
        for work_id in known.keys() - {reference.reference_id for reference in references}:
            index.remove(work_id)
        for reference in references:
            if reference.reference_id not in known:
                index.add(reference.reference_id, reference.path)
        self._auditor = Auditor(index=index, gallery=None, fingerprint=False)

    @property
    def cpu_elsewhere(self) -> float:
        """Of the process that forks decoders, and of the decoders: it is ours, but is not waited for before the end."""
        spent = 0.0
        for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
            if b"auditor.media.nursery" in Path(f"/proc/{child}/cmdline").read_bytes():
                fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
                spent += sum(map(int, fields[11:15])) / os.sysconf(
                    "SC_CLK_TCK"
                )  # user and system, its own and reaped ones'
        return spent

    def match(self, query: Path) -> list[Claim]:
        claims = []
        report = self._auditor.audit(query)
        self.considered = [considered.as_dict() for considered in report.considered]
        for finding in report.findings:
            if finding.kind in ("copy", "scene") and finding.work_id is not None:
                kind: Literal["copy", "scene"] = "copy" if finding.kind == "copy" else "scene"
                claims.append(Claim(finding.work_id, finding.query, finding.reference, finding.score, kind))
        return claims


def _peer(name: str) -> Callable[[Path], System]:
    """A peer by its class in ``peers``, imported when it is first asked for: the packages are in the extra ``bench``."""

    def opened(folder: Path) -> System:
        from tests.bench.matching import peers

        system: System = getattr(peers, name)(folder)
        return system

    return opened


_OURS = {"reelproof": Reelproof, "sscd-distilled": _peer("SscdDistilled"), "sscd": _peer("Sscd")}
#: Every system that a medium can be given to.
SYSTEMS: dict[str, dict[str, Callable[[Path], System]]] = {
    "images": {
        **_OURS, "pdq": _peer("Pdq"), "phash": _peer("PHash"), "imagededup-phash": _peer("ImagededupPHash"),
        "imagededup-dhash": _peer("ImagededupDHash"), "imagededup-whash": _peer("ImagededupWHash"),
    },
    "videos": {**_OURS, "vpdq": _peer("Vpdq"), "phash": _peer("PHashFilms"), "videohash": _peer("Videohash")},
}  # fmt: skip
