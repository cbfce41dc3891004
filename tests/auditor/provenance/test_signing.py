"""Signing: what a signed file carries, what is refused, and what is left behind when it fails (nothing)."""

import hashlib
import io
import json
import multiprocessing
from pathlib import Path

import c2pa
import pytest

from auditor.fingerprints import iscc
from auditor.provenance import (
    ISCC,
    Action,
    AuditStatement,
    ConsentReference,
    DevelopmentAuthority,
    DraftError,
    FileSigner,
    HistoryError,
    Ingredient,
    RereadError,
    ReviewStatement,
    SigningError,
    SoftBindingStatement,
    TrustList,
    sign,
    verify,
)
from auditor.provenance.native import native_signer
from auditor.provenance.trust import settings
from tests.auditor.provenance.conftest import WHEN, draft, flip

D = "cd" * 32


def test_a_film_carries_everything_it_should(
    film: Path, media: dict[str, Path], signer: FileSigner, trust: TrustList, tmp_path: Path, shot: Path
) -> None:
    code = iscc.video_code(media["cut"])
    full = draft(
        kind="cut",
        actions=(Action("c2pa.created", WHEN), Action("c2pa.placed", WHEN, ingredients=("s1",))),
        audit=AuditStatement("allow", D, D, D, WHEN),
        review=ReviewStatement("reviewer-7", "approved", WHEN),
        consents=(ConsentReference("grant-1", D),),
        soft_bindings=(SoftBindingStatement(ISCC, code),),
    )
    ingredients = (
        Ingredient("video/mp4", "componentOf", "Shot", path=shot, label="s1", metadata={"start": 0.0, "end": 2.0}),
        Ingredient("application/json", "inputTo", "previz model card", data=b"{}", label="model"),
    )
    output = sign(media["cut"], tmp_path / "out.mp4", draft=full, signer=signer, trust=trust, ingredients=ingredients)
    assert output.verification.state == "Trusted"
    assert output.sha256 == hashlib.sha256(output.path.read_bytes()).hexdigest()
    report = verify(output.path, trust=trust)
    said = report.statements
    assert said.audit == {
        "verdict": "allow",
        "indexSha256": D,
        "bundleSha256": D,
        "reportSha256": D,
        "decidedAt": WHEN,
    }
    assert said.review == {"reviewer": "reviewer-7", "decision": "approved", "decidedAt": WHEN}
    assert said.consents == ("grant-1",)
    assert said.soft_binding == code
    assert said.digital_source_type == "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"
    assert said.disclosure is not None
    assert said.disclosure["modelIdentifier"] == "sha256:" + "ab" * 32
    assert said.sources[0]["sha256"] == hashlib.sha256(shot.read_bytes()).hexdigest()
    assert said.mining is not None
    assert said.mining["entries"]["cawg.data_mining"]["use"] == "notAllowed"
    assert [(link.title, link.relationship, link.state, link.depth) for link in report.chain] == [
        ("Shot", "componentOf", "Trusted", 1),
        ("previz model card", "inputTo", "NoCredentials", 1),
    ]


def test_an_independent_reader_agrees(film: Path, authority: DevelopmentAuthority) -> None:
    """A bare c2pa reader in another process, with the root alone; the manifest has the form that conformance asks for."""
    program = f"""
import c2pa, json
settings = {{"version": 1, "trust": {{"trust_config": "1.3.6.1.4.1.62558.2.1",
  "anchors": [{{"trust_kind": "manifest", "trust_uri": "test", "trust_anchors": open({str(authority.root)!r}).read()}}]}}}}
with open({str(film)!r}, "rb") as stream:
    reader = c2pa.Reader("video/mp4", stream, context=c2pa.Context.from_dict(settings))
    print(json.dumps([reader.get_validation_state(), reader.get_active_manifest()]))
"""
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True, timeout=60)
    state, manifest = json.loads(done.stdout)
    assert state == "Trusted"
    assert manifest["claim_generator_info"][0]["specVersion"] == "2.4"
    actions = next(entry for entry in manifest["assertions"] if entry["label"] == "c2pa.actions.v2")
    assert actions["created"] is True
    assert actions["data"]["allActionsIncluded"] is True
    assert {entry["label"].split("__")[0] for entry in manifest["assertions"]} >= {
        "c2pa.actions.v2",
        "c2pa.ai-disclosure",
        "cawg.training-mining",
        "org.reelproof.sources",
    }
    by_label = {entry["label"]: entry["title"] for entry in manifest["ingredients"]}
    placed = actions["data"]["actions"][1]["parameters"]["ingredients"][0]["url"].rsplit("/", 1)[1]
    assert by_label[placed] == "Shot 1", "the action names the shot that was placed"
    assert {entry["relationship"] for entry in manifest["ingredients"]} == {"componentOf", "inputTo"}


def test_the_source_is_never_touched_and_never_the_destination(
    media: dict[str, Path], signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    source = tmp_path / "source.mp4"
    source.write_bytes(media["cut"].read_bytes())
    with pytest.raises(SigningError, match="source itself"):
        sign(source, source, draft=draft(), signer=signer, trust=trust)
    link = tmp_path / "link.mp4"
    link.hardlink_to(source)
    with pytest.raises(SigningError, match="source itself"):
        sign(source, link, draft=draft(), signer=signer, trust=trust)
    sign(source, tmp_path / "out.mp4", draft=draft(), signer=signer, trust=trust)
    assert source.read_bytes() == media["cut"].read_bytes()


def test_a_signed_source_is_not_signed_again_without_its_history(
    film: Path, signer: FileSigner, trust: TrustList, tmp_path: Path, shot: Path
) -> None:
    out = tmp_path / "again.mp4"
    wrong_parent = Ingredient("video/mp4", "parentOf", "another file", path=shot, label="p")
    opened = draft(actions=(Action("c2pa.opened", WHEN, ingredients=("p",)), Action("c2pa.edited", WHEN)))
    with pytest.raises(HistoryError, match="already signed by Reelproof DEVELOPMENT signer"):
        sign(film, out, draft=draft(), signer=signer, trust=trust)
    with pytest.raises(HistoryError, match="parentOf"):
        sign(film, out, draft=opened, signer=signer, trust=trust, ingredients=[wrong_parent])
    assert not out.exists()
    parent = Ingredient("video/mp4", "parentOf", "first version", path=film, label="p")
    output = sign(film, out, draft=opened, signer=signer, trust=trust, ingredients=[parent])
    assert [(link.title, link.depth) for link in output.verification.chain][:2] == [("first version", 1), ("Shot 1", 2)]


def test_a_damaged_history_can_neither_be_erased_nor_laundered(
    film: Path, signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    flip(film, film.read_bytes().index(b"mdat") + 200)
    with pytest.raises(HistoryError):
        sign(film, tmp_path / "out.mp4", draft=draft(), signer=signer, trust=trust)
    parent = Ingredient("video/mp4", "parentOf", "tampered", path=film, label="p")
    opened = draft(actions=(Action("c2pa.opened", WHEN, ingredients=("p",)),))
    with pytest.raises(RereadError, match="Changed, not Trusted"):
        sign(film, tmp_path / "out.mp4", draft=opened, signer=signer, trust=trust, ingredients=[parent])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4"]


def test_failure_leaves_the_destination_as_it_was(
    media: dict[str, Path], signer: FileSigner, impostor: DevelopmentAuthority, trust: TrustList, tmp_path: Path
) -> None:
    destination = tmp_path / "out.mp4"
    destination.write_bytes(b"the earlier version")
    stranger = FileSigner.open(impostor.identity_directory)
    with pytest.raises(RereadError, match="not on your trust list"):
        sign(media["cut"], destination, draft=draft(), signer=stranger, trust=trust)
    missing = Ingredient("video/mp4", "componentOf", "gone", path=tmp_path / "gone.mp4")
    with pytest.raises(DraftError, match="gone"):
        sign(media["cut"], destination, draft=draft(), signer=signer, trust=trust, ingredients=[missing])
    assert destination.read_bytes() == b"the earlier version"
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"digital_source_type": "madeByRobots"}, "IPTC"),
        ({"actions": ()}, "first action"),
        ({"actions": (Action("c2pa.placed", WHEN),)}, "first action"),
        ({"actions": (Action("c2pa.created", WHEN, ingredients=("ghost",)),)}, "ghost"),
        ({"actions": (Action("c2pa.created", "yesterday"),)}, "UTC"),
        ({"actions": (Action("c2pa.created", WHEN), Action("c2pa.teleported", WHEN))}, "no action"),
        ({"actions": (Action("c2pa.created", WHEN), Action("c2pa.placed", WHEN))}, "must name what it concerns"),
        ({"actions": (Action("c2pa.opened", WHEN),)}, "parentOf"),
        ({"title": ""}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"soft_bindings": (SoftBindingStatement(ISCC, "ISBN:1"),)}, "ISCC"),
        ({"audit": AuditStatement("allow", "short", D, D, WHEN)}, "index digest"),
        ({"media_type": "image/png"}, "draft says image/png"),
    ],
)
def test_a_draft_outside_the_vocabulary_is_refused(
    changes: dict[str, object],
    words: str,
    media: dict[str, Path],
    signer: FileSigner,
    trust: TrustList,
    tmp_path: Path,
) -> None:
    with pytest.raises(DraftError, match=words):
        sign(media["cut"], tmp_path / "out.mp4", draft=draft(**changes), signer=signer, trust=trust)
    assert list(tmp_path.iterdir()) == []


def test_text_is_not_signed(signer: FileSigner, trust: TrustList, tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_text("not a film")
    with pytest.raises(DraftError, match="no media file"):
        sign(tmp_path / "film.mp4", tmp_path / "out.mp4", draft=draft(), signer=signer, trust=trust)


def _verify_in_child(path: str, root: str, queue: "multiprocessing.Queue[str]") -> None:
    queue.put(verify(Path(path), trust=TrustList.open(Path(root))).state)


def test_a_forked_worker_makes_its_own_context(film: Path, authority: DevelopmentAuthority, trust: TrustList) -> None:
    assert verify(film, trust=trust).state == "Trusted"  # the parent's context exists before the fork
    fork = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[str] = fork.Queue()
    child = fork.Process(target=_verify_in_child, args=(str(film), str(authority.root), queue))
    child.start()
    assert queue.get(timeout=60) == "Trusted"
    child.join(10)
    assert child.exitcode == 0


def test_the_library_does_not_check_source_types_so_we_must(
    media: dict[str, Path], signer: FileSigner, trust: TrustList
) -> None:
    """If this fails the library began to check, and our own list may go."""
    definition = draft().definition([])
    definition["assertions"][0]["data"]["actions"][0]["digitalSourceType"] = "http://example.com/nonsense"
    native = native_signer(signer, [])
    builder = c2pa.Builder(definition, context=c2pa.Context.from_dict(settings(trust)))
    with media["cut"].open("rb") as source:
        signed = io.BytesIO()
        builder.sign(native, "video/mp4", source, signed)
    reader = c2pa.Reader("video/mp4", io.BytesIO(signed.getvalue()), context=c2pa.Context.from_dict(settings(trust)))
    assert reader.get_validation_state() == "Trusted"
