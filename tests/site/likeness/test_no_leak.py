"""A person is measured, looked for and erased; no template lies anywhere in the clear, and no old backup opens after the key
is gone. On SQLite here, on a real PostgreSQL by ``test_postgresql.py``."""

import base64
import io
import logging
import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from django.conf import settings as site
from django.db import connection

from auditor.likeness.crypto import SealBrokenError, open_sealed
from auditor.likeness.keys import KeyDestroyedError
from django_site import wiring
from django_site.apps.audits.models import Finding
from django_site.apps.jobs.runner import run_pending
from django_site.apps.likeness.models import BiometricTemplate
from django_site.apps.likeness.services import (
    biometric_consent_record,
    biometric_consent_withdraw,
    subject_enrol,
    voice_enrol,
)
from django_site.apps.likeness.templates_sealed import templates_open
from django_site.apps.productions.services.imports import media_import
from django_site.apps.provenance.services.ledger import ledger_head_sign
from tests.clips import ASTRONAUT, ffmpeg, still, travel, write_clip
from tests.site.likeness.leaks import files, leaks, needles
from tests.sounds import RATE, resampled, speech, write_wav

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def var(settings, tmp_path) -> Path:
    """A data directory of this test's own."""
    for name in ("QUARANTINE_ROOT", "RELEASED_ROOT", "WORK_ROOT", "INDEX_ROOT", "SCRIPTS_ROOT", "KEYS_ROOT"):
        setattr(settings, name, tmp_path / "var" / name.lower())
    settings.LEDGER_HEADS = tmp_path / "var" / "ledger-heads.jsonl"
    return tmp_path / "var"


@pytest.fixture
def log():
    """Everything that anybody logs from here on, at every level."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setLevel(logging.DEBUG)
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in list(logging.root.manager.loggerDict))]
    before = [(logger, logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    connection.force_debug_cursor = True  # every statement with its parameters
    logging.root.addHandler(handler)
    yield stream
    connection.force_debug_cursor = False
    logging.root.removeHandler(handler)
    for logger, level, propagate in before:
        logger.setLevel(level)
        logger.propagate = propagate


@pytest.fixture
def measured(make, var, log, tmp_path):
    """A person whose face and voice are measured, and a file from outside in which both were looked for."""
    studio = make.studio()
    studio.performer = make.member(studio.organisation, "performer")
    studio.subject = make.subject(studio.organisation, user=studio.performer)
    frames = list(travel(still(ASTRONAUT), 20, zoom=(1.0, 1.2), centre=(0.45, 0.25)))
    clip, voice = write_clip(tmp_path / "shown.mp4", frames, fps=10), tmp_path / "voice.mp4"
    sound = write_wav(tmp_path / "voice.wav", resampled(speech(5, 30.0), 0.8)[: 9 * RATE])
    ffmpeg("-i", clip, "-i", sound, "-c:v", "copy", "-c:a", "aac", voice)
    for modality in ("face", "voice"):
        biometric_consent_record(subject=studio.subject, text="Measure me.", by=studio.performer, modality=modality)
    terms = {"business_reason": "protection", "source": "scan", "by": studio.legal_reviewer}
    subject_enrol(subject=studio.subject, portraits=[ASTRONAUT], **terms)
    voice_enrol(subject=studio.subject, recordings=[voice], **terms)
    with clip.open("rb") as stream:
        media_import(production=studio.production, source=stream, name="shown.mp4", by=studio.producer)
    run_pending()
    ledger_head_sign()
    assert Finding.objects.filter(subject=studio.subject, kind="face").exists(), "the search itself must have happened"
    vectors = {kind: templates_open(kind)[str(studio.subject.pk)][0] for kind in ("face", "voice")}
    assert {kind: vector.size for kind, vector in vectors.items()} == {"face": 128, "voice": 256}
    again = wiring.face_encoder().encode_portraits([ASTRONAUT])[0]
    assert np.array_equal(np.asarray(again, "<f4"), vectors["face"]), "what is looked for is what was measured"
    sought = {f"{kind} {form}": needle for kind, v in vectors.items() for form, needle in needles(v).items()}
    return SimpleNamespace(**vars(studio), vectors=vectors, sought=sought)


def database(to: Path | None = None):
    """The database's own bytes, and a backup of it as one would make it: (place, content)."""
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        for part in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))):
            if part.exists():
                yield part.name, part.read_bytes()
        return
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        folder = Path(cursor.fetchone()[0])
        yield from files(folder / "base", folder / "pg_wal")
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            for form in ("text", "binary"):
                with cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT {form})') as copy:
                    yield f"{table} as {form}", b"".join(bytes(part) for part in copy)


def backup(var: Path, to: Path) -> Path:
    """What an operator puts aside: the database as one file, and the data directory without its keys."""
    to.mkdir()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(to / "db.sqlite3")])
    else:
        for place, content in database():
            if " as " in place:
                (to / place.replace(" ", "-")).write_bytes(content)
    shutil.copytree(var, to / "var", ignore=shutil.ignore_patterns("keys_root"))
    return to


def sealed_in(kept: Path) -> list[tuple[str, str, bytes]]:
    """(key id, subject id, sealed bytes) of every template in a backup of the database."""
    if connection.vendor == "sqlite":
        with sqlite3.connect(kept / "db.sqlite3") as old:
            rows = old.execute("SELECT key_id, subject_id, ciphertext FROM likeness_biometrictemplate").fetchall()
        return [(f"{_dashed(key)}", _dashed(subject), bytes(content)) for key, subject, content in rows]
    with connection.cursor() as cursor:  # restore the old copy beside the new rows, and read that
        cursor.execute("CREATE TEMPORARY TABLE restored (LIKE likeness_biometrictemplate)")
        content = (kept / "likeness_biometrictemplate-as-binary").read_bytes()
        with cursor.copy("COPY restored FROM STDIN (FORMAT binary)") as copy:
            copy.write(content)
        cursor.execute("SELECT key_id, subject_id, ciphertext FROM restored")
        rows = [(str(key), str(subject), bytes(sealed)) for key, subject, sealed in cursor.fetchall()]
        cursor.execute("DROP TABLE restored")
    return rows


def _dashed(value: str) -> str:
    from uuid import UUID

    return str(UUID(str(value)))


def test_no_backup_from_before_opens_after_the_key_is_destroyed(measured, var, tmp_path):
    kept = backup(var, tmp_path / "backup")
    sealed = sealed_in(kept)
    assert len(sealed) == 2
    vault = wiring.key_vault()
    opened = {open_sealed(content, key=vault.key(key), subject_id=subject) for key, subject, content in sealed}
    assert opened == {np.asarray(v, "<f4").tobytes() for v in measured.vectors.values()}, "the backup is whole"
    data_keys = {vault.key(key) for key, _, _ in sealed}

    biometric_consent_withdraw(subject=measured.subject, by=measured.performer, reason="I changed my mind.")

    assert not BiometricTemplate.objects.exists()
    assert (site.KEYS_ROOT / "kek.bin").is_file(), "the key-encryption key is still there"
    for key, subject, content in sealed_in(kept):
        with pytest.raises(KeyDestroyedError):
            wiring.key_vault().key(key)
        for other in (wiring.template_kek(), wiring.ledger_key()):
            with pytest.raises(SealBrokenError):
                open_sealed(content, key=other, subject_id=subject)
    raw = {f"data key {number}": key for number, key in enumerate(data_keys)}
    assert leaks([*files(var), *files(kept), *database()], raw) == [], "nor does the key lie anywhere"
    assert leaks([*files(var), *database()], measured.sought) == []


def test_no_template_lies_anywhere_in_the_clear(measured, var, log, tmp_path):
    kept = backup(var, tmp_path / "backup")
    assert (kept / "var" / "quarantine_root").is_dir()
    assert not (kept / "var" / "keys_root").exists()
    assert len(log.getvalue()) > 10_000, "the log was written at the lowest level"
    assert leaks(database(), measured.sought) == []
    assert leaks(files(var), measured.sought) == [], "media, index, ledger, keys, scratch"
    assert leaks(files(kept), measured.sought) == []
    assert leaks([("log", log.getvalue().encode())], measured.sought) == []
    planted_templates_are_found(measured, var, log, tmp_path)  # last: the write-ahead log keeps what is planted


def planted_templates_are_found(measured, var, log, tmp_path):
    """The control: a template that lay in the clear, in one form in each place, would have been found."""
    face, voice = measured.vectors["face"], measured.vectors["voice"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE planted (content " + ("BLOB)" if connection.vendor == "sqlite" else "BYTEA)"))
        try:
            cursor.execute("INSERT INTO planted VALUES (%s)", [np.asarray(face, "<f4").tobytes()])
            cursor.execute("INSERT INTO planted VALUES (%s)", [str([float(x) for x in voice]).encode()])
            in_database = leaks(database(), measured.sought)
            kept = backup(var, tmp_path / "backup-with-it")
            in_backup = leaks(files(kept), measured.sought)
        finally:
            cursor.execute("DROP TABLE planted")
    assert any("face <f4 at " in line for line in in_database), in_database
    assert any("voice repr at " in line for line in in_database), in_database
    assert any("face <f4" in line for line in in_backup)
    (var / "index_root").mkdir(parents=True, exist_ok=True)
    np.savez_compressed(var / "index_root" / "planted.npz", faces=np.asarray([face], ">f8"))
    assert any("planted.npz!faces.npy: face >f8" in line for line in leaks(files(var), measured.sought))
    logging.getLogger("django_site").debug("measured %s", [float(x) for x in face])
    assert any("face repr" in line for line in leaks([("log", log.getvalue().encode())], measured.sought))
    hidden = b"x" + base64.b64encode(b"ab" + np.asarray(face, "<f8").tobytes())
    assert any("base64" in line for line in leaks([("a letter", hidden)], measured.sought))
    assert any(
        "hex" in line
        for line in leaks([("a dump", np.asarray(voice, ">f4").tobytes().hex().encode())], measured.sought)
    )
