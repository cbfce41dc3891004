"""A screening is read, what follows from it is answered, and a later cut meets what was asked for."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from auditor.canonical import canonical_json
from django_site.apps.audience.insight_models import AudienceRequest, Insight, InsightQuote, Suggestion
from django_site.apps.audience.insight_reading import insight_newest, quotes_of, reading_of, screened_of
from django_site.apps.audience.services.insights import insight_request
from django_site.apps.audience.services.requests import (
    request_drop,
    requests_meet,
    suggestion_accept,
    suggestion_decline,
)
from django_site.apps.jobs.models import Job, JobState
from django_site.apps.jobs.runner import run_job
from django_site.errors import InputError, NotAllowedError, WrongStateError

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(audience):
    """A film of three shots, two seconds each, of which the second is where people leave."""
    return audience.screening(
        questions=[
            {"id": "liked", "text": "How was it?", "kind": "scale", "choices": [], "at": None},
            {"id": "why", "text": "Why?", "kind": "text", "choices": [], "at": None},
        ],
        group_questions=[{"id": "age", "text": "Your age", "choices": ["under 40", "over 40"]}],
    )


def crowd(audience, shown, *, n=40, leave=26):
    """``n`` viewers, of whom the first ``leave`` leave in the second shot; some say the same about it."""
    for place in range(n):
        came = audience.viewer(shown, groups={"age": "under 40" if place % 2 else "over 40"})
        audience.watched(came, 2.4 if place < leave else 6.0)
        if place < 4:
            audience.event(came, "comment", 2.2, 10, value=f"It is far too dark to see anything, take {place}")
        if place == 39:
            audience.event(came, "answer", 6, 11, value="liked=4")
            audience.event(came, "answer", 6, 12, value="why=too dark in the middle")


def read(shown) -> Insight:
    asked = insight_request(screening=shown.screening, by=shown.studio.producer)
    run_job(job_id=asked.job_id)
    asked.refresh_from_db()
    assert asked.job.state == JobState.DONE, asked.job.reason
    return asked


class TestReading:
    def test_the_document_is_kept_with_its_digest(self, audience, shown):
        crowd(audience, shown)
        made = read(shown)
        assert made.document["viewers"] == 40
        assert made.document_sha256 == __import__("hashlib").sha256(canonical_json(made.document)).hexdigest()
        assert insight_newest(shown.screening) == made
        assert made.document["films"][0]["finished"]["n"] == 40

    def test_neither_words_nor_pseudonyms_are_in_it(self, audience, shown):
        crowd(audience, shown)
        text = json.dumps(read(shown).document)
        assert "Amber" not in text
        assert "too dark" not in text

    def test_quotes_go_with_who_said_them(self, audience, shown):
        crowd(audience, shown)
        made = read(shown)
        [quotes] = quotes_of(made).values()
        assert len(quotes) == 3
        assert all("dark" in one["text"] for one in quotes)
        said = [row.event.viewer for row in InsightQuote.objects.select_related("event__viewer")]
        said[0].consents.update(withdrawn_at=timezone.now())
        assert len(quotes_of(made)[0]) == 2
        said[1].delete()
        assert len(quotes_of(made)[0]) == 1
        made.refresh_from_db()
        assert made.document["themes"]["themes"][0]["viewers"] >= 4  # what was counted stays counted

    def test_whoever_withdrew_is_not_read(self, audience, shown):
        crowd(audience, shown, n=10, leave=2)
        for viewer in shown.screening.viewers.order_by("created_at")[:3]:
            viewer.consents.update(withdrawn_at=timezone.now())
        for viewer in shown.screening.viewers.order_by("-created_at")[:1]:
            viewer.consents.update(
                given_at=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(days=1)
            )
        assert len(screened_of(shown.screening).viewings) == 6

    def test_without_an_audience_nothing_is_read(self, audience, shown):
        audience.viewer(shown, consent=False)
        with pytest.raises(InputError, match="nobody who agreed"):
            insight_request(screening=shown.screening, by=shown.studio.producer)
        assert not Insight.objects.exists()

    def test_asking_twice_gives_the_same(self, audience, shown):
        crowd(audience, shown, n=3, leave=1)
        first = insight_request(screening=shown.screening, by=shown.studio.producer)
        assert insight_request(screening=shown.screening, by=shown.studio.producer) == first
        assert Job.objects.filter(kind="make_insight").count() == 1

    def test_only_producers_ask(self, audience, shown):
        crowd(audience, shown, n=3, leave=1)
        with pytest.raises(NotAllowedError):
            insight_request(screening=shown.screening, by=shown.studio.legal_reviewer)

    def test_without_the_model_everything_else_stands(self, audience, shown, monkeypatch):
        from generator.errors import EmbeddingError

        def missing():
            raise EmbeddingError("themes of comments need a package; install reelproof[cpu]")

        monkeypatch.setattr("django_site.wiring.text_embedder", missing)
        crowd(audience, shown)
        made = read(shown)
        assert made.document["themes"]["missing"].startswith("themes of comments need")
        assert made.suggestions.exists()

    def test_what_fails_says_why_and_can_be_asked_again(self, audience, shown, monkeypatch):
        def broken():
            raise InputError("the disk with the model is not mounted; mount it")

        crowd(audience, shown, n=3, leave=1)
        monkeypatch.setattr("django_site.wiring.text_embedder", broken)
        asked = insight_request(screening=shown.screening, by=shown.studio.producer)
        run_job(job_id=asked.job_id)
        asked.refresh_from_db()
        assert asked.made_at is None
        assert asked.reason
        monkeypatch.undo()
        again = insight_request(screening=shown.screening, by=shown.studio.producer)
        assert again != asked

    def test_two_cuts_are_compared(self, audience):
        shown = audience.screening(letters="AB")
        for arm, finish in zip(shown.arms, (False, True), strict=True):
            for _ in range(25):
                audience.watched(audience.viewer(shown, arm), 6.0 if finish else 1.0)
        made = read(shown)
        told = [one for one in made.document["comparisons"] if one["told"]]
        assert {one["measure"] for one in told} == {"finished", "share watched"}
        chosen = made.suggestions.filter(kind="choose")
        assert {one.cut_id for one in chosen} == {shown.arms[1].cut_id}


@pytest.fixture
def read_once(audience, shown):
    crowd(audience, shown)
    made = read(shown)
    scene = made.suggestions.filter(kind="trim", shot__isnull=False).first()
    return SimpleNamespace(shown=shown, made=made, suggestion=scene, producer=shown.studio.producer)


class TestSuggestions:
    def test_it_leads_to_its_evidence(self, read_once):
        one = read_once.suggestion
        assert "of those who reached it left in it" in one.plain
        reading = reading_of(one)
        assert reading["stands"] is True
        assert reading["span"].partition("~")[0] == str(one.shot_id)

    def test_accepted_it_is_asked_for_and_noted(self, read_once):
        request = suggestion_accept(suggestion=read_once.suggestion, by=read_once.producer, remedy="Cut a second.")
        assert (request.remedy, request.state) == ("Cut a second.", "open")
        assert len(request.was) == 1
        noted = read_once.shown.studio.production.contributions.latest("created_at")
        assert (noted.act, noted.target_id) == ("directed", read_once.suggestion.shot_id)
        assert noted.measure["insight_sha256"] == read_once.made.document_sha256

    def test_answered_once(self, read_once):
        suggestion_accept(suggestion=read_once.suggestion, by=read_once.producer)
        with pytest.raises(WrongStateError, match="nothing to answer"):
            suggestion_accept(suggestion=read_once.suggestion, by=read_once.producer)
        with pytest.raises(WrongStateError, match="nothing to answer"):
            suggestion_decline(suggestion=read_once.suggestion, by=read_once.producer, reason="no")

    def test_the_same_is_not_asked_for_twice(self, read_once):
        suggestion_accept(suggestion=read_once.suggestion, by=read_once.producer)
        again = read(read_once.shown).suggestions.get(kind="trim", shot=read_once.suggestion.shot)
        with pytest.raises(WrongStateError, match="asked for already"):
            suggestion_accept(suggestion=again, by=read_once.producer)
        again.refresh_from_db()
        assert again.state == "open"

    def test_declined_with_a_reason(self, read_once):
        with pytest.raises(InputError, match="say why"):
            suggestion_decline(suggestion=read_once.suggestion, by=read_once.producer, reason=" ")
        one = suggestion_decline(suggestion=read_once.suggestion, by=read_once.producer, reason="It is meant to hurt.")
        assert (one.state, one.reason) == ("declined", "It is meant to hurt.")

    @pytest.mark.parametrize("words", ["x" * 2001, "a\0b"])
    def test_odd_words_are_refused(self, read_once, words):
        with pytest.raises(InputError, match="shorten it"):
            suggestion_accept(suggestion=read_once.suggestion, by=read_once.producer, remedy=words)
        assert not AudienceRequest.objects.exists()

    def test_reviewers_answer_nothing(self, read_once):
        with pytest.raises(NotAllowedError):
            suggestion_accept(suggestion=read_once.suggestion, by=read_once.shown.studio.legal_reviewer)


class TestMeeting:
    @pytest.fixture
    def asked(self, read_once):
        return suggestion_accept(suggestion=read_once.suggestion, by=read_once.producer)

    def later(self, make, asked, *, change=()):
        """The next cut, with the same items but where ``change`` says: position to fields, ``None`` to leave it out."""
        before = asked.suggestion.cut
        cut = make.cut(before.production, asked.requested_by, version=before.version + 1, asset=before.asset)
        for item in before.items.all():
            fields = dict(change).get(item.position, {})
            if fields is None:
                continue
            values = {"take": item.take, "take_in": item.take_in, "take_out": item.take_out, **fields}
            cut.items.create(position=item.position, start=item.start, end=item.end, **values)
        return cut

    def test_the_same_film_meets_nothing(self, make, asked):
        assert requests_meet(cut=self.later(make, asked)) == []

    def test_another_shot_changed_meets_nothing(self, make, asked):
        assert requests_meet(cut=self.later(make, asked, change={3: {"take_out": "1.500"}})) == []

    @pytest.mark.parametrize("change", [{2: {"take_out": "1.500"}}, {2: None}])
    def test_the_shot_trimmed_or_gone_meets_it(self, make, asked, change):
        cut = self.later(make, asked, change=change)
        assert requests_meet(cut=cut) == [asked]
        asked.refresh_from_db()
        assert (asked.state, asked.met_by) == ("met", cut)

    def test_an_earlier_cut_meets_nothing(self, make, asked):
        cut = self.later(make, asked, change={2: None})
        type(cut).objects.filter(pk=cut.pk).update(version=9999)
        type(cut).objects.filter(pk=asked.suggestion.cut_id).update(version=10_000)
        cut.refresh_from_db()
        assert requests_meet(cut=cut) == []

    def test_dropped_with_a_reason_and_then_closed(self, make, asked):
        request_drop(request=asked, by=asked.requested_by, reason="We like it so.")
        assert requests_meet(cut=self.later(make, asked, change={2: None})) == []
        with pytest.raises(WrongStateError, match="nothing to take back"):
            request_drop(request=asked, by=asked.requested_by, reason="again")

    def test_a_chosen_cut_is_gone_on_from(self, make, audience):
        shown = audience.screening(letters="AB")
        for arm, until in zip(shown.arms, (1.0, 6.0), strict=True):
            for _ in range(25):
                audience.watched(audience.viewer(shown, arm), until)
        chosen = read(shown).suggestions.filter(kind="choose").first()
        asked = suggestion_accept(suggestion=chosen, by=shown.studio.producer)
        version = max(arm.cut.version for arm in shown.arms) + 1
        other = make.cut(shown.studio.production, shown.studio.producer, version=version, based_on=shown.arms[0].cut)
        assert requests_meet(cut=other) == []
        middle = make.cut(shown.studio.production, shown.studio.producer, version=version + 1, based_on=chosen.cut)
        last = make.cut(shown.studio.production, shown.studio.producer, version=version + 2, based_on=middle)
        assert requests_meet(cut=last) == [asked]


class TestRefusedByTheDatabase:
    def test_an_insight_stays_as_it_was_seen(self, read_once):
        for change in ({"document": {"viewers": 1}}, {"document_sha256": "0" * 64}, {"made_at": timezone.now()}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Insight.objects.filter(pk=read_once.made.pk).update(**change)

    def test_a_suggestion_keeps_its_evidence(self, read_once):
        for change in (
            {"plain": "They loved it."},
            {"evidence": ["films", 0]},
            {"kind": "clarify"},
            {"state": "accepted"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Suggestion.objects.filter(pk=read_once.suggestion.pk).update(**change)

    def test_a_request_is_not_met_by_nothing_nor_opened_again(self, read_once):
        asked = suggestion_accept(suggestion=read_once.suggestion, by=read_once.producer)
        rows = AudienceRequest.objects.filter(pk=asked.pk)
        for change in ({"state": "met", "closed_at": timezone.now()}, {"was": []}, {"state": "dropped"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(**change)
        request_drop(request=asked, by=asked.requested_by, reason="no")
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(state="open", closed_at=None)
