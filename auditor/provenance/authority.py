"""A development certificate authority, made at first start and impossible to mistake for a real one.

::

    authority = DevelopmentAuthority.create(Path("var/identity"))
    identity = SigningIdentity.open(authority.identity_directory)
    trust = TrustList.open(authority.directory)

It writes ``root.pem`` (the trust anchor) and ``identity/{chain,key}.pem`` (leaf first; the key is 0600). The root's own key
is never written down: it signs the leaf and is gone, so nobody can issue more under this root.
Certificate profile: C2PA Technical Specification 2.4, section "X.509 certificates".
"""

import os
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from auditor.provenance.errors import IdentityError

AUTHORITY_NAME = "Reelproof DEVELOPMENT CA - not for production"
LEAF_NAME = "Reelproof DEVELOPMENT signer - not for production"
ORGANISATION = "Reelproof development (not for production)"

#: c2pa-kp-claimSigning, C2PA Technical Specification 2.4.
CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
#: How long the development identity lasts. A demo that is kept for years should stop being trusted.
VALIDITY = timedelta(days=825)

#: COSE algorithm by curve.
_ALGORITHMS = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


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


def _issue(now: datetime, validity: timedelta) -> tuple[x509.Certificate, x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A root, a leaf under it, and the leaf's key."""
    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_id = x509.SubjectKeyIdentifier.from_public_key(root_key.public_key())
    start, end = now - timedelta(minutes=5), now + validity
    root = (
        x509.CertificateBuilder()
        .subject_name(_name(AUTHORITY_NAME))
        .issuer_name(_name(AUTHORITY_NAME))
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
        .subject_name(_name(LEAF_NAME))
        .issuer_name(root.subject)
        .public_key(leaf_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign=True, issue=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([CLAIM_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
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
    """The directory that holds a development root and one signing identity."""

    directory: Path

    @property
    def root(self) -> Path:
        """The trust anchor, PEM."""
        return self.directory / "root.pem"

    @property
    def identity_directory(self) -> Path:
        """What ``SigningIdentity.open`` takes."""
        return self.directory / "identity"

    @classmethod
    def create(
        cls, directory: Path, *, now: datetime | None = None, validity: timedelta = VALIDITY
    ) -> "DevelopmentAuthority":
        """Make a new root and identity. Raises ``IdentityError`` where one is there already: it is never replaced."""
        authority = cls(Path(directory))
        if authority.root.exists() or (authority.identity_directory / "key.pem").exists():
            raise IdentityError(f"{directory} already holds an identity; open it, or choose an empty directory")
        root, leaf, key = _issue(now or datetime.now(UTC), validity)
        authority.identity_directory.mkdir(parents=True, exist_ok=True)
        authority.identity_directory.chmod(0o700)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        pem = serialization.Encoding.PEM
        _write(authority.identity_directory / "key.pem", private, 0o600)
        _write(authority.identity_directory / "chain.pem", leaf.public_bytes(pem) + root.public_bytes(pem), 0o644)
        _write(authority.root, root.public_bytes(pem), 0o644)
        return authority

    @classmethod
    def open(cls, directory: Path) -> "DevelopmentAuthority":
        """Open what ``create`` wrote; raises ``IdentityError`` where it is not there."""
        authority = cls(Path(directory))
        if not authority.root.is_file():
            raise IdentityError(f"{directory} holds no root.pem; create a development identity there first")
        return authority


@dataclass(frozen=True, slots=True)
class SigningIdentity:
    """A certificate chain, leaf first, and the key that belongs to its leaf. The key shows in no representation."""

    chain_pem: bytes = field(repr=False)
    algorithm: str
    name: str
    organisation: str
    not_after: datetime
    key_pem: bytes = field(repr=False, compare=False)

    @classmethod
    def open(cls, directory: Path) -> "SigningIdentity":
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
        try:
            certificates = x509.load_pem_x509_certificates(chain.read_bytes())
            private = serialization.load_pem_private_key(key.read_bytes(), password=None)
        except (ValueError, TypeError):
            raise IdentityError(f"{directory} holds no readable PEM chain and unencrypted PEM key") from None
        return cls._checked(directory, certificates, private, chain.read_bytes(), key.read_bytes())

    @classmethod
    def _checked(
        cls, directory: Path, certificates: list[x509.Certificate], private: object, chain: bytes, key: bytes
    ) -> "SigningIdentity":
        leaf = certificates[0]
        if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name not in _ALGORITHMS:
            raise IdentityError(f"the key in {directory} is not on P-256, P-384 or P-521; issue an EC key")
        if private.public_key() != leaf.public_key():
            raise IdentityError(f"the key in {directory} does not belong to the first certificate of chain.pem")
        organisation = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        if not organisation:
            raise IdentityError(f"the certificate in {directory} has no Organization (O): readers would refuse it")
        common = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return cls(
            chain_pem=chain,
            algorithm=_ALGORITHMS[private.curve.name],
            name=str(common[0].value) if common else str(organisation[0].value),
            organisation=str(organisation[0].value),
            not_after=leaf.not_valid_after_utc,
            key_pem=key,
        )
