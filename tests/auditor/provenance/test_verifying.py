"""What an attacker does to a signed film, and what verifying says about it."""

import io
import json
import struct
from pathlib import Path

import c2pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import BadInputError
from auditor.provenance import Action, DevelopmentAuthority, FileSigner, Ingredient, TrustList, sign, verify
from auditor.provenance.native import native_signer
from auditor.provenance.trust import context
from tests.auditor.provenance.conftest import WHEN, draft, flip


def boxes(data: bytes) -> dict[str, tuple[int, int]]:
    found, offset = {}, 0
    while offset < len(data):
        size, kind = struct.unpack(">I4s", data[offset : offset + 8])
        found[kind.decode("latin-1")] = (offset, size)
        offset += size
    return found


def codes(path: Path, trust: TrustList | None) -> tuple[str, set[str]]:
    report = verify(path, trust=trust)
    assert all(reason.plain for reason in report.reasons)
    json.dumps(report.as_dict())
    return report.state, {reason.code for reason in report.reasons}


def test_untouched(film: Path, trust: TrustList) -> None:
    report = verify(film, trust=trust)
    assert report.state == "Trusted"
    assert report.signer == "Reelproof DEVELOPMENT signer - not for production"
    assert report.title == "Harbour"
    assert report.claimed_at == "2026-11-22T10:05:00Z"
    assert report.signed_at is None, "no time stamp authority, so no time is proven"


def test_without_a_trust_list_nobody_is_trusted(film: Path) -> None:
    assert codes(film, None) == ("Valid", {"signingCredential.untrusted"})


@pytest.mark.parametrize("box", ["mdat", "moov"])
def test_a_flipped_bit(film: Path, trust: TrustList, box: str) -> None:
    offset, size = boxes(film.read_bytes())[box]
    flip(film, offset + size // 2)
    assert codes(film, trust) == ("Changed", {"assertion.bmffHash.mismatch"})


def test_a_box_added_in_front_of_the_end(film: Path, trust: TrustList) -> None:
    film.write_bytes(film.read_bytes() + struct.pack(">I4s", 16, b"evil") + b"payload!")
    assert codes(film, trust)[0] == "Changed"


def test_bytes_that_no_signature_covers_are_listed(film: Path, trust: TrustList) -> None:
    film.write_bytes(film.read_bytes() + struct.pack(">I4s", 16, b"free") + b"smuggled")
    report = verify(film, trust=trust)
    assert report.state == "Trusted", "free boxes are left out by the standard"
    assert report.uncovered[-1].box == "free"
    assert report.uncovered[-1].bytes == 16


def test_the_record_stripped_off(film: Path, trust: TrustList) -> None:
    data = film.read_bytes()
    offset, size = boxes(data)["uuid"]
    film.write_bytes(data[:offset] + data[offset + size :])
    assert codes(film, trust) == ("NoCredentials", {"manifest.notFound"})


def test_the_record_moved_to_another_video(film: Path, media: dict[str, Path], trust: TrustList) -> None:
    data, other = film.read_bytes(), media["other"].read_bytes()
    offset, size = boxes(data)["uuid"]
    head = boxes(other)["ftyp"][1]
    film.write_bytes(other[:head] + data[offset : offset + size] + other[head:])
    assert codes(film, trust) == ("Changed", {"assertion.bmffHash.mismatch"})


def test_two_records(film: Path, trust: TrustList) -> None:
    data = film.read_bytes()
    offset, size = boxes(data)["uuid"]
    film.write_bytes(data[: offset + size] + data[offset:])
    assert codes(film, trust)[0] in ("Unreadable", "Changed")


def test_an_edited_statement(film: Path, trust: TrustList) -> None:
    data = film.read_bytes()
    at = data.rindex(b"Apache-2.0")
    film.write_bytes(data[:at] + b"Apache-2.1" + data[at + 10 :])
    state, found = codes(film, trust)
    assert state == "Changed"
    assert "assertion.hashedURI.mismatch" in found


def test_an_edited_title(film: Path, trust: TrustList) -> None:
    data = film.read_bytes()
    film.write_bytes(data.replace(b"Harbour", b"Harbrat"))
    state, found = codes(film, trust)
    assert state == "Changed"
    assert "claimSignature.mismatch" in found


@pytest.mark.parametrize("keep", [0.02, 0.3, 0.6, 0.95, 0.999])
def test_cut_off(film: Path, trust: TrustList, keep: float) -> None:
    data = film.read_bytes()
    film.write_bytes(data[: int(len(data) * keep)])
    assert codes(film, trust)[0] in ("Changed", "Unreadable", "NoCredentials")


def test_a_copied_name_is_never_trusted(
    media: dict[str, Path], impostor: DevelopmentAuthority, trust: TrustList, tmp_path: Path
) -> None:
    theirs = TrustList.open(impostor.directory)
    out = tmp_path / "forged.mp4"
    signer = FileSigner.open(impostor.directory)
    assert sign(media["cut"], out, draft=draft(), signer=signer, trust=theirs).verification.state == "Trusted"
    report = verify(out, trust=trust)
    assert report.signer == "Reelproof DEVELOPMENT signer - not for production", "the name is the same"
    assert report.state == "Valid"
    assert "anyone can make such a certificate" in report.reasons[0].plain


def bare_sign(source: Path, out: Path, ingredient: Path, signer: FileSigner, trust: TrustList) -> None:
    """What another tool does: it takes an ingredient as it is and signs."""
    definition = draft(actions=(Action("c2pa.created", WHEN),)).definition([])
    native = native_signer(signer, [])
    builder = c2pa.Builder(definition, context=context(trust))
    with source.open("rb") as reading, out.open("w+b") as writing:
        builder.add_ingredient(
            {"title": "Shot", "relationship": "componentOf"}, "video/mp4", io.BytesIO(ingredient.read_bytes())
        )
        builder.sign(native, "video/mp4", reading, writing)


def test_a_tampered_ingredient_taints_the_whole(
    media: dict[str, Path], shot: Path, signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    flip(shot, shot.read_bytes().index(b"mdat") + 200)
    out = tmp_path / "out.mp4"
    bare_sign(media["cut"], out, shot, signer, trust)
    with out.open("rb") as stream:
        reader = c2pa.Reader("video/mp4", stream, context=context(trust))
    assert reader.get_validation_state() == "Trusted", "every reader that looks at the top alone is fooled"
    report = verify(out, trust=trust)
    assert report.state == "Changed"
    assert [(reason.code, reason.where) for reason in report.reasons] == [("assertion.bmffHash.mismatch", "Shot")]
    assert report.chain[0].state == "Changed"


def test_an_ingredient_tampered_two_steps_down(
    media: dict[str, Path], shot: Path, signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    flip(shot, shot.read_bytes().index(b"mdat") + 200)
    bare_sign(media["other"], tmp_path / "middle.mp4", shot, signer, trust)
    bare_sign(media["cut"], tmp_path / "top.mp4", tmp_path / "middle.mp4", signer, trust)
    report = verify(tmp_path / "top.mp4", trust=trust)
    assert report.state == "Changed"
    assert [link.depth for link in report.chain if link.state == "Changed"][-1] == 2


def test_a_strangers_ingredient_leaves_the_chain_valid_at_most(
    media: dict[str, Path],
    impostor: DevelopmentAuthority,
    authority: DevelopmentAuthority,
    signer: FileSigner,
    trust: TrustList,
    tmp_path: Path,
) -> None:
    theirs = TrustList.open(impostor.directory)
    stranger = FileSigner.open(impostor.directory)
    foreign = sign(media["shot"], tmp_path / "foreign.mp4", draft=draft("Foreign"), signer=stranger, trust=theirs)
    bare_sign(media["cut"], tmp_path / "out.mp4", foreign.path, signer, trust)
    assert verify(tmp_path / "out.mp4", trust=trust).state == "Valid"
    both = TrustList.from_pem(authority.root.read_bytes() + impostor.root.read_bytes())
    assert verify(tmp_path / "out.mp4", trust=both).state == "Trusted"


def test_what_a_stranger_says_of_a_part_of_theirs_is_no_more_than_their_word(
    media: dict[str, Path],
    shot: Path,
    impostor: DevelopmentAuthority,
    authority: DevelopmentAuthority,
    signer: FileSigner,
    trust: TrustList,
    tmp_path: Path,
) -> None:
    both = TrustList.from_pem(authority.root.read_bytes() + impostor.root.read_bytes())
    bare_sign(media["other"], tmp_path / "middle.mp4", shot, FileSigner.open(impostor.directory), both)
    bare_sign(media["cut"], tmp_path / "top.mp4", tmp_path / "middle.mp4", signer, trust)
    report = verify(tmp_path / "top.mp4", trust=trust)
    assert report.state == "Valid"
    assert [(link.depth, link.state) for link in report.chain] == [(1, "Valid"), (2, "Valid")]
    assert report.chain[1].reasons[0].code == "ingredient.onItsWord"
    assert [link.state for link in verify(tmp_path / "top.mp4", trust=both).chain] == ["Trusted", "Trusted"]


def test_a_hostile_title_stays_plain_text(
    media: dict[str, Path], signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    title = "<script>alert(1)</script>\x00\x1b[31m\u202egnp.exe\u200b\n" + "A" * 400
    output = sign(media["cut"], tmp_path / "x.mp4", draft=draft(title.replace("\x00", "")), signer=signer, trust=trust)
    shown = output.verification.title
    assert shown is not None
    assert len(shown) <= 200
    assert shown.startswith("<script>alert(1)</script>[31mgnp.exe A")
    assert not any(character in shown for character in "\x1b\u202e\u200b\n")


@pytest.mark.parametrize(
    ("name", "content", "state"),
    [
        ("empty.mp4", b"", "Unreadable"),
        ("text.mp4", b"Hello, this is text, and quite a lot of it at that.", "Unreadable"),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "Unreadable"),
        ("html.mp4", b"<html><script>alert(1)</script></html>", "Unreadable"),
        ("head.mp4", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "NoCredentials"),
        ("huge-box.mp4", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\xff\xff\xff\xffmoov", "Unreadable"),
        ("broken.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "Unreadable"),
        ("broken.jpg", b"\xff\xd8\xff\xe0" + b"\x11" * 40, "Unreadable"),
    ],
)
def test_bad_files(tmp_path: Path, trust: TrustList, name: str, content: bytes, state: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert codes(tmp_path / name, trust)[0] == state


def test_unsigned(media: dict[str, Path], trust: TrustList) -> None:
    assert codes(media["cut"], trust) == ("NoCredentials", {"manifest.notFound"})


def test_a_wrong_extension_does_not_matter(film: Path, trust: TrustList, tmp_path: Path) -> None:
    renamed = film.rename(tmp_path / "film.jpg")
    assert codes(renamed, trust) == ("Trusted", {"trusted"})


def test_no_such_file(tmp_path: Path, trust: TrustList) -> None:
    with pytest.raises(BadInputError, match="not a file"):
        verify(tmp_path / "gone.mp4", trust=trust)
    with pytest.raises(BadInputError, match="not a file"):
        verify(tmp_path, trust=trust)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_makes_it_raise_or_trust(film: Path, trust: TrustList, data: st.DataObject) -> None:
    """Any bit anywhere: never an exception, and Trusted only where the standard leaves the byte out."""
    original = film.read_bytes()
    at = data.draw(st.integers(0, len(original) - 1))
    try:
        flip(film, at)
        report = verify(film, trust=trust)
        excluded = any(part.offset <= at < part.offset + part.bytes for part in report.uncovered)
        if report.state == "Trusted":
            place, size = boxes(original)["uuid"]
            assert excluded or place <= at < place + size, f"byte {at} changed unnoticed"
    finally:
        film.write_bytes(original)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tail=st.binary(max_size=400))
def test_no_bytes_make_it_raise(tmp_path: Path, trust: TrustList, tail: bytes) -> None:
    path = tmp_path / "fuzz.mp4"
    for head in (b"\x00\x00\x00\x18ftypmp42", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x00\x00\x00WEBP", b""):
        path.write_bytes(head + tail)
        assert verify(path, trust=trust).state in ("Unreadable", "NoCredentials", "Changed")


def test_an_ingredient_is_named_in_the_reason(film: Path, trust: TrustList) -> None:
    assert [link.title for link in verify(film, trust=trust).chain] == ["Shot 1", "Screenplay"]
    assert Ingredient("text/plain", "inputTo", "x", data=b"secret").__repr__().count("secret") == 0
