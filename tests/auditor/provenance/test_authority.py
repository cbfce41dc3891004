"""The development identity: its certificates, its key's secrecy, and what is refused."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from auditor.provenance import (
    DevelopmentAuthority,
    IdentityError,
    RereadError,
    SigningError,
    SigningIdentity,
    TrustList,
    sign,
)
from auditor.provenance.authority import CLAIM_SIGNING
from tests.auditor.provenance.conftest import draft


def leaf(authority: DevelopmentAuthority) -> x509.Certificate:
    return x509.load_pem_x509_certificates((authority.identity_directory / "chain.pem").read_bytes())[0]


def test_the_leaf_meets_the_profile(authority: DevelopmentAuthority) -> None:
    certificate = leaf(authority)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.key_cert_sign
    purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert CLAIM_SIGNING in purposes
    assert ExtendedKeyUsageOID.TIME_STAMPING not in purposes
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    assert certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    root = x509.load_pem_x509_certificate(authority.root.read_bytes())
    certificate.verify_directly_issued_by(root)


def test_nobody_mistakes_it_for_a_real_one(authority: DevelopmentAuthority) -> None:
    for name in (leaf(authority).subject, leaf(authority).issuer):
        assert "DEVELOPMENT" in name.rfc4514_string()
        assert "not for production" in name.rfc4514_string()


def test_the_key_is_private_and_the_roots_key_is_nowhere(authority: DevelopmentAuthority) -> None:
    keys = [path for path in authority.directory.rglob("*") if path.is_file() and b"PRIVATE" in path.read_bytes()]
    assert [path.name for path in keys] == ["key.pem"]
    assert keys[0].stat().st_mode & 0o777 == 0o600
    assert authority.identity_directory.stat().st_mode & 0o777 == 0o700


def test_the_key_shows_nowhere(identity: SigningIdentity, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    secret = identity.key_pem.decode().splitlines()[1]
    assert secret not in repr(identity)
    assert secret not in str(identity)
    with caplog.at_level(logging.DEBUG), pytest.raises(SigningError) as caught:
        sign(tmp_path / "gone.mp4", tmp_path / "out.mp4", draft=draft(), identity=identity, trust=TrustList(b""))
    assert secret not in caplog.text + str(caught.value)


def test_an_identity_is_never_replaced(authority: DevelopmentAuthority) -> None:
    before = authority.root.read_bytes()
    with pytest.raises(IdentityError, match="already holds"):
        DevelopmentAuthority.create(authority.directory)
    assert authority.root.read_bytes() == before
    assert DevelopmentAuthority.open(authority.directory).root == authority.root


def test_bad_identities_are_refused_with_a_remedy(tmp_path: Path, impostor: DevelopmentAuthority) -> None:
    with pytest.raises(IdentityError, match="missing"):
        SigningIdentity.open(tmp_path)
    with pytest.raises(IdentityError, match=r"root\.pem"):
        DevelopmentAuthority.open(tmp_path)
    own = DevelopmentAuthority.create(tmp_path / "own").identity_directory
    (own / "key.pem").chmod(0o644)
    with pytest.raises(IdentityError, match="chmod 600"):
        SigningIdentity.open(own)
    (own / "key.pem").write_bytes((impostor.identity_directory / "key.pem").read_bytes())
    (own / "key.pem").chmod(0o600)
    with pytest.raises(IdentityError, match="does not belong"):
        SigningIdentity.open(own)
    (own / "key.pem").write_bytes(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    with pytest.raises(IdentityError, match="no readable PEM") as caught:
        SigningIdentity.open(own)
    assert "AAAA" not in str(caught.value)
    with pytest.raises(IdentityError, match="no readable PEM certificate"):
        TrustList.from_pem(b"nothing")
    with pytest.raises(IdentityError, match="does not exist"):
        TrustList.open(tmp_path / "nowhere")


def test_an_expired_identity_cannot_sign(media: dict[str, Path], tmp_path: Path) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=30)
    old = DevelopmentAuthority.create(tmp_path / "old", now=long_ago, validity=timedelta(days=1))
    identity, trust = SigningIdentity.open(old.directory), TrustList.open(old.directory)
    with pytest.raises((SigningError, RereadError)):
        sign(media["cut"], tmp_path / "out.mp4", draft=draft(), identity=identity, trust=trust)
    assert not (tmp_path / "out.mp4").exists()


def test_keys_are_fresh(authority: DevelopmentAuthority, impostor: DevelopmentAuthority) -> None:
    one, other = leaf(authority).public_key(), leaf(impostor).public_key()
    assert isinstance(one, ec.EllipticCurvePublicKey)
    assert one != other
