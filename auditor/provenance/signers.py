"""Who signs: the port, what every certificate chain must hold, and the signer whose key is a file.

::

    signer = FileSigner.open(authority.identity_directory)
    signer.sign(data)                                   # raw r || s, as COSE wants it
    expires_within(signer, 30)                          # time to ask for the next certificate
    ReportedSigner(signer, on_use=write_down)           # nothing is signed that was not written down first

Certificate profile: C2PA Technical Specification 2.4, section "X.509 certificates". Signatures: RFC 9053, section 2.1.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509.oid import NameOID

from auditor.provenance.errors import IdentityError

#: COSE algorithm, hash and bytes of a coordinate by curve (RFC 9053, table 1).
_CURVES: dict[str, tuple[str, hashes.HashAlgorithm, int]] = {
    "secp256r1": ("es256", hashes.SHA256(), 32),
    "secp384r1": ("es384", hashes.SHA384(), 48),
    "secp521r1": ("es512", hashes.SHA512(), 66),
}


class Signer(Protocol):
    """Something that holds a key and signs with it; where the key is, is its own affair.

    ``chain_pem``: certificates, leaf first. ``algorithm``: COSE's name, ``es256``, ``es384`` or ``es512``. ``key_id``:
    SHA-256 of the public key's SubjectPublicKeyInfo in hexadecimal, which is never secret.
    """

    @property
    def chain_pem(self) -> bytes: ...
    @property
    def algorithm(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def organisation(self) -> str: ...
    @property
    def not_before(self) -> datetime: ...
    @property
    def not_after(self) -> datetime: ...
    @property
    def key_id(self) -> str: ...

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data``, raw ``r || s``. Raises ``SigningError`` or ``IdentityError`` with the reason."""
        ...


@dataclass(frozen=True, slots=True)
class Certified:
    """What a chain says about its leaf. Adapters inherit it, and so all say the same of the same chain."""

    chain_pem: bytes = field(repr=False)
    algorithm: str
    name: str
    organisation: str
    not_before: datetime
    not_after: datetime
    key_id: str


def certified(chain_pem: bytes, where: str) -> Certified:
    """Read a chain, PEM, leaf first. ``where`` names it in errors. Raises ``IdentityError``."""
    try:
        leaf = x509.load_pem_x509_certificates(chain_pem)[0]
        public = leaf.public_key()
    except ValueError:
        raise IdentityError(f"{where} holds no readable PEM chain; pass the certificates, leaf first") from None
    if not isinstance(public, ec.EllipticCurvePublicKey) or public.curve.name not in _CURVES:
        raise IdentityError(f"the key in {where} is not on P-256, P-384 or P-521; issue an EC key")
    organisation = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    if not organisation:
        raise IdentityError(f"the certificate in {where} has no Organization (O): readers would refuse it")
    common = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Certified(
        chain_pem=chain_pem,
        algorithm=_CURVES[public.curve.name][0],
        name=str((common or organisation)[0].value),
        organisation=str(organisation[0].value),
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        key_id=key_id(public),
    )


def key_id(public: ec.EllipticCurvePublicKey) -> str:
    """SHA-256 of the SubjectPublicKeyInfo, hexadecimal."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return hashlib.sha256(public.public_bytes(serialization.Encoding.DER, form)).hexdigest()


def leaf_key(signer: Signer | Certified) -> ec.EllipticCurvePublicKey:
    """The public key that a signer's signatures must verify under."""
    public = x509.load_pem_x509_certificates(signer.chain_pem)[0].public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise IdentityError(f"the key of {signer.name} is not on an elliptic curve; issue an EC key")
    return public


def hash_of(algorithm: str) -> hashes.HashAlgorithm:
    """The hash that belongs to a COSE algorithm."""
    return next(digest for name, digest, _ in _CURVES.values() if name == algorithm)


def raw_from_der(signature: bytes, public: ec.EllipticCurvePublicKey) -> bytes:
    """A DER signature (RFC 3279) as ``r || s``."""
    width = _CURVES[public.curve.name][2]
    r, s = decode_dss_signature(signature)
    return r.to_bytes(width, "big") + s.to_bytes(width, "big")


def der_from_raw(signature: bytes) -> bytes:
    """A raw ``r || s`` signature as DER (RFC 3279)."""
    half = len(signature) // 2
    return encode_dss_signature(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))


def belongs(signature: bytes, data: bytes, signer: Signer | Certified) -> bool:
    """Whether the raw ``signature`` over ``data`` verifies under the leaf of ``signer``'s chain."""
    try:
        leaf_key(signer).verify(der_from_raw(signature), data, ec.ECDSA(hash_of(signer.algorithm)))
    except (InvalidSignature, ValueError):
        return False
    return True


def expires_within(signer: Signer, days: float, *, now: datetime | None = None) -> bool:
    """Whether the certificate ends within ``days`` from ``now``, or has ended."""
    return signer.not_after - (now or datetime.now(UTC)) <= timedelta(days=days)


def require_validity(signer: Signer, *, now: datetime | None = None) -> None:
    """Raises ``IdentityError`` where the certificate has expired or is not valid yet."""
    moment = now or datetime.now(UTC)
    if moment > signer.not_after:
        raise IdentityError(
            f"the certificate of {signer.name} expired on {signer.not_after:%d %B %Y at %H:%M UTC}; install its successor"
        )
    if moment < signer.not_before:
        raise IdentityError(
            f"the certificate of {signer.name} is not valid before {signer.not_before:%d %B %Y at %H:%M UTC}; "
            "check the clock of this machine, or wait"
        )


@dataclass(frozen=True, slots=True)
class FileSigner(Certified):
    """A chain and a key that were read from files. The key shows in no representation and no message."""

    _key: ec.EllipticCurvePrivateKey = field(repr=False, compare=False)

    @classmethod
    def open(cls, directory: Path) -> "FileSigner":
        """Read ``chain.pem`` and ``key.pem``. Raises ``IdentityError`` naming what is missing, open to others or unfit."""
        directory = Path(directory)
        if not (directory / "key.pem").is_file() and (directory / "identity" / "key.pem").is_file():
            directory /= "identity"
        chain, key = directory / "chain.pem", directory / "key.pem"
        for path in (chain, key):
            if not path.is_file():
                raise IdentityError(f"{path} is missing; pass the directory that holds chain.pem and key.pem")
        if key.stat().st_mode & 0o077:
            raise IdentityError(f"{key} can be read by others; run: chmod 600 {key}")
        facts = certified(chain.read_bytes(), str(directory))
        try:
            private = serialization.load_pem_private_key(key.read_bytes(), password=None)
        except (ValueError, TypeError):
            raise IdentityError(f"{directory} holds no readable PEM chain and unencrypted PEM key") from None
        if not isinstance(private, ec.EllipticCurvePrivateKey) or key_id(private.public_key()) != facts.key_id:
            raise IdentityError(f"the key in {directory} does not belong to the first certificate of chain.pem")
        return cls(
            chain_pem=facts.chain_pem,
            algorithm=facts.algorithm,
            name=facts.name,
            organisation=facts.organisation,
            not_before=facts.not_before,
            not_after=facts.not_after,
            key_id=facts.key_id,
            _key=private,
        )

    def sign(self, data: bytes) -> bytes:
        """Deterministic (RFC 6979): the same bytes for the same data, so that what is packed twice is the same twice."""
        signature = self._key.sign(data, ec.ECDSA(hash_of(self.algorithm), deterministic_signing=True))
        return raw_from_der(signature, self._key.public_key())


@dataclass(frozen=True, slots=True)
class KeyUse:
    """One use of a key, as it is written down before it happens. ``sha256`` is of the bytes that get signed."""

    key_id: str
    purpose: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ReportedSigner:
    """A signer that tells of every use of its key before the key is used. What ``on_use`` raises stops the use."""

    signer: Signer
    on_use: Callable[[KeyUse], None]
    purpose: str = "claim"

    @property
    def chain_pem(self) -> bytes:
        return self.signer.chain_pem

    @property
    def algorithm(self) -> str:
        return self.signer.algorithm

    @property
    def name(self) -> str:
        return self.signer.name

    @property
    def organisation(self) -> str:
        return self.signer.organisation

    @property
    def not_before(self) -> datetime:
        return self.signer.not_before

    @property
    def not_after(self) -> datetime:
        return self.signer.not_after

    @property
    def key_id(self) -> str:
        return self.signer.key_id

    def sign(self, data: bytes) -> bytes:
        self.on_use(KeyUse(self.key_id, self.purpose, hashlib.sha256(data).hexdigest()))
        return self.signer.sign(data)
