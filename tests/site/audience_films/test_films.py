"""The public page of a released film, and claims about it from the form to the answer."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from django_site.apps.accounts.models import Notice
from django_site.apps.audience.films.claiming import (
    KEPT,
    MAX_OPEN,
    claim_answer,
    claim_by_token,
    claim_file,
    claims_forget,
)
from django_site.apps.audience.films.saying import credits_read, page_say
from django_site.apps.audience.models import FilmClaim, FilmPage
from django_site.apps.productions.models import Cut
from django_site.apps.provenance.models import LedgerEntry
from django_site.apps.provenance.services.recall import cut_recall
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.services import case_approve, case_reject
from django_site.errors import InputError, NotAllowedError, WrongStateError

pytestmark = pytest.mark.django_db

SAID = {
    "kind": "work", "about": "Harbour, a photograph", "link": "https://example.org/harbour", "start": 1.0, "end": 2.5,
    "text": "The second shot is my photograph, and nobody asked me.", "name": "Ada Berg", "email": "ada@example.org",
    "capacity": "the photographer",
}  # fmt: skip
FORM = {**{name: str(value) for name, value in SAID.items()}, "good_faith": "on"}


@pytest.fixture
def studio(make):
    return make.studio()


@pytest.fixture
def release(make, studio):
    return make.release(studio)


@pytest.fixture
def letters(django_capture_on_commit_callbacks):
    """Do something and hear what was sent by then."""

    def letters(action):
        with django_capture_on_commit_callbacks(execute=True):
            result = action()
        return result, mail.outbox

    return letters


def say(release, studio, **values):
    given = {"synopsis": "", "licence": "", "terms": "", "credits": "", "contact": "", **values}
    return page_say(release=release, by=studio.producer, **given)


def test_the_page_shows_what_the_record_knows_and_what_the_makers_say(client, release, studio):
    page = client.get(reverse("films:film", args=[release.pk]))
    assert page.status_code == 200
    assert b"Nobody is named here" in page.content
    assert b"All rights reserved" in page.content
    say(
        release, studio, synopsis="A keeper <b>finds</b> a letter.", licence="cc-by-4.0", contact="films@example.org",
        credits="Directed by: Mara Lindqvist\n\nJoan",
    )  # fmt: skip
    text = client.get(reverse("films:film", args=[release.pk])).content.decode()
    assert "A keeper &lt;b&gt;finds&lt;/b&gt; a letter." in text
    assert "CC-BY-4.0" in text
    assert re.search(r"<dt>Directed by</dt><dd>Mara Lindqvist</dd><dt>–</dt><dd>Joan</dd>", text)
    assert FilmPage.objects.get().credits == [
        {"did": "Directed by", "name": "Mara Lindqvist"},
        {"did": "", "name": "Joan"},
    ]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"licence": "MINE-1"}, "no SPDX licence"),
        ({"licence": "MIT", "terms": "Ask me."}, "not both"),
        ({"credits": "Directed by:  "}, "line 1 of the credits names nobody"),
    ],
)
def test_what_can_not_be_said_is_refused_with_the_reason(release, studio, values, says):
    with pytest.raises(InputError, match=says):
        say(release, studio, **values)
    assert not FilmPage.objects.exists()


def test_too_many_credits():
    with pytest.raises(InputError, match="at most 500"):
        credits_read("a\n" * 501)


def test_only_its_producer_says_something_on_it(client, release, studio):
    with pytest.raises(NotAllowedError):
        page_say(release=release, by=studio.legal_reviewer, synopsis="", licence="", terms="", credits="", contact="")
    client.force_login(studio.producer)
    address = reverse("films:edit", args=[release.pk])
    assert client.post(address, {"licence": "MINE-1", "synopsis": "Kept"}).status_code == 400
    assert client.post(address, {"licence": "MIT", "synopsis": "Kept"}).status_code == 302
    assert b"Kept" in client.get(address).content


def test_a_claim_opens_a_case_with_its_deadline_and_tells_everybody_once(release, studio, letters):
    (claim, token), sent = letters(lambda: claim_file(release=release, values=SAID))
    case = Case.objects.get(cut=release.cut, state="open")
    assert (claim.case, claim.due_at, case.kind) == (case, case.due_at, "withdrawal")
    assert "Ada" not in case.reason, "names are for the legal side alone"
    assert "Harbour, a photograph" in case.reason
    assert {notice.user for notice in Notice.objects.filter(kind="claim")} == {
        studio.legal_reviewer, studio.head_of_legal, studio.producer,
    }  # fmt: skip
    to_claimant = [letter for letter in sent if letter.to == ["ada@example.org"]]
    assert len(to_claimant) == 1
    assert claim.reference in to_claimant[0].body
    assert claim_by_token(token) == claim
    assert claim_by_token(token[:-1]) is None
    entry = LedgerEntry.objects.get(kind="film_claim_raised")
    assert entry.event.items() >= {"claim": str(claim.pk), "cut": str(release.cut_id), "kind": "work"}.items()


def test_another_claim_joins_the_case(release):
    first, _ = claim_file(release=release, values=SAID)
    second, _ = claim_file(release=release, values={**SAID, "kind": "person", "about": "Lena"})
    assert first.case == second.case
    assert "Lena" in Case.objects.get(pk=first.case_id).reason


def test_the_answer_is_given_once_with_reasons_and_sent(release, studio, letters):
    claim, token = claim_file(release=release, values=SAID)
    with pytest.raises(NotAllowedError):
        claim_answer(claim=claim, by=studio.producer, outcome="refused", answer="It is not your photograph at all.")
    with pytest.raises(InputError, match="reasons"):
        claim_answer(claim=claim, by=studio.legal_reviewer, outcome="refused", answer="No.")
    with pytest.raises(InputError, match="one of upheld"):
        claim_answer(claim=claim, by=studio.legal_reviewer, outcome="maybe", answer="It is not your photograph at all.")
    answer = "We licensed this photograph from you on 3 May."
    _, sent = letters(lambda: claim_answer(claim=claim, by=studio.legal_reviewer, outcome="refused", answer=answer))
    assert any(answer in letter.body and letter.to == ["ada@example.org"] for letter in sent)
    with pytest.raises(WrongStateError, match="answered already"):
        claim_answer(claim=claim, by=studio.head_of_legal, outcome="upheld", answer="On second thoughts you are right.")
    assert claim_by_token(token).outcome == "refused"


def test_the_case_decides_whether_the_film_stays_out(release, studio):
    claim, _ = claim_file(release=release, values=SAID)
    case_approve(case=claim.case, by=studio.legal_reviewer, reason="Licensed.")
    case_approve(case=claim.case, by=studio.head_of_legal, reason="Licensed.")
    cut = Cut.objects.get(pk=release.cut_id)
    assert (cut.state, cut.reason) == ("released", ""), "nothing is held against it any more"
    again, _ = claim_file(release=release, values=SAID)
    assert again.case != claim.case
    case_reject(case=again.case, by=studio.head_of_legal, reason="It is hers.")
    assert Cut.objects.get(pk=release.cut_id).state == "recalled"
    with pytest.raises(WrongStateError, match="recalled"):
        claim_file(release=release, values=SAID)


@pytest.mark.parametrize(("start", "end"), [(1.0, None), (4.0, 3.0), (0.0, 99.0), (-1.0, 2.0)])
def test_a_stretch_outside_of_the_film_is_refused_and_nothing_is_opened(release, start, end):
    with pytest.raises(InputError):
        claim_file(release=release, values={**SAID, "start": start, "end": end})
    assert not FilmClaim.objects.exists()
    assert not Case.objects.filter(kind="withdrawal").exists()


def test_a_flood_of_claims_ends(release, monkeypatch):
    monkeypatch.setattr("django_site.apps.audience.films.claiming.MAX_OPEN", 2)
    assert MAX_OPEN == 100
    for _ in range(2):
        claim_file(release=release, values=SAID)
    with pytest.raises(WrongStateError, match="so many claims"):
        claim_file(release=release, values=SAID)


def test_names_and_words_go_three_years_after_the_answer(release, studio):
    claim, _ = claim_file(release=release, values=SAID)
    assert claims_forget(now=timezone.now() + KEPT * 2) == 0, "what waits is kept"
    claim_answer(claim=claim, by=studio.legal_reviewer, outcome="refused", answer="We licensed it from you in May.")
    assert claims_forget(now=timezone.now() + KEPT - timedelta(days=1)) == 0
    assert claims_forget(now=timezone.now() + KEPT + timedelta(days=1)) == 1
    claim.refresh_from_db()
    assert (claim.name, claim.email, claim.text, claim.about) == ("", "", "", "(erased)")
    assert claim.answer.startswith("We licensed")


def test_through_the_pages(client, release, studio):
    form = reverse("films:claim_new", args=[release.pk])
    bad = client.post(form, {**FORM, "good_faith": "", "text": "<script>alert(1)</script>"})
    assert bad.status_code == 400
    assert b"<script>alert" not in bad.content
    assert b"Ada Berg" in bad.content, "nothing that was typed is lost"
    sent = client.post(form, FORM)
    assert sent.status_code == 302
    status = client.get(sent["Location"])
    assert b"It is being looked at" in status.content
    assert status["Cache-Control"] == "no-store"
    assert status["Referrer-Policy"] == "no-referrer"
    claim = FilmClaim.objects.get()
    address = reverse("films:claim", args=[claim.pk])
    assert client.get(address).status_code == 302, "not without signing in"
    client.force_login(studio.producer)
    assert client.get(address).status_code == 403
    client.force_login(studio.legal_reviewer)
    assert b"ada@example.org" in client.get(address).content
    assert claim.reference.encode() in client.get(reverse("reviews:case", args=[claim.case_id])).content
    assert client.post(address, {"outcome": "upheld", "answer": "short"}).status_code == 400
    assert (
        client.post(address, {"outcome": "upheld", "answer": "You are right; the shot is replaced."}).status_code == 302
    )
    client.logout()
    assert b"You are right; the shot is replaced." in client.get(sent["Location"]).content


@pytest.mark.usefixtures("one_minute")
def test_one_address_files_few_claims_a_minute(client, release):
    form = reverse("films:claim_new", args=[release.pk])
    answers = [client.post(form, FORM).status_code for _ in range(5)]
    assert answers == [302, 302, 302, 429, 429]
    assert FilmClaim.objects.count() == answers.count(302)


def test_a_recalled_film_has_no_form_and_hands_out_nothing(client, release, studio):
    cut_recall(release=release, by=studio.head_of_legal, reason="Her consent has ended.")
    page = client.get(reverse("films:film", args=[release.pk])).content.decode()
    assert "Raise a claim" not in page
    assert "<video" not in page
    assert b"<form" not in client.get(reverse("films:claim_new", args=[release.pk])).content.split(b"<main")[1]


def test_a_newer_version_is_pointed_to(client, make, release, studio):
    newer = make.release(studio, version=release.cut.version + 1)
    page = client.get(reverse("films:film", args=[release.pk])).content.decode()
    assert reverse("films:film", args=[newer.pk]) in page
    assert "newer version" not in client.get(reverse("films:film", args=[newer.pk])).content.decode()
