"""The pages of binders and of authorship: what is shown, what is refused, what is written."""

import io
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from django_site.apps.jobs.models import Job
from django_site.apps.productions.models import Contribution
from django_site.apps.provenance.models import Binder
from django_site.apps.reviews.models import AccessLog

pytestmark = pytest.mark.django_db


def words(response) -> str:
    return response.content.decode()


def test_the_page_shows_what_would_be_in_it_and_what_is_missing(world, visit):
    url = reverse("binder:page", args=[world.production.pk])
    shown = words(visit("producer").get(f"{url}?cut={world.released_cut.pk}&for=insurer"))
    assert "Clearance binder for the errors and omissions insurer" in shown
    assert "E&amp;O schedule and open risks" in shown
    assert "A title search report." in shown
    assert shown.count('<div class="chart"') >= 2
    assert 'role="img" aria-label="Similarity along' in shown
    assert " style=" not in shown.split("<main")[1]
    assert reverse("binder:binder", args=[world.binder.pk]) in shown


def test_an_unfinished_film_is_answered_with_a_list(world, visit):
    url = reverse("binder:page", args=[world.production.pk])
    shown = words(visit("legal_reviewer").get(f"{url}?cut={world.cut.pk}"))
    assert "Not yet: the film is not out" in shown
    assert "Reviewers have not approved it yet." in shown
    assert "Make this binder" not in shown
    made = visit("producer").post(reverse("binder:make", args=[world.production.pk]),
                                  {"cut": str(world.cut.pk), "for": "insurer"}, follow=True)  # fmt: skip
    assert "a binder is made of a released film" in words(made).lower()
    assert Binder.objects.count() == 1


@pytest.mark.parametrize("role", ["producer", "legal_reviewer"])
def test_whoever_may_read_it_has_it_made(world, visit, role):
    url = reverse("binder:make", args=[world.production.pk])
    answer = visit(role).post(url, {"cut": str(world.released_cut.pk), "for": "streamer"}, follow=True)
    assert "The binder is being made." in words(answer)
    binder = Binder.objects.get(addressee="streamer")
    assert Job.objects.get(pk=binder.job_id).kind == "make_binder"
    assert "streamer binder of" in words(answer), "its progress is named"
    visit(role).post(url, {"cut": str(world.released_cut.pk), "for": "streamer"})
    assert Binder.objects.filter(addressee="streamer").count() == 1, "one that is being made is enough"
    refused = visit(role).post(url, {"cut": str(world.released_cut.pk), "for": "grandmother"}, follow=True)
    assert "choose one of" in words(refused)
    assert visit(role).post(url, {"cut": "nonsense", "for": "eu"}).status_code == 404


def test_it_is_taken_along_whole_or_in_parts_and_that_is_on_record(world, visit):
    browser = visit("legal_reviewer")
    response = browser.get(reverse("binder:download", args=[world.binder.pk]))
    content = b"".join(response)
    assert zipfile.ZipFile(io.BytesIO(content)).read("01-decisions.json") == b"{}"
    assert "attachment" in response["Content-Disposition"]
    one = browser.get(reverse("binder:file", args=[world.binder.pk, "01-decisions.pdf"]))
    assert (one.content, one["Content-Type"]) == (b"%PDF-1.7", "application/pdf")
    base = reverse("binder:file", args=[world.binder.pk, "x"])[:-1]
    for name in ("02-nothing.pdf", "..%2fsecret.pdf", "index.json.sig", "../../etc/passwd"):
        assert browser.get(base + name).status_code == 404, name
    assert AccessLog.objects.filter(user=world.legal_reviewer, asset=world.binder.asset).count() == 1


def test_a_binder_page_does_not_ask_more_for_more(world, visit, make):
    url = reverse("binder:page", args=[world.production.pk]) + f"?cut={world.released_cut.pk}"
    browser = visit("producer")

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(url).status_code == 200
        return len(caught.captured_queries)

    queries()
    few = queries()
    shots = list(world.screenplay.scenes.first().shots.all())
    for number, shot in enumerate(shots):
        take = make.take(shot, world.producer, number=20 + number, duration="1.000")
        world.released_cut.items.create(
            position=10 + number, take=take, take_in=0, take_out=1, start=number, end=number + 1
        )
    for _ in range(3):
        world.production.contributions.create(
            actor=world.producer, act="composed", target_kind="production", target_id=world.production.pk,
            note="the score", recorded_by=world.producer,
        )  # fmt: skip
    assert queries() == few


def test_what_the_site_can_not_see_is_entered_and_corrected(world, visit):
    browser, url = visit("producer"), reverse("productions:authorship", args=[world.production.pk])
    enter = reverse("productions:contribution_new", args=[world.production.pk])
    empty = browser.post(enter, {"act": "composed", "note": ""})
    assert empty.status_code == 400
    browser.post(enter, {"act": "composed", "note": "composed <b>the score</b>", "credited": "Ada Byron"})
    shown = words(browser.get(url))
    assert "What it comes to" in shown
    assert "Human-authored" in shown
    assert "Ada Byron" in shown
    assert "&lt;b&gt;the score" in shown
    row = Contribution.objects.get(credited="Ada Byron")
    page = reverse("productions:contribution", args=[row.pk])
    assert (
        browser.post(page, {"act": "composed", "note": "x", "credited": "Ada Byron", "reason": ""}).status_code == 400
    )
    given = {"act": "composed", "note": "composed the score", "credited": "Ada King", "reason": "Her married name."}
    assert browser.post(page, given, follow=True).status_code == 200
    shown = words(browser.get(url))
    assert "Corrected since." in shown
    assert "Her married name." in shown
    assert Contribution.objects.get(credited="Ada King").corrects == row
    assert "Append the correction" not in words(browser.get(page)), "what was corrected is corrected in its correction"
    again = browser.post(page, given, follow=True)
    assert "corrected before" in words(again)
    narrowed = words(browser.get(f"{url}?who=Ada%20King&act=composed"))
    assert "Ada King" in narrowed
    assert "planned" not in narrowed.split("<tbody")[-1].lower()
    assert browser.get(f"{url}?who=Nobody&act=nonsense").status_code == 200


def test_reviewers_read_the_record_and_do_not_write_it(world, visit):
    browser = visit("legal_reviewer")
    assert "Enter it" not in words(browser.get(reverse("productions:authorship", args=[world.production.pk])))
    page = reverse("productions:contribution", args=[world.contribution.pk])
    assert "Append" not in words(browser.get(page))
    assert browser.post(page, {"act": "wrote", "reason": "mine"}).status_code == 403


def test_the_timeline_does_not_ask_more_for_more(world, visit, make):
    url = reverse("productions:authorship", args=[world.production.pk])
    browser = visit("producer")

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(url).status_code == 200
        return len(caught.captured_queries)

    for kind, target in (("take", world.take), ("cut", world.cut)):
        world.production.contributions.create(
            actor=world.producer, act="selected", target_kind=kind, target_id=target.pk
        )
    few = queries()
    for _ in range(5):
        world.production.contributions.create(
            actor=world.producer, act="selected", target_kind="take", target_id=world.take.pk
        )
    assert queries() == few


def test_a_take_is_chosen_or_not_with_a_reason(world, visit, make):
    browser = visit("producer")
    first = make.take(world.shot, world.producer, number=11)
    second = make.take(world.shot, world.producer, number=12)
    assert "Use this take" in words(browser.get(reverse("productions:take", args=[first.pk])))
    refused = browser.post(reverse("productions:take_choose", args=[first.pk]), {"reason": " "}, follow=True)
    assert "part of the record" in words(refused)
    browser.post(reverse("productions:take_choose", args=[first.pk]), {"reason": "calmer light"})
    second.refresh_from_db()
    assert (second.state, second.reason) == ("rejected", "take 11 was chosen: calmer light")
    assert set(Contribution.objects.filter(target_id__in=[first.pk, second.pk]).values_list("act", "note")) == {
        ("selected", "calmer light"), ("rejected", "take 11 was chosen: calmer light"),
    }  # fmt: skip
    answer = browser.post(reverse("productions:take_reject", args=[world.take.pk]), {"reason": "too dark"}, follow=True)
    assert "stands in" in words(answer), "a take of a film that waits for review is not taken from under it"
