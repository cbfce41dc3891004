"""What is cut from a released film: a trailer, the best stills, captions. Each stands on its own gates."""

import av
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from auditor.provenance import verify
from django_site import wiring
from django_site.apps.audits.models import Audit, Decision
from django_site.apps.audits.output_facts import as_trailer, trailer_edit_facts, trailer_facts
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.jobs.runner import run_pending
from django_site.apps.productions.models import Cut, Take
from django_site.apps.productions.services.cuts import cut_request
from django_site.apps.provenance.models import Output
from django_site.apps.provenance.services.outputs import output_request, outputs_of, stills_request
from django_site.apps.provenance.services.recall import cut_recall
from django_site.apps.provenance.services.trailers import takes_in
from django_site.apps.reviews.services import case_approve
from django_site.errors import InputError, WrongStateError

pytestmark = pytest.mark.django_db(transaction=True)


def asked(film, kind, **parameters) -> Output:
    output = output_request(release=film.release, kind=kind, by=film.producer, parameters=parameters)
    run_pending()
    output.refresh_from_db()
    return output


def test_what_is_cut_from_a_film_passes_its_gates_and_goes_with_it(film, make):
    """One film for all of it: rendering another takes a minute."""
    trailer = a_trailer(film)
    first = the_best_stills(film)
    text = captions(film)
    whoever_did_not_agree_is_left_out(film, make)
    an_av1_cut(film)

    visitor = Client()
    page = visitor.get(reverse("verify:release", args=[film.release.pk])).content.decode()
    for output in (trailer, first, text):
        assert reverse("audits:media", args=[output.manifest.asset_id]) in page
        assert reverse("outputs:verdict", args=[output.pk]) in page
        verdict = visitor.get(reverse("outputs:verdict", args=[output.pk])).content.decode()
        assert "verdict-ok" in verdict or "Trusted" in verdict
    served = visitor.get(reverse("audits:media", args=[text.manifest.asset_id]))
    assert served["Content-Type"].startswith("application/x-subrip")
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Output.objects.filter(pk=trailer.pk).update(contents={})
    other = output_request(release=film.release, kind="trailer", by=film.producer, parameters={"seconds": 6})
    with pytest.raises(IntegrityError, match=r"decision of its own|manifest of its own"), transaction.atomic():
        Output.objects.filter(pk=other.pk).update(asset=trailer.asset, manifest=trailer.manifest)

    cut_recall(release=film.release, by=film.head_of_legal, reason="A consent was withdrawn.")
    for output in (trailer, first, text):
        assert visitor.get(reverse("audits:media", args=[output.manifest.asset_id])).status_code == 404
        assert "recalled" in visitor.get(reverse("outputs:verdict", args=[output.pk])).content.decode().lower()
    film.release.cut.refresh_from_db()
    assert outputs_of(film.release) == []
    run_pending()
    other.refresh_from_db()
    assert other.manifest is None
    assert "recalled" in other.reason


def a_trailer(film) -> Output:
    trailer = asked(film, "trailer", seconds="4")
    assert trailer.manifest is not None, trailer.reason
    report = verify(asset_path(trailer.manifest.asset), trust=wiring.trust_list())
    assert report.state == "Trusted", report.reasons
    assert report.chain[0].relationship == "parentOf"
    assert any(link.depth == 2 and link.relationship == "componentOf" for link in report.chain)
    audit = Audit.objects.get(output=trailer)
    decision = Decision.objects.get(output=trailer)
    assert (audit.state, decision.audit_id) == ("complete", audit.pk)
    assert decision.facts["production"]["use"] == "trailer"
    assert decision.facts["asset"]["sha256"] == trailer.asset.sha256 == audit.asset.sha256
    with av.open(str(asset_path(trailer.manifest.asset))) as container:
        frames = sum(1 for _ in container.decode(video=0))
    pieces = trailer.contents["pieces"]
    assert frames == round(8 * (max(piece["end"] for piece in pieces) + 2)), "an end card of two seconds"
    assert all(piece["film_start"] < 0.8 * float(film.cut.duration) for piece in pieces), "none of the ending"
    assert {piece["take"] for piece in pieces} <= {str(pk) for pk in film.cut.items.values_list("take", flat=True)}
    return trailer


def the_best_stills(film) -> Output:
    stills_request(release=film.release, by=film.producer, count=2)
    run_pending()
    first, second = (Output.objects.get(kind="still", parameters={"best": place}) for place in (1, 2))
    assert first.contents["score"] >= second.contents["score"] > 0
    assert first.contents["seconds"] != second.contents["seconds"]
    assert Image.open(asset_path(first.manifest.asset)).size == (64, 36)
    return first


def captions(film) -> Output:
    Cut.objects.filter(pk=film.cut.pk).update(timeline={**film.cut.timeline, "cues": []})
    film.release.cut.refresh_from_db()
    with pytest.raises(InputError, match="nothing is said in this film"):
        asked(film, "captions", format="vtt")
    Cut.objects.filter(pk=film.cut.pk).update(timeline=with_a_line(film.cut.timeline))
    film.release.cut.refresh_from_db()
    text = asked(film, "captions", format="srt")
    assert text.manifest is not None, text.reason
    assert "Is anybody there?" in asset_path(text.manifest.asset).read_text()
    path, beside = asset_path(text.manifest.asset), asset_path(text.manifest.sidecar)
    report = verify(path, trust=wiring.trust_list(), sidecar=beside)
    assert (report.state, report.chain[0].relationship) == ("Trusted", "parentOf")
    return text


def with_a_line(document: dict) -> dict:
    """The timeline with a caption on its first clip of a take."""
    clip = next(clip for clip in document["clips"] if "sha256" in clip["source"])
    cue = {"id": "line", "clip": clip["id"], "start": 0, "frames": 4, "text": "Is anybody there?", "speaker": "MARA"}
    return {**document, "cues": [cue]}


def whoever_did_not_agree_is_left_out(film, make) -> None:
    subject = make.subject(film.organisation)
    make.grant(subject, film.production, limits={"uses": ["film"]})
    takes = list(Take.objects.filter(cut_items__cut=film.cut).select_related("shot").distinct())
    shots = type(takes[0].shot).objects.filter(takes__in=takes)
    shots.filter(pk=takes[0].shot_id).update(cast=[str(subject.pk)])
    assert len(takes) > 1
    trailer = asked(film, "trailer", seconds="3")
    assert trailer.manifest is not None, trailer.reason
    assert str(takes[0].pk) not in {piece["take"] for piece in trailer.contents["pieces"]}
    [left_out] = trailer.contents["left_out"]
    assert "Eileen Marsh" in left_out["why"]
    shots.update(cast=[str(subject.pk)])
    nothing = asked(film, "trailer", seconds="5")
    assert nothing.manifest is None
    assert "no shot of this film may be shown in a trailer" in nothing.reason
    assert "Eileen Marsh" in nothing.reason
    shots.update(cast=None)


def an_av1_cut(film) -> None:
    """The same takes, encoded as AV1: audited, signed with its takes inside, released; the film that is out stays out."""
    with pytest.raises(InputError, match="h264 or av1"):
        cut_request(production=film.production, by=film.producer, video="vp9")
    cut = cut_request(production=film.production, by=film.producer, video="av1")
    run_pending()
    case_approve(case=cut.cases.get(), by=film.legal_reviewer, reason="Watched it.")
    run_pending()
    cut.refresh_from_db()
    assert (cut.state, cut.video) == ("released", "av1"), cut.reason
    path = asset_path(cut.release.manifest.asset)
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name in ("av1", "libdav1d")
    report = verify(path, trust=wiring.trust_list())
    assert report.state == "Trusted", report.reasons
    assert {link.relationship for link in report.chain} >= {"componentOf", "inputTo"}
    assert b"encoded as AV1" in path.read_bytes(), "its record says so"
    assert cut_request(production=film.production, by=film.producer).video == "av1", "the choice stays"


def test_a_grant_for_films_is_none_for_trailers(make):
    """What the policies say of the same take, cast with the same person, under two grants."""
    outcomes = {}
    for uses in (["film"], ["film", "trailer"]):
        studio = make.studio()
        subject = make.subject(studio.organisation)
        make.grant(subject, studio.production, limits={"uses": uses})
        shot = make.shot(studio.production, cast=[str(subject.pk)])
        take = make.take(shot, studio.producer)
        make.audit(studio.production, take.asset, take=take)
        cut = make.cut(studio.production, studio.producer)
        verdict = wiring.policy_bundle().decide(trailer_edit_facts(cut, take).as_facts(), at=timezone.now())
        outcomes[tuple(uses)] = {check.policy for check in verdict.stopping}
    assert outcomes["film",] - outcomes["film", "trailer"], outcomes
    production = as_trailer(studio.production)
    assert (production.use, studio.production.use) == ("trailer", "film")
    studio.production.refresh_from_db()
    assert studio.production.declarations == {}


@pytest.mark.parametrize(
    ("kind", "parameters", "says"),
    [
        ("trailer", {"seconds": "soon"}, "how many seconds"),
        ("trailer", {"seconds": "inf"}, "how many seconds"),
        ("trailer", {"seconds": "1"}, "3 to 150"),
        ("trailer", {"seconds": "4000"}, "3 to 150"),
        ("captions", {"format": "ass"}, "vtt or srt"),
        ("still", {"best": "0"}, "1 to 6"),
        ("still", {"best": "x"}, "1 to 6"),
    ],
)
def test_what_can_not_be_made_is_refused_before_any_work(make, kind, parameters, says):
    studio = make.studio()
    release = make.release(studio)
    with pytest.raises(InputError, match=says):
        output_request(release=release, kind=kind, by=studio.producer, parameters=parameters)
    assert not Output.objects.exists()


def test_nothing_is_made_of_a_film_that_was_recalled(make):
    studio = make.studio()
    release = make.release(studio)
    cut_recall(release=release, by=studio.head_of_legal, reason="A claim.")
    release.refresh_from_db()
    with pytest.raises(WrongStateError, match="recalled"):
        output_request(release=release, kind="trailer", by=studio.producer)


def test_they_are_asked_for_on_the_page_of_the_cut_by_whoever_makes_the_film(make, client):
    studio = make.studio()
    release = make.release(studio)
    page, ask = reverse("productions:cut", args=[release.cut_id]), reverse("outputs:make", args=[release.cut_id])
    client.force_login(studio.legal_reviewer)
    assert "The three best stills" not in client.get(page).content.decode()
    assert client.post(ask, {"kind": "trailer"}).status_code == 403
    client.force_login(studio.producer)
    assert "The three best stills" in client.get(page).content.decode()
    for sent in ({"kind": "trailer", "seconds": "12"}, {"kind": "stills"}):
        assert client.post(ask, sent).url == f"{page}#outputs"
    client.post(ask, {"kind": "trailer", "seconds": "12"})
    made = sorted((one.kind, str(one.parameters)) for one in Output.objects.all())
    assert made == [
        ("still", "{'best': 1}"),
        ("still", "{'best': 2}"),
        ("still", "{'best': 3}"),
        ("trailer", "{'seconds': 12}"),
    ]
    shown = client.get(page).content.decode()
    assert "being made" in shown
    assert "of about 12 s" in shown
    silent = client.post(ask, {"kind": "captions", "format": "srt"}, follow=True).content.decode()
    assert "Nothing is said in this film" in silent
    answer = client.post(ask, {"kind": "trailer", "seconds": "0"}, follow=True).content.decode()
    assert "3 to 150 seconds" in answer


def test_whose_voice_is_heard_in_a_trailer_is_asked_about(make):
    """A voice is lent to a film; its trailer is judged by the shots that it shows."""
    studio = make.studio()
    subject = make.subject(studio.organisation)
    takes = [make.take(make.shot(studio.production, position=place), studio.producer) for place in (1, 2)]
    release = make.release(studio)
    for place, take in enumerate(takes, start=1):
        release.cut.items.create(position=place, take=take, take_in=0, take_out=2, start=2 * place, end=2 * place + 2)
    line = {"subject": str(subject.pk), "character": "MARA", "clip": "s1-02", "start": 4.1, "end": 5.0}
    Cut.objects.filter(pk=release.cut_id).update(sound={"lines": [line], "notes": []})
    release.cut.refresh_from_db()
    heard = {}
    for take in takes:
        output = Output.objects.create(
            release=release, kind="trailer", parameters_sha256=make.digest(take.pk), made_by=studio.producer,
            contents={"pieces": [{"take": str(take.pk), "film_start": 0, "start": 2, "end": 3.5}]},
        )  # fmt: skip
        audit = make.audit(studio.production, make.asset(), output=output)
        facts = trailer_facts(output, audit, takes_in(output))
        heard[take.pk] = [(one.subject_id, one.modality) for one in facts.people]
    assert heard[takes[0].pk] == []
    assert heard[takes[1].pk] == [(str(subject.pk), "voice")]
