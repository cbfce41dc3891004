"""A film that is out, and the studio of one that is not."""

from types import SimpleNamespace

import pytest

from tests.site.once import once
from tests.site.provenance.films import begun, released


@pytest.fixture(autouse=True)
def own_index(settings, tmp_path):
    settings.INDEX_ROOT = tmp_path / "index"


@pytest.fixture
def studio(make) -> SimpleNamespace:
    return begun(make)


@pytest.fixture
def film(make) -> SimpleNamespace:
    """A film that is out, and its studio."""
    return once("a film that is out", lambda: released(begun(make)))
