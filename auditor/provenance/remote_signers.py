"""Signers whose key is elsewhere: on a PKCS#11 token, or behind a function that a key service answers.

::

    signer = Pkcs11Signer.open(
        "pkcs11:token=studio;object=signer?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/pin",
        chain=Path("chain.pem"),
    )
    signer = CallbackSigner.open(chain=Path("chain.pem"), function=lambda digest: kms.sign(key, digest))

Whatever they return is checked against the certificate before it is used: a wrong key, slot or region is found out here and
not by whoever reads the file. What a service says when it fails is not passed on, since it may hold a secret.
"""

import contextlib
import os
import threading
import urllib.parse
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives import hashes

from auditor.provenance.errors import IdentityError, SigningError
from auditor.provenance.signers import Certified, belongs, certified, hash_of, leaf_key, raw_from_der

#: A signature takes a token or a service milliseconds, a sleepy one a second; who waits longer waits for nothing.
TIMEOUT_S = 10.0

_token_lock = threading.Lock()
_loaded: dict[str, int] = {}


def _within[T](seconds: float, work: Callable[[], T], what: str) -> T:
    """The result of ``work``; raises ``SigningError`` where it takes longer. What hangs is left behind in its thread."""
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not done:
        raise SigningError(
            f"{what} gave no signature within {seconds:g} s; check that it is reachable, then sign again"
        )
    return done[0]


def _digest_of(data: bytes, algorithm: str) -> bytes:
    digest = hashes.Hash(hash_of(algorithm))
    digest.update(data)
    return digest.finalize()


def _read(chain: Path) -> Certified:
    try:
        return certified(Path(chain).read_bytes(), str(chain))
    except OSError as error:
        raise IdentityError(
            f"{chain} can't be read ({error.strerror}); pass the certificates, leaf first, PEM"
        ) from None


@dataclass(frozen=True, slots=True)
class CallbackSigner(Certified):
    """Signs by a function: the way to a key management service.

    ``gets`` says what the function is given, the ``digest`` (SHA-2 of the curve's size) or the ``data`` itself; it returns
    the signature as DER or as raw ``r || s``, whichever the service speaks.
    """

    function: Callable[[bytes], bytes] = field(repr=False, compare=False)
    gets: Literal["digest", "data"] = "digest"
    timeout_s: float = TIMEOUT_S

    @classmethod
    def open(
        cls,
        *,
        chain: Path,
        function: Callable[[bytes], bytes],
        gets: Literal["digest", "data"] = "digest",
        timeout_s: float = TIMEOUT_S,
    ) -> "CallbackSigner":
        """Raises ``IdentityError`` where ``chain`` (PEM, leaf first) is unfit. The key is not used yet."""
        return cls(**asdict(_read(chain)), function=function, gets=gets, timeout_s=timeout_s)

    def sign(self, data: bytes) -> bytes:
        """Raises ``SigningError`` where the service fails, is late, or signs with another key."""
        given = _digest_of(data, self.algorithm) if self.gets == "digest" else data
        who = f"the key service of {self.name}"
        try:
            answer = _within(self.timeout_s, lambda: self.function(given), who)
        except SigningError:
            raise
        except Exception as error:
            raise SigningError(f"{who} failed ({type(error).__name__}); look into its own log") from None
        if not isinstance(answer, bytes | bytearray):
            raise SigningError(f"{who} returned {type(answer).__name__}, not the bytes of a signature")
        for form in _forms(bytes(answer), self):
            if belongs(form, data, self):
                return form
        raise SigningError(
            f"what {who} signed does not verify under its certificate; check that key and certificate belong together, "
            f"and that the service signs the {self.gets} with {self.algorithm}"
        )


def _forms(answer: bytes, signer: Certified) -> list[bytes]:
    """The readings of an answer: raw as it is, and DER made raw."""
    found = [answer] if len(answer) % 2 == 0 and answer else []
    with contextlib.suppress(ValueError, OverflowError):
        found.append(raw_from_der(answer, leaf_key(signer)))
    return found


@dataclass(frozen=True, slots=True)
class Pkcs11Signer(Certified):
    """Signs with a private key that never leaves its token (PKCS#11, ``CKM_ECDSA``)."""

    module: str
    token: str
    label: str
    key_bytes: bytes
    timeout_s: float
    _pin: str | None = field(repr=False, compare=False)

    @classmethod
    def open(cls, uri: str, *, chain: Path, timeout_s: float = TIMEOUT_S) -> "Pkcs11Signer":
        """Read a PKCS#11 URI (RFC 7512): ``token``, ``object`` or ``id``, ``module-path``, and ``pin-source`` (a file that
        only its owner can read). Raises ``IdentityError`` naming what is missing or unfit. The token is not opened yet."""
        path, query = _uri(uri)
        if "pin-value" in query:
            raise IdentityError(
                "a PIN in the address is seen by every user of this machine; put it in a file: pin-source"
            )
        for name, where in (("token", path), ("module-path", query)):
            if not where.get(name):
                raise IdentityError(f"the PKCS#11 address lacks {name}; see RFC 7512")
        if not path.get("object") and not path.get("id"):
            raise IdentityError("the PKCS#11 address names no key; add object= (its label) or id=")
        if not Path(query["module-path"]).is_file():
            raise IdentityError(f"{query['module-path']} is missing; pass the vendor's PKCS#11 library as module-path")
        return cls(
            **asdict(_read(chain)),
            module=query["module-path"],
            token=path["token"],
            label=path.get("object", ""),
            key_bytes=os.fsencode(path.get("id", "")),
            timeout_s=timeout_s,
            _pin=_pin(query["pin-source"]) if "pin-source" in query else None,
        )

    def sign(self, data: bytes) -> bytes:
        """Raises ``SigningError`` where token, PIN or key fail, or the key is not the certificate's."""
        who = f"the token {self.token!r}"
        signature = _within(self.timeout_s, lambda: self._sign(_digest_of(data, self.algorithm), who), who)
        if not belongs(signature, data, self):
            raise SigningError(
                f"what {who} signed does not verify under the certificate of {self.name}; check object= and id="
            )
        return signature

    def _sign(self, digest: bytes, who: str) -> bytes:
        import pkcs11
        from pkcs11 import exceptions

        try:
            with (
                _token_lock,
                _library(self.module).get_token(token_label=self.token).open(user_pin=self._pin) as session,
            ):
                named = {"label": self.label or None, "id": self.key_bytes or None}
                key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, **named)
                return bytes(key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
        except (exceptions.PKCS11Error, RuntimeError) as error:
            name = type(error).__name__
            if name == "NoSuchKey" and self._pin is None:  # private keys are not shown to who is not logged in
                name = "UserNotLoggedIn"
            reason = _REASONS.get(name, f"it answers {name}")
            raise SigningError(f"{who} gave no signature: {reason}") from None


_REASONS = {
    "NoSuchToken": "there is no token of this name; check that it is plugged in and its service runs",
    "NoSuchKey": "it holds no private key of this name; check object= or id=",
    "MultipleObjectsReturned": "it holds several keys of this name; add id= to tell which",
    "PinIncorrect": "the PIN is wrong; correct the file before it locks",
    "PinLenRange": "the PIN is wrong; correct the file before it locks",
    "PinLocked": "the PIN is locked after too many wrong tries; have it unlocked by the token's administrator",
    "UserNotLoggedIn": "it shows no private key without a PIN; add pin-source= to the address",
    "RuntimeError": "its library can't be loaded; check module-path",
}


def _library(module: str) -> Any:
    """The vendor's library in this process; a forked child must begin anew with it."""
    import pkcs11

    library = pkcs11.lib(module)
    if _loaded.setdefault(module, os.getpid()) != os.getpid():
        library.reinitialize()
        _loaded[module] = os.getpid()
    return library


def _uri(uri: str) -> tuple[dict[str, str], dict[str, str]]:
    if not uri.startswith("pkcs11:"):
        raise IdentityError(
            "a PKCS#11 address begins with pkcs11: and names token, object and module-path; see RFC 7512"
        )
    path, _, query = uri.removeprefix("pkcs11:").partition("?")
    parts = []
    for text, separator in ((path, ";"), (query, "&")):
        pairs = [piece.partition("=") for piece in text.split(separator) if piece]
        parts.append({name: urllib.parse.unquote(value, errors="surrogateescape") for name, _, value in pairs})
    return parts[0], parts[1]


def _pin(source: str) -> str:
    file = Path(source.removeprefix("file://").removeprefix("file:"))
    try:
        if file.stat().st_mode & 0o077:
            raise IdentityError(f"{file} can be read by others; run: chmod 600 {file}")
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise IdentityError(f"{file}, which holds the token's PIN, can't be read ({error.strerror})") from None
