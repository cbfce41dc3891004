"""The public verify page: what it says of good, changed, stripped and hostile files, and that it keeps none of them."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from django_site.apps.audits.models import Asset
from django_site.apps.provenance import uploads
from django_site.apps.provenance.services.recovery import manifest_index
from tests.clips import ffmpeg

pytestmark = pytest.mark.django_db
URL = "/verify/"


def hand_in(client, content: bytes, name: str = "film.mp4"):
    return client.post(URL, {"file": SimpleUploadedFile(name, content, content_type="video/mp4")})


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_signed_film_reads_trusted(client, signed_clip):
    page = words(hand_in(client, signed_clip.read_bytes()))
    assert 'class="verdict verdict-trusted"' in page
    for said in (
        "Reelproof DEVELOPMENT signer - not for production",
        "Computed by rules, without a trained model",
        "with previz 1.0; a person checked and approved it",
        "Compared with registered works and people: nothing stood against it",
        "Reviewed by person-0123456789ab (a pseudonym): approved",
        "It relies on nobody's likeness",
        "Not allowed: training, inference and data mining are reserved",
        "no independent time stamp",
    ):
        assert said in page, said


def test_a_changed_film_is_not_green_and_its_claims_are_marked(client, signed_clip):
    content = bytearray(signed_clip.read_bytes())
    at = content.rfind(b"mdat") + 64
    content[at] ^= 0xFF
    page = words(hand_in(client, bytes(content)))
    assert "Changed after signing" in page
    assert "verdict-trusted" not in page
    assert "What follows is what the record claims" in page


def test_a_film_without_credentials_is_neither_accused_nor_praised(client, clip):
    page = words(hand_in(client, clip.read_bytes()))
    assert "No credentials" in page
    assert "neither that it is genuine nor that it is not" in page
    assert "Recovered" not in page


def test_a_stripped_copy_is_recovered_by_its_fingerprint(client, world, clip, tmp_path):
    manifest_index(manifest=world.release.manifest)
    stripped = tmp_path / "stripped.mkv"
    ffmpeg("-i", clip, "-c", "copy", "-map_metadata", "-1", stripped)
    page = words(hand_in(client, stripped.read_bytes(), "stripped.mkv"))
    assert "Recovered, not carried by this file" in page
    assert "The coded pictures are the output&#x27;s own" in page, "by what of it it was found"
    assert reverse("verify:release", args=[world.release.pk]) in page
    assert "verdict-trusted" not in page


def test_one_address_has_only_so_many_files_looked_up_in_a_minute(client, clip, settings):
    settings.RESOLUTION_REQUESTS_A_MINUTE = 20
    first, second = (words(hand_in(client, clip.read_bytes(), "clip.mp4")) for _ in range(2))
    refusal = "It was not looked for among what was released here"
    assert refusal not in first
    assert refusal in second
    assert "No credentials" in second, "the file itself is verified all the same"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"hello", "note.txt"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "list.m3u8"),
        (b"\x00\x00\x00\x20ftypisom" + bytes(200), "bomb.mp4"),
        (b"<svg onload=alert(1)>", "<img src=x onerror=alert(1)>.svg"),
    ],
)
def test_hostile_files_get_a_calm_answer(client, content, name):
    response = hand_in(client, content, name)
    assert response.status_code == 200
    page = words(response)
    assert "Unreadable" in page or "No credentials" in page or "Changed" in page
    assert "<img src=x" not in page


def test_nothing_of_the_file_is_kept(client, signed_clip, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    before = Asset.objects.count()
    response = hand_in(client, signed_clip.read_bytes())
    assert list(Path(tmp_path).iterdir()) == []
    assert Asset.objects.count() == before
    assert response["Cache-Control"] == "no-store"


def test_a_file_beyond_the_limit_is_refused_before_it_is_written(client, monkeypatch, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    monkeypatch.setattr(uploads.BoundedUpload.__init__, "__kwdefaults__", {"limit": 1000})
    response = hand_in(client, bytes(100_000))
    assert response.status_code == 413
    assert "larger than" in words(response)
    assert list(Path(tmp_path).iterdir()) == []


@pytest.mark.parametrize("values", [{}, {"file": ""}])
def test_no_file_is_said_so(client, values):
    response = client.post(URL, values)
    assert response.status_code == 400
    assert "There was no file" in words(response)


def test_the_page_of_a_release(client, world):
    page = words(client.get(reverse("verify:release", args=[world.release.pk])))
    assert 'class="verdict verdict-trusted"' in page
    assert "Film released" in page
    assert reverse("audits:media", args=[world.release.manifest.asset_id]) in page
    assert client.get("/verify/" + "0" * 64 + "/").status_code == 404


def test_where_a_film_was_changed_is_drawn_and_listed(client, tmp_path):
    from auditor.provenance import Action, ManifestDraft, sign
    from django_site import wiring
    from tests.auditor.provenance.test_localising import packets, write_film

    source = write_film(tmp_path / "source.mp4", seconds=4)
    draft = ManifestDraft("Harbour", "video/mp4", "algorithmicMedia", (Action("c2pa.created", "2026-11-22T10:00:00Z"),))
    out = tmp_path / "film.mp4"
    sign(source, out, draft=draft, signer=wiring.signer(), trust=wiring.trust_list(), localisable=True)
    packet = next(one for one in packets(out) if one.kind == "video" and one.shown > 2.0)
    content = bytearray(out.read_bytes())
    content[packet.start + 40] ^= 1
    content += b"\x00\x00\x00\x10free<b>hid</b>"[:8] + b"smuggled"
    page = words(hand_in(client, bytes(content)))
    assert "Where it was changed" in page
    assert '<svg class="timeline-svg"' in page
    assert "Picture" in page
    assert f"{packet.place}" in page
    assert "a free box with 8 bytes, 8 of which aren" in page


def test_who_vouches_beside_the_signer(client, tmp_path, clip):
    from auditor.provenance import Action, FileSigner, ManifestDraft, OrganisationIdentity, sign
    from django_site import wiring

    draft = ManifestDraft("Harbour", "video/mp4", "algorithmicMedia", (Action("c2pa.created", "2026-11-22T10:00:00Z"),))
    organisation = OrganisationIdentity(FileSigner.open(wiring.settings.SIGNING_ROOT / "organisation"))
    out = tmp_path / "film.mp4"
    sign(clip, out, draft=draft, signer=wiring.signer(), trust=wiring.trust_list(), organisation=organisation)
    page = words(hand_in(client, out.read_bytes()))
    assert "on behalf of Reelproof development (not for production), whose own certificate is on our list" in page
    assert "The record as a drawing" in page
    assert page.count('<svg class="graph"') == 1
