"""The organisation behind a file: asserted, found again, or the signing fails."""

import json
from pathlib import Path

import c2pa
import pytest

from auditor.provenance import (
    DevelopmentAuthority,
    FileSigner,
    OrganisationIdentity,
    RereadError,
    SigningError,
    TrustList,
    sign,
    verify,
    writing,
)
from auditor.provenance.organisation import PRODUCER, PUBLISHER
from auditor.provenance.trust import context
from tests.auditor.provenance.conftest import draft


@pytest.fixture(scope="session")
def organisation(authority: DevelopmentAuthority) -> OrganisationIdentity:
    return OrganisationIdentity(FileSigner.open(authority.organisation_directory), roles=(PUBLISHER, PRODUCER))


def identities(path: Path, trust: TrustList) -> list[dict]:
    """What a bare reader says."""
    with path.open("rb") as stream, c2pa.Reader("video/mp4", stream, context=context(trust)) as reader:
        store = json.loads(reader.json())
    assert store["validation_state"] == "Trusted"
    found = store["manifests"][store["active_manifest"]]["assertions"]
    return [entry["data"] for entry in found if entry["label"].startswith("cawg.identity")]


def test_a_file_says_whose_it_is(
    media: dict[str, Path], signer: FileSigner, trust: TrustList, organisation: OrganisationIdentity, tmp_path: Path
) -> None:
    output = sign(
        media["cut"], tmp_path / "out.mp4", draft=draft(), signer=signer, trust=trust, organisation=organisation
    )
    (said,) = identities(output.path, trust)
    assert said["signature_info"]["common_name"] == "Reelproof DEVELOPMENT organisation - not for production"
    payload = said["signer_payload"]
    assert payload["sig_type"] == "cawg.x509.cose"
    assert payload["role"] == ["cawg.publisher", "cawg.producer"]
    vouched = {entry["url"].rsplit("/", 1)[1] for entry in payload["referenced_assertions"]}
    assert vouched >= {"c2pa.hash.bmff.v3", "c2pa.actions.v2", "c2pa.ai-disclosure", "cawg.training-mining"}
    assert not identities(sign(media["cut"], tmp_path / "o.mp4", draft=draft(), signer=signer, trust=trust).path, trust)


def test_an_organisation_that_nobody_trusts_is_refused(
    media: dict[str, Path], signer: FileSigner, trust: TrustList, impostor: DevelopmentAuthority, tmp_path: Path
) -> None:
    stranger = OrganisationIdentity(FileSigner.open(impostor.organisation_directory))
    with pytest.raises(RereadError, match=r"not on your list of organisations|not Trusted"):
        sign(media["cut"], tmp_path / "out.mp4", draft=draft(), signer=signer, trust=trust, organisation=stranger)
    assert list(tmp_path.iterdir()) == []


def test_an_identity_that_got_lost_fails_the_signing(
    media: dict[str, Path],
    signer: FileSigner,
    trust: TrustList,
    organisation: OrganisationIdentity,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The library has ways of being called in which it drops the identity without a word; here it is one of them."""
    monkeypatch.setattr(writing, "with_identity", lambda claim, identity, **_: claim)
    with pytest.raises(RereadError, match=r"does not assert the organisation .* it is not in the file"):
        sign(media["cut"], tmp_path / "out.mp4", draft=draft(), signer=signer, trust=trust, organisation=organisation)
    assert list(tmp_path.iterdir()) == []


def test_another_organisations_identity_does_not_pass_for_ours(
    media: dict[str, Path],
    signer: FileSigner,
    trust: TrustList,
    organisation: OrganisationIdentity,
    impostor: DevelopmentAuthority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = TrustList(
        trust.pem, trust.timestamps, trust.organisations + TrustList.open(impostor.directory).organisations
    )
    other = FileSigner.open(impostor.organisation_directory)
    real = writing.native_signer

    def swapped(one, failures, **options):
        return real(other if one is organisation.signer else one, failures, **options)

    monkeypatch.setattr(writing, "native_signer", swapped)
    with pytest.raises(RereadError, match="it is not in the file"):
        sign(media["cut"], tmp_path / "out.mp4", draft=draft(), signer=signer, trust=both, organisation=organisation)


def test_an_organisations_key_that_fails_fails_the_signing(
    media: dict[str, Path], authority: DevelopmentAuthority, signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    from auditor.provenance import CallbackSigner

    def fail(digest: bytes) -> bytes:
        raise ConnectionError("no route")

    broken = CallbackSigner.open(chain=authority.organisation_directory / "chain.pem", function=fail)
    with pytest.raises(SigningError, match="ConnectionError"):
        sign(
            media["cut"],
            tmp_path / "out.mp4",
            draft=draft(),
            signer=signer,
            trust=trust,
            organisation=OrganisationIdentity(broken),
        )
    assert list(tmp_path.iterdir()) == []


def test_an_edited_identity_shows(
    media: dict[str, Path], signer: FileSigner, trust: TrustList, organisation: OrganisationIdentity, tmp_path: Path
) -> None:
    output = sign(
        media["cut"], tmp_path / "out.mp4", draft=draft(), signer=signer, trust=trust, organisation=organisation
    )
    data = output.path.read_bytes()
    assert data.count(b"cawg.publisher") == 1
    output.path.write_bytes(data.replace(b"cawg.publisher", b"cawg.producer_"))
    assert verify(output.path, trust=trust).state == "Changed"
