"""Who vouches beside the signer, and when: organisations and time stamp authorities in the verdict."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auditor.provenance import (
    DevelopmentAuthority,
    DevelopmentTimestamps,
    FileSigner,
    Ingredient,
    OrganisationIdentity,
    TrustList,
    sign,
    verify,
)
from auditor.provenance.organisation import PRODUCER, PUBLISHER
from tests.auditor.provenance.conftest import draft, flip

pytestmark = pytest.mark.enable_socket  # the library asks for a time stamp through a relay on loopback


@pytest.fixture(scope="module")
def vouched(
    media: dict[str, Path],
    authority: DevelopmentAuthority,
    signer: FileSigner,
    trust: TrustList,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A film with an organisation and a time stamp, both of the authority's own making."""
    organisation = OrganisationIdentity(FileSigner.open(authority.organisation_directory), roles=(PUBLISHER, PRODUCER))
    stamps = DevelopmentTimestamps(authority.timestamps_directory)
    path = tmp_path_factory.mktemp("vouched") / "film.mp4"
    sign(media["cut"], path, draft=draft(), signer=signer, trust=trust, organisation=organisation, timestamps=stamps)
    return path


def test_an_organisation_and_a_time_on_the_trust_list(vouched: Path, trust: TrustList) -> None:
    report = verify(vouched, trust=trust)
    assert report.state == "Trusted"
    (organisation,) = report.identities
    assert (organisation.name, organisation.standing) == ("Reelproof development (not for production)", "trusted")
    assert organisation.roles == ("cawg.publisher", "cawg.producer")
    assert organisation.kind == "cawg.x509.cose"
    assert report.timestamp is not None
    assert report.timestamp.standing == "trusted"
    assert report.timestamp.authority == "Reelproof DEVELOPMENT time stamps - not for production"
    assert report.signed_at == report.timestamp.time
    assert datetime.now(UTC) - datetime.fromisoformat(report.signed_at) < timedelta(minutes=5)
    assert any(one.code == "timeStamp.trusted" for one in report.reasons)


def test_neither_is_believed_off_the_trust_list(vouched: Path, trust: TrustList) -> None:
    signers_alone = TrustList.from_pem(trust.pem)
    report = verify(vouched, trust=signers_alone)
    assert [one.standing for one in report.identities] == ["unknown"]
    assert report.timestamp is not None
    assert report.timestamp.standing == "unknown"
    assert report.signed_at is None, "anyone can run a time stamp authority"
    assert report.state == "Valid", "as the reference reader says"
    codes = {one.code for one in (*report.reasons, *report.notes)}
    assert codes >= {"cawg.x509.credential.untrusted", "timeStamp.untrusted"}


def test_a_spoilt_organisation_is_not_shown_as_one(vouched: Path, trust: TrustList, tmp_path: Path) -> None:
    path = tmp_path / "spoilt.mp4"
    path.write_bytes(vouched.read_bytes())
    flip(path, path.read_bytes().index(b"cawg.publisher") + 3)
    report = verify(path, trust=trust)
    assert report.state == "Changed"


def test_parts_show_theirs_too(
    vouched: Path, media: dict[str, Path], signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    part = Ingredient("video/mp4", "componentOf", "Shot", path=vouched)
    out = sign(media["other"], tmp_path / "cut.mp4", draft=draft(), signer=signer, trust=trust, ingredients=[part])
    (link,) = out.verification.chain
    assert (link.state, link.organisation) == ("Trusted", "Reelproof development (not for production)")
    assert link.timestamp is not None
    assert [one.standing for one in link.identities] == ["unknown"], "no reader checks the organisation of a part"
    assert out.verification.identities == ()
