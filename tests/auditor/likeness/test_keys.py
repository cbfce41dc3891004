"""Keys live apart from what they seal, open in their own context alone, and stay destroyed whatever is put back."""

import base64
import json
import logging
import multiprocessing
import secrets
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from auditor.cli.main import main
from auditor.errors import BadInputError, UnavailableError
from auditor.likeness import (
    DlibFaceEncoder,
    FaceGallery,
    FileKeyEncryption,
    FileKeyVault,
    KeyDestroyedError,
    KeyEncryption,
    KeyMissingError,
    KmsKeyEncryption,
    vault_beside,
)
from auditor.likeness.crypto import SealBrokenError, new_key, open_sealed, seal
from tests.clips import ASTRONAUT


class KmsError(Exception):
    """Shaped as botocore's ``ClientError``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


class LocalKms:
    """A key service in this process: its keys never leave it, contexts are authenticated, as AWS documents of KMS."""

    def __init__(self, *names: str) -> None:
        self._keys = {name: AESGCM(new_key()) for name in names}
        self.calls = 0

    def encrypt(self, *, KeyId: str, Plaintext: bytes, EncryptionContext: dict[str, str]) -> dict[str, object]:  # noqa: N803
        nonce = secrets.token_bytes(12)
        body = self._key(KeyId).encrypt(nonce, Plaintext, json.dumps(EncryptionContext, sort_keys=True).encode())
        return {"CiphertextBlob": nonce + body, "KeyId": KeyId}

    def decrypt(self, *, KeyId: str, CiphertextBlob: bytes, EncryptionContext: dict[str, str]) -> dict[str, object]:  # noqa: N803
        context = json.dumps(EncryptionContext, sort_keys=True).encode()
        try:
            plain = self._key(KeyId).decrypt(CiphertextBlob[:12], CiphertextBlob[12:], context)
        except (InvalidTag, ValueError):
            raise KmsError("InvalidCiphertextException") from None
        return {"Plaintext": plain, "KeyId": KeyId}

    def schedule_deletion(self, name: str) -> None:
        del self._keys[name]

    def _key(self, name: str) -> AESGCM:
        self.calls += 1
        if name not in self._keys:
            raise KmsError("KMSInvalidStateException")
        return self._keys[name]


def file_encryption() -> KeyEncryption:
    return FileKeyEncryption(new_key())


def kms_encryption() -> KeyEncryption:
    return KmsKeyEncryption(LocalKms("alias/likeness"), "alias/likeness")


@pytest.fixture(params=[file_encryption, kms_encryption], ids=["file", "kms"])
def make(request: pytest.FixtureRequest) -> Callable[[], KeyEncryption]:
    return request.param  # type: ignore[no-any-return]


# the port, over both adapters


@pytest.mark.parametrize("made_by", [file_encryption, kms_encryption], ids=["file", "kms"])
@given(data_key=st.binary(min_size=32, max_size=32), context=st.text(max_size=80))
def test_a_wrapped_key_comes_back(made_by: Callable[[], KeyEncryption], data_key: bytes, context: str) -> None:
    encryption = made_by()
    wrapped = encryption.wrap(data_key, context=context)
    assert encryption.unwrap(wrapped, context=context) == data_key
    assert data_key not in wrapped


@pytest.mark.parametrize("made_by", [file_encryption, kms_encryption], ids=["file", "kms"])
@given(place=st.integers(0, 200), bit=st.integers(0, 7))
def test_a_changed_bit_another_context_another_key_open_nothing(
    made_by: Callable[[], KeyEncryption], place: int, bit: int
) -> None:
    encryption = made_by()
    wrapped = encryption.wrap(new_key(), context="a")
    changed = bytearray(wrapped)
    changed[place % len(changed)] ^= 1 << bit
    for bytes_, context, by in (
        (bytes(changed), "a", encryption),
        (wrapped, "b", encryption),
        (wrapped, "a", made_by()),
    ):
        with pytest.raises(SealBrokenError, match="key"):
            by.unwrap(bytes_, context=context)
    for short in (b"", wrapped[:1], wrapped[:12]):
        with pytest.raises(SealBrokenError):
            encryption.unwrap(short, context="a")


def test_a_key_id_says_nothing_of_the_key() -> None:
    key = new_key()
    one, same, other = FileKeyEncryption(key), FileKeyEncryption(key), FileKeyEncryption(new_key())
    assert one.key_id == same.key_id != other.key_id
    assert key.hex()[:8] not in one.key_id


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(BadInputError, match="32 bytes, this one 16"):
        FileKeyEncryption(bytes(16))


def test_a_service_that_fails_is_not_a_broken_seal() -> None:
    kms = LocalKms("a")
    encryption = KmsKeyEncryption(kms, "a")
    wrapped = encryption.wrap(new_key(), context="x")
    kms.schedule_deletion("a")
    with pytest.raises(UnavailableError, match=r"kms:a.*KMSInvalidStateException"):
        encryption.unwrap(wrapped, context="x")
    with pytest.raises(UnavailableError, match="AttributeError"):
        KmsKeyEncryption(object(), "a").wrap(new_key(), context="x")  # type: ignore[arg-type]


# the vault


def test_keys_are_made_once_and_differ(tmp_path: Path, make: Callable[[], KeyEncryption]) -> None:
    vault = FileKeyVault(tmp_path / "keys", make())
    assert vault.subjects() == ()
    one, other = vault.create("b"), vault.create("a/ä \n")
    assert len(one) == len(other) == 32
    assert one != other
    assert vault.create("b") == vault.key("b") == one
    assert vault.subjects() == ("a/ä \n", "b")
    files = [path for path in (tmp_path / "keys").iterdir() if path.name != "lock"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    stored = b"".join(path.read_bytes() for path in files)
    for plain in (one, one.hex().encode(), base64.b64encode(one)):
        assert plain not in stored


def test_no_key_is_said_and_never_made_by_asking(tmp_path: Path) -> None:
    vault = FileKeyVault(tmp_path / "keys", file_encryption())
    with pytest.raises(KeyMissingError, match="'a' has no key"):
        vault.key("a")
    assert vault.subjects() == ()
    assert vault.destroy("a") is False
    assert vault.destroyed_at("a") is None


def test_a_destroyed_key_stays_destroyed_though_its_file_is_put_back(
    tmp_path: Path, make: Callable[[], KeyEncryption]
) -> None:
    vault = FileKeyVault(tmp_path / "keys", make())
    first, kept = vault.create("a"), vault.create("b")
    (held,) = [path for path in (tmp_path / "keys").glob("*.key") if '"a"' in path.read_text()]
    copy = held.read_bytes()
    before = datetime.now(UTC)
    assert vault.destroy("a") is True
    at = vault.destroyed_at("a")
    assert at is not None
    assert before <= at <= datetime.now(UTC)
    assert vault.subjects() == ("b",)
    for _ in range(2):  # before and after the copy is put back
        with pytest.raises(KeyDestroyedError, match=r"destroyed at .* gone for good"):
            vault.key("a")
        held.write_bytes(copy)
    assert vault.subjects() == ("b",)
    assert vault.destroy("a") is False
    assert not held.exists()
    held.write_bytes(copy)
    second = vault.create("a")  # enrolled again
    assert second != first
    assert vault.key("a") == second
    held.write_bytes(copy)
    with pytest.raises(KeyDestroyedError):
        vault.key("a")
    assert vault.key("b") == kept


def test_a_destroyed_key_can_not_be_dated_anew(tmp_path: Path) -> None:
    vault = FileKeyVault(tmp_path, file_encryption())
    vault.create("a")
    (path,) = tmp_path.glob("*.key")
    entry = json.loads(path.read_text())
    vault.destroy("a")
    path.write_text(json.dumps({**entry, "made": (datetime.now(UTC) + timedelta(days=1)).isoformat()}))
    with pytest.raises(SealBrokenError):
        vault.key("a")


def test_a_key_can_not_be_given_to_another_subject(tmp_path: Path) -> None:
    vault = FileKeyVault(tmp_path, file_encryption())
    vault.create("a")
    (path,) = tmp_path.glob("*.key")
    vault.create("b")
    (other,) = [one for one in tmp_path.glob("*.key") if one != path]
    other.write_bytes(path.read_bytes())
    with pytest.raises(BadInputError, match="damaged"):
        vault.key("b")
    other.write_text(path.read_text().replace('"a"', '"b"'))
    with pytest.raises(SealBrokenError, match="'b'"):
        vault.key("b")


def test_a_tombstone_names_nobody(tmp_path: Path) -> None:
    vault = FileKeyVault(tmp_path, file_encryption())
    vault.create("rivera")
    vault.destroy("rivera")
    assert all(b"rivera" not in path.read_bytes() and "rivera" not in path.name for path in tmp_path.iterdir())


def test_a_clock_that_was_set_back_does_not_revive_or_kill(tmp_path: Path) -> None:
    vault = FileKeyVault(tmp_path, file_encryption())
    vault.create("a")
    vault.destroy("a")
    (tombstone,) = tmp_path.glob("*.destroyed")
    ahead = datetime.now(UTC) + timedelta(hours=1)
    tombstone.write_text(json.dumps({"format": 1, "destroyed": ahead.isoformat()}))
    key = vault.create("a")
    assert vault.key("a") == key
    vault.destroy("a")
    at = vault.destroyed_at("a")
    assert at is not None
    assert at > ahead


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 9}', b'{"format": 1, "subject": "a"}', b"\xff\xfe"])
def test_a_damaged_key_is_said_and_can_be_destroyed(tmp_path: Path, content: bytes) -> None:
    vault = FileKeyVault(tmp_path, file_encryption())
    vault.create("a")
    (path,) = tmp_path.glob("*.key")
    whole = path.read_bytes()
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=path.name):
        vault.key("a")
    assert vault.destroy("a") is True
    path.write_bytes(whole)
    with pytest.raises(KeyDestroyedError):
        vault.key("a")


def test_a_damaged_tombstone_fails_closed(tmp_path: Path) -> None:
    vault = FileKeyVault(tmp_path, file_encryption())
    vault.create("a")
    vault.destroy("a")
    (tombstone,) = tmp_path.glob("*.destroyed")
    tombstone.write_text("{}")
    with pytest.raises(BadInputError, match="destroyed"):
        vault.create("a")


def test_rewrapping_leaves_keys_as_they_are_and_old_copies_worthless(
    tmp_path: Path, make: Callable[[], KeyEncryption]
) -> None:
    old, new = file_encryption(), make()
    vault = FileKeyVault(tmp_path / "keys", old)
    keys = {name: vault.create(name) for name in ("a", "b", "c")}
    vault.destroy("c")
    shutil.copytree(tmp_path / "keys", tmp_path / "backup")
    assert vault.rewrap(new) == 2
    assert vault.rewrap(new) == 0
    assert {name: FileKeyVault(tmp_path / "keys", new).key(name) for name in ("a", "b")} == {
        name: keys[name] for name in ("a", "b")
    }
    with pytest.raises(SealBrokenError, match=r"wrapped by .* can't be unwrapped with"):
        FileKeyVault(tmp_path / "keys", old).key("a")
    with pytest.raises(SealBrokenError):
        FileKeyVault(tmp_path / "backup", new).key("a")


def test_rewrapping_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    kms = LocalKms("old", "new")
    old, new = KmsKeyEncryption(kms, "old"), KmsKeyEncryption(kms, "new")
    vault = FileKeyVault(tmp_path, old)
    keys = {str(n): vault.create(str(n)) for n in range(6)}

    class Flaky:
        key_id = new.key_id
        left = 3

        def wrap(self, data_key: bytes, *, context: str) -> bytes:
            if not self.left:
                raise UnavailableError("gone")
            self.left -= 1
            return new.wrap(data_key, context=context)

        unwrap = staticmethod(new.unwrap)

    with pytest.raises(UnavailableError):
        vault.rewrap(Flaky())
    assert FileKeyVault(tmp_path, old).rewrap(new) == 3
    assert {name: FileKeyVault(tmp_path, new).key(name) for name in keys} == keys


def _created(folder: Path, key: bytes, answers: "multiprocessing.Queue[bytes]") -> None:
    answers.put(FileKeyVault(folder, FileKeyEncryption(key)).create("a"))


def test_processes_that_create_at_once_get_one_key(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    answers, key = context.Queue(), new_key()
    processes = [context.Process(target=_created, args=(tmp_path, key, answers)) for _ in range(3)]
    for process in processes:
        process.start()
    made = {answers.get(timeout=60) for _ in processes}
    for process in processes:
        process.join()
    assert len(made) == 1


# galleries


def traces(vector: np.ndarray) -> dict[str, bytes]:
    """A template as it might slip out: as numbers, as text, encoded."""
    forms = {"float32": vector.astype("<f4").tobytes(), "float64": vector.astype("<f8").tobytes()}
    forms |= {f"{name} start": raw[:24] for name, raw in list(forms.items())}
    forms |= {f"{name} base64": base64.b64encode(raw)[:32] for name, raw in list(forms.items())}
    forms |= {f"{name} hex": raw.hex().encode()[:48] for name, raw in list(forms.items()) if "base64" not in name}
    forms |= {f"text of {digits}": f"{vector[0]:.{digits}f}".encode() for digits in (6, 8)}
    forms["text"] = repr(float(vector[0])).encode()
    return forms


def test_erased_faces_do_not_come_back_with_an_old_copy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    folder, key_file = tmp_path / "gallery", tmp_path / "gallery.key"
    vector = DlibFaceEncoder().encode_portraits([ASTRONAUT])[0]
    words = ["--subject", "collins", str(ASTRONAUT)]
    assert main(["faces", "enrol", str(folder), *words, "--json"]) == 0
    assert main(["faces", "list", str(folder)]) == 0
    assert main(["faces", "find", str(folder), str(ASTRONAUT), "--json"]) == 1
    shutil.copytree(folder, tmp_path / "copy")
    assert main(["faces", "erase", str(folder), "--subject", "collins"]) == 0
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "copy", folder)
    assert FaceGallery.open(folder, vault_beside(key_file)).subjects() == {}
    assert main(["faces", "find", str(folder), str(ASTRONAUT)]) == 0
    sealed = base64.b64decode(json.loads((folder / "gallery.json").read_text())["subjects"]["collins"][0])
    with pytest.raises(KeyDestroyedError):
        vault_beside(key_file).key("faces/collins")
    with pytest.raises(SealBrokenError):
        open_sealed(sealed, key=bytes.fromhex(key_file.read_text()), subject_id="collins")
    assert main(["faces", "enrol", str(folder), *words]) == 0
    assert FaceGallery.open(folder, vault_beside(key_file)).subjects() == {"collins": 1}
    spoken = capsys.readouterr()
    everywhere = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    everywhere += (spoken.out + spoken.err + caplog.text).encode()
    assert [name for name, trace in traces(vector).items() if trace in everywhere] == []
    assert b"collins" in everywhere
    assert "float32 base64" in {name for name, trace in traces(vector).items() if trace in base64.b64encode(vector)}


def test_an_older_gallery_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "gallery.json").write_text(
        json.dumps({"format": 1, "encoder": DlibFaceEncoder.version, "subjects": {}})
    )
    with pytest.raises(BadInputError, match=r"gallery\.json: an older gallery.*enrol the subjects in a new one"):
        FaceGallery.open(tmp_path, vault_beside(tmp_path / "key", create=True))


def test_a_lost_vault_is_not_an_empty_gallery(tmp_path: Path) -> None:
    vault = vault_beside(tmp_path / "key", create=True)
    gallery = FaceGallery.open(tmp_path / "gallery", vault, create=True)
    gallery.enrol("collins", [ASTRONAUT])
    shutil.rmtree(tmp_path / "key.subjects")
    with pytest.raises(KeyMissingError, match="faces/collins"):
        FaceGallery.open(tmp_path / "gallery", vault_beside(tmp_path / "key"))
    mirrored = tmp_path / "mirrored.png"
    cv2.imwrite(str(mirrored), cv2.imread(str(ASTRONAUT))[:, ::-1])
    with pytest.raises(KeyMissingError):
        gallery.enrol("collins", [mirrored])


def test_what_a_vault_gives_seals(tmp_path: Path) -> None:
    vault = vault_beside(tmp_path / "key", create=True)
    sealed = seal(b"template", key=vault.create("7"), subject_id="7")
    assert open_sealed(sealed, key=vault_beside(tmp_path / "key").key("7"), subject_id="7") == b"template"
