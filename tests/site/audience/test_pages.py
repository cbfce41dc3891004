"""Pages of viewers and of their studio: without an account, without a trace before consent, without anything of others."""

import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from django_site.apps.audience.doors import COOKIE, WRONG_A_MINUTE
from django_site.apps.audience.models import Event, Invitation, Seat, Viewer, ViewerConsent
from django_site.apps.audience.services.screenings import invitation_make, screening_close
from django_site.apps.provenance.models import Recall

pytestmark = pytest.mark.django_db

QUESTIONS = [{"id": "q1", "text": "How was it?", "kind": "scale", "choices": [], "at": None}]


@pytest.fixture
def shown(audience):
    shown = audience.screening(questions=QUESTIONS)
    shown.invitation, shown.code = invitation_make(screening=shown.screening, by=shown.studio.producer, max_viewers=20)
    return shown


def seat_of(came) -> Client:
    client = Client()
    client.cookies[COOKIE] = came.token
    return client


def told(client: Client, film, *signals, **more):
    body = {"film": str(film), "sent": timezone.now().timestamp() * 1000, "signals": list(signals), **more}
    return client.post(reverse("watch:signals"), json.dumps(body), content_type="application/json")


def signal(kind="play", at=0, seq=1, **more):
    said = timezone.now().timestamp() * 1000 - 500
    return {"key": str(uuid.uuid4()), "kind": kind, "at": at, "seq": seq, "said": said, **more}


def test_from_the_code_to_the_film(shown) -> None:
    visitor = Client()
    answer = visitor.post(reverse("watch:enter"), {"code": shown.code.lower().replace("-", " ")})
    assert answer.url == reverse("watch:join", args=[shown.code.replace("-", "")])
    assert not Viewer.objects.exists()
    page = visitor.get(answer.url).content.decode()
    assert shown.screening.purpose in page
    answer = visitor.post(answer.url, {"territory": "de", "of_age": "yes"})
    assert answer.url == reverse("watch:consent")
    cookie = answer.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (True, "Lax", "/watch/", "")
    page = visitor.get(answer.url)
    form = page.context
    # nothing at all was recorded of the viewing so far, and the film may be watched without
    assert not ViewerConsent.objects.exists()
    assert visitor.get(reverse("watch:play")).status_code == 200
    answer = visitor.post(
        reverse("watch:consent"),
        {"purposes": ["watching", "answers"], "shown": form["shown"], "until": form["until"], "say": "yes"},
    )
    assert answer.url == reverse("watch:play")
    given = ViewerConsent.objects.get()
    assert given.purposes == ["watching", "answers"]
    assert given.text in visitor.get(reverse("watch:mine")).content.decode().replace("&#x27;", "'").replace(
        "&quot;", '"'
    )
    page = visitor.get(reverse("watch:play")).content.decode()
    assert "Trusted" in page
    assert reverse("verify:release", args=[shown.cut.release.pk]) in page
    assert "<script" in page
    assert "data-reaction=" not in page  # not agreed to


def test_the_film_in_ranges_to_its_viewer_alone(shown, audience) -> None:
    came = audience.viewer(shown)
    film = reverse("watch:film", args=[shown.cut.pk])
    part = seat_of(came).get(film, headers={"range": "bytes=2-5"})
    assert (part.status_code, len(b"".join(part.streaming_content))) == (206, 4)
    assert "no-store" in part["Cache-Control"]
    assert Client().get(film).status_code == 302
    other = audience.screening()
    assert seat_of(came).get(reverse("watch:film", args=[other.cut.pk])).status_code == 404
    producer = Client()
    producer.force_login(shown.studio.producer)
    assert producer.get(film).status_code == 302  # an account is no seat


def test_a_recall_stops_the_film_at_the_next_request(shown, audience) -> None:
    client = seat_of(audience.viewer(shown))
    film = reverse("watch:film", args=[shown.cut.pk])
    assert b"".join(client.get(film).streaming_content)
    Recall.objects.create(release=shown.cut.release, reason="no", recalled_by=shown.studio.head_of_legal)
    assert client.get(film).status_code == 404
    assert client.get(reverse("watch:play")).status_code == 410
    answer = told(client, shown.cut.pk, signal())
    assert (answer.status_code, "not shown to you" in answer.json()["error"]) == (409, True)


def test_a_closed_screening_stops_the_film_and_takes_what_was_said_before(shown, audience) -> None:
    client = seat_of(audience.viewer(shown))
    screening_close(screening=shown.screening, by=shown.studio.producer)
    assert client.get(reverse("watch:film", args=[shown.cut.pk])).status_code == 404
    assert client.get(reverse("watch:play")).status_code == 403
    late = {**signal(), "said": timezone.now().timestamp() * 1000 - 60_000}
    assert told(client, shown.cut.pk, late).json() == {"kept": 1, "already": 0, "refused": []}
    assert client.get(reverse("watch:mine")).status_code == 200


def test_captions_and_descriptions(shown, audience) -> None:
    client = seat_of(audience.viewer(shown))
    described = client.get(reverse("watch:track", args=[shown.cut.pk, "descriptions"]))
    assert described["Content-Type"].startswith("text/vtt")
    assert described.content.startswith(b"WEBVTT")
    assert client.get(reverse("watch:track", args=[shown.cut.pk, "captions"])).status_code == 404  # nothing is said
    assert client.get(reverse("watch:track", args=[shown.cut.pk, "secrets"])).status_code == 404


def test_signals_over_http(shown, audience) -> None:
    came = audience.viewer(shown)
    client = seat_of(came)
    batch = [signal(), signal("beat", 2, 2), signal("beat", 900, 3)]
    first = told(client, shown.cut.pk, *batch).json()
    assert (first["kept"], first["already"]) == (2, 0)
    assert [one["key"] for one in first["refused"]] == [batch[2]["key"]]
    assert told(client, shown.cut.pk, *batch[:2]).json() == {"kept": 0, "already": 2, "refused": []}
    assert Event.objects.count() == 2


@pytest.mark.parametrize("body", ["", "{", "[]", "7", '"a"', "[" * 100_000, b"\xff\xfe"])
def test_what_is_no_batch(shown, audience, body) -> None:
    client = seat_of(audience.viewer(shown))
    answer = client.post(reverse("watch:signals"), body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert not Event.objects.exists()


def test_numbers_that_json_has_not(shown, audience) -> None:
    client = seat_of(audience.viewer(shown))
    body = json.dumps(
        {"film": str(shown.cut.pk), "sent": timezone.now().timestamp() * 1000, "signals": [signal(at=float("nan"))]}
    )
    assert "NaN" in body
    answer = client.post(reverse("watch:signals"), body, content_type="application/json")
    assert (answer.json()["kept"], "no number" in answer.json()["refused"][0]["why"]) == (0, True)


def test_signals_without_a_seat_with_anothers_or_without_the_token(shown, audience) -> None:
    came, unrecorded = audience.viewer(shown), audience.viewer(shown, consent=False)
    assert told(Client(), shown.cut.pk, signal()).status_code == 401
    forged = Client()
    forged.cookies[COOKIE] = "A" * 43
    assert told(forged, shown.cut.pk, signal()).json()["stop"] is True
    assert told(seat_of(unrecorded), shown.cut.pk, signal()).status_code == 403
    careful = Client(enforce_csrf_checks=True)
    careful.cookies[COOKIE] = came.token
    assert told(careful, shown.cut.pk, signal()).status_code == 403
    token = careful.get(reverse("watch:play")).cookies["csrftoken"].value
    body = {"film": str(shown.cut.pk), "sent": timezone.now().timestamp() * 1000, "signals": [signal()]}
    answer = careful.post(
        reverse("watch:signals"), json.dumps(body), content_type="application/json", headers={"x-csrftoken": token}
    )
    assert answer.json()["kept"] == 1
    assert not Event.objects.exclude(viewer=came.viewer).exists()


def test_answers_without_javascript(shown, audience) -> None:
    client = seat_of(audience.viewer(shown))
    assert client.post(reverse("watch:answers"), {"answer-q1": "4", "answer-q9": "x"}).url == reverse("watch:play")
    assert Event.objects.get().value == "q1=4"
    client.post(reverse("watch:answers"), {"answer-q1": "99"})
    assert Event.objects.count() == 1
    assert "answered" in client.get(reverse("watch:play")).content.decode()


def test_stopping_and_deleting(shown, audience) -> None:
    came = audience.viewer(shown)
    audience.watched(came)
    client = seat_of(came)
    copy = json.loads(client.get(reverse("watch:mine") + "?as=json").content)
    assert (copy["name"], len(copy["signals"])) == ("Amber 1", 3)
    client.post(reverse("watch:withdraw"), {"do": "withdraw"})
    assert not Event.objects.exists()
    assert told(client, shown.cut.pk, signal()).json()["stop"] is True
    assert client.get(reverse("watch:play")).status_code == 200
    answer = client.post(reverse("watch:withdraw"), {"do": "forget"})
    assert answer.cookies[COOKIE].value == ""
    assert not Viewer.objects.exists()
    client.cookies[COOKIE] = came.token
    assert client.get(reverse("watch:play")).url == reverse("watch:enter")


def test_ones_own_link_gives_the_seat_back(shown, audience) -> None:
    came = audience.viewer(shown)
    other = Client()
    link = reverse("watch:again", args=[came.token])
    assert COOKIE not in other.get(link).cookies  # a preview of the link takes no seat
    assert other.post(link).url == reverse("watch:mine")
    assert other.get(reverse("watch:mine")).status_code == 200
    assert Client().get(reverse("watch:again", args=["B" * 43])).status_code == 404


@pytest.mark.usefixtures("one_minute")
def test_guesses_are_counted_and_right_codes_are_not(shown) -> None:
    visitor = Client()
    for _ in range(WRONG_A_MINUTE + 5):
        assert visitor.get(reverse("watch:join", args=[shown.code])).status_code == 200
    answers = [visitor.get(reverse("watch:join", args=[f"AAAA-BBBB-{n:04d}"])).status_code for n in range(15)]
    assert answers == [404] * WRONG_A_MINUTE + [429] * (15 - WRONG_A_MINUTE)
    assert visitor.get(reverse("watch:join", args=[shown.code])).status_code == 429  # else a guess would show itself


def test_nothing_of_the_browser_is_kept(shown) -> None:
    """Neither the address nor the browser's name stands in any row that the visit left."""
    visitor = Client(REMOTE_ADDR="203.0.113.77", headers={"user-agent": "Peculiar/1.0"})
    visitor.post(reverse("watch:join", args=[shown.code]), {"territory": "DE", "of_age": "yes"})
    visitor.get(reverse("watch:play"))
    rows = [str(list(model.objects.values())) for model in (Viewer, ViewerConsent, Event, Invitation)]
    assert not any("203.0.113.77" in row or "Peculiar" in row for row in rows)
    assert {cookie for cookie in visitor.cookies if visitor.cookies[cookie].value} == {COOKIE, "csrftoken"}


def test_the_young_are_asked_nothing(audience) -> None:
    shown = audience.screening(minors_may_watch=True)
    made, code = invitation_make(screening=shown.screening, by=shown.studio.producer)
    assert made.max_viewers == 1
    visitor = Client()
    join = reverse("watch:join", args=[code])
    assert visitor.post(join, {"territory": "DE", "of_age": "no"}).url == reverse("watch:play")
    assert visitor.get(reverse("watch:consent")).url == reverse("watch:play")
    assert "Nothing is recorded" in visitor.get(reverse("watch:play")).content.decode()


def test_hostile_words_are_shown_as_words(audience) -> None:
    evil = "<script>alert(1)</script>"
    shown = audience.screening(title=evil, purpose=evil, reactions=[evil[:24]])
    came = audience.viewer(shown)
    audience.event(came, "comment", 1, 1, value=evil)
    audience.event(came, "reaction", 1, 2, value="=cmd|' /C calc'!A0")
    producer = Client()
    producer.force_login(shown.studio.producer)
    for name in ("screenings:page", "screenings:live"):
        page = producer.get(reverse(name, args=[shown.screening.pk])).content.decode()
        assert evil not in page
        assert "&lt;script&gt;alert(1)" in page
    assert evil not in seat_of(came).get(reverse("watch:play")).content.decode()
    table = b"".join(producer.get(reverse("screenings:signals", args=[shown.screening.pk])).streaming_content).decode()
    assert "'=cmd" in table
    assert "Amber 1" in table
    assert str(came.viewer.pk) not in table


def test_the_dashboard_counts_what_there_is(audience, django_assert_max_num_queries) -> None:
    shown = audience.screening(letters="AB")
    here, gone, silent, unrecorded = (audience.viewer(shown) for _ in range(4))
    ViewerConsent.objects.filter(viewer=unrecorded.viewer).delete()
    for came, kind, at in ((here, "beat", 3), (gone, "leave", 2), (silent, "beat", 4)):
        assert told(seat_of(came), came.cut.pk, signal(), signal(kind, at, 2)).json()["kept"] == 2
    audience.event(here, "reaction", 5.9, 5, value="laugh")
    Seat.objects.filter(viewer=silent.viewer).update(heard_at=timezone.now() - timedelta(minutes=2))
    producer = Client()
    producer.force_login(shown.studio.producer)
    address = reverse("screenings:live", args=[shown.screening.pk])
    with django_assert_max_num_queries(40):
        page = producer.get(address)
    now = page.context["now"]
    assert now.totals == {"came": 4, "recorded": 3, "here": 1, "finished": 0, "left": 2, "played": 3}
    assert [(name, sum(one.count for one in bins)) for name, bins in now.reactions] == [("laugh", 1), ("moved", 0)]
    assert [one.count for one in now.places if one.count] == [1]
    assert sum(row["pressed"][0] for row in page.context["spans"]) == 1
    part = producer.get(address, headers={"hx-request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="live"')
    assert "<html" not in part


def test_a_film_with_no_audience(audience) -> None:
    shown = audience.screening()
    producer = Client()
    producer.force_login(shown.studio.producer)
    page = producer.get(reverse("screenings:live", args=[shown.screening.pk])).content.decode()
    assert "Nobody has come yet" in page


def test_a_code_is_shown_once(audience) -> None:
    shown = audience.screening()
    producer = Client()
    producer.force_login(shown.studio.producer)
    page = producer.post(reverse("screenings:invite", args=[shown.screening.pk]), {"label": "Club", "max_viewers": "3"})
    code = page.context["code"]
    assert code in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert code not in producer.get(reverse("screenings:page", args=[shown.screening.pk])).content.decode()


def test_preparing_by_the_form(audience) -> None:
    shown = audience.screening()
    producer = Client()
    producer.force_login(shown.studio.producer)
    address = reverse("screenings:new", args=[shown.studio.production.pk])
    values = {
        "title": "Second look",
        "purpose": "The ending.",
        "cuts": [str(shown.cut.pk)],
        "territories": "DE, US",
        "retention_days": "90",
        "minimum_age": "16",
        "reactions": "Laugh, Moved",
        "questions": "How was it? | scale\nWhich ending? | happy / sad | at 0:03",
        "group_questions": "How old are you? | young / old",
    }
    made = producer.post(address, values)
    screening = shown.studio.production.screenings.get(title="Second look")
    assert made.url == reverse("screenings:page", args=[screening.pk])
    assert [(one["id"], one["kind"], one["at"]) for one in screening.questions] == [
        ("q1", "scale", None),
        ("q2", "choice", 3.0),
    ]
    for wrong, why in (
        ({"questions": "How was it?"}, "Line 1"),
        ({"questions": "How was it? | scale | sometime"}, "A moment is written"),
        ({"group_questions": "Who are you?"}, "Line 1"),
        ({"cuts": [str(uuid.uuid4())]}, "not one of the available"),
        ({"territories": "Narnia"}, "not a territory"),
        ({"reactions": ",".join("abcdefghij")}, "from 0 to 8"),
    ):
        page = producer.post(address, values | {"title": "Third"} | wrong)
        assert page.status_code == 400
        assert why.lower() in page.content.decode().lower()
    assert not shown.studio.production.screenings.filter(title="Third").exists()
