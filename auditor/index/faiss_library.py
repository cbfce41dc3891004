"""FAISS, loaded when it is first needed and made safe for processes that fork.

OpenMP keeps its worker threads with the thread that used them. They do not survive a fork, so that the first parallel loop
in the child would wait for them for ever. In a forked child FAISS therefore works with one thread (in threads that the
child starts later, with all).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from auditor.errors import UnavailableError


@cache
def faiss_library() -> Any:
    """The module ``faiss``. Raises ``UnavailableError`` if it is not installed."""
    try:
        import faiss
    except ImportError as error:
        raise UnavailableError("searching needs FAISS; install reelproof[cpu] or faiss-gpu-cu12") from error
    os.register_at_fork(after_in_child=lambda: faiss.omp_set_num_threads(1))
    return faiss


@contextmanager
def one_thread() -> Iterator[None]:
    """Let this thread's calls of FAISS use one core: the small loops of training gain nothing from more (they were measured
    to lose), and searches in other threads keep the rest."""
    faiss = faiss_library()
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
