"""The index of registered works: ``WorkIndex.open(directory, embedder)``, ``add``, ``remove``, ``search``, ``info``."""

from auditor.index.work_index import Hit, IndexInfo, Reference, WorkIndex

__all__ = ["Hit", "IndexInfo", "Reference", "WorkIndex"]
