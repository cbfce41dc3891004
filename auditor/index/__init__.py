"""The index of registered works (``WorkIndex.open(directory, embedder)``, ``add``, ``remove``, ``search``) and the vector
indexes that it or a server may use: ``VectorIndex`` and its adapters."""

from auditor.index.brute_force import BruteForceVectorIndex
from auditor.index.faiss_index import FaissVectorIndex
from auditor.index.postgres import PgVectorIndex
from auditor.index.vector_index import Neighbours, VectorIndex, VectorIndexInfo
from auditor.index.work_index import Hit, IndexInfo, Reference, WorkIndex

__all__ = [
    "BruteForceVectorIndex", "FaissVectorIndex", "Hit", "IndexInfo", "Neighbours", "PgVectorIndex", "Reference",
    "VectorIndex", "VectorIndexInfo", "WorkIndex",
]  # fmt: skip
