"""What players tell, kept once each: late, twice, in disorder, forged, after a withdrawal, from the future."""

import math
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from django_site.apps.audience.models import Event, Seat, ViewerConsent
from django_site.apps.audience.selectors import viewings_of
from django_site.apps.audience.services.ingesting import MAX_SIGNALS, NotRecordedError, signals_keep
from django_site.apps.audience.services.viewers import viewer_consent_withdraw
from django_site.errors import InputError, WrongStateError

pytestmark = pytest.mark.django_db

QUESTIONS = [
    {"id": "q1", "text": "How was it?", "kind": "scale", "choices": [], "at": None},
    {"id": "q2", "text": "Which ending?", "kind": "choice", "choices": ["happy", "sad"], "at": 3.0},
]


def now_ms() -> float:
    return timezone.now().timestamp() * 1000


def signal(kind: str, at, seq: int, **more) -> dict:
    return {"key": str(uuid.uuid4()), "kind": kind, "at": at, "seq": seq, "said": now_ms() - 1000, **more}


@pytest.fixture
def came(audience):
    return audience.viewer(audience.screening(questions=QUESTIONS))


def tell(came, *signals, film=None, sent=None, **more):
    return signals_keep(
        viewer=came.viewer, film=film or str(came.cut.pk), sent=sent or now_ms(), signals=list(signals), **more
    )


def test_a_batch_is_kept_once_however_often_it_is_sent(came) -> None:
    batch = [signal("play", 0, 1), signal("beat", 2, 2), signal("seek", 3, 3, to=1), signal("end", 6, 4)]
    kept = tell(came, *batch)
    assert (kept.kept, kept.already, kept.refused) == (4, 0, [])
    again = tell(came, *batch[::-1], signal("leave", 6, 5), batch[0])
    assert (again.kept, again.already, again.refused) == (1, 5, [])
    assert Event.objects.count() == 5


def test_disorder_across_batches_gives_the_same_viewing(came) -> None:
    began = now_ms() - 20_000
    told = [
        {**signal(kind, at, seq), "said": began + at * 1000}
        for kind, at, seq in (("play", 0, 1), ("beat", 2, 2), ("beat", 4, 3), ("end", 6, 4))
    ]
    for one in (told[3], told[1], told[0], told[2], told[1]):
        tell(came, one)
    (seen,) = viewings_of(came.viewer.screening)
    assert (seen.watched, seen.finished) == (((0, 6),), True)
    seat = Seat.objects.get()
    assert (float(seat.at), float(seat.furthest), seat.finished, seat.seq) == (6, 6, True, 4)


def test_what_arrives_late_moves_nobody_back(came) -> None:
    tell(came, signal("play", 0, 1), signal("beat", 4, 5))
    tell(came, signal("beat", 2, 3))
    seat = Seat.objects.get()
    assert (float(seat.at), float(seat.furthest), seat.playing) == (4, 4, True)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"at": math.nan}, "no number"),
        ({"at": math.inf}, "no number"),
        ({"at": "3"}, "no number"),
        ({"at": True}, "no number"),
        ({"at": -1}, "outside the film"),
        ({"at": 99}, "outside the film"),
        ({"at": 10**400}, "no number"),
        ({"kind": "hack"}, "kind is not known"),
        ({"kind": ["play"]}, "kind is not known"),
        ({"kind": "seek"}, "no number"),
        ({"to": 3}, "only a jump"),
        ({"seq": -1}, "whole number"),
        ({"seq": 1.5}, "whole number"),
        ({"seq": 2**31}, "whole number"),
        ({"key": "nonsense"}, "no UUID"),
        ({"key": 7}, "no UUID"),
        ({"said": "yesterday"}, "when it was said"),
        ({"said": -5}, "when it was said"),
        ({"said": math.nan}, "when it was said"),
        ({"said": 1e30}, "when it was said"),
        ({"kind": "reaction", "value": "boo"}, "none of the screening's"),
        ({"kind": "comment", "value": ""}, "says nothing"),
        ({"kind": "comment", "value": "x" * 2001}, "longer than"),
        ({"kind": "comment", "value": "a\x00b"}, "can't be kept"),
        ({"kind": "comment", "value": "a\ud800b"}, "can't be kept"),
        ({"kind": "comment", "value": {"a": 1}}, "no text"),
        ({"kind": "answer", "value": "q1=9"}, "answers no question"),
        ({"kind": "answer", "value": "q9=1"}, "answers no question"),
        ({"kind": "answer", "value": "q2=neither"}, "answers no question"),
    ],
)
def test_each_refusal_says_why_and_harms_nothing_else(came, wrong, why) -> None:
    bad = {**signal("play", 1, 1), **wrong}
    kept = tell(came, bad, signal("beat", 2, 2))
    assert kept.kept == 1
    assert len(kept.refused) == 1
    assert why in kept.refused[0]["why"]
    assert kept.refused[0]["key"] == (bad["key"] if isinstance(bad["key"], str) else "")
    assert Event.objects.count() == 1


def test_what_is_no_signal_at_all(came) -> None:
    kept = tell(came, 7, None, "play", [1])
    assert (kept.kept, len(kept.refused)) == (0, 4)


def test_from_the_future(came) -> None:
    """A clock that is wrong does no harm; what was said after it was sent can't be."""
    wrong_clock = now_ms() + 86_400_000
    fine = {**signal("play", 0, 1), "said": wrong_clock - 4000}
    ahead = {**signal("beat", 2, 2), "said": wrong_clock + 60_000}
    kept = tell(came, fine, ahead, sent=wrong_clock)
    assert kept.kept == 1
    assert "in the future" in kept.refused[0]["why"]
    event = Event.objects.get()
    assert timedelta(seconds=3) < event.created_at - event.said_at < timedelta(seconds=5)


def test_long_ago_and_after_the_end(came) -> None:
    old = {**signal("play", 0, 1), "said": now_ms() - 15 * 86_400_000}
    assert "days ago" in tell(came, old).refused[0]["why"]
    screening = came.viewer.screening
    screening.state, screening.closed_at = "closed", timezone.now() - timedelta(minutes=1)
    screening.save()
    before = {**signal("play", 0, 1), "said": now_ms() - 120_000}
    kept = tell(came, before, signal("beat", 1, 2))
    assert kept.kept == 1
    assert "after the end" in kept.refused[0]["why"]


def test_from_a_withdrawn_viewer(came) -> None:
    tell(came, signal("play", 0, 1), signal("comment", 1, 2, value="Dark."))
    assert viewer_consent_withdraw(viewer=came.viewer).events == 2
    assert not Event.objects.exists()
    assert not Seat.objects.exists()
    with pytest.raises(NotRecordedError, match="nothing is kept"):
        tell(came, signal("beat", 2, 3))
    assert not Event.objects.exists()


def test_withdrawn_while_it_was_on_its_way(came, monkeypatch) -> None:
    """The withdrawal comes between the reading of the agreement and the writing."""
    from django_site.apps.audience.services import ingesting

    plain = ingesting._film

    def film(viewer, asked):
        found = plain(viewer, asked)
        viewer_consent_withdraw(viewer=viewer)
        return found

    monkeypatch.setattr(ingesting, "_film", film)
    with pytest.raises(NotRecordedError):
        tell(came, signal("play", 0, 1))
    assert not Event.objects.exists()


def test_without_consent_or_for_another_purpose(audience) -> None:
    shown = audience.screening()
    nobody = audience.viewer(shown, consent=False)
    with pytest.raises(NotRecordedError):
        tell(nobody, signal("play", 0, 1))
    some = audience.viewer(shown)
    ViewerConsent.objects.filter(pk=some.consent.pk).delete()
    now = timezone.now()
    ViewerConsent.objects.create(
        viewer=some.viewer, text="a", text_sha256="a" * 64, purposes=["reactions"], given_at=now,
        expires_at=now + timedelta(days=1),
    )  # fmt: skip
    kept = tell(some, signal("play", 0, 1), signal("reaction", 1, 2, value="laugh"))
    assert kept.kept == 1
    assert "did not agree" in kept.refused[0]["why"]


def test_forged_films(audience, came) -> None:
    other = audience.screening()
    for film in (str(other.cut.pk), str(uuid.uuid4())):
        with pytest.raises(WrongStateError, match="not shown to you"):
            tell(came, signal("play", 0, 1), film=film)
    with pytest.raises(InputError, match="which film"):
        tell(came, signal("play", 0, 1), film="../../etc/passwd")


@pytest.mark.parametrize("signals", [None, [], {}, "play", [{}] * (MAX_SIGNALS + 1)])
def test_batches_that_are_none(came, signals) -> None:
    with pytest.raises(InputError, match="a batch has"):
        signals_keep(viewer=came.viewer, film=str(came.cut.pk), sent=now_ms(), signals=signals)


@pytest.mark.parametrize("sent", [None, "now", math.nan, -1, 1e30, True])
def test_batches_that_were_sent_never(came, sent) -> None:
    with pytest.raises(InputError, match="when it was sent"):
        signals_keep(viewer=came.viewer, film=str(came.cut.pk), sent=sent, signals=[signal("play", 0, 1)])


def test_another_viewers_key_is_theirs(audience) -> None:
    """Keys are per viewer: nobody can keep another's signal out by guessing its key."""
    shown = audience.screening()
    first, second = audience.viewer(shown), audience.viewer(shown)
    one = signal("play", 0, 1)
    assert tell(first, one).kept == tell(second, one).kept == 1


def test_the_database_refuses_what_no_agreement_covers(audience) -> None:
    shown = audience.screening()
    first, second = audience.viewer(shown), audience.viewer(shown)
    audience.event(first, "play", 0, 1)
    second.consent = first.consent
    with pytest.raises(IntegrityError, match="without their own consent"), transaction.atomic():
        audience.event(second, "play", 0, 1)
    ViewerConsent.objects.filter(pk=first.consent.pk).update(withdrawn_at=timezone.now())
    with pytest.raises(IntegrityError, match="without their own consent"), transaction.atomic():
        audience.event(first, "beat", 1, 2)
