"""Corpora: many works with their licences at once, and what an index's works are licensed for.

>>> table = read_licence_table(Path("works.csv"))                                   # doctest: +SKIP
>>> report = import_corpus(index, open_source(Path("works.zip")), table)             # doctest: +SKIP
>>> licence_of(LicenceRegister(index.directory).read(), "w7", index.assets()["w7"])   # doctest: +SKIP
"""

from auditor.corpus.importing import FileResult, ImportReport, import_corpus
from auditor.corpus.licences import ACTS, LicenceRow, LicenceTable, WorkLicence, read_licence_table
from auditor.corpus.names import corpus_name
from auditor.corpus.register import LicenceRegister, Registered, licence_in_words, licence_of
from auditor.corpus.sources import ArchiveBombError, Source, SourceFile, SourceLimits, open_source

__all__ = [
    "ACTS", "ArchiveBombError", "FileResult", "ImportReport", "LicenceRegister", "LicenceRow", "LicenceTable",
    "Registered", "Source", "SourceFile", "SourceLimits", "WorkLicence", "corpus_name", "import_corpus",
    "licence_in_words", "licence_of", "open_source", "read_licence_table",
]  # fmt: skip
