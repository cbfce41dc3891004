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
    FileSigner,
    IdentityError,
    SigningError,
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
    assert {path.parent.name for path in keys} == {"identity", "organisation", "timestamps"}
    for path in keys:
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700


def test_the_key_shows_nowhere(
    authority: DevelopmentAuthority, signer: FileSigner, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    secret = (authority.identity_directory / "key.pem").read_text().splitlines()[1]
    assert secret not in repr(signer)
    assert secret not in str(signer)
    with caplog.at_level(logging.DEBUG), pytest.raises(SigningError) as caught:
        sign(tmp_path / "gone.mp4", tmp_path / "out.mp4", draft=draft(), signer=signer, trust=TrustList(b""))
    assert secret not in caplog.text + str(caught.value)


def test_each_purpose_has_its_own_anchor_and_usage(authority: DevelopmentAuthority) -> None:
    """Time stamping is never mixed with signing (C2PA 2.4): an authority of one can't speak as the other."""
    usages = {}
    for anchor, directory in (
        ("root.pem", authority.identity_directory),
        ("cawg.pem", authority.organisation_directory),
        ("tsa.pem", authority.timestamps_directory),
    ):
        certificate = x509.load_pem_x509_certificates((directory / "chain.pem").read_bytes())[0]
        certificate.verify_directly_issued_by(
            x509.load_pem_x509_certificate((authority.directory / anchor).read_bytes())
        )
        assert "not for production" in certificate.subject.rfc4514_string()
        usages[anchor] = set(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    assert usages["tsa.pem"] == {ExtendedKeyUsageOID.TIME_STAMPING}
    assert ExtendedKeyUsageOID.TIME_STAMPING not in usages["root.pem"] | usages["cawg.pem"]


def test_what_an_earlier_version_lacked_is_added_and_the_rest_kept(tmp_path: Path) -> None:
    authority = DevelopmentAuthority.create(tmp_path / "a")
    before = {path: path.read_bytes() for path in authority.directory.rglob("*.pem")}
    (authority.directory / "tsa.pem").unlink()
    assert not authority.whole
    authority.complete()
    assert authority.whole
    changed = {path for path, data in before.items() if path.read_bytes() != data}
    assert {path.parent.name for path in changed if path.name != "tsa.pem"} == {"timestamps"}


def test_an_identity_is_never_replaced(authority: DevelopmentAuthority) -> None:
    before = authority.root.read_bytes()
    with pytest.raises(IdentityError, match="already holds"):
        DevelopmentAuthority.create(authority.directory)
    assert authority.root.read_bytes() == before
    assert DevelopmentAuthority.open(authority.directory).root == authority.root


def test_bad_identities_are_refused_with_a_remedy(tmp_path: Path, impostor: DevelopmentAuthority) -> None:
    with pytest.raises(IdentityError, match="missing"):
        FileSigner.open(tmp_path)
    with pytest.raises(IdentityError, match=r"root\.pem"):
        DevelopmentAuthority.open(tmp_path)
    own = DevelopmentAuthority.create(tmp_path / "own").identity_directory
    (own / "key.pem").chmod(0o644)
    with pytest.raises(IdentityError, match="chmod 600"):
        FileSigner.open(own)
    (own / "key.pem").write_bytes((impostor.identity_directory / "key.pem").read_bytes())
    (own / "key.pem").chmod(0o600)
    with pytest.raises(IdentityError, match="does not belong"):
        FileSigner.open(own)
    (own / "key.pem").write_bytes(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    with pytest.raises(IdentityError, match="no readable PEM") as caught:
        FileSigner.open(own)
    assert "AAAA" not in str(caught.value)
    with pytest.raises(IdentityError, match="no readable PEM certificate"):
        TrustList.from_pem(b"nothing")
    with pytest.raises(IdentityError, match="does not exist"):
        TrustList.open(tmp_path / "nowhere")


def test_an_expired_identity_cannot_sign(media: dict[str, Path], tmp_path: Path) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=30)
    old = DevelopmentAuthority.create(tmp_path / "old", now=long_ago, validity=timedelta(days=1))
    signer, trust = FileSigner.open(old.directory), TrustList.open(old.directory)
    with pytest.raises(IdentityError, match="expired on"):
        sign(media["cut"], tmp_path / "out.mp4", draft=draft(), signer=signer, trust=trust)
    assert not (tmp_path / "out.mp4").exists()


def test_keys_are_fresh(authority: DevelopmentAuthority, impostor: DevelopmentAuthority) -> None:
    one, other = leaf(authority).public_key(), leaf(impostor).public_key()
    assert isinstance(one, ec.EllipticCurvePublicKey)
    assert one != other
