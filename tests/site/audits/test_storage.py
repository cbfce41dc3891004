"""Bytes by digest: whole or absent, checked when read, apart by zone."""

import ast
import hashlib
import io
import os
from pathlib import Path

import pytest

from django_site import wiring
from django_site.apps.audits.models import Asset
from django_site.apps.audits.services.assets import asset_mark_released, asset_path, asset_store
from django_site.apps.audits.services.sweeping import storage_sweep
from django_site.apps.audits.storage import DirectoryZone
from django_site.errors import InputError, StorageDamagedError

SITE = Path(__file__).resolve().parents[3] / "django_site"


@pytest.fixture
def zone(tmp_path) -> DirectoryZone:
    return DirectoryZone(tmp_path / "zone")


def files_of(zone: DirectoryZone) -> list[str]:
    return sorted(str(path.relative_to(zone.root)) for path in zone.root.rglob("*") if path.is_file())


def test_a_file_lies_under_its_digest_and_only_we_can_read_it(zone, make):
    stored = zone.store(io.BytesIO(b"pictures"))
    assert stored.sha256 == hashlib.sha256(b"pictures").hexdigest()
    path = zone.checked(stored.sha256)
    assert path.read_bytes() == b"pictures"
    assert path.stat().st_mode & 0o077 == 0
    assert files_of(zone) == [f"{stored.sha256[:2]}/{stored.sha256}"]


@pytest.mark.parametrize(("content", "limit"), [(b"", None), (b"x" * 11, 10)])
def test_what_is_refused_leaves_nothing(zone, content, limit):
    with pytest.raises(InputError):
        zone.store(io.BytesIO(content), limit=limit)
    assert files_of(zone) == []


def test_a_stream_that_breaks_leaves_nothing(zone):
    class Broken(io.BytesIO):
        def read(self, *_):
            if self.tell():
                raise ConnectionResetError("the browser went away")
            return super().read(5)

    with pytest.raises(ConnectionResetError):
        zone.store(Broken(b"0123456789"))
    assert files_of(zone) == []


def test_everything_is_on_disk_before_the_name_appears(zone, monkeypatch):
    order = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append("fsync"), fsync(fd))[1])
    monkeypatch.setattr(Path, "replace", lambda self, to: (order.append("rename"), replace(self, to))[1])
    zone.store(io.BytesIO(b"pictures"))
    assert order == ["fsync", "rename", "fsync"]


def test_changed_and_missing_files_are_told_apart(zone):
    stored = zone.store(io.BytesIO(b"pictures"))
    zone.path(stored.sha256).write_bytes(b"picturez")
    with pytest.raises(StorageDamagedError, match="changed on disk"):
        zone.checked(stored.sha256)
    zone.remove(stored.sha256)
    with pytest.raises(StorageDamagedError, match="missing"):
        zone.checked(stored.sha256)


@pytest.mark.django_db
def test_the_same_bytes_are_the_same_asset():
    first = asset_store(source=b"same", media_type="text/plain")
    second = asset_store(source=io.BytesIO(b"same"), media_type="text/plain")
    assert first == second
    assert Asset.objects.count() == 1
    assert asset_path(first).read_bytes() == b"same"
    assert not wiring.zone("released").exists(first.sha256)


@pytest.mark.django_db
def test_nothing_is_called_released_that_was_not_copied(make):
    with pytest.raises(StorageDamagedError, match="was not copied"):
        asset_mark_released(asset=make.asset())


def test_release_alone_moves_assets_out_of_quarantine():
    """The sources: who names the two functions, apart from where they are defined?"""
    callers = set()
    for path in SITE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(node, "id", None) or getattr(node, "attr", None)
            if name in ("asset_copy_to_released", "asset_mark_released"):
                callers.add(path.relative_to(SITE).as_posix())
    assert callers == {"apps/provenance/services/release.py"}


def test_the_zone_is_written_in_one_place():
    writers = {
        path.relative_to(SITE).as_posix()
        for path in SITE.rglob("*.py")
        if "zone=Zone.RELEASED)" in path.read_text() and ".update(" in path.read_text()
    }
    assert writers == {"apps/audits/services/assets.py"}


@pytest.mark.django_db
def test_the_sweep_removes_what_no_row_names_and_never_what_one_does(make, settings, tmp_path):
    settings.QUARANTINE_ROOT, settings.RELEASED_ROOT = tmp_path / "quarantine", tmp_path / "released"
    quarantine, released = wiring.zone("quarantine"), wiring.zone("released")
    named = make.asset(b"named")
    orphan, young = (quarantine.store(io.BytesIO(content)).sha256 for content in (b"orphan", b"young"))
    released.store(io.BytesIO(b"named"))  # copied for a release that never was: the row says quarantine
    half = quarantine.root / "incoming" / ("0" * 32)
    half.write_bytes(b"half")
    notes = quarantine.root / "notes.txt"
    notes.write_text("not ours")
    for path in (quarantine.path(named.sha256), quarantine.path(orphan), released.path(named.sha256), half, notes):
        os.utime(path, (1, 1))
    assert storage_sweep() == {"quarantine": 2, "released": 1}
    assert quarantine.checked(named.sha256).is_file()
    assert quarantine.exists(young)
    assert notes.exists()
    assert (quarantine.exists(orphan), half.exists(), released.exists(named.sha256)) == (False, False, False)
    assert storage_sweep() == {"quarantine": 0, "released": 0}


def test_bytes_that_come_again_while_they_are_swept_stay(zone):
    """Somebody stores the file, and then its row, between the look at the directory and the deletion."""
    sha256 = zone.store(io.BytesIO(b"twice")).sha256
    os.utime(zone.path(sha256), (1, 1))
    asked = []

    def referenced(digests: set[str]) -> set[str]:
        if not asked:
            zone.store(io.BytesIO(b"twice"))
        asked.append(digests)
        return set()

    assert zone.sweep(referenced=referenced, before=1000) == 0
    assert zone.checked(sha256).read_bytes() == b"twice"


def test_a_row_that_comes_while_its_file_is_swept_keeps_it(zone):
    sha256 = zone.store(io.BytesIO(b"late row")).sha256
    os.utime(zone.path(sha256), (1, 1))
    answers = iter([set(), {sha256}])
    assert zone.sweep(referenced=lambda digests: next(answers), before=1000) == 0
    assert zone.exists(sha256)
