"""What reviewers ask to be changed, check by check: answered by its makers, met by the next decision, dropped."""

import pytest

from django_site.apps.accounts.models import Notice
from django_site.apps.jobs.models import Job
from django_site.apps.productions.models import ImportedMedia, Scene, Screenplay, Shot
from django_site.apps.reviews.models import ChangeRequest
from django_site.apps.reviews.services import (
    case_open,
    case_request_change,
    request_answer,
    request_drop,
    requests_about,
)
from django_site.apps.reviews.services.requests import check_word, requests_follow
from django_site.errors import InputError, NotAllowedError, WrongStateError

pytestmark = pytest.mark.django_db


def check(policy: str = "copyright/same-scene", *, passed: bool = False, severity: str = "review", **fields) -> dict:
    return {
        "policy": policy, "version": 1, "check": "adaptation-licensed", "title": "Scenes are licensed", "passed": passed,
        "severity": severity, "plain": "Seconds 1 to 2 look like Harbour.", "cite": "", "item": "matches[0]",
        "remedy": "" if passed else "Re-stage the shot or license it.", "who_can_fix": "the producer", **fields,
    }  # fmt: skip


@pytest.fixture
def studio(make):
    return make.studio()


def decided(make, studio, checks, **target):
    """What the policies said of it, and what follows for requests, as every decision does."""
    outcome = "allow" if all(one["passed"] for one in checks) else "review"
    decision = make.decision(studio.production, outcome=outcome, checks=checks, **target)
    requests_follow(decision)
    return decision


def asked(make, studio, **fields):
    cut = make.cut(studio.production, studio.producer)
    checks = [
        check(),
        check("models/attribution", plain="No credits.", remedy="Complete the credits."),
        check("a/b", passed=True),
    ]
    case = case_open(decision=decided(make, studio, checks, cut=cut), opened_by=studio.producer, cut=cut)
    values = {"checks": [check_word(checks[0])], **fields}
    return case_request_change(case=case, by=studio.legal_reviewer, reason="Not like this.", **values)


def test_a_request_says_what_exactly_and_who_can_do_it(make, studio):
    case = asked(make, studio, own_words="Shorten the titles.")
    first, second = case.change_requests.order_by("-policy")
    assert (first.policy, first.check_id, first.item) == ("copyright/same-scene", "adaptation-licensed", "matches[0]")
    assert (first.remedy, first.who_can_fix) == ("Re-stage the shot or license it.", "the producer")
    assert (second.policy, second.remedy, second.state) == ("", "Shorten the titles.", "open")
    assert case.state == "changes_requested"
    case.cut.refresh_from_db()
    assert case.cut.state == "rejected"
    assert Notice.objects.get(user=studio.producer).text.endswith("asks for 2 changes.")


def test_a_reason_alone_is_still_enough(make, studio):
    assert not asked(make, studio, checks=()).change_requests.exists()


@pytest.mark.parametrize(
    "word", ["a/b|1|adaptation-licensed|matches[0]", "nothing", "", "copyright/same-scene|2|adaptation-licensed|"]
)
def test_what_did_not_fail_is_not_asked_for_and_nothing_is_left_behind(make, studio, word):
    with pytest.raises(InputError, match="did not fail here"):
        asked(make, studio, checks=[word])
    assert not ChangeRequest.objects.exists()


def test_the_makers_answer_and_the_reviewer_is_told(make, studio):
    request = asked(make, studio).change_requests.get()
    with pytest.raises(NotAllowedError):
        request_answer(request=request, by=studio.legal_reviewer, answer="Done.")
    with pytest.raises(InputError):
        request_answer(request=request, by=studio.producer, answer="  ")
    request = request_answer(request=request, by=studio.producer, answer="Shot from the other side.")
    assert (request.state, request.answer, request.answered_by) == (
        "answered",
        "Shot from the other side.",
        studio.producer,
    )
    request_answer(request=request, by=studio.producer, answer="And in the rain.")
    assert Notice.objects.filter(user=studio.legal_reviewer, text__contains="answered").count() == 2


def test_the_next_decision_that_passes_the_check_meets_it(make, studio):
    case = asked(make, studio)
    request = case.change_requests.get()
    later = make.cut(studio.production, studio.producer, version=2)
    decided(make, studio, [check()], cut=later)
    request.refresh_from_db()
    assert request.state == "open"
    decision = decided(make, studio, [check(passed=True), check("models/attribution")], cut=later)
    request.refresh_from_db()
    assert (request.state, request.met_by) == ("met", decision)
    assert list(requests_about(cut=later)) == [request]
    assert Notice.objects.filter(user=studio.legal_reviewer, text__contains="was done").count() == 1
    with pytest.raises(WrongStateError, match="met already"):
        request_answer(request=request, by=studio.producer, answer="Done.")


def test_a_decision_that_nobody_could_make_meets_nothing(make, studio):
    request = asked(make, studio).change_requests.get()
    later = make.cut(studio.production, studio.producer, version=2)
    decided(make, studio, [check("engine/facts", severity="block")], cut=later)
    decided(make, studio, [check("likeness/voice", error=True)], cut=later)
    request.refresh_from_db()
    assert request.state == "open"


def test_another_film_an_earlier_version_and_another_point_meet_nothing(make, studio):
    request = asked(make, studio).change_requests.get()
    other = make.studio()
    decided(make, other, [check(passed=True)], cut=make.cut(other.production, other.producer, version=9))
    later = make.cut(studio.production, studio.producer, version=2)
    decided(make, studio, [check(passed=True)], point="release", cut=later)
    request.refresh_from_db()
    assert request.state == "open"


def test_a_take_at_the_same_place_meets_what_was_asked_of_another(make, studio):
    shot = make.shot(studio.production, position=2)
    take = make.take(shot, studio.producer, state="needs_review")
    decision = decided(make, studio, [check()], point="take", take=take)
    case = case_open(decision=decision, opened_by=studio.producer, take=take)
    case_request_change(case=case, by=studio.legal_reviewer, reason="No.", checks=[check_word(check())])
    elsewhere = make.take(make.shot(studio.production, position=3), studio.producer)
    decided(make, studio, [check(passed=True)], point="take", take=elsewhere)
    request = case.change_requests.get()
    assert request.state == "open"
    second = Screenplay.objects.create(
        production=studio.production, version=2, title="Tidewater", asset=make.asset(b"INT. A", "text/plain")
    )
    scene = Scene.objects.create(screenplay=second, position=1, heading="INT. HOUSE")
    moved = Shot.objects.create(scene=scene, position=2, spec={"id": "1-2", "seed": 1})
    again = make.take(moved, studio.producer)
    decision = decided(make, studio, [check(passed=True)], point="take", take=again)
    request.refresh_from_db()
    assert (request.state, request.met_by) == ("met", decision)
    assert list(requests_about(take=again)) == [request]


def test_a_file_from_outside_is_audited_again_once_everything_is_answered(make, studio):
    imported = ImportedMedia.objects.create(
        production=studio.production, asset=make.asset(), name="clip.mp4", imported_by=studio.producer,
        state="needs_review",
    )  # fmt: skip
    checks = [check(), check("copyright/same-sound")]
    decision = decided(make, studio, checks, point="import", imported=imported)
    case = case_open(decision=decision, opened_by=studio.producer, imported=imported)
    case_request_change(case=case, by=studio.legal_reviewer, reason="License it.", checks=map(check_word, checks))
    imported.refresh_from_db()
    assert imported.state == "stopped"
    first, second = case.change_requests.all()
    request_answer(request=first, by=studio.producer, answer="Licensed.")
    assert not Job.objects.filter(kind="audit_import").exists()
    request_answer(request=second, by=studio.producer, answer="Licensed too.")
    assert Job.objects.get(kind="audit_import").target_id == imported.pk
    decided(
        make,
        studio,
        [check(passed=True), check("copyright/same-sound", passed=True)],
        point="import",
        imported=imported,
    )
    assert set(case.change_requests.values_list("state", flat=True)) == {"met"}


def test_a_reviewer_drops_it(make, studio):
    request = asked(make, studio).change_requests.get()
    with pytest.raises(NotAllowedError):
        request_drop(request=request, by=studio.producer)
    request = request_drop(request=request, by=studio.head_of_legal)
    assert (request.state, request.closed_at is None) == ("dropped", False)
    with pytest.raises(WrongStateError, match="no longer asked already"):
        request_drop(request=request, by=studio.head_of_legal)


def test_what_the_policies_stopped_stays_stopped_when_a_change_is_asked_for(make, studio):
    cut = make.cut(studio.production, studio.producer, state="stopped")
    stopping = check(severity="block")
    decision = make.decision(studio.production, outcome="block", checks=[stopping], cut=cut)
    case = case_open(decision=decision, opened_by=studio.producer, cut=cut)
    case_request_change(case=case, by=studio.legal_reviewer, reason="No.", checks=[check_word(stopping)])
    cut.refresh_from_db()
    assert (cut.state, case.change_requests.count()) == ("stopped", 1)
