"""Statements blacked out for good, and time stamps that come late; on films and on pictures."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import c2pa
import pytest

from auditor.provenance import (
    Action,
    ConsentReference,
    DevelopmentAuthority,
    DevelopmentTimestamps,
    DraftError,
    FileSigner,
    HistoryError,
    Ingredient,
    OrganisationIdentity,
    RereadError,
    ReviewStatement,
    TimestampUnavailableError,
    TrustList,
    redact,
    sign,
    stamp_later,
    verify,
    writing,
)
from auditor.provenance.native import native_signer
from auditor.provenance.trust import context
from tests.auditor.provenance.conftest import WHEN, draft, flip, picture

pytestmark = pytest.mark.enable_socket  # the relay between the library and the authority is on loopback

D = "cd" * 32
SHOT, CUT, GRANT = "PSEUDONYM-OF-THE-SHOT", "PSEUDONYM-OF-THE-CUT", "GRANT-4711"


def document(path: Path, trust: TrustList, kind: str = "video/mp4") -> dict:
    with path.open("rb") as stream, c2pa.Reader(kind, stream, context=context(trust)) as reader:
        store: dict = json.loads(reader.json())
    assert store["validation_state"] == "Trusted"
    return store


@pytest.fixture
def reviewed(media: dict[str, Path], signer: FileSigner, trust: TrustList, tmp_path: Path) -> Path:
    """A film with a reviewer's pseudonym and a grant in its record, and a shot with a pseudonym in its own."""
    directory = tmp_path / "before"
    directory.mkdir()
    shot = sign(
        media["shot"],
        directory / "shot.mp4",
        draft=draft("Shot", review=ReviewStatement(SHOT, "approved", WHEN)),
        signer=signer,
        trust=trust,
    )
    return sign(
        media["cut"],
        directory / "film.mp4",
        draft=draft(
            kind="cut",
            actions=(Action("c2pa.created", WHEN), Action("c2pa.placed", WHEN, ingredients=("a",))),
            review=ReviewStatement(CUT, "approved", WHEN),
            consents=(ConsentReference(GRANT, D),),
        ),
        signer=signer,
        trust=trust,
        ingredients=[Ingredient("video/mp4", "componentOf", "Shot", path=shot.path, label="a")],
    ).path


def test_what_was_blacked_out_is_gone_and_the_rest_stands(
    reviewed: Path, authority: DevelopmentAuthority, signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    before = reviewed.read_bytes()
    assert CUT.encode() in before
    output = redact(
        reviewed,
        tmp_path / "out.mp4",
        assertions=["org.reelproof.review"],
        reason="c2pa.PII.present",
        signer=signer,
        trust=trust,
        organisation=OrganisationIdentity(FileSigner.open(authority.organisation_directory)),
        timestamps=DevelopmentTimestamps(authority.timestamps_directory),
    )
    after = output.path.read_bytes()
    assert CUT.encode() not in after
    assert (GRANT.encode() in after, SHOT.encode() in after) == (True, True)
    assert reviewed.read_bytes() == before
    report = verify(output.path, trust=trust)
    assert (report.state, report.title) == ("Trusted", "Harbour")
    assert report.statements.review is None
    assert report.statements.consents == (GRANT,)
    assert report.statements.disclosure is not None
    assert report.signed_at is not None
    assert [(link.relationship, link.state) for link in report.chain] == [
        ("parentOf", "Trusted"),
        ("componentOf", "Trusted"),
    ]
    store = document(output.path, trust)
    active = store["manifests"][store["active_manifest"]]
    actions = next(entry for entry in active["assertions"] if entry["label"] == "c2pa.actions.v2")["data"]["actions"]
    assert [action["action"] for action in actions] == ["c2pa.opened", "c2pa.redacted"]
    assert actions[1]["reason"] == "c2pa.PII.present"
    assert actions[1]["parameters"]["redacted"] == active["redactions"][0]
    assert active["redactions"][0].endswith("/c2pa.assertions/org.reelproof.review")


def test_a_statement_of_an_ingredient_can_be_blacked_out(
    reviewed: Path, signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    shot = next(link for link in verify(reviewed, trust=trust).chain if link.title == "Shot").manifest_label
    output = redact(
        reviewed,
        tmp_path / "out.mp4",
        assertions=[f"self#jumbf=/c2pa/{shot}/c2pa.assertions/org.reelproof.review", "org.reelproof.consents"],
        reason="c2pa.trade-secret.present",
        signer=signer,
        trust=trust,
    )
    after = output.path.read_bytes()
    assert (SHOT.encode() in after, GRANT.encode() in after, CUT.encode() in after) == (False, False, True)
    assert verify(output.path, trust=trust).state == "Trusted"


def test_the_librarys_other_way_leaves_the_data_on_films(
    reviewed: Path, signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    """Why ``redact`` makes a whole new record: as an update, the library says nothing and takes nothing out. If this fails
    the library learnt it."""
    record = verify(reviewed, trust=trust).manifest_label
    address = f"self#jumbf=/c2pa/{record}/c2pa.assertions/org.reelproof.review"
    action = {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": address}}
    definition = {
        "claim_version": 2,
        "redactions": [address],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}, "created": True}],
    }
    builder = c2pa.Builder(definition, context=context(trust))
    builder.set_intent(c2pa.C2paBuilderIntent.UPDATE)
    with reviewed.open("rb") as reading, (tmp_path / "out.mp4").open("w+b") as writing:
        builder.sign(native_signer(signer, []), "video/mp4", reading, writing)
    assert CUT.encode() in (tmp_path / "out.mp4").read_bytes()
    assert verify(tmp_path / "out.mp4", trust=trust).state == "Changed"


def test_if_the_data_stayed_nothing_is_written(
    reviewed: Path, signer: FileSigner, trust: TrustList, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof is not by trust in the library: a writer that leaves the data behind is found out."""
    real = writing.Job.write

    def leaky(job: writing.Job, destination: Path | None) -> bytes:
        record = real(job, destination)
        assert destination is not None
        with destination.open("ab") as stream:
            note = CUT.encode()
            stream.write((8 + len(note)).to_bytes(4, "big") + b"free" + note)
        return record

    monkeypatch.setattr(writing.Job, "write", leaky)
    with pytest.raises(RereadError, match="still in the file"):
        redact(
            reviewed,
            tmp_path / "out.mp4",
            assertions=["org.reelproof.review"],
            reason="c2pa.PII.present",
            signer=signer,
            trust=trust,
        )
    assert [path.name for path in tmp_path.iterdir()] == ["before"]


@pytest.mark.parametrize(
    ("assertions", "reason", "words"),
    [
        (["org.reelproof.nothing"], "c2pa.PII.present", "it has c2pa.actions.v2"),
        (["c2pa.actions.v2"], "c2pa.PII.present", "can't be blacked out"),
        (["c2pa.hash.bmff.v3"], "c2pa.PII.present", "can't be blacked out"),
        (["self#jumbf=/c2pa/urn:other/c2pa.assertions/x"], "c2pa.PII.present", "no statement 'x'"),
        (["self#jumbf=nonsense"], "c2pa.PII.present", "no address"),
        ([], "c2pa.PII.present", "nothing to black out"),
        (["org.reelproof.review"], "because", "no reason of C2PA's list"),
    ],
)
def test_what_can_not_be_blacked_out(
    assertions: list[str], reason: str, words: str, reviewed: Path, signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    with pytest.raises(DraftError, match=words):
        redact(
            reviewed,
            tmp_path / "out.mp4",
            assertions=assertions,
            reason=reason,  # type: ignore[arg-type]
            signer=signer,
            trust=trust,
        )
    assert not (tmp_path / "out.mp4").exists()


def test_only_a_trusted_file_is_revised(
    reviewed: Path,
    media: dict[str, Path],
    authority: DevelopmentAuthority,
    signer: FileSigner,
    trust: TrustList,
    tmp_path: Path,
) -> None:
    flip(reviewed, reviewed.read_bytes().index(b"mdat") + 200)
    source = DevelopmentTimestamps(authority.timestamps_directory)
    for path, words in ((reviewed, "reads as Changed"), (media["cut"], "reads as NoCredentials")):
        with pytest.raises(HistoryError, match=words):
            redact(
                path,
                tmp_path / "out.mp4",
                assertions=["org.reelproof.review"],
                reason="c2pa.PII.present",
                signer=signer,
                trust=trust,
            )
        with pytest.raises(HistoryError, match=words):
            stamp_later(path, tmp_path / "out.mp4", signer=signer, trust=trust, timestamps=source)


KINDS: dict[str, Callable[[Path, dict[str, Path]], tuple[Path, str]]] = {
    "film": lambda folder, media: (media["cut"], "video/mp4"),
    "png": lambda folder, media: (picture(folder / "in.png"), "image/png"),
    "jpeg": lambda folder, media: (picture(folder / "in.jpg"), "image/jpeg"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_time_stamp_can_come_later(
    kind: str,
    media: dict[str, Path],
    authority: DevelopmentAuthority,
    signer: FileSigner,
    trust: TrustList,
    tmp_path: Path,
) -> None:
    source, media_type = KINDS[kind](tmp_path, media)
    output_kind = "cut" if kind == "film" else "still"
    first = sign(
        source,
        tmp_path / f"first{source.suffix}",
        draft=draft(media_type=media_type, kind=output_kind),
        signer=signer,
        trust=trust,
    )
    assert first.verification.signed_at is None
    stamps = DevelopmentTimestamps(authority.timestamps_directory)
    output = stamp_later(first.path, tmp_path / f"later{source.suffix}", signer=signer, trust=trust, timestamps=stamps)
    report = output.verification
    assert (report.state, report.title, report.signed_at is not None) == ("Trusted", "Harbour", True)
    assert report.statements.disclosure is not None
    store = document(output.path, trust, media_type)
    labels = [entry["label"] for entry in store["manifests"][store["active_manifest"]]["assertions"]]
    assert "c2pa.time-stamp" in labels
    assert not [label for label in labels if label.startswith("c2pa.hash.")], (
        "the pictures are bound by the first record"
    )
    data = bytearray(output.path.read_bytes())
    data[-40 if kind != "film" else data.index(b"mdat") + 100] ^= 1
    output.path.write_bytes(data)
    assert verify(output.path, trust=trust).state in ("Changed", "Unreadable")


def test_a_late_time_stamp_outlives_the_certificate(
    media: dict[str, Path], authority: DevelopmentAuthority, tmp_path: Path
) -> None:
    import time

    brief = DevelopmentAuthority.create(tmp_path / "brief", validity=timedelta(seconds=4))
    signer = FileSigner.open(brief.directory)
    trust = TrustList.from_pem(brief.root.read_bytes(), timestamps=(authority.directory / "tsa.pem").read_bytes())
    first = sign(media["cut"], tmp_path / "first.mp4", draft=draft(), signer=signer, trust=trust)
    stamps = DevelopmentTimestamps(authority.timestamps_directory)
    later = stamp_later(first.path, tmp_path / "later.mp4", signer=signer, trust=trust, timestamps=stamps)
    time.sleep(max(0.0, (signer.not_after - datetime.now(UTC)).total_seconds()) + 1.1)
    assert verify(first.path, trust=trust).state != "Trusted"
    assert verify(later.path, trust=trust).state == "Trusted"


def test_no_stamp_no_file(
    media: dict[str, Path], signer: FileSigner, trust: TrustList, tmp_path: Path, film: Path
) -> None:
    with pytest.raises(TimestampUnavailableError):
        stamp_later(film, tmp_path / "out.mp4", signer=signer, trust=trust, timestamps=DevelopmentTimestamps(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
