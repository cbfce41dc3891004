"""Exact search among the 256-bit hashes of registered frames."""

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from auditor.errors import BadInputError
from auditor.fingerprints.pdq import MIN_QUALITY, PDQ_VERSION, pdq
from auditor.index.faiss_library import faiss_library, one_thread
from auditor.index.media_folder import HASH_BYTES
from auditor.index.work_state import WorkState
from auditor.index.works import FrameHasher, HashHit

#: What hashes the frames of registered media unless told otherwise.
PDQ_HASHER = FrameHasher(PDQ_VERSION, pdq)


class HashSearcher:
    """The hashes of one state of an index, of one version."""

    def __init__(self, state: WorkState, version: str) -> None:
        self._places: list[tuple[str, int]] = []
        hashes = [np.empty((0, HASH_BYTES), np.uint8)]
        for digest, media in state.media.items():
            if media.entry["hash_version"] != version:
                continue
            rows = np.flatnonzero(media.qualities >= MIN_QUALITY)
            hashes.append(media.hashes[rows])
            self._places += [(digest, int(row)) for row in rows]
        self._state = state
        self._index = faiss_library().IndexBinaryFlat(HASH_BYTES * 8)
        self._index.add(np.concatenate(hashes))

    def search(self, hashes: ArrayLike, at_most_bits: int, count: int) -> list[list[HashHit]]:
        """As ``WorkIndex.search_hashes``."""
        queries = np.ascontiguousarray(hashes)
        if queries.ndim != 2 or queries.shape[1] != HASH_BYTES or queries.dtype != np.uint8:
            raise BadInputError(f"hashes must be (n, {HASH_BYTES}) uint8, not {queries.dtype} of shape {queries.shape}")
        if not len(queries) or not self._index.ntotal or at_most_bits < 0:
            return [[] for _ in queries]
        with one_thread():  # a million hashes take 2 ms: handing them to threads and waiting for these costs more
            limits, bits, rows = self._index.range_search(queries, int(at_most_bits) + 1)  # FAISS means: fewer than
        answers = []
        for start, end in pairwise(limits.tolist()):
            hits: dict[tuple[str, str, float], HashHit] = {}
            for place in np.lexsort((rows[start:end], bits[start:end])) + start:
                for reference, seconds in self._state.instants_of(*self._places[rows[place]]):
                    key = reference.work_id, reference.asset_sha256, seconds
                    hits.setdefault(key, HashHit(reference, seconds, int(bits[place])))
                if len(hits) >= count:
                    break
            answers.append(list(hits.values())[:count])
        return answers
