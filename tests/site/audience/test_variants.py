"""Versions of a film: made by rules through every gate, signed with the film as their parent, played only then."""

from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from auditor.provenance import verify
from django_site import wiring
from django_site.apps.audience.captions import tracks_of, translated_text
from django_site.apps.audience.playing import film_for, films_of
from django_site.apps.audience.services.opening import version_stands
from django_site.apps.audience.services.screenings import invitation_make, screening_create, screening_open
from django_site.apps.audience.services.variants import (
    arm_versions_set,
    graph_draft,
    graph_make,
    graph_write,
    variant_begin,
)
from django_site.apps.audience.services.viewers import viewer_join
from django_site.apps.audience.variant_models import CaptionTrack, GraphState, Variant
from django_site.apps.audience.variant_rules import parent_timeline, plan_of, spare_clips
from django_site.apps.audience.variants_played import barred_because, choices_for, films_more, version_for
from django_site.apps.audience.wishes import version_told, viewer_wish, wishes_owed
from django_site.apps.audits.facts import cut_intended
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.jobs.runner import run_pending
from django_site.apps.likeness.models import ConsentGrant
from django_site.apps.likeness.services.approvals import approval_decide, approval_request, approval_take_back
from django_site.apps.productions.models import Cut, Shot
from django_site.apps.productions.services.timelines import newest_timeline
from django_site.apps.provenance.services.recall import cut_recall
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.services import case_approve
from django_site.errors import InputError, NotAllowedError, WrongStateError
from generator.errors import VariantError
from tests.site.once import once
from tests.site.provenance.films import begun, released

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_index(settings, tmp_path):
    settings.INDEX_ROOT = tmp_path / "index"


@pytest.fixture
def film(make) -> SimpleNamespace:
    return once("a film that is out", lambda: released(begun(make)))


def shots_of(film) -> list[str]:
    return [clip.id for clip in parent_timeline(film.release).clips[1:-1]]


def rules(film, *, choice: bool = True) -> dict:
    """Shorter without the second shot; and a choice after the first between going on and the end."""
    first, second, *rest = shots_of(film)
    last = rest[-1]
    length = {
        "id": "length", "kind": "length", "name": "Length",
        "options": [
            {"id": "full", "name": "Full"},
            {"id": "short", "name": "Short", "edits": [{"do": "drop", "clips": [second]}]},
        ],
    }  # fmt: skip
    door = {
        "id": "door", "question": "Does the keeper go out?", "after": first, "seconds": 3,
        "branches": [{"id": "out", "name": "Out", "play": [last]}, {"id": "in", "name": "In", "play": []}],
    }  # fmt: skip
    return {
        "format": "reelproof-variants/1",
        "preferences": [length],
        "choices": [door] if choice else [],
    }


def approve_all(film) -> None:
    for case in Case.objects.filter(state="open"):
        case_approve(case=case, by=film.legal_reviewer, reason="Watched it; it is as its rules say.")
    run_pending()


def test_rules_become_versions_through_every_gate(film, make):
    """One film for all of it: rendering another takes a minute."""
    nothing_is_kept_of_bad_rules(film)
    graph = graph_draft(release=film.release, by=film.producer)
    graph = graph_write(graph=graph, document=rules(film, choice=False), by=film.producer)
    variants = graph_make(graph=graph, by=film.producer)
    assert [(one.key, one.is_parent) for one in variants] == [("length=full;", True), ("length=short;", False)]
    short = Variant.objects.get(key="length=short;")
    nothing_is_played_before_it_is_out(film, short)
    assert newest_timeline(film.production) == film.cut, "what people edit next is the film, not a version of it"
    run_pending()
    approve_all(film)
    short.refresh_from_db()
    assert short.cut.state == "released", short.cut.reason
    assert short.playable
    assert newest_timeline(film.production) == film.cut
    its_record_says_what_it_is_a_version_of(film, short)
    viewers_get_what_they_asked_for(graph, short)
    rules_that_were_followed_stand(film, graph, short)
    a_choice_leads_from_one_version_to_another(film)
    whoever_did_not_agree_to_versions_stops_one(film, short, graph, make)
    a_yes_that_is_taken_back_stops_one(film, short, make)
    cut_recall(release=film.release, by=film.head_of_legal, reason="A consent was withdrawn.")
    short.refresh_from_db()
    assert not short.playable
    assert "recalled" in short.reason
    short.cut.refresh_from_db()
    assert short.cut.state == "recalled"
    assert "It is a version of" in short.cut.release.recall.reason
    assert set(Cut.objects.filter(variant__cut__isnull=False).values_list("state", flat=True)) == {"recalled"}
    with pytest.raises(WrongStateError, match="it is not released any more"):
        version_stands(short.cut)
    with pytest.raises(WrongStateError, match=r"recalled|version already"):
        graph_draft(release=short.cut.release, by=film.producer)
    graph.refresh_from_db()
    graph.parent.cut.refresh_from_db()
    assert films_more(graph) == set()
    with pytest.raises(IntegrityError, match="only after it was released"), transaction.atomic():
        Variant.objects.filter(pk=short.pk).update(playable=True)
    with pytest.raises(WrongStateError, match="recalled"):
        graph_draft(release=graph.parent, by=film.producer)


def nothing_is_kept_of_bad_rules(film):
    with pytest.raises(NotAllowedError):
        graph_draft(release=film.release, by=film.legal_reviewer)
    graph = graph_draft(release=film.release, by=film.producer)
    before = graph.document_sha256
    bad = rules(film)
    bad["preferences"][0]["options"][1]["edits"][0]["clips"] = ["s9-99"]
    with pytest.raises(VariantError, match="which there isn't"):
        graph_write(graph=graph, document=bad, by=film.producer)
    with pytest.raises(NotAllowedError):
        graph_write(graph=graph, document=rules(film), by=film.legal_reviewer)
    promise = rules(film)
    promise["preferences"][0]["options"][1]["without"] = ["violence"]
    first = shots_of(film)[0]
    shot = Shot.objects.get(pk=next(c for c in parent_timeline(film.release).clips if c.id == first).provenance.shot)
    Shot.objects.filter(pk=shot.pk).update(content=["violence"])
    with pytest.raises(InputError, match=rf"'Short · Out' promises to be without violence, but clip {first} shows it"):
        graph_write(graph=graph, document=promise, by=film.producer)
    Shot.objects.filter(pk=shot.pk).update(content=[])
    promise["preferences"][0]["options"][1]["without"] = ["boredom"]
    with pytest.raises(InputError, match="can't be without 'boredom'"):
        graph_write(graph=graph, document=promise, by=film.producer)
    with pytest.raises(InputError, match="one version only"):
        graph_make(graph=graph, by=film.producer)
    graph.refresh_from_db()
    assert (graph.document_sha256, graph.state) == (before, GraphState.DRAFT)
    assert Variant.objects.count() == 0
    assert spare_clips(film.release) == (), "every shot is shown"


def nothing_is_played_before_it_is_out(film, short):
    assert short.cut.state == "draft"
    assert cut_intended(short.cut).personalised
    assert not cut_intended(film.cut).personalised
    assert version_for(short.graph, {"length": "short"}).cut is None
    assert "not out" in version_for(short.graph, {"length": "short"}).why
    assert version_for(short.graph, {}).why == ""
    assert films_more(short.graph) == set()
    with pytest.raises(IntegrityError, match="only after it was released"), transaction.atomic():
        Variant.objects.filter(pk=short.pk).update(playable=True)
    with pytest.raises(WrongStateError, match="not begun twice"):
        variant_begin(variant=short, by=film.producer)


def its_record_says_what_it_is_a_version_of(film, short):
    signed = short.cut.release.manifest
    report = verify(asset_path(signed.asset), trust=wiring.trust_list())
    assert report.state == "Trusted"
    parents = [link for link in report.chain if link.relationship == "parentOf"]
    assert [(one.title, one.state) for one in parents[:1]] == [(film.cut.title, "Trusted")]
    assert short.cut.based_on == film.cut
    assert short.cut.title.endswith("(Short)")
    assert float(short.cut.duration) < float(film.cut.duration)


def viewers_get_what_they_asked_for(graph, short):
    assert version_for(graph, {"length": "short"}).cut == short.cut
    assert version_for(graph, {"length": "full"}).cut is None
    assert version_for(None, {"length": "short"}).cut is None
    assert films_more(graph) == {short.cut_id}
    assert choices_for(graph, {}, graph.parent.cut) is None, "there is nothing to choose"


def rules_that_were_followed_stand(film, graph, short):
    with pytest.raises(WrongStateError, match="write others"):
        graph_write(graph=graph, document=rules(film), by=film.producer)
    with pytest.raises(IntegrityError, match="rules by which versions were made stand"), transaction.atomic():
        type(graph).objects.filter(pk=graph.pk).update(document_sha256="0" * 64)
    other = graph_draft(release=film.release, by=film.producer)
    assert graph_draft(release=film.release, by=film.producer) == other
    assert (other.version, other.document) == (2, graph.document), "begun from those in force"
    assert plan_of(other).variants[1].key == short.key


def a_choice_leads_from_one_version_to_another(film):
    """Only what is out can be chosen; what is not is said to be missing, and nobody is asked where nothing else is out."""
    other = graph_draft(release=film.release, by=film.producer)
    other = graph_write(graph=other, document=rules(film), by=film.producer)
    out, inside = "length=full;door=out", "length=full;door=in"
    variants = {one.key: one for one in graph_make(graph=other, by=film.producer, keys=[out, inside])}
    assert len(variants) == 4
    assert variants["length=short;door=in"].cut is None
    run_pending()
    assert choices_for(other, {}, film.cut) is None
    approve_all(film)
    variants = {one.key: one for one in Variant.objects.filter(graph=other)}
    assert [one.key for one in variants.values() if one.playable] == [out, inside]
    cut = version_for(other, {}).cut
    assert cut == variants[out].cut
    told = choices_for(other, {}, cut)
    assert set(told["films"]) == {str(variants[out].cut_id), str(variants[inside].cut_id)}
    [moment] = told["films"][told["film"]]["moments"]
    assert [(one["id"], one["film"]) for one in moment["options"]] == [
        ("out", str(variants[out].cut_id)),
        ("in", str(variants[inside].cut_id)),
    ]
    first = cut.items.order_by("position").first()
    same = variants[inside].cut.items.order_by("position").first()
    assert (first.take_id, first.start, first.end) == (same.take_id, same.start, same.end), (
        "until then they are the same"
    )
    assert moment["at"] == pytest.approx(float(first.end), abs=0.01)
    assert moment["show"] < moment["at"]
    short = version_for(other, {"length": "short"})
    assert short.cut is None
    assert "not out" in short.why
    assert films_more(other) == {variants[out].cut_id, variants[inside].cut_id}
    with pytest.raises(NotAllowedError):
        variant_begin(variant=variants["length=short;door=in"], by=film.legal_reviewer)


def whoever_did_not_agree_to_versions_stops_one(film, short, graph, make):
    """A grant of the film alone is none of a version of it, and a withdrawn one is none of anything."""
    subject = make.subject(film.organisation, user=make.member(film.organisation, "performer"))
    grant = make.grant(subject, film.production, limits={"modalities": ["face", "voice"]})
    assert barred_because(short.cut) == ""
    take = short.cut.items.order_by("position").first().take
    Shot.objects.filter(pk=take.shot_id).update(cast=[str(subject.pk)])
    ConsentGrant.objects.filter(pk=grant.pk).update(changed_at=timezone.now())
    why = barred_because(short.cut)
    assert "does not allow versions of the film" in why
    told = version_for(graph, {"length": "short"})
    assert told.cut is None
    assert "does not agree" in told.why
    assert films_more(graph) == set()
    Shot.objects.filter(pk=take.shot_id).update(cast=None)
    ConsentGrant.objects.filter(pk=grant.pk).update(changed_at=timezone.now())
    assert barred_because(short.cut) == ""


def a_yes_that_is_taken_back_stops_one(film, short, make):
    """Where a person is asked about each use, their answer counts at the next request, like the grant itself."""
    subject = make.subject(film.organisation, user=make.member(film.organisation, "performer"))
    limits = {"modalities": ["face", "voice"], "personalised": True, "approval": "production"}
    grant = make.grant(subject, film.production, limits=limits)
    take = short.cut.items.order_by("position").first().take
    Shot.objects.filter(pk=take.shot_id).update(cast=[str(subject.pk)])
    asked = approval_request(grant=grant, production=film.production, by=film.producer, description="A short version.")
    assert "requested" in barred_because(short.cut)
    approval_decide(approval=asked, approve=True, by=subject.user)
    assert barred_because(short.cut) == ""
    approval_take_back(approval=asked, by=subject.user, reason="I thought it over.")
    assert "missing" in barred_because(short.cut)
    Shot.objects.filter(pk=take.shot_id).update(cast=None)


def test_pages_write_rules_and_captions_are_signed(film):
    """Beside the film that was made for the test above: nothing is rendered here."""
    page = reverse("variants:film", args=[film.release.pk])
    visitor, stranger = Client(), Client()
    visitor.force_login(film.producer)
    stranger.force_login(get_user_model().objects.create_user("stranger"))
    assert "Write rules" in visitor.get(page).content.decode()
    assert stranger.get(page).status_code == 404
    rules_by_form(film, visitor, page)
    captions_in_another_language(film, visitor, page)
    what_viewers_wish(film, visitor)


def rules_by_form(film, visitor, page):
    write = reverse("variants:rules", args=[film.release.pk])
    _first, second, *_ = shots_of(film)
    assert visitor.post(write, {"do": "begin"}).url == page
    answers = {"do": "preference", "kind": "length", "name": "<b>Length</b>", "option": "Shorter", "clips": [second]}
    visitor.post(write, answers)
    told = visitor.get(page).content.decode()
    assert "&lt;b&gt;Length&lt;/b&gt;" in told
    assert "<b>Length</b>" not in told
    assert "Make 1 version" in told
    visitor.post(write, {**answers, "clips": []})
    assert "Choose the shots that this version leaves out." in visitor.get(page).content.decode()
    for bad in ("{", '["list"]', '{"format": "other"}', '{"format": "reelproof-variants/1", "choices": [NaN]}'):
        visitor.post(write, {"do": "document", "document": bad})
    visitor.post(write, {"do": "document", "document": "x" * 400_001})
    visitor.post(write, {"do": "explode"})
    file = visitor.get(reverse("variants:rules_file", args=[film.release.pk]))
    assert [one["name"] for one in file.json()["preferences"]] == ["<b>Length</b>"], "what was refused changed nothing"
    assert visitor.post(write, {"do": "remove", "rule": file.json()["preferences"][0]["id"]}).status_code == 302
    assert visitor.get(reverse("variants:rules_file", args=[film.release.pk])).json()["preferences"] == []


def captions_in_another_language(film, visitor, page):
    bring = reverse("variants:captions", args=[film.release.pk])
    text = "WEBVTT\n\n00:00:00.500 --> 00:00:01.500\n<script>alert(1)</script>Ein Brief.\n"

    def brought(content: bytes, language: str = "de") -> str:
        file = SimpleUploadedFile("captions.vtt", content, "text/vtt")
        visitor.post(bring, {"language": language, "made": "people", "file": file})
        return visitor.get(page).content.decode()

    assert "is no language" in brought(text.encode(), "German")
    assert "own captions" in brought(text.encode(), "en")
    assert "no text in UTF-8" in brought(b"\xff\xfe\x00W")
    assert "holds no captions" in brought(b"nothing of the kind")
    assert "after the film has ended" in brought(b"WEBVTT\n\n01:00:00.000 --> 01:00:01.000\nToo late.\n")
    assert CaptionTrack.objects.count() == 0
    assert "they are offered as soon as they are signed" in brought(text.encode())
    run_pending()
    track = CaptionTrack.objects.get()
    assert track.output.manifest is not None, track.output.reason
    assert translated_text(film.cut, "de") == track.text
    assert "alert(1)Ein Brief." in track.text
    assert "<script>" not in track.text
    assert [one.name for one in tracks_of(film.cut)] == ["Deutsch"]
    brought(text.encode())
    assert CaptionTrack.objects.count() == 1, "the same again is no other"


def what_viewers_wish(film, visitor):
    """A screening offers versions that were made; what is not offered can't be wished for."""
    by = film.producer
    made = screening_create(production=film.production, by=by, title="Try", purpose="To learn.", cuts=[film.cut.pk])
    arm = made.arms.get()
    draft = graph_draft(release=film.release, by=by)
    with pytest.raises(InputError, match="none were made"):
        arm_versions_set(arm=arm, graph=draft, by=by)
    graph_write(graph=draft, document=rules(film, choice=False), by=by)
    graph_make(graph=draft, by=by, keys=[])
    draft.refresh_from_db()
    answer = visitor.post(
        reverse("variants:shown", args=[film.release.pk]), {"arm": str(arm.pk), "graph": str(draft.pk)}
    )
    assert answer.status_code == 302
    arm.refresh_from_db()
    assert arm.graph == draft
    screening_open(screening=made, by=by)
    with pytest.raises(WrongStateError, match="opened already"):
        arm_versions_set(arm=arm, graph=None, by=by)
    invitation, _code = invitation_make(screening=made, by=by)
    viewer, _token = viewer_join(invitation=invitation, territory="DE", of_age=True)
    assert wishes_owed(viewer)
    with pytest.raises(InputError, match="Length can't be 'huge'"):
        viewer_wish(viewer=viewer, given={"length": "huge"})
    with pytest.raises(InputError, match="no captions in 'fr'"):
        viewer_wish(viewer=viewer, given={"length": "short", "CAPTIONS": "fr"})
    assert viewer.preferences == {}
    viewer_wish(viewer=viewer, given={"length": "short", "CAPTIONS": "de"})
    assert not wishes_owed(viewer)
    assert films_of(viewer) == {film.cut.pk}, "the shorter one was never begun"
    assert film_for(viewer) == film.cut
    assert "not out" in version_told(viewer)["why"]
    seat = Client()
    way_in = reverse("watch:join", args=[invitation_make(screening=made, by=by)[1]])
    joined = seat.post(way_in, {"territory": "DE", "of_age": "yes"})
    assert joined.status_code == 302
    assert seat.get(reverse("watch:play")).url == reverse("watch:wishes")
    asked = seat.get(reverse("watch:wishes")).content.decode()
    assert "Which version would you like?" in asked
    assert seat.post(reverse("watch:wishes"), {"length": "huge"}).status_code == 400
    assert seat.post(reverse("watch:wishes"), {"length": "short"}).url == reverse("watch:play")
    told = seat.get(reverse("watch:play")).content.decode()
    assert "is not out; you see the film as it was made" in told
    german = seat.get(reverse("watch:translated", args=[film.cut.pk, "de"]))
    assert german["Content-Type"] == "text/vtt; charset=utf-8"
    assert seat.get(reverse("watch:translated", args=[film.cut.pk, "fr"])).status_code == 404
