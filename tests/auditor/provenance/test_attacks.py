"""What an attacker does to really signed files, one after the other, and the verdict on each."""

import io
import json
import struct
from pathlib import Path

import c2pa
import pytest

from auditor.provenance import (
    Action,
    DevelopmentAuthority,
    FileSigner,
    HistoryError,
    Ingredient,
    TrustList,
    VerificationReport,
    sign,
    verify,
)
from auditor.provenance.native import native_signer
from auditor.provenance.status_words import WORDS
from auditor.provenance.trust import context
from tests.auditor.provenance import foreign
from tests.auditor.provenance.conftest import WHEN, draft, flip
from tests.auditor.provenance.test_verifying import boxes
from tests.clips import ffmpeg

#: One statement of a hostile record. C2PA sets no limit; ours is on the text that the reader makes of the record.
HUGE_BYTES = 100_000_000


def bare_state(path: Path, trust: TrustList) -> str:
    """What a reader that looks at the top alone says."""
    with path.open("rb") as stream, c2pa.Reader("video/mp4", stream, context=context(trust)) as reader:
        return str(reader.get_validation_state())


def clear(report: VerificationReport) -> VerificationReport:
    """Every report can be shown: each reason a code, a sentence, and plain JSON all through."""
    assert report.reasons
    assert all(one.code and one.plain.endswith((".", "…")) for one in report.reasons), report.reasons
    json.dumps(report.as_dict())
    return report


def where(report: VerificationReport, code: str) -> str:
    return next(one for one in report.reasons if one.code == code).where


@pytest.mark.parametrize("box", ["mdat", "moov"])
def test_picture_or_tables_flipped(film: Path, trust: TrustList, box: str) -> None:
    offset, size = boxes(film.read_bytes())[box]
    flip(film, offset + size // 2)
    report = clear(verify(film, trust=trust))
    assert (report.state, report.reasons[0].code) == ("Changed", "assertion.bmffHash.mismatch")
    assert "original" in report.reasons[0].remedy


def test_the_signature_itself_edited(film: Path, trust: TrustList) -> None:
    contents = film.read_bytes()
    flip(film, contents.rindex(b"c2pa.signature") + 700)
    report = clear(verify(film, trust=trust))
    assert report.state in ("Changed", "Unreadable")


@pytest.mark.parametrize("way", [("-c", "copy"), ("-vf", "scale=120:72")])
def test_remuxed_or_encoded_anew(film: Path, trust: TrustList, tmp_path: Path, way: tuple[str, str]) -> None:
    out = tmp_path / "copy.mp4"
    ffmpeg("-i", film, *way, out)
    report = clear(verify(out, trust=trust))
    assert (report.state, report.reasons[0].code) == ("NoCredentials", "manifest.notFound")
    assert "fingerprint" in report.reasons[0].remedy


def test_the_minor_version_of_the_type(film: Path, trust: TrustList) -> None:
    flip(film, boxes(film.read_bytes())["ftyp"][0] + 15)
    report = clear(verify(film, trust=trust))
    assert report.state == "Trusted", "left out by the standard"
    part = next(part for part in report.uncovered if part.box == "ftyp")
    assert part.holds == "the file's type: isom, version 513, fit for isom, iso2, avc1, mp41"


def test_words_smuggled_into_a_free_box(film: Path, trust: TrustList) -> None:
    film.write_bytes(film.read_bytes() + struct.pack(">I4s", 48, b"free") + b"not zero".ljust(40, b"\0"))
    report = clear(verify(film, trust=trust))
    assert report.state == "Trusted", "left out by the standard"
    assert report.uncovered[-1].holds == "a free box with 40 bytes, 8 of which aren't zero"
    assert next(part.holds for part in report.uncovered if part.box == "free") == "an empty free box"
    film.write_bytes(film.read_bytes() + struct.pack(">I4s", 20, b"skip") + bytes(12))
    assert verify(film, trust=trust).uncovered[-1].holds == "a skip box with 12 bytes, all zero"


def test_an_index_of_fragments_added(film: Path, trust: TrustList) -> None:
    film.write_bytes(film.read_bytes() + struct.pack(">I4sI4sII", 24, b"mfra", 16, b"mfro", 0, 24))
    report = clear(verify(film, trust=trust))
    assert report.state == "Trusted"
    assert (report.uncovered[-1].box, report.uncovered[-1].bytes) == ("mfra", 24)


def test_a_parent_tampered_with_before_it_was_taken_in(
    media: dict[str, Path], shot: Path, signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    flip(shot, shot.read_bytes().index(b"mdat") + 200)
    parent = ({"title": "Rushes", "relationship": "parentOf"}, "video/mp4", shot.read_bytes())
    out = foreign.bare_sign(media["cut"], tmp_path / "out.mp4", signer, trust, ingredients=[parent])
    assert bare_state(out, trust) == "Trusted", "every reader that looks at the top alone is fooled"
    report = clear(verify(out, trust=trust))
    assert report.state == "Changed"
    assert where(report, "assertion.bmffHash.mismatch") == "Rushes"
    assert report.reasons[0].plain.startswith("In 'Rushes': picture, sound or structure")


def test_an_ingredients_record_edited_inside_the_film(film: Path, trust: TrustList) -> None:
    contents = film.read_bytes()
    at = contents.index(b"Shot 1")
    film.write_bytes(contents[:at] + b"Shot 2" + contents[at + 6 :])
    report = clear(verify(film, trust=trust))
    assert report.state == "Changed"


def test_signed_anew_without_its_history(film: Path, signer: FileSigner, trust: TrustList, tmp_path: Path) -> None:
    """Nobody can see afterwards that history was erased; so our signer does not do it."""
    bare = foreign.bare_sign(film, tmp_path / "bare.mp4", signer, trust)
    assert verify(bare, trust=trust).chain == ()
    with pytest.raises(HistoryError, match="parentOf"):
        sign(film, tmp_path / "ours.mp4", draft=draft(), signer=signer, trust=trust)
    assert not (tmp_path / "ours.mp4").exists()


def test_a_twin_of_our_authority(
    media: dict[str, Path], impostor: DevelopmentAuthority, trust: TrustList, tmp_path: Path
) -> None:
    twin = FileSigner.open(impostor.directory)
    out = foreign.bare_sign(media["cut"], tmp_path / "twin.mp4", twin, TrustList.open(impostor.directory))
    report = clear(verify(out, trust=trust))
    assert (report.state, report.reasons[0].code) == ("Valid", "signingCredential.untrusted")
    assert report.signer == "Reelproof DEVELOPMENT signer - not for production"
    assert "anyone can make such a certificate" in report.reasons[0].plain


def test_markup_and_marks_in_every_text(
    media: dict[str, Path], signer: FileSigner, trust: TrustList, tmp_path: Path, shot: Path
) -> None:
    evil = "<script>alert(1)</script>\u202egnp.exe\u200b\x1b[31m" + "A" * 900
    definition = foreign.DEFINITION | {
        "title": evil,
        "claim_generator_info": [{"name": evil, "version": evil}],
        "assertions": [
            *foreign.DEFINITION["assertions"],
            {"label": "c2pa.ai-disclosure", "data": {"modelName": evil, evil[:40]: [evil] * 500}},
        ],
    }
    part = ({"title": evil, "relationship": "componentOf"}, "video/mp4", shot.read_bytes())
    out = foreign.bare_sign(
        media["cut"], tmp_path / "evil.mp4", signer, trust, definition=definition, ingredients=[part]
    )
    report = clear(verify(out, trust=trust))
    assert report.state == "Trusted"

    def walk(value: object) -> None:
        if isinstance(value, str):
            assert len(value) <= 400
            assert not any(mark in value for mark in "\u202e\u200b\x1b\n")
        elif isinstance(value, dict):
            for key, entry in value.items():
                walk(key)
                walk(entry)
        elif isinstance(value, list):
            assert len(value) <= 2000
            for entry in value:
                walk(entry)

    walk(report.as_dict())
    assert report.title is not None
    assert report.title.startswith("<script>"), "kept as text; the page that shows it escapes it"


def inflated(contents: bytes, at: int, extra: int) -> bytes:
    """``extra`` bytes more in the text at ``at`` (a CBOR string of four length bytes), every box around it made longer."""
    changed = bytearray(contents)
    changed[at - 4 : at] = struct.pack(">I", struct.unpack(">I", contents[at - 4 : at])[0] + extra)
    start = boxes(contents)["uuid"][0]
    frames = [start] + [
        place - 4 for place in range(start + 8, at) if contents[place : place + 4] in (b"jumb", b"cbor")
    ]
    for place in frames:
        (size,) = struct.unpack(">I", contents[place : place + 4])
        if at < place + size <= len(contents):
            changed[place : place + 4] = struct.pack(">I", size + extra)
    return bytes(changed[:at]) + b"A" * extra + bytes(changed[at:])


def test_a_statement_of_a_hundred_megabytes(
    media: dict[str, Path], signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    huge = {"label": "org.example.huge", "data": {"x": "A" * 100_000}}
    definition = foreign.DEFINITION | {"assertions": [*foreign.DEFINITION["assertions"], huge]}
    out = foreign.bare_sign(media["cut"], tmp_path / "huge.mp4", signer, trust, definition=definition)
    assert verify(out, trust=trust).state == "Trusted"
    contents = out.read_bytes()
    out.write_bytes(inflated(contents, contents.index(b"A" * 100_000), HUGE_BYTES))
    report = clear(verify(out, trust=trust))
    assert (report.state, report.reasons[0].code) == ("Unreadable", "record.tooLong")
    assert len(json.dumps(report.as_dict())) < 10_000


def test_a_picture_of_a_hundred_megabytes_in_the_record(
    media: dict[str, Path], signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    definition = foreign.DEFINITION | {"thumbnail": {"format": "image/jpeg", "identifier": "thumb"}}

    def add(builder: c2pa.Builder) -> None:
        builder.add_resource("thumb", io.BytesIO(bytes(HUGE_BYTES)))

    out = foreign.bare_sign(media["cut"], tmp_path / "huge.mp4", signer, trust, definition=definition, edit=add)
    assert out.stat().st_size > HUGE_BYTES
    report = clear(verify(out, trust=trust))
    assert report.state == "Trusted"
    assert len(json.dumps(report.as_dict())) < 10_000, "pictures in the record are not carried about"


def test_two_records_in_one_file(film: Path, trust: TrustList) -> None:
    contents = film.read_bytes()
    offset, size = boxes(contents)["uuid"]
    film.write_bytes(contents[: offset + size] + contents[offset:])
    report = clear(verify(film, trust=trust))
    assert report.state == "Unreadable"


@pytest.mark.parametrize("box", ["ftyp", "uuid", "mdat", "moov"])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_cut_off_inside_a_box(film: Path, trust: TrustList, box: str, share: float) -> None:
    contents = film.read_bytes()
    offset, size = boxes(contents)[box]
    film.write_bytes(contents[: offset + int(size * share)])
    assert clear(verify(film, trust=trust)).state in ("Changed", "Unreadable", "NoCredentials")


@pytest.mark.parametrize("length", [0, 1, 7, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_box_that_lies_about_its_length(film: Path, trust: TrustList, length: int) -> None:
    contents = bytearray(film.read_bytes())
    offset, _ = boxes(bytes(contents))["moov"]
    contents[offset : offset + 4] = struct.pack(">I", length)
    film.write_bytes(contents)
    assert clear(verify(film, trust=trust)).state in ("Changed", "Unreadable", "NoCredentials")


def test_a_blacked_out_statement_is_named(
    media: dict[str, Path], signer: FileSigner, trust: TrustList, shot: Path, tmp_path: Path
) -> None:
    label = verify(shot, trust=trust).manifest_label
    address = f"self#jumbf=/c2pa/{label}/c2pa.assertions/c2pa.ai-disclosure"
    definition = foreign.DEFINITION | {
        "redactions": [address],
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {
                    "actions": [
                        {"action": "c2pa.opened", "parameters": {"ingredientIds": ["parent"]}},
                        {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": address}},
                    ]
                },
            }
        ],
    }
    parent = ({"title": "Shot 1", "relationship": "parentOf", "label": "parent"}, "video/mp4", shot.read_bytes())
    out = foreign.bare_sign(shot, tmp_path / "redacted.mp4", signer, trust, definition=definition, ingredients=[parent])
    report = clear(verify(out, trust=trust))
    assert report.state == "Trusted", report.reasons
    assert [(one.label, one.of) for one in report.redactions] == [("c2pa.ai-disclosure", "Shot 1")]
    assert any(one.code == "redacted" and "c2pa.ai-disclosure" in one.plain for one in report.notes)


def test_a_record_beside_the_file(media: dict[str, Path], signer: FileSigner, trust: TrustList, tmp_path: Path) -> None:
    film, record = tmp_path / "film.mp4", tmp_path / "film.c2pa"
    film.write_bytes(media["cut"].read_bytes())
    kept: list[bytes] = []
    with (
        c2pa.Builder(dict(foreign.DEFINITION), context=context(trust)) as builder,
        film.open("rb") as reading,
        (tmp_path / "out.mp4").open("w+b") as writing,
    ):
        builder.set_no_embed()
        kept.append(builder.sign(native_signer(signer, []), "video/mp4", reading, writing))
    record.write_bytes(kept[0])
    assert verify(film, trust=trust).state == "NoCredentials"
    assert clear(verify(film, trust=trust, sidecar=record)).state == "Trusted"
    flip(film, film.read_bytes().index(b"mdat") + 100)
    assert clear(verify(film, trust=trust, sidecar=record)).state == "Changed"
    record.write_bytes(b"no record")
    assert clear(verify(film, trust=trust, sidecar=record)).state in ("Unreadable", "NoCredentials")


def test_a_long_chain_is_walked_to_its_end_or_said_to_be_too_long(
    media: dict[str, Path], signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    contents = foreign.bare_sign(media["shot"], tmp_path / "0.mp4", signer, trust).read_bytes()
    for step in range(1, 6):
        part = ({"title": f"Step {step}", "relationship": "componentOf"}, "video/mp4", contents)
        contents = foreign.bare_sign(
            media["cut"], tmp_path / f"{step}.mp4", signer, trust, ingredients=[part, part]
        ).read_bytes()
    report = clear(verify(tmp_path / "5.mp4", trust=trust))
    assert report.state == "Trusted"
    assert max(link.depth for link in report.chain) == 5
    assert len(report.chain) == 2 + 4 + 8 + 16 + 32, "a part that is used twice is shown twice"


def test_an_ingredient_of_an_unsigned_kind_is_named(film: Path, trust: TrustList) -> None:
    screenplay = next(link for link in verify(film, trust=trust).chain if link.title == "Screenplay")
    assert (screenplay.state, screenplay.relationship) == ("NoCredentials", "inputTo")
    assert Ingredient("text/plain", "inputTo", "x", data=b"secret").__repr__().count("secret") == 0
    assert Action("c2pa.created", WHEN).ingredients == ()


def test_every_code_has_a_sentence() -> None:
    """The codes of the library that is installed, found in its binary, are all among ours."""
    assert len(WORDS) > 120
    for code, (plain, remedy) in WORDS.items():
        assert plain.endswith("."), code
        assert plain[0].isupper(), code
        assert remedy == "" or remedy.endswith("."), code
