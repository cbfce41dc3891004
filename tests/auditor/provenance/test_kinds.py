"""Every kind of output: what it carries, that it conforms in full, that its chain can be walked, that a change shows."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import c2pa
import numpy as np
import pytest

from auditor.provenance import (
    ISCC,
    Action,
    AuditStatement,
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
    SignedOutput,
    SigningError,
    SoftBindingStatement,
    TrustList,
    redact,
    sign,
    signing,
    stamp_later,
    verify,
)
from auditor.provenance.draft import DIGITAL_SOURCE_TYPES, source_type
from auditor.provenance.trust import context
from tests.auditor.provenance import rubric
from tests.auditor.provenance.conftest import WHEN, draft, flip, picture, write_mp4

pytestmark = pytest.mark.enable_socket  # the relay between the library and the authority is on loopback

D = "cd" * 32
VTT = "WEBVTT\n\n00:00.000 --> 00:01.000\nThe harbour sleeps.\n"
SRT = "1\n00:00:00,000 --> 00:00:01,000\nThe harbour sleeps.\n"


def sound(path: Path) -> Path:
    """Half a second of a tone, in the format that the suffix says."""
    codec = {".wav": "pcm_s16le", ".mp3": "libmp3lame", ".m4a": "aac"}[path.suffix]
    wave = (np.sin(np.arange(22050) / 20) * 8000).astype(np.int16)[None]
    with av.open(str(path), "w", format={".m4a": "ipod"}.get(path.suffix)) as container:
        stream = container.add_stream(codec, rate=44100)
        frame = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
        frame.sample_rate = 44100
        for part in av.AudioResampler(format=stream.format, layout="mono", rate=44100).resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode())
    return path


def document(path: Path) -> Path:
    import typst

    source = path.with_suffix(".typ")
    source.write_text('#set document(title: "Binder")\n= The harbour\n' + "Every shot was cleared. " * 40)
    path.write_bytes(typst.compile(str(source), format="pdf", pdf_standards=["ua-1"]))
    source.unlink()
    return path


def package(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("index.json", "{}")
        archive.writestr("documents/report.txt", "cleared")
    return path


def text(content: str) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_text(content)
        return path

    return write


#: What is made, of what type, by whom, and from which of the outputs before (as what).
OUTPUTS: dict[str, tuple[str, str, str, Callable[[Path], Path], tuple[str, str] | None]] = {
    "take": ("take", ".mp4", "video/mp4", write_mp4, None),
    "cut": ("cut", ".mp4", "video/mp4", lambda path: write_mp4(path, 1), ("take", "componentOf")),
    "still, PNG": ("still", ".png", "image/png", picture, ("cut", "parentOf")),
    "still, JPEG": ("still", ".jpg", "image/jpeg", picture, ("cut", "parentOf")),
    "storyboard, PNG": ("storyboard", ".png", "image/png", lambda path: picture(path, 2), None),
    "storyboard, PDF": ("storyboard", ".pdf", "application/pdf", picture, ("storyboard, PNG", "componentOf")),
    "trailer": ("trailer", ".mp4", "video/mp4", lambda path: write_mp4(path, 3), ("cut", "parentOf")),
    "variant": ("variant", ".mp4", "video/mp4", lambda path: write_mp4(path, 4), ("cut", "parentOf")),
    "audio, WAV": ("audio", ".wav", "audio/wav", sound, ("cut", "componentOf")),
    "audio, M4A": ("audio", ".m4a", "audio/mp4", sound, ("cut", "parentOf")),
    "audio, MP3": ("audio", ".mp3", "audio/mpeg", sound, ("cut", "parentOf")),
    "captions, WebVTT": ("captions", ".vtt", "text/vtt", text(VTT), ("cut", "inputTo")),
    "captions, SubRip": ("captions", ".srt", "application/x-subrip", text(SRT), ("cut", "inputTo")),
    "document": ("document", ".pdf", "application/pdf", document, ("cut", "inputTo")),
    "package": ("package", ".zip", "application/zip", package, ("document", "componentOf")),
}
every_output = pytest.mark.parametrize("name", OUTPUTS)


@pytest.fixture(scope="module")
def signed(
    authority: DevelopmentAuthority, signer: FileSigner, trust: TrustList, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, SignedOutput]:
    """Each output, signed with everything that a release carries."""
    folder = tmp_path_factory.mktemp("kinds")
    made: dict[str, SignedOutput] = {}
    for number, (name, (kind, suffix, media_type, make, origin)) in enumerate(OUTPUTS.items()):
        source = make(folder / f"source-{number}{suffix}")
        ingredients = [
            Ingredient(
                "text/plain", "inputTo", "Screenplay, version 3", data=b"INT. HARBOUR - NIGHT", label="screenplay"
            ),
            Ingredient("application/json", "inputTo", "Model card: previz 1.0", data=b"{}", label="model"),
        ]
        actions = (Action("c2pa.created", WHEN, ingredients=("screenplay", "model")),)
        if origin is not None:
            before = made[origin[0]]
            ingredients.append(
                Ingredient(
                    OUTPUTS[origin[0]][2],
                    origin[1],
                    f"The {origin[0]}",
                    path=before.path,
                    label="before",  # type: ignore[arg-type]
                )
            )
            if origin[1] == "parentOf":
                actions = (
                    Action("c2pa.opened", WHEN, ingredients=("before",)),
                    Action("c2pa.edited", WHEN, ingredients=("screenplay", "model")),
                )
            elif origin[1] == "componentOf":
                actions = (*actions, Action("c2pa.placed", WHEN, ingredients=("before",)), Action("c2pa.edited", WHEN))
        made[name] = sign(
            source,
            folder / f"signed-{number}{suffix}",
            draft=draft(
                f"Harbour: {name}",
                media_type=media_type,
                kind=kind,
                digital_source_type="compositeWithTrainedAlgorithmicMedia",
                actions=actions,
                audit=AuditStatement("allow", D, D, D, WHEN),
                review=ReviewStatement("reviewer-7", "approved", WHEN),
                consents=(ConsentReference("grant-1", D),),
                soft_bindings=(
                    SoftBindingStatement(ISCC, "ISCC:KACYPXW445FTYNJ3CYSXHAFJMA2HUWULUNRFE3BLHRSCXYH2M5AEGQY"),
                    SoftBindingStatement("org.reelproof.dwt-svd.1", "0123456789abcdef"),
                ),
            ),
            signer=signer,
            trust=trust,
            ingredients=ingredients,
            organisation=OrganisationIdentity(FileSigner.open(authority.organisation_directory)),
            timestamps=DevelopmentTimestamps(authority.timestamps_directory),
        )
    return made


def crjson(output: SignedOutput, media_type: str, trust: TrustList) -> dict[str, Any]:
    record = None if output.sidecar is None else output.sidecar.read_bytes()
    native = {"application/zip": "application/x-zip"}.get(media_type, media_type)
    with output.path.open("rb") as stream, c2pa.Reader(native, stream, record, context=context(trust)) as reader:
        said: dict[str, Any] = json.loads(reader.crjson())
    return said


@every_output
def test_it_meets_the_official_rubric_in_full(name: str, signed: dict[str, SignedOutput], trust: TrustList) -> None:
    assert rubric.unmet(crjson(signed[name], OUTPUTS[name][2], trust)) == {}
    assert len(rubric.names()) == 31


@every_output
def test_it_carries_everything(name: str, signed: dict[str, SignedOutput], trust: TrustList) -> None:
    output, origin = signed[name], OUTPUTS[name][4]
    report = verify(output.path, trust=trust, sidecar=output.sidecar)
    said = report.statements
    assert (report.state, report.title) == ("Trusted", f"Harbour: {name}")
    assert report.signed_at is not None
    assert said.disclosure is not None
    assert said.mining is not None
    assert said.audit is not None
    assert said.review is not None
    assert said.consents == ("grant-1",)
    assert said.soft_binding is not None
    assert len(said.sources) == (2 if origin is None else 3)
    assert [identity.standing for identity in report.identities] == ["trusted"]
    labels = crjson(output, OUTPUTS[name][2], trust)["manifests"][0]["assertions"]
    assert {"c2pa.soft-binding", "c2pa.soft-binding__1", "cawg.training-mining", "cawg.identity"} <= set(labels)
    assert "c2pa.training-mining" not in labels


@every_output
def test_its_chain_leads_back_to_where_it_began(name: str, signed: dict[str, SignedOutput], trust: TrustList) -> None:
    titles = [link.title for link in signed[name].verification.chain]
    at, steps = name, 1
    while (origin := OUTPUTS[at][4]) is not None:
        at, steps = origin[0], steps + 1
        if OUTPUTS[at][0] != "captions":
            assert f"The {at}" in titles
    assert titles.count("Screenplay, version 3") == steps
    assert titles.count("Model card: previz 1.0") == steps
    assert {link.state for link in signed[name].verification.chain} <= {"Trusted", "NoCredentials"}


@every_output
def test_a_change_shows(name: str, signed: dict[str, SignedOutput], trust: TrustList, tmp_path: Path) -> None:
    output, (_, suffix, _, _, _) = signed[name], OUTPUTS[name]
    data = bytearray(output.path.read_bytes())
    places = {
        ".mp4": lambda: data.index(b"mdat") + 100,
        ".m4a": lambda: data.rindex(b"mdat") + 100,
        ".png": lambda: data.index(b"IDAT") + 40,
        ".jpg": lambda: len(data) - 40,
        ".pdf": lambda: data.index(b"stream") + 40,
        ".wav": lambda: data.index(b"data") + 400,
        ".mp3": lambda: len(data) - 300,
        ".vtt": lambda: data.index(b"harbour"),
        ".srt": lambda: data.index(b"harbour"),
        ".zip": lambda: data.index(b"cleared"),
    }
    copy = tmp_path / f"copy{suffix}"
    copy.write_bytes(bytes(data))
    flip(copy, places[suffix]())
    assert verify(copy, trust=trust, sidecar=output.sidecar).state in ("Changed", "Unreadable")


def test_captions_are_copied_and_their_record_lies_beside_them(
    signed: dict[str, SignedOutput], trust: TrustList
) -> None:
    output = signed["captions, WebVTT"]
    assert output.path.read_text() == VTT
    assert output.sidecar == output.path.with_name(output.path.name + ".c2pa")
    alone = verify(output.path, trust=trust)
    assert alone.state == "NoCredentials"
    assert ".c2pa" in alone.reasons[0].remedy
    assert verify(signed["captions, SubRip"].path, trust=trust, sidecar=output.sidecar).state == "Changed"


def test_a_document_is_still_one_that_readers_read(signed: dict[str, SignedOutput]) -> None:
    data = signed["document"].path.read_bytes()
    assert data.startswith(b"%PDF-1.")
    assert data.rstrip().endswith(b"%%EOF")
    for part in (b"/StructTreeRoot", b"/AFRelationship", b"/Title"):
        assert part in data


def test_a_package_is_still_one_that_unpacks(signed: dict[str, SignedOutput]) -> None:
    with zipfile.ZipFile(io.BytesIO(signed["package"].path.read_bytes())) as archive:
        assert archive.testzip() is None
        assert archive.read("documents/report.txt") == b"cleared"
        assert "META-INF/content_credential.c2pa" in archive.namelist()


def test_what_is_revised_conforms_too(
    authority: DevelopmentAuthority, media: dict[str, Path], signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    stamps = DevelopmentTimestamps(authority.timestamps_directory)
    reviewed = draft(review=ReviewStatement("reviewer-7", "approved", WHEN))
    first = sign(media["cut"], tmp_path / "first.mp4", draft=reviewed, signer=signer, trust=trust)
    later = stamp_later(first.path, tmp_path / "later.mp4", signer=signer, trust=trust, timestamps=stamps)
    gone = redact(
        first.path,
        tmp_path / "gone.mp4",
        assertions=["org.reelproof.review"],
        reason="c2pa.PII.present",
        signer=signer,
        trust=trust,
    )
    for output in (first, later, gone):
        assert rubric.unmet(crjson(output, "video/mp4", trust)) == {}


def test_the_checks_find_what_does_not_conform(
    signed: dict[str, SignedOutput], trust: TrustList, subtests: pytest.Subtests
) -> None:
    """Each rule fails on a document that breaks it: a rubric that passes everything proves nothing."""
    whole = json.dumps(crjson(signed["trailer"], "video/mp4", trust))
    actions = "c2pa.actions.v2"

    def first(manifest: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = manifest["assertions"][actions]["actions"][0]
        return found

    def ingredient(manifest: dict[str, Any]) -> dict[str, Any]:
        return next(value for value in manifest["assertions"].values() if value.get("activeManifest"))

    def fails(code: str) -> Callable[[dict[str, Any]], None]:
        return lambda manifest: manifest["validationResults"]["failure"].append({"code": code})

    def adds(label: str, value: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
        return lambda manifest: manifest["assertions"].__setitem__(label, value)

    def acts(**action: Any) -> Callable[[dict[str, Any]], None]:
        return lambda manifest: manifest["assertions"][actions]["actions"].append(action)

    def generator(manifest: dict[str, Any]) -> dict[str, Any]:
        said = manifest["claim.v2"]["claim_generator_info"]
        found: dict[str, Any] = said[0] if isinstance(said, list) else said
        return found

    reference = {"label": "c2pa.hash.data", "url": "https://example.com"}
    original = {"type": "exif.originalPreservationImage", "parameters": {}}
    breaks: dict[str, Callable[[dict[str, Any]], Any]] = {
        "mandatory_dst_for_perceptible_transformations": acts(action="c2pa.cropped"),
        "mandatory_spec_version": lambda manifest: generator(manifest).pop("specVersion"),
        "mandatory_all_actions_included": lambda manifest: manifest["assertions"][actions].pop("allActionsIncluded"),
        "no_dst_for_opened_action": lambda manifest: first(manifest).update(digitalSourceType="x"),
        "well_formed_data_present": lambda manifest: manifest.pop("validationResults"),
        "well_formed_success": fails("assertion.action.malformed"),
        "valid_data_present": lambda manifest: manifest.pop("validationResults"),
        "valid_success": fails("assertion.bmffHash.mismatch"),
        "inception_action_position": lambda manifest: manifest["claim.v2"].update(created_assertions=[]),
        "no_deprecated_assertions": adds("stds.exif", {}),
        "no_unsupported_assertions": adds("c2pa.nonsense", {}),
        "no_deprecated_actions": acts(action="c2pa.saved"),
        "no_unsupported_actions": acts(action="c2pa.teleported"),
        "no_unrecognized_custom_assertions": adds("nonsense", {}),
        "no_unrecognized_custom_actions": acts(action="nonsense"),
        "no_unrecognized_custom_action_parameters": acts(action="c2pa.published", parameters={"nonsense": 1}),
        "discouraged_legacy_action_parameters": acts(action="c2pa.published", parameters={"description": "x"}),
        "active_manifest_urn": lambda manifest: manifest.update(label="urn:uuid:1"),
        "review_ratings_datasource": adds(
            "c2pa.metadata", {"reviewRatings": [], "dataSource": {"type": "humanEntry.anonymous"}}
        ),
        "ingredient_v3_no_active_manifest": lambda manifest: ingredient(manifest).pop("activeManifest"),
        "ingredient_v3_mandatory_validation_results": lambda manifest: ingredient(manifest).pop("validationResults"),
        "ingredient_relationship_values": lambda manifest: ingredient(manifest).update(relationship="cousinOf"),
        "mandatory_dst_for_created_action": acts(action="c2pa.created"),
        "no_deprecated_claim_fields": lambda manifest: manifest["claim.v2"].update(specVersion="2.4"),
        "ingredient_v3_choice": lambda manifest: ingredient(manifest).update(digitalSourceType="x"),
        "alternative_content_representation_choice": adds("c2pa.alternative-content-representation", original),
        "forbidden_labels_in_external_references": adds("c2pa.external-reference", reference),
        "no_url_in_hashes": adds("c2pa.hash.data", {"url": "https://example.com"}),
        "all_actions_included_opened": lambda manifest: manifest["assertions"][actions].update(
            actions=[first(manifest)], allActionsIncluded=False
        ),
        "opened_action_ingredient_reference": lambda manifest: first(manifest).pop("parameters"),
        "no_box_hash_for_tiff": lambda manifest: manifest["assertions"].update(
            {"c2pa.asset-type.v2": {"dc:format": "image/tiff"}, "c2pa.hash.boxes": {}}
        ),
    }
    assert set(breaks) == set(rubric.names())
    for name, harm in breaks.items():
        with subtests.test(name):
            spoilt = json.loads(whole)
            harm(spoilt["manifests"][0])
            assert name in rubric.unmet(spoilt)


@pytest.mark.parametrize(
    ("kind", "media_type"), [("still", "video/mp4"), ("captions", "video/mp4"), ("document", "video/mp4")]
)
def test_a_kind_that_the_file_is_not_is_refused(
    kind: str, media_type: str, media: dict[str, Path], signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    with pytest.raises(DraftError, match=f"is no {kind}"):
        sign(
            media["cut"], tmp_path / "o.mp4", draft=draft(kind=kind, media_type=media_type), signer=signer, trust=trust
        )


def test_only_the_words_of_the_lists_are_source_types() -> None:
    assert len(DIGITAL_SOURCE_TYPES) == 17
    for name in DIGITAL_SOURCE_TYPES:
        assert source_type(source_type(name)) == f"http://cv.iptc.org/newscodes/digitalsourcetype/{name}"
    assert source_type("empty") == "http://c2pa.org/digitalsourcetype/empty"
    for name in (
        "minorHumanEdits",
        "digitalArt",
        "softwareImage",
        "multiFrameComputationalCapture",
        "",
        "TrainedAlgorithmicMedia",
    ):
        with pytest.raises(DraftError, match="IPTC"):
            source_type(name)


def imported(folder: Path, impostor: DevelopmentAuthority) -> Path:
    """A film that somebody signed whom we don't know, with an ingredient of their own."""
    signer, trust = FileSigner.open(impostor.directory), TrustList.open(impostor.directory)
    shot = sign(
        write_mp4(folder / "their-shot.mp4", 7),
        folder / "a.mp4",
        draft=draft("Theirs: shot"),
        signer=signer,
        trust=trust,
    )
    placed = (Action("c2pa.created", WHEN), Action("c2pa.placed", WHEN, ingredients=("s",)))
    part = Ingredient("video/mp4", "componentOf", "Their shot", path=shot.path, label="s")
    return sign(
        write_mp4(folder / "their-film.mp4", 8),
        folder / "b.mp4",
        draft=draft("Theirs", kind="cut", actions=placed),
        signer=signer,
        trust=trust,
        ingredients=[part],
    ).path


def test_what_others_signed_keeps_its_record(
    impostor: DevelopmentAuthority, signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    theirs = imported(tmp_path, impostor)
    before = theirs.read_bytes()
    out = tmp_path / "out.mp4"
    with pytest.raises(HistoryError, match="already signed"):
        sign(theirs, out, draft=draft(), signer=signer, trust=trust)
    parent = Ingredient("video/mp4", "parentOf", "As delivered", path=theirs, label="p")
    opened = draft(actions=(Action("c2pa.opened", WHEN, ingredients=("p",)), Action("c2pa.transcoded", WHEN)))
    with pytest.raises(RereadError, match="reads as Valid, not Trusted"):
        sign(theirs, out, draft=opened, signer=signer, trust=trust, ingredients=[parent])
    assert not out.exists()
    output = sign(theirs, out, draft=opened, signer=signer, trust=trust, ingredients=[parent], unknown_signers=True)
    assert output.verification.state == "Valid"
    assert output.verification.signer == signer.name
    first, second = output.verification.chain[:2]
    assert (first.title, first.state, second.title, second.depth) == ("As delivered", "Valid", "Their shot", 2)
    assert theirs.read_bytes() == before
    known = TrustList.from_pem(trust.pem + TrustList.open(impostor.directory).pem)
    assert verify(output.path, trust=known).state == "Trusted"


def test_letting_unknown_signers_pass_lets_nothing_else_pass(
    impostor: DevelopmentAuthority, signer: FileSigner, trust: TrustList, media: dict[str, Path], tmp_path: Path
) -> None:
    theirs = imported(tmp_path, impostor)
    flip(theirs, theirs.read_bytes().index(b"mdat") + 200)
    parent = Ingredient("video/mp4", "parentOf", "Tampered", path=theirs, label="p")
    opened = draft(actions=(Action("c2pa.opened", WHEN, ingredients=("p",)),))
    with pytest.raises(RereadError, match="reads as Changed"):
        sign(
            theirs,
            tmp_path / "o.mp4",
            draft=opened,
            signer=signer,
            trust=trust,
            ingredients=[parent],
            unknown_signers=True,
        )
    stranger = FileSigner.open(impostor.directory)
    with pytest.raises(RereadError, match="reads as Valid"):
        sign(media["cut"], tmp_path / "o.mp4", draft=draft(), signer=stranger, trust=trust, unknown_signers=True)
    assert not (tmp_path / "o.mp4").exists()


def hashed_apart(output: SignedOutput, trust: TrustList) -> bool:
    binding = crjson(output, "video/mp4", trust)["manifests"][0]["assertions"]["c2pa.hash.bmff.v3"]
    return bool(binding.get("merkle"))


def test_long_films_are_localisable_unless_one_hash_is_asked_for(
    media: dict[str, Path], signer: FileSigner, trust: TrustList, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not hashed_apart(sign(media["cut"], tmp_path / "a.mp4", draft=draft(), signer=signer, trust=trust), trust)
    monkeypatch.setattr(signing, "_LONG_BYTES", 1000)
    long = sign(media["cut"], tmp_path / "b.mp4", draft=draft(), signer=signer, trust=trust)
    assert hashed_apart(long, trust)
    one = sign(media["cut"], tmp_path / "c.mp4", draft=draft(), signer=signer, trust=trust, localisable=False)
    assert not hashed_apart(one, trust)
    two = tmp_path / "two.mp4"
    two.write_bytes(media["cut"].read_bytes() + (16).to_bytes(4, "big") + b"mdat" + bytes(8))
    assert not hashed_apart(sign(two, tmp_path / "d.mp4", draft=draft(), signer=signer, trust=trust), trust)


def test_localisable_needs_one_plain_mdat(
    media: dict[str, Path], signer: FileSigner, trust: TrustList, tmp_path: Path
) -> None:
    output = sign(media["cut"], tmp_path / "o.mp4", draft=draft(), signer=signer, trust=trust, localisable=True)
    assert rubric.unmet(crjson(output, "video/mp4", trust)) == {}
    assert hashed_apart(output, trust)
    fragmented = tmp_path / "f.mp4"
    with av.open(str(fragmented), "w", options={"movflags": "frag_keyframe+empty_moov"}) as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(6):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode())
    two = tmp_path / "two.mp4"
    two.write_bytes(media["cut"].read_bytes() + (16).to_bytes(4, "big") + b"mdat" + bytes(8))
    for source in (fragmented, two):
        with pytest.raises(SigningError, match="one mdat box and no fragments"):
            sign(source, tmp_path / "p.mp4", draft=draft(), signer=signer, trust=trust, localisable=True)
    still = draft(media_type="image/png", kind="still")
    with pytest.raises(SigningError, match="one mdat box"):
        sign(picture(tmp_path / "a.png"), tmp_path / "b.png", draft=still, signer=signer, trust=trust, localisable=True)
