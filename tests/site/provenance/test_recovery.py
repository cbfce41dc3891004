"""A released film loses its record and finds it again: through the page, through the resolution API, by every means."""

import base64
import json
from io import BytesIO, StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from jsonschema import Draft202012Validator

from auditor.provenance import ISCC, verify
from django_site import wiring
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.jobs.runner import run_pending
from django_site.apps.productions.models import Cut
from django_site.apps.productions.services.screenplays import screenplay_write
from django_site.apps.productions.services.takes import production_render
from django_site.apps.provenance.models import RecoveryEntry, ResolutionWindow, Watermark
from django_site.apps.provenance.services.recall import cut_recall
from django_site.apps.provenance.services.recovery import recover, recovery_rebuild, recovery_settle
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.services import case_approve
from tests.clips import BIKES, ffmpeg

pytestmark = pytest.mark.django_db(transaction=True)

API = "/api/soft-bindings"


@pytest.fixture
def studio(make, settings, tmp_path) -> SimpleNamespace:
    settings.INDEX_ROOT = tmp_path / "index"
    settings.RECOVERY_ROOT = tmp_path / "recovery"
    settings.RESOLUTION_REQUESTS_A_MINUTE = 1000
    studio = make.studio()
    studio.production = make.production(
        studio.organisation,
        studio.producer,
        brief="A lighthouse keeper finds a letter on the shore at dusk.",
        territories=["US"],
        width=320,
        height=180,
        fps=8,
        total_seconds=3,
    )
    return studio


@pytest.fixture
def film(studio, tmp_path) -> SimpleNamespace:
    """Rendered, cut, audited, approved, signed, released: by the real parts."""
    screenplay_write(production=studio.production, by=studio.producer)
    production_render(production=studio.production, by=studio.producer)
    run_pending()
    case_approve(case=Case.objects.get(cut__isnull=False), by=studio.legal_reviewer, reason="Watched it; it is fine.")
    run_pending()
    cut = Cut.objects.get()
    assert cut.state == "released", cut.reason
    path = tmp_path / "signed.mp4"
    path.write_bytes(asset_path(cut.release.manifest.asset).read_bytes())
    return SimpleNamespace(**vars(studio), cut=cut, release=cut.release, path=path, label=cut.release.manifest.label)


def post_file(client: Client, path: Path, query: str = ""):
    return client.post(f"{API}/matches/byContent{query}", path.read_bytes(), content_type="video/mp4")


def test_release_strip_recover(film, client, tmp_path):
    # what the record says, and what the policies were told
    mark = Watermark.objects.get(cut=film.cut)
    assert mark.read_at is not None
    reread = verify(film.path, trust=wiring.trust_list())
    assert reread.state == "Trusted"
    bindings = {one.alg: one.value for one in film.release.manifest.soft_bindings.all()}
    assert bindings[mark.alg] == mark.payload
    assert bindings[ISCC].startswith("ISCC:")
    facts = film.release.decision.facts
    assert facts["disclosure"]["watermark"] is True
    assert RecoveryEntry.objects.get(manifest=film.release.manifest).reason == ""
    # copies
    edits = {
        "stripped": (["-c", "copy", "-map_metadata", "-1"], "content"),
        "re-encoded": (["-crf", "30"], "watermark iscc"),
        "scaled": (["-vf", "scale=iw*0.75:-2", "-crf", "22"], "watermark iscc"),
        "mirrored": (["-vf", "hflip", "-crf", "22"], "watermark pictures"),
        "cropped": (["-vf", "crop=iw*0.9:ih*0.9", "-crf", "18"], "watermark iscc pictures"),
        # by pictures where its few moving seconds at 8 frames a second don't confirm the near code
        "gray": (["-vf", "hue=s=0"], "iscc pictures"),
    }
    for name, (arguments, by) in edits.items():
        copy = tmp_path / f"{name}.mp4"
        ffmpeg("-i", film.path, *arguments, copy)
        assert verify(copy, trust=wiring.trust_list()).state == "NoCredentials"
        found = recover(copy)
        assert [one.release for one in found] == [film.release], name
        assert found[0].found.by in by.split(), name
        # the page
        with copy.open("rb") as upload:
            page = client.post("/verify/", {"file": upload})
        assert page.status_code == 200
        assert page.context["verdict"].release == film.release
        # the API
        answer = post_file(client, copy).json()["matches"]
        assert [one["manifestId"] for one in answer] == [film.label]
        assert answer[0]["similarityScore"] > 0
    # something else
    with BIKES.open("rb") as upload:
        assert client.post("/verify/", {"file": upload}).context["verdict"].release is None
    assert post_file(client, BIKES).json() == {"matches": []}
    # the record, handed out
    served = client.get(f"{API}/manifests/{film.label}")
    assert served["Content-Type"] == "application/c2pa"
    (tmp_path / "store.c2pa").write_bytes(served.content)
    with_store = verify(film.path, trust=wiring.trust_list(), sidecar=tmp_path / "store.c2pa")
    assert with_store.manifest_label == film.label
    # the record beside the untouched film, for a copy from which only the box was cut out
    assert film.release.manifest.sidecar is not None
    assert client.get(reverse("audits:media", args=[film.release.manifest.sidecar_id])).status_code == 200

    # by value, each way
    for alg, value in ((mark.alg, mark.payload), (ISCC, bindings[ISCC])):
        for given in (value, base64.b64encode(value.encode()).decode()):
            found = client.get(f"{API}/matches/byBinding", {"alg": alg, "value": given}).json()["matches"]
            assert [one["manifestId"] for one in found] == [film.label]
        document = {"alg": alg, "value": base64.b64encode(value.encode()).decode()}
        found = client.post(f"{API}/matches/byBinding", document, content_type="application/json").json()["matches"]
        assert [one["manifestId"] for one in found] == [film.label]
    other = "".join(reversed(mark.payload))
    assert client.get(f"{API}/matches/byBinding", {"alg": mark.alg, "value": other}).json() == {"matches": []}
    only = post_file(client, tmp_path / "gray.mp4", f"?alg={mark.alg}").json()["matches"]
    assert only == [], "the colours are gone, and the watermark with them"
    assert post_file(client, tmp_path / "stripped.mp4", f"?alg={ISCC}").json()["matches"]

    # answers keep to their description
    schema = client.get(f"{API}/openapi.json").json()
    part = {"$ref": "#/components/schemas/c2pa.softBindingQueryResult", "components": schema["components"]}
    Draft202012Validator(part).validate(post_file(client, film.path).json())
    part["$ref"] = "#/components/schemas/c2pa.softBindingAlgList"
    algorithms = client.get(f"{API}/services/supportedAlgorithms").json()
    Draft202012Validator(part).validate(algorithms)
    assert algorithms == {"watermarks": [{"alg": mark.alg}], "fingerprints": [{"alg": ISCC}]}

    # recalled: known for what it is, and said
    cut_recall(release=film.release, by=film.head_of_legal, reason="A name was misspelt.")
    answer = post_file(client, tmp_path / "re-encoded.mp4").json()["matches"]
    assert answer[0]["manifestId"] == film.label
    assert answer[0]["recalled"]
    assert client.get(f"{API}/manifests/{film.label}")["Reelproof-Recalled"] == "true"

    # the index is made anew, and lost, and noticed
    out = StringIO()
    call_command("recovery_rebuild", stdout=out)
    assert "1 released files can be found again" in out.getvalue()
    assert recover(tmp_path / "re-encoded.mp4")
    assert recovery_settle() == 0
    RecoveryEntry.objects.all().delete()
    assert recovery_settle() == 1
    assert recovery_rebuild() == 1


def test_watermark_that_is_off_or_does_not_fit_is_not_claimed(studio, settings, film):
    from django_site.apps.provenance.services.watermarks import cut_marker, watermark_of

    settings.WATERMARK = ""
    assert cut_marker(cut=film.cut) is None
    settings.WATERMARK = "dwtDctSvd"
    assert cut_marker(cut=film.cut)[0].payload == Watermark.objects.get(cut=film.cut).payload
    film.cut.production.width, film.cut.production.height = 96, 54
    assert cut_marker(cut=film.cut) is None
    Watermark.objects.filter(cut=film.cut).update(read_at=None)
    assert watermark_of(film.cut) is None


# -- the API, without a film -----------------------------------------------------------------------------------------


@pytest.fixture
def api(settings, tmp_path, client) -> Client:
    settings.RECOVERY_ROOT = tmp_path / "recovery"
    settings.RESOLUTION_REQUESTS_A_MINUTE = 200
    return client


def test_description_is_valid_and_of_what_is_there(api):
    from openapi_spec_validator import validate

    from django_site.apps.provenance import resolution_urls

    answered = api.get(f"{API}/openapi.json")
    validate(answered.json())
    assert answered["Access-Control-Allow-Origin"] == "*"
    described = {path.strip("/").replace("{manifestId}", "<str:manifest_id>") for path in answered.json()["paths"]}
    assert described == {str(one.pattern) for one in resolution_urls.urlpatterns} - {"openapi.json"}
    assert answered.json()["servers"] == [{"url": f"http://testserver{API}"}]


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        ({}, 400, "base64"),
        ({"alg": ISCC}, 400, "value"),
        ({"alg": "org.example.mine", "value": "AAAA"}, 400, "supportedAlgorithms"),
        ({"alg": ISCC, "value": "%%%"}, 400, "base64"),
        ({"alg": ISCC, "value": "AAAA"}, 400, "ISCC"),
        ({"alg": ISCC, "value": "ISCC:" + "A" * 999}, 400, "1000"),
        ({"alg": "org.reelproof.dwtdctsvd.1", "value": "AAAA"}, 400, "hexadecimal"),
        ({"alg": ISCC, "value": "A" * 3000}, 414, "POST"),
    ],
)
def test_values_that_are_not_understood_say_so(api, query, status, word):
    answer = api.get(f"{API}/matches/byBinding", query)
    assert answer.status_code == status
    assert word in answer.json()["error"]


def test_results_are_limited(api):
    code = {"alg": "org.reelproof.dwtdctsvd.1", "value": "00" * 6}
    for bad in ("0", "101", "-1", "many"):
        answer = api.get(f"{API}/matches/byBinding", {**code, "maxResults": bad})
        assert answer.status_code == 400
        assert "maxResults" in answer.json()["error"]


def test_bodies_that_are_not_understood_say_so(api, monkeypatch):
    from django_site.apps.provenance import resolution_api

    address = f"{API}/matches/byBinding"
    assert api.post(address, "alg=x", content_type="text/plain").status_code == 415
    assert api.post(address, "{", content_type="application/json").status_code == 400
    assert api.post(address, "[]", content_type="application/json").status_code == 400
    assert api.post(address, json.dumps({"alg": "x" * 20_000}), content_type="application/json").status_code == 413
    content = f"{API}/matches/byContent"
    assert api.post(content, b"text", content_type="text/plain").status_code == 415
    assert api.generic("POST", content, b"", CONTENT_TYPE="video/mp4").status_code == 400
    assert api.post(f"{content}?alg=org.example.mine", b"x", content_type="video/mp4").status_code == 400
    damaged = api.post(content, b"no film at all", content_type="video/mp4")
    assert damaged.status_code == 415
    assert damaged.json()["error"].startswith("The file")
    playlist = api.post(content, b"#EXTM3U\nhttp://example.org/a.ts\n", content_type="video/mp4")
    assert playlist.status_code == 415
    monkeypatch.setattr(resolution_api, "MAX_FILE_BYTES", 1000)
    large = api.post(content, bytes(2000), content_type="video/mp4")
    assert large.status_code == 413
    assert "command line" in large.json()["error"]


def test_nothing_is_fetched_and_nothing_unreleased_is_handed_out(api):
    refused = api.post(f"{API}/matches/byReference", {"referenceUrl": "http://x"}, content_type="application/json")
    assert refused.status_code == 501
    assert "byContent" in refused.json()["error"]
    for label in ("urn:c2pa:none", "../../etc/passwd", "x" * 400):
        assert api.get(f"{API}/manifests/{label}").status_code == 404
    assert api.get(f"{API}/manifests/x", {"returnActiveManifest": "true"}).status_code == 400
    assert api.get(f"{API}/manifests/x", {"returnActiveManifest": "maybe"}).status_code == 400


def test_pages_of_others_may_read_and_methods_are_checked(api):
    read = api.get(f"{API}/services/supportedAlgorithms")
    assert read["Access-Control-Allow-Origin"] == "*"
    asked = api.options(f"{API}/matches/byBinding")
    assert asked.status_code == 204
    assert asked["Allow"] == "GET, POST, OPTIONS"
    assert "Access-Control-Allow-Origin" not in api.options(f"{API}/matches/byContent")
    wrong = api.delete(f"{API}/manifests/x")
    assert wrong.status_code == 405
    assert wrong["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.usefixtures("one_minute")
def test_each_address_has_its_own_allowance(api, settings):
    settings.RESOLUTION_REQUESTS_A_MINUTE = 22
    address = f"{API}/services/supportedAlgorithms"
    assert api.get(address)["RateLimit-Remaining"] == "21"
    assert api.post(f"{API}/matches/byContent", b"no film", content_type="video/mp4")["RateLimit-Remaining"] == "1"
    assert api.get(address)["RateLimit-Remaining"] == "0"
    refused = api.get(address)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    assert api.get(address, REMOTE_ADDR="10.0.0.2").status_code == 200
    assert api.get(address, headers={"X-Forwarded-For": "10.9.9.9"}).status_code == 429, "nobody chooses their address"
    settings.TRUSTED_PROXIES = 1
    assert api.get(address, headers={"X-Forwarded-For": "6.6.6.6, 10.0.0.3"}).status_code == 200
    assert all("10.0" not in one.client_sha256 for one in ResolutionWindow.objects.all())


def test_body_is_read_to_its_limit_and_not_beyond():
    from django.test import RequestFactory

    from django_site.apps.provenance.bodies import BodyTooLargeError, body_file

    request = RequestFactory().generic("POST", "/", b"x" * 5000)
    request.META["CONTENT_LENGTH"] = "10"  # it says less than it sends
    request._stream = BytesIO(b"x" * 5000)
    with pytest.raises(BodyTooLargeError), body_file(request, limit=1000):
        pass
