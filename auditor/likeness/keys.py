"""Where subjects' data keys live: outside the database and outside whatever holds the sealed templates.

>>> encryption = FileKeyEncryption.open(Path("var/likeness.key"), create=True)      # doctest: +SKIP
>>> vault = FileKeyVault(Path("var/likeness.key.subjects"), encryption)             # doctest: +SKIP
>>> sealed = seal(template, key=vault.create("performer-3"), subject_id="performer-3")   # doctest: +SKIP
>>> vault.destroy("performer-3")                                                    # doctest: +SKIP

A copy of the database, of a gallery's folder or of both opens nothing without the vault, and a vault opens nothing
without the key-encryption key. Once a subject's key is destroyed, no copy of their templates opens, however old; a copy
of the key that somebody puts back is refused, because the vault remembers until when it destroyed keys. A backup of the
*vault* must live shorter than what was promised to subjects, or be made worthless by ``rewrap`` and the destruction of
the old key-encryption key.
"""

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from auditor.errors import BadInputError, UnavailableError
from auditor.files import locked, replacing, sync_directory
from auditor.likeness.crypto import KEY_BYTES, SealBrokenError, new_key, read_key_file

FORMAT = 1
_NONCE_BYTES = 12
_VERSION = b"\x02"
#: KMS answers that say "this is not what that key wrapped for that context"; every other failure is the service's.
_KMS_REFUSALS = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


class KeyMissingError(BadInputError):
    """A subject who has no key here: never enrolled, or the vault is another's."""


class KeyDestroyedError(KeyMissingError):
    """A subject whose key was destroyed: what it sealed can't be opened by anybody any more."""


class KeyEncryption(Protocol):
    """A key-encryption key: wraps 32-byte data keys. ``context`` is authenticated with it: another context opens nothing.

    ``wrap`` and ``unwrap`` raise ``UnavailableError`` if the key can't be used now; ``unwrap`` raises ``SealBrokenError``
    for bytes that this key did not wrap in this context.
    """

    @property
    def key_id(self) -> str:
        """Which key it is, fit to be stored and shown; says nothing of the key itself."""

    def wrap(self, data_key: bytes, *, context: str) -> bytes: ...

    def unwrap(self, wrapped: bytes, *, context: str) -> bytes: ...


class FileKeyEncryption:
    """AES-256-GCM (NIST SP 800-38D) under a key that this process holds: version, 96-bit random nonce, ciphertext, tag."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise BadInputError(f"a key-encryption key has {KEY_BYTES} bytes, this one {len(key)}")
        self._key = key
        self.key_id = "file:" + hashlib.sha256(b"reelproof key-encryption key\0" + key).hexdigest()[:16]

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> "FileKeyEncryption":
        """The key in a file of mode 0600 (see ``crypto.read_key_file``, which says what it raises)."""
        return cls(read_key_file(path, create=create))

    def wrap(self, data_key: bytes, *, context: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + AESGCM(self._key).encrypt(nonce, data_key, context.encode())

    def unwrap(self, wrapped: bytes, *, context: str) -> bytes:
        nonce, body = wrapped[1 : 1 + _NONCE_BYTES], wrapped[1 + _NONCE_BYTES :]
        try:
            if wrapped[:1] != _VERSION:
                raise ValueError("another version")
            return AESGCM(self._key).decrypt(nonce, body, context.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBrokenError(
                f"a subject's key can't be unwrapped with {self.key_id}; is this the right key-encryption key?"
            ) from error


class KmsClient(Protocol):
    """What is called of a key management service, with the names and answers of AWS KMS (``boto3.client("kms")``)."""

    def encrypt(self, *, KeyId: str, Plaintext: bytes, EncryptionContext: dict[str, str]) -> Any: ...  # noqa: N803

    def decrypt(self, *, KeyId: str, CiphertextBlob: bytes, EncryptionContext: dict[str, str]) -> Any: ...  # noqa: N803


class KmsKeyEncryption:
    """A key that never leaves a key management service: data keys go there to be wrapped and unwrapped, one call each."""

    def __init__(self, client: KmsClient, key_id: str) -> None:
        self._client = client
        self._kms_key = key_id
        self.key_id = f"kms:{key_id}"

    def wrap(self, data_key: bytes, *, context: str) -> bytes:
        answer = self._asked(
            lambda: self._client.encrypt(
                KeyId=self._kms_key, Plaintext=data_key, EncryptionContext=_kms_context(context)
            )
        )
        return bytes(answer["CiphertextBlob"])

    def unwrap(self, wrapped: bytes, *, context: str) -> bytes:
        answer = self._asked(
            lambda: self._client.decrypt(
                KeyId=self._kms_key, CiphertextBlob=wrapped, EncryptionContext=_kms_context(context)
            )
        )
        return bytes(answer["Plaintext"])

    def _asked(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as error:  # the client's own classes, of a library that we don't depend on
            if _kms_code(error) in _KMS_REFUSALS:
                raise SealBrokenError(
                    f"a subject's key can't be unwrapped with {self.key_id}; is this the right key-encryption key?"
                ) from error
            reason = _kms_code(error) or type(error).__name__
            raise UnavailableError(
                f"{self.key_id}: the key service refused or did not answer ({reason}); check its address, the key and your "
                "rights to use it"
            ) from error


def _kms_context(context: str) -> dict[str, str]:
    return {"reelproof": context}


def _kms_code(error: Exception) -> str:
    """The code of a botocore ``ClientError``, or ``""``."""
    response = getattr(error, "response", None)
    found = response.get("Error", {}).get("Code", "") if isinstance(response, dict) else ""
    return str(found)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A key as it is stored: whose, when it was made (ISO 8601), by which key-encryption key it is wrapped (base64)."""

    subject: str
    made: str
    key_id: str
    wrapped: str


class KeyVault(Protocol):
    """One data key for each subject. All methods may be called by several processes at a time.

    ``key`` raises ``KeyMissingError`` (``KeyDestroyedError`` if there was one), and all raise what the key encryption does.
    """

    def key(self, subject_id: str) -> bytes:
        """The subject's data key, 32 bytes."""

    def create(self, subject_id: str) -> bytes:
        """The subject's data key, made if there is none. After a destruction it is another key than before."""

    def destroy(self, subject_id: str) -> bool:
        """Destroy the subject's key for good; whether there was one."""

    def destroyed_at(self, subject_id: str) -> datetime | None:
        """When a key of the subject was last destroyed, in UTC; they may have been given another since."""

    def subjects(self) -> tuple[str, ...]:
        """Who has a key, in order."""


class FileKeyVault:
    """Wrapped keys as files of mode 0600 in ``directory``, named by the SHA-256 of the subject's id.

    ``NAME.key`` holds the wrapped key with the moment that it was made, ``NAME.destroyed`` a moment up to which every key of
    that subject is refused, and no id: whoever was erased is not listed. Overwriting a file does not reach every copy that a
    flash disk or a file system with snapshots keeps; destroying the key-encryption key does (``rewrap``).
    """

    def __init__(self, directory: Path, encryption: KeyEncryption) -> None:
        self._directory = directory
        self._encryption = encryption

    def key(self, subject_id: str) -> bytes:
        entry = self._entry(subject_id)
        if entry is None:
            raise self._missing(subject_id)
        return self._unwrapped(entry)

    def create(self, subject_id: str) -> bytes:
        with self._locked():
            entry = self._entry(subject_id)
            if entry is not None:
                return self._unwrapped(entry)
            data_key, made, destroyed = new_key(), datetime.now(UTC), self.destroyed_at(subject_id)
            if destroyed is not None and made <= destroyed:  # a clock that was set back must not make it stillborn
                made = destroyed + timedelta(microseconds=1)
            self._store(subject_id, made.isoformat(), data_key, self._encryption)
            return data_key

    def destroy(self, subject_id: str) -> bool:
        path = self._path(subject_id)
        with self._locked():
            if not path.exists():
                return False
            moment, live = datetime.now(UTC), True
            try:
                entry = self._entry(subject_id)
                live = entry is not None
                moment = max(moment, datetime.fromisoformat(entry.made)) if entry is not None else moment
            except BadInputError:
                pass  # damaged: it goes as well, and no copy of it from before comes back
            # first, so that a crash in between can't leave a key that would still be taken
            _write(self._tombstone(subject_id), {"format": FORMAT, "destroyed": moment.isoformat()})
            _overwrite(path)
            path.unlink()
            sync_directory(self._directory)
            return live

    def destroyed_at(self, subject_id: str) -> datetime | None:
        path = self._tombstone(subject_id)
        if not path.exists():
            return None
        try:
            return datetime.fromisoformat(_read(path)["destroyed"])
        except (KeyError, TypeError, ValueError) as error:
            raise BadInputError(f"{path}: damaged; put it back from a copy") from error

    def subjects(self) -> tuple[str, ...]:
        return tuple(sorted(entry.subject for entry in self._entries()))

    def rewrap(self, encryption: KeyEncryption) -> int:
        """Wrap every key under another key-encryption key and go on with that one; returns how many were wrapped anew.

        May be run again after it was interrupted: keys that ``encryption`` wraps already are left alone. Destroy the old
        key-encryption key afterwards, and every copy of the vault from before is worthless.
        """
        count = 0
        with self._locked():
            for entry in list(self._entries()):
                if entry.key_id != encryption.key_id:
                    self._store(entry.subject, entry.made, self._unwrapped(entry), encryption)
                    count += 1
        self._encryption = encryption
        return count

    def _locked(self) -> AbstractContextManager[bool]:
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        return locked(self._directory / "lock")

    def _path(self, subject_id: str) -> Path:
        return self._directory / f"{hashlib.sha256(subject_id.encode()).hexdigest()}.key"

    def _tombstone(self, subject_id: str) -> Path:
        return self._path(subject_id).with_suffix(".destroyed")

    def _entry(self, subject_id: str) -> _Entry | None:
        """What is stored for a subject; ``None`` if nothing is, or a key that was destroyed and put back."""
        path = self._path(subject_id)
        try:
            document = _read(path)
            entry = _Entry(*(str(document[name]) for name in ("subject", "made", "key_id", "wrapped")))
            made = datetime.fromisoformat(entry.made)
            if entry.subject != subject_id or made.tzinfo is None:
                raise ValueError("another subject's")
        except FileNotFoundError:
            return None
        except (KeyError, ValueError) as error:
            raise BadInputError(f"{path}: damaged ({error}); put it back from a copy") from error
        destroyed = self.destroyed_at(subject_id)
        return entry if destroyed is None or made > destroyed else None

    def _entries(self) -> Iterator[_Entry]:
        for path in sorted(self._directory.glob("*.key")):
            try:
                entry = self._entry(str(_read(path).get("subject")))
            except FileNotFoundError:
                continue  # destroyed meanwhile
            if entry is not None:
                yield entry

    def _missing(self, subject_id: str) -> KeyMissingError:
        at = self.destroyed_at(subject_id)
        if at is not None:
            return KeyDestroyedError(
                f"{subject_id!r}: the key was destroyed at {at.isoformat(timespec='seconds')}, and what it sealed is gone "
                "for good; enrol the subject again if they agree"
            )
        return KeyMissingError(
            f"{subject_id!r} has no key in {self._directory}; is this the vault that belongs to these templates?"
        )

    def _unwrapped(self, entry: _Entry) -> bytes:
        context = _context(entry.subject, entry.made)
        try:
            return self._encryption.unwrap(base64.b64decode(entry.wrapped, validate=True), context=context)
        except (SealBrokenError, ValueError) as error:
            raise SealBrokenError(
                f"the key of {entry.subject!r} was wrapped by {entry.key_id} and can't be unwrapped with "
                f"{self._encryption.key_id}; give the key-encryption key that it was made with"
            ) from error

    def _store(self, subject_id: str, made: str, data_key: bytes, encryption: KeyEncryption) -> None:
        wrapped = base64.b64encode(encryption.wrap(data_key, context=_context(subject_id, made))).decode()
        _write(
            self._path(subject_id), {"format": FORMAT, **asdict(_Entry(subject_id, made, encryption.key_id, wrapped))}
        )


def vault_beside(key_file: Path, *, create: bool = False) -> FileKeyVault:
    """The vault that belongs to a key file: in ``KEYFILE.subjects`` beside it, its keys wrapped by the key in the file."""
    encryption = FileKeyEncryption.open(key_file, create=create)
    return FileKeyVault(key_file.with_name(key_file.name + ".subjects"), encryption)


def _context(subject_id: str, made: str) -> str:
    """The moment is bound as well, so that nobody dates a destroyed key anew."""
    return f"data key of {made} for {subject_id}"


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text())
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise BadInputError(f"{path}: damaged or unreadable ({error}); put it back from a copy") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BadInputError(f"{path}: not a key of this version; put it back from a copy")
    return document


def _write(path: Path, document: dict[str, Any]) -> None:
    with replacing(path) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_text(json.dumps(document))


def _overwrite(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.write(secrets.token_bytes(path.stat().st_size))
        stream.flush()
        os.fsync(stream.fileno())
