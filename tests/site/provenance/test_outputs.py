"""What is made from a released film: signed with the film as its parent, handed out while the film is out."""

import io
import shutil

import av
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from auditor.provenance import verify
from django_site import wiring
from django_site.apps.audits.models import PolicyRevision
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_pending
from django_site.apps.provenance.models import KeyUse, Output, SigningIntent
from django_site.apps.provenance.services.outputs import output_request, outputs_of
from django_site.apps.provenance.services.recall import cut_recall
from django_site.errors import InputError, NotAllowedError, WrongStateError

pytestmark = pytest.mark.django_db(transaction=True)


NOBODY_AGREES = """
id: ethics/nobody-agrees
title: A rule of this test about consents
version: 1
status: active
severity: block
effective: {from: 2026-01-01}
jurisdictions: ["*"]
basis: [{cite: "House rule of this test", jurisdiction: "*", kind: house, checked: 2026-11-27}]
points: [edit]
checks:
  - id: agreed
    title: Everybody agrees to it
    expr: size(territories) == 0
    plain: Nobody agrees to this film any more
    remedy: Ask them again before more is made.
    who_can_fix: the producer
on_error: block
override: {allowed: false, why_not: It is a test.}
tests:
  - {name: places, given: edit, expect: block}
  - {name: no places, given: edit, set: {territories: []}, expect: allow}
"""


def made(film, kind, **parameters) -> Output:
    output = output_request(release=film.release, kind=kind, by=film.producer, parameters=parameters)
    run_pending()
    output.refresh_from_db()
    assert output.manifest is not None, output.reason
    return output


def report_on(output, **options):
    return verify(asset_path(output.manifest.asset), trust=wiring.trust_list(), **options)


def test_everything_that_is_made_of_a_film_is_signed_with_the_film_as_its_parent(film):
    still = made(film, "still", seconds="2.5")
    sheet = made(film, "storyboard")
    track = made(film, "descriptions")
    stream = made(film, "stream")

    for output in (still, sheet, stream):
        report = report_on(output)
        assert report.state == "Trusted", report.reasons
        assert report.chain[0].relationship == "parentOf"
        assert report.chain[0].state == "Trusted"
        assert any(link.depth == 2 and link.relationship == "componentOf" for link in report.chain), "down to the takes"
        assert output.manifest.asset.zone == "released"
    beside = report_on(track, sidecar=asset_path(track.manifest.sidecar))
    assert (beside.state, beside.chain[0].relationship) == ("Trusted", "parentOf")
    assert report_on(track).state == "NoCredentials", "a text carries no record by itself"

    assert Image.open(asset_path(still.manifest.asset)).size == (64, 36)
    assert Image.open(asset_path(sheet.manifest.asset)).width > 480
    assert asset_path(track.manifest.asset).read_text().count("-->") == film.cut.items.count()
    assert set(outputs_of(film.release)) == {still, sheet, track, stream}
    for output in (still, sheet, track, stream):
        assert KeyUse.objects.filter(intent__output=output, purpose="claim").exists()


def test_a_package_is_played_from_its_addresses_by_anybody(film, tmp_path):
    stream, visitor = made(film, "stream"), Client()
    hls = visitor.get(reverse("outputs:playlist", args=[stream.pk, "film.m3u8"]))
    assert hls["Content-Type"] == "application/vnd.apple.mpegurl"
    assert hls["Access-Control-Allow-Origin"] == "*"
    dash = visitor.get(reverse("outputs:playlist", args=[stream.pk, "film.mpd"]))
    assert dash["Content-Type"] == "application/dash+xml"
    whole = b"".join(visitor.get(reverse("outputs:package", args=[stream.pk])).streaming_content)
    head = hls.content.decode().split('BYTERANGE="')[1].split("@")[0]
    part = visitor.get(reverse("outputs:package", args=[stream.pk]), headers={"range": f"bytes=0-{int(head) - 1}"})
    assert part.status_code == 206
    assert b"".join(part.streaming_content) == whole[: int(head)]
    with av.open(io.BytesIO(whole)) as container:
        assert len(list(container.decode(video=0))) > 0
    assert visitor.get(reverse("outputs:playlist", args=[stream.pk, "other.m3u8"])).status_code == 404

    cut_recall(release=film.release, by=film.head_of_legal, reason="A consent was withdrawn.")
    for address in ("film.m3u8", "film.mpd"):
        assert visitor.get(reverse("outputs:playlist", args=[stream.pk, address])).status_code == 404
    assert visitor.get(reverse("outputs:package", args=[stream.pk])).status_code == 404
    assert visitor.get(reverse("audits:media", args=[stream.manifest.asset_id])).status_code == 404
    film.release.cut.refresh_from_db()
    assert outputs_of(film.release) == []
    with pytest.raises(WrongStateError, match="recalled"):
        output_request(release=film.release, kind="storyboard", by=film.producer)


def test_asking_twice_makes_one_and_another_second_is_another_still(film):
    one, again = made(film, "still", seconds=1), made(film, "still", seconds="1.0")
    assert one == again
    assert made(film, "still", seconds=2) != one
    assert Job.objects.filter(kind="make_output").count() == 2


@pytest.mark.parametrize(
    ("kind", "parameters", "says"),
    [
        ("poster", {}, "poster"),
        ("still", {}, "how many seconds"),
        ("still", {"seconds": "soon"}, "how many seconds"),
        ("still", {"seconds": "nan"}, "nan"),
        ("still", {"seconds": 9999}, "ends at"),
        ("still", {"seconds": -1}, "-1"),
    ],
)
def test_what_can_not_be_made_is_refused_with_the_reason(film, kind, parameters, says):
    with pytest.raises(InputError, match=says):
        output_request(release=film.release, kind=kind, by=film.producer, parameters=parameters)
    assert not Output.objects.exists()


def test_only_those_who_make_the_film_ask_and_only_while_consents_stand(film, make, settings, tmp_path):
    with pytest.raises(NotAllowedError):
        output_request(release=film.release, kind="storyboard", by=make.user())
    PolicyRevision.objects.create(bundle_sha256=make.digest(), policies=1)
    assert made(film, "storyboard").manifest.state == "Trusted", "a new rule does not pull back what is out"
    settings.POLICIES_ROOT = shutil.copytree(settings.POLICIES_ROOT, tmp_path / "policies")
    (settings.POLICIES_ROOT / "ethics" / "nobody-agrees.yaml").write_text(NOBODY_AGREES)
    with pytest.raises(WrongStateError, match="Nobody agrees to this film any more"):
        output_request(release=film.release, kind="still", by=film.producer, parameters={"seconds": 1})


def test_a_film_that_is_recalled_while_something_is_made_of_it_hands_nothing_out(film, monkeypatch):
    output = output_request(release=film.release, kind="storyboard", by=film.producer)
    from django_site.apps.provenance.services import outputs as service

    plain = service.intent_sign

    def sign_and_recall(**arguments):
        manifest = plain(**arguments)
        cut_recall(release=film.release, by=film.head_of_legal, reason="A claim.")
        return manifest

    monkeypatch.setattr(service, "intent_sign", sign_and_recall)
    run_pending()
    output.refresh_from_db()
    assert output.manifest is None
    assert "recalled" in output.reason
    manifest = SigningIntent.objects.get(output=output).manifest
    assert manifest.asset.zone == "quarantine"
    assert not wiring.zone("released").exists(manifest.asset.sha256)


def test_the_database_hands_out_nothing_that_is_not_its_own(film):
    still, sheet = made(film, "still", seconds=1), made(film, "storyboard")
    with pytest.raises(IntegrityError, match=r"never changed|manifest of its own"), transaction.atomic():
        Output.objects.filter(pk=still.pk).update(manifest=sheet.manifest)
    other = output_request(release=film.release, kind="stream", by=film.producer)
    with pytest.raises(IntegrityError, match="manifest of its own"), transaction.atomic():
        Output.objects.filter(pk=other.pk).update(asset=still.asset, manifest=film.release.manifest)
    with pytest.raises(IntegrityError, match="can not be deleted"), transaction.atomic():
        Output.objects.filter(pk=still.pk)._raw_delete("default")
