"""A development certificate authority, made at first start and impossible to mistake for a real one.

::

    authority = DevelopmentAuthority.create(Path("var/identity"))
    signer = FileSigner.open(authority.identity_directory)
    organisation = OrganisationIdentity(FileSigner.open(authority.organisation_directory))
    timestamps = DevelopmentTimestamps(authority.timestamps_directory)
    trust = TrustList.open(authority.directory)

It writes three anchors, ``root.pem`` (signers), ``cawg.pem`` (organisations) and ``tsa.pem`` (time stamps), and under each
one identity, a directory with ``chain.pem`` (leaf first) and ``key.pem`` (0600). The roots' own keys are never written down:
each signs one leaf and is gone, so nobody can issue more under these roots.
Certificate profile: C2PA Technical Specification 2.4, section "X.509 certificates"; time stamps: RFC 3161, section 2.3.
"""

import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from auditor.provenance.errors import IdentityError

ORGANISATION = "Reelproof development (not for production)"

#: c2pa-kp-claimSigning, C2PA Technical Specification 2.4.
CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
#: How long the development identity lasts. A demo that is kept for years should stop being trusted.
VALIDITY = timedelta(days=825)
#: Clocks differ a little: what was made just now is valid on the neighbour's machine, too.
_BACKDATED = timedelta(minutes=5)


Curve = Literal["P-256", "P-384", "P-521"]
_CURVES: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}


@dataclass(frozen=True, slots=True)
class _Purpose:
    """What a leaf is for, and where it and its anchor are kept."""

    called: str
    anchor: str
    directory: str
    usages: tuple[ObjectIdentifier, ...]
    critical: bool = False


_PURPOSES = (
    _Purpose("signer", "root.pem", "identity", (CLAIM_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION)),
    _Purpose("organisation", "cawg.pem", "organisation", (ExtendedKeyUsageOID.EMAIL_PROTECTION,)),
    _Purpose("time stamps", "tsa.pem", "timestamps", (ExtendedKeyUsageOID.TIME_STAMPING,), critical=True),
)


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "DEVELOPMENT ONLY"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _usage(*, sign: bool, issue: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=sign,
        key_cert_sign=issue,
        crl_sign=issue,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _issue(
    purpose: _Purpose, start: datetime, end: datetime, curve: ec.EllipticCurve
) -> tuple[x509.Certificate, x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A root, a leaf directly under it, and the leaf's key."""
    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(curve)
    named = "CA" if purpose.called == "signer" else f"{purpose.called} CA"
    authority = _name(f"Reelproof DEVELOPMENT {named} - not for production")
    root_id = x509.SubjectKeyIdentifier.from_public_key(root_key.public_key())
    root = (
        x509.CertificateBuilder()
        .subject_name(authority)
        .issuer_name(authority)
        .public_key(root_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign=False, issue=True), critical=True)
        .add_extension(root_id, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    leaf = (
        x509.CertificateBuilder()
        .subject_name(_name(f"Reelproof DEVELOPMENT {purpose.called} - not for production"))
        .issuer_name(root.subject)
        .public_key(leaf_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign=True, issue=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purpose.usages), critical=purpose.critical)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(root_id), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(leaf_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    return root, leaf, leaf_key


def _write(path: Path, data: bytes, mode: int) -> None:
    """Write a new file that is never readable by more than ``mode`` allows, not even for a moment."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            os.fchmod(stream.fileno(), mode)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@dataclass(frozen=True, slots=True)
class DevelopmentAuthority:
    """The directory that holds development roots and an identity under each."""

    directory: Path

    @property
    def root(self) -> Path:
        """The trust anchor of signers, PEM."""
        return self.directory / "root.pem"

    @property
    def identity_directory(self) -> Path:
        """What ``FileSigner.open`` takes for claims."""
        return self.directory / "identity"

    @property
    def organisation_directory(self) -> Path:
        """What ``FileSigner.open`` takes for the organisation."""
        return self.directory / "organisation"

    @property
    def timestamps_directory(self) -> Path:
        """What ``DevelopmentTimestamps`` takes."""
        return self.directory / "timestamps"

    @classmethod
    def create(
        cls, directory: Path, *, now: datetime | None = None, validity: timedelta = VALIDITY, curve: Curve = "P-256"
    ) -> "DevelopmentAuthority":
        """Make new roots and identities. Raises ``IdentityError`` where one is there already: it is never replaced."""
        authority = cls(Path(directory))
        if authority.root.exists() or (authority.identity_directory / "key.pem").exists():
            raise IdentityError(f"{directory} already holds an identity; open it, or choose an empty directory")
        authority.complete(now=now, validity=validity, curve=curve)
        return authority

    @classmethod
    def open(cls, directory: Path) -> "DevelopmentAuthority":
        """Open what ``create`` wrote; raises ``IdentityError`` where it is not there."""
        authority = cls(Path(directory))
        if not authority.root.is_file():
            raise IdentityError(f"{directory} holds no root.pem; create a development identity there first")
        return authority

    @property
    def whole(self) -> bool:
        """Whether every anchor is there; one made by an earlier version lacks some, which ``complete`` adds."""
        return all((self.directory / purpose.anchor).is_file() for purpose in _PURPOSES)

    def complete(self, *, now: datetime | None = None, validity: timedelta = VALIDITY, curve: Curve = "P-256") -> None:
        """Make what is missing. An anchor is written last: where it is, its identity is whole."""
        moment = now or datetime.now(UTC)
        for purpose in _PURPOSES:
            if not (self.directory / purpose.anchor).exists():
                root, leaf, key = _issue(purpose, moment - _BACKDATED, moment + validity, _CURVES[curve])
                self._keep(purpose, root, leaf, key)

    def _keep(
        self, purpose: _Purpose, root: x509.Certificate, leaf: x509.Certificate, key: ec.EllipticCurvePrivateKey
    ) -> None:
        directory = self.directory / purpose.directory
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o700)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        pem = serialization.Encoding.PEM
        _write(directory / "key.pem", private, 0o600)
        _write(directory / "chain.pem", leaf.public_bytes(pem) + root.public_bytes(pem), 0o644)
        _write(self.directory / purpose.anchor, root.public_bytes(pem), 0o644)
