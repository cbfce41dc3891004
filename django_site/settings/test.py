"""Tests: a data directory of their own that is removed afterwards; a database in a file, so that threads and worker
processes see the same rows as the test."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "REELPROOF_VAR" not in os.environ:
    _directory = tempfile.mkdtemp(prefix="reelproof-test-")
    os.environ["REELPROOF_VAR"] = _directory
    atexit.register(shutil.rmtree, _directory, ignore_errors=True)

# Two test processes side by side share neither files nor databases (their own children inherit what is set here).
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if _worker and not os.environ["REELPROOF_VAR"].endswith(_worker):
    os.environ["REELPROOF_VAR"] = str(Path(os.environ["REELPROOF_VAR"]) / _worker)

from django_site.settings.base import *  # noqa: E402, F403
from django_site.settings.base import DATABASES, VAR  # noqa: E402

DEBUG = False
SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(VAR) / "test.sqlite3")}
    # A worker process that a test starts opens the test's own database.
    if "REELPROOF_TEST_DATABASE" in os.environ:
        DATABASES["default"]["NAME"] = os.environ["REELPROOF_TEST_DATABASE"]

# Leases short enough that a killed worker's job is owed again within a test's patience. Where nobody is killed they may be
# as long as in life: on a machine that is busy with other tests a first import alone outlasts the short ones.
JOB_LEASE_SECONDS = float(os.environ.get("REELPROOF_TEST_LEASE", "2.0"))
JOB_HEARTBEAT_SECONDS = 0.4
JOB_SWEEP_SECONDS = 0.3
