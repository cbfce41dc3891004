"""What several of the generator's tests share: tiny models on disk, built once a session."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a tiny model of a kind (``tiny_pipelines``), built when it is first asked for."""
    from tests.generator.tiny_pipelines import build

    root = tmp_path_factory.mktemp("tiny-models")
    return lambda kind: build(kind, root)
