"""The index of registered works (``WorkIndex.open(directory, embedder)``, ``add``, ``remove``, ``search``) and the vector
indexes that it or a server may use: ``VectorIndex`` and its adapters."""

from auditor.index.brute_force import BruteForceVectorIndex
from auditor.index.faiss_index import FaissVectorIndex
from auditor.index.postgres import PgVectorIndex
from auditor.index.sampling import REFERENCE_FPS
from auditor.index.vector_index import Neighbours, VectorIndex, VectorIndexInfo
from auditor.index.work_index import WorkIndex
from auditor.index.works import BatchEntry, BatchResult, FrameHasher, HashHit, Hit, IndexInfo, Reference, SoundPrint

__all__ = [
    "REFERENCE_FPS", "BatchEntry", "BatchResult", "BruteForceVectorIndex", "FaissVectorIndex", "FrameHasher", "HashHit",
    "Hit", "IndexInfo", "Neighbours", "PgVectorIndex", "Reference", "SoundPrint", "VectorIndex", "VectorIndexInfo",
    "WorkIndex",
]  # fmt: skip
