"""Production settings are safe, migrations are complete, keys are private."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from django_site import wiring
from django_site.keys import key_from_file, secret_from_file
from django_site.settings import databases

ROOT = Path(__file__).resolve().parents[2]


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("REELPROOF_", "DATABASE_URL"))}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_production_passes_djangos_own_deployment_checks(tmp_path):
    done = manage(
        "check", "--deploy", "--fail-level", "WARNING",
        DJANGO_SETTINGS_MODULE="django_site.settings.production",
        REELPROOF_VAR=str(tmp_path),
        REELPROOF_SECRET_KEY="".join(chr(33 + number % 90) for number in range(80)),
        REELPROOF_HOSTS="film.example.org",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize("missing", ["REELPROOF_SECRET_KEY", "REELPROOF_HOSTS"])
def test_production_does_not_start_without_its_secrets(tmp_path, missing):
    given = {"REELPROOF_SECRET_KEY": "x" * 60, "REELPROOF_HOSTS": "film.example.org", "REELPROOF_VAR": str(tmp_path)}
    del given[missing]
    done = manage("check", DJANGO_SETTINGS_MODULE="django_site.settings.production", **given)
    assert done.returncode != 0
    assert f"{missing} is not set" in done.stderr


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "--check", "--dry-run")


def test_the_development_secret_is_made_once_and_private(tmp_path):
    first = secret_from_file(tmp_path / "keys" / "secret")
    assert first == secret_from_file(tmp_path / "keys" / "secret")
    assert len(first) >= 64
    assert (tmp_path / "keys" / "secret").stat().st_mode & 0o777 == 0o600


def test_a_key_that_others_can_read_or_of_another_length_is_refused(tmp_path):
    path = tmp_path / "kek.bin"
    assert len(key_from_file(path)) == 32
    path.chmod(0o644)
    with pytest.raises(ImproperlyConfigured, match="chmod 600"):
        key_from_file(path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(ImproperlyConfigured, match="instead of 32"):
        key_from_file(path)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", {"ENGINE": "django.db.backends.sqlite3", "NAME": "/var/x.sqlite3"}),
        ("sqlite:////data/db.sqlite3", {"ENGINE": "django.db.backends.sqlite3", "NAME": "/data/db.sqlite3"}),
        (
            "postgresql://ann:s%40fe@db.example:5433/films?sslmode=require",
            {"NAME": "films", "USER": "ann", "PASSWORD": "s@fe", "HOST": "db.example", "PORT": "5433"},
        ),
        ("postgres://postgres:@/postgres?host=/tmp/socket", {"HOST": "/tmp/socket", "NAME": "postgres"}),
    ],
)
def test_database_urls(url, expected):
    found = databases.from_url(url, default=Path("/var/x.sqlite3"))
    assert {key: found[key] for key in expected} == expected


def test_an_unknown_database_is_named():
    with pytest.raises(ImproperlyConfigured, match="mysql"):
        databases.from_url("mysql://x/y", default=Path("/x"))


@pytest.mark.django_db
def test_health_and_headers(client):
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert response["X-Frame-Options"] == "DENY"
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_nobody_signs_up_by_themselves(client):
    response = client.post(
        "/accounts/signup/",
        {
            "email": "a@example.org",
            "username": "a",
            "password1": "correct horse battery",
            "password2": "correct horse battery",
        },
    )
    from django_site.apps.accounts.models import User

    assert response.status_code == 200
    assert not User.objects.exists()


@pytest.mark.django_db
def test_sqlite_waits_and_writes_ahead():
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("about SQLite")
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert cursor.execute("PRAGMA foreign_keys").fetchone()[0] == 1
        assert cursor.execute("PRAGMA busy_timeout").fetchone()[0] >= 10_000


def test_what_previsualises_is_a_device_that_is_known(settings) -> None:
    settings.PREVIZ_DEVICE = "cuda"
    on_a_card = wiring.video_backend().card.digest
    settings.PREVIZ_DEVICE = "cpu"
    assert wiring.video_backend().card.digest != on_a_card
    settings.PREVIZ_DEVICE = "abacus"
    with pytest.raises(ImproperlyConfigured, match=r"abacus.*cpu, cuda"):
        wiring.video_backend()
