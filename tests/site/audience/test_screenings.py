"""Screenings, invitations, and viewers' agreement."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from django_site.apps.audience.codes import code_digest, code_new, code_read
from django_site.apps.audience.consent import PURPOSES, consent_text, kept_until, text_digest
from django_site.apps.audience.models import Event, Invitation, Screening, ScreeningArm, Viewer, ViewerConsent
from django_site.apps.audience.services.screenings import (
    arm_add,
    invitation_make,
    invitation_revoke,
    screening_close,
    screening_create,
    screening_open,
)
from django_site.apps.audience.services.sweeping import audience_sweep
from django_site.apps.audience.services.viewers import (
    NotInvitedError,
    consent_in_force,
    invitation_read,
    viewer_by_token,
    viewer_consent_give,
    viewer_consent_withdraw,
    viewer_forget,
    viewer_join,
)
from django_site.apps.provenance.models import LedgerEntry, Recall
from django_site.errors import InputError, NotAllowedError, WrongStateError

pytestmark = pytest.mark.django_db


def create(studio, cut, **more):
    values = {"title": "First look", "purpose": "To learn.", "cuts": [cut.pk], **more}
    return screening_create(production=studio.production, by=more.pop("by", studio.producer), **values)


@pytest.fixture
def studio(make):
    return make.studio()


@pytest.fixture
def cut(make, studio):
    return make.release(studio).cut


def invited(studio, cut, *, max_viewers: int = 50, **more):
    screening = screening_open(screening=create(studio, cut, **more), by=studio.producer)
    made, code = invitation_make(screening=screening, by=studio.producer, max_viewers=max_viewers)
    return screening, made, code


def come(invitation, **more):
    return viewer_join(invitation=invitation, **{"territory": "DE", "of_age": True, **more})


def agree(viewer, purposes=tuple(PURPOSES), **more):
    until = kept_until(viewer.screening, timezone.now()).replace(microsecond=0)
    shown = text_digest(consent_text(viewer.screening, list(PURPOSES), until))
    values = {"purposes": purposes, "shown_sha256": shown, "until": until, **more}
    return viewer_consent_give(viewer=viewer, **values)


def test_from_a_released_cut_to_a_viewer_who_agreed(studio, cut) -> None:
    screening, made, code = invited(studio, cut)
    assert invitation_read(code.lower().replace("-", " ")) == made
    viewer, token = come(invitation_read(code))
    assert viewer_by_token(token) == viewer
    assert (viewer.arm.letter, viewer.screening) == ("A", screening)
    assert consent_in_force(viewer) is None
    given = agree(viewer, ["watching", "answers"])
    assert consent_in_force(viewer) == given
    assert given.purposes == ["watching", "answers"]
    assert "how you watch" in given.text
    assert "reactions that you press" not in given.text
    assert text_digest(given.text) == given.text_sha256
    assert {entry.kind for entry in LedgerEntry.objects.all()} >= {"screening_opened"}
    assert not [entry for entry in LedgerEntry.objects.all() if viewer.pseudonym in str(entry.event)]


def test_codes_are_kept_by_nobody(studio, cut) -> None:
    _, made, code = invited(studio, cut)
    row = str(Invitation.objects.filter(pk=made.pk).values().get())
    assert code not in row
    assert code_read(code) not in row
    assert made.hint == code[:4]
    assert code_digest(code) == made.code_sha256


@pytest.mark.parametrize(
    "typed", ["", "7Q2M", "7Q2M-XK40-9TBA-1", "ÄÖÜ!-XK40-9TBA", "'; DROP TABLE", "7Q2M-XK40-9TB\x00"]
)
def test_what_is_no_code(typed) -> None:
    with pytest.raises(NotInvitedError):
        invitation_read(typed)


def test_letters_that_look_like_figures_are_read_as_such() -> None:
    assert code_read("OIL0-1111-2222") == "011011112222"
    with pytest.raises(NotInvitedError, match="no invitation has this code"):
        invitation_read(code_new())


def test_an_invitation_ends(studio, cut) -> None:
    screening, made, code = invited(studio, cut, max_viewers=1)
    come(made)
    with pytest.raises(WrongStateError, match="everybody who was invited"):
        come(made)
    invitation_revoke(invitation=made, by=studio.producer)
    with pytest.raises(WrongStateError, match="does not stand"):
        invitation_read(code)
    with pytest.raises(WrongStateError, match="revoked already"):
        invitation_revoke(invitation=made, by=studio.producer)
    other, another = invitation_make(screening=screening, by=studio.producer)
    Invitation.objects.filter(pk=other.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(WrongStateError, match="does not stand"):
        invitation_read(another)


def test_only_an_open_screening_lets_people_in(studio, cut) -> None:
    screening = create(studio, cut)
    made, code = invitation_make(screening=screening, by=studio.producer)
    with pytest.raises(WrongStateError, match="not begun"):
        invitation_read(code)
    screening_open(screening=screening, by=studio.producer)
    invitation_read(code)
    screening_close(screening=screening, by=studio.producer)
    with pytest.raises(WrongStateError, match="is over"):
        invitation_read(code)
    with pytest.raises(WrongStateError, match="is over"):
        come(made)
    with pytest.raises(WrongStateError, match="opened before"):
        screening_open(screening=screening, by=studio.producer)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"title": " "}, "title"),
        ({"purpose": ""}, "what you want to learn"),
        ({"minimum_age": 12}, "age"),
        ({"retention_days": 0}, "days"),
        ({"retention_days": 1096}, "days"),
        ({"cuts": []}, "released cuts"),
        ({"reactions": ["a", "a"]}, "same name"),
        ({"reactions": ["x" * 25]}, "longer than"),
        ({"questions": [{"id": "q1", "text": "a", "kind": "essay"}]}, "scale"),
        ({"questions": [{"id": "Q 1", "text": "a", "kind": "text"}]}, "small letters"),
        ({"questions": [{"id": "q", "text": "a", "kind": "choice", "choices": ["one"]}]}, "choices"),
        ({"questions": [{"id": "q", "text": "a", "kind": "text", "at": -1}]}, "moment"),
        ({"questions": ["q"]}, "id"),
        ({"group_questions": [{"id": "g", "text": "Who are you?"}]}, "choices"),
    ],
)
def test_screenings_that_can_not_be(studio, cut, wrong, why) -> None:
    with pytest.raises(InputError, match=why):
        create(studio, cut, **wrong)
    assert not Screening.objects.exists()


def test_only_what_was_released_is_shown(studio, cut, make) -> None:
    draft = make.cut(studio.production, studio.producer, version=7)
    with pytest.raises(WrongStateError, match="signed and released"):
        create(studio, draft)
    assert not Screening.objects.exists()
    screening = create(studio, cut)
    with pytest.raises(IntegrityError, match="released cuts"), transaction.atomic():
        ScreeningArm.objects.create(screening=screening, cut=draft, letter="B")
    Recall.objects.create(release=cut.release, reason="no", recalled_by=studio.head_of_legal)
    with pytest.raises(WrongStateError, match="may not be shown"):
        screening_open(screening=screening, by=studio.producer)


def test_another_productions_cut(studio, cut, make) -> None:
    with pytest.raises(InputError, match="not of this production"):
        create(studio, make.release(make.studio()).cut)


def test_reviewers_read_and_do_not_invite(studio, cut) -> None:
    with pytest.raises(NotAllowedError):
        screening_create(production=studio.production, by=studio.legal_reviewer, title="a", purpose="b", cuts=[cut.pk])
    screening = create(studio, cut)
    for act in (screening_open, screening_close):
        with pytest.raises(NotAllowedError):
            act(screening=screening, by=studio.legal_reviewer)


def test_arms_stay_even_and_are_added_before_it_opens(studio, cut, make) -> None:
    second = make.release(studio, version=2).cut
    screening = create(studio, cut)
    arm_add(screening=screening, cut=second, by=studio.producer)
    with pytest.raises(InputError, match="shown already"):
        arm_add(screening=screening, cut=second, by=studio.producer)
    screening_open(screening=screening, by=studio.producer)
    with pytest.raises(WrongStateError, match="before a screening is opened"):
        arm_add(screening=screening, cut=make.release(studio, version=3).cut, by=studio.producer)
    made, _ = invitation_make(screening=screening, by=studio.producer, max_viewers=40)
    drawn = Counter(come(made, draw=random.Random(n))[0].arm.letter for n in range(20))
    assert drawn == {"A": 10, "B": 10}


def test_where_and_how_old(studio, cut) -> None:
    screening, made, _ = invited(studio, cut, territories=["EU"])
    come(made, territory="FR")
    for territory, why in (("US", "not shown in the country"), ("fr", "two letters"), ("12", "two letters")):
        with pytest.raises(InputError, match=why):
            come(made, territory=territory)
    with pytest.raises(InputError, match="18 or older"):
        come(made, of_age=False)
    Screening.objects.filter(pk=screening.pk).update(minors_may_watch=True)
    young, _ = come(made, of_age=False)
    with pytest.raises(WrongStateError, match="nothing is recorded"):
        agree(young)
    now = timezone.now()
    with pytest.raises(IntegrityError, match="below the age"), transaction.atomic():
        ViewerConsent.objects.create(
            viewer=young, text="a", text_sha256="a" * 64, purposes=["watching"], given_at=now,
            expires_at=now + timedelta(days=1),
        )  # fmt: skip


def test_words_that_changed_are_asked_again(studio, cut) -> None:
    _, made, _ = invited(studio, cut)
    viewer, _ = come(made)
    for wrong in ({"shown_sha256": "0" * 64}, {"until": timezone.now() + timedelta(days=4000)}):
        with pytest.raises(WrongStateError, match="read it again"):
            agree(viewer, **wrong)
    for purposes in ([], ["watching", "selling"]):
        with pytest.raises(InputError, match="tick what"):
            agree(viewer, purposes)
    assert not ViewerConsent.objects.exists()


def test_groups_only_as_offered_and_only_with_answers(studio, cut) -> None:
    asked = [{"id": "g1", "text": "How old?", "choices": ["young", "old"]}]
    _, made, _ = invited(studio, cut, group_questions=asked)
    viewer, _ = come(made)
    with pytest.raises(InputError, match="not among those"):
        agree(viewer, groups={"g1": "<script>"})
    agree(viewer, ["watching"], groups={"g1": "old"})
    assert Viewer.objects.get().groups == {}
    agree(viewer, groups={"g1": "old"})
    assert Viewer.objects.get().groups == {"g1": "old"}


def test_agreeing_to_less_deletes_the_rest(audience) -> None:
    came = audience.viewer(audience.screening())
    audience.watched(came)
    audience.event(came, "reaction", 2, 8, value="laugh")
    given = agree(came.viewer, ["reactions"])
    assert list(Event.objects.values_list("kind", "consent")) == [("reaction", given.pk)]
    assert not came.viewer.seats.exists()


def test_withdrawing_deletes_and_leaves_the_seat(audience) -> None:
    came = audience.viewer(audience.screening(), groups={"g1": "old"})
    audience.watched(came)
    assert viewer_consent_withdraw(viewer=came.viewer).events == 3
    viewer = Viewer.objects.get()
    assert (viewer.groups, Event.objects.count(), consent_in_force(viewer)) == ({}, 0, None)
    assert viewer.consents.get().withdrawn_at is not None
    with pytest.raises(WrongStateError, match="nothing is recorded"):
        viewer_consent_withdraw(viewer=viewer)
    agree(viewer)


def test_forgetting_leaves_nothing(audience) -> None:
    came, other = audience.viewer(shown := audience.screening()), audience.viewer(shown)
    audience.watched(came)
    audience.watched(other)
    assert viewer_forget(viewer=came.viewer).events == 3
    assert viewer_by_token(came.token) is None
    assert list(Viewer.objects.all()) == [other.viewer]
    assert Event.objects.count() == 3
    assert ViewerConsent.objects.count() == 1


def test_what_was_agreed_to_stays_in_its_words(audience) -> None:
    came = audience.viewer(audience.screening())
    for change in ({"text": "more"}, {"purposes": ["watching"]}, {"expires_at": timezone.now() + timedelta(days=900)}):
        with pytest.raises(IntegrityError, match="in the words they saw"), transaction.atomic():
            ViewerConsent.objects.filter(pk=came.consent.pk).update(**change)


def test_what_viewers_were_told_stands(audience) -> None:
    screening = Screening.objects.filter(pk=audience.screening().screening.pk)
    for change in ({"purpose": "advertising"}, {"retention_days": 181}, {"minimum_age": 13}, {"state": "draft"}):
        with pytest.raises(IntegrityError, match="what viewers were told"), transaction.atomic():
            screening.update(**change)
    screening.update(retention_days=30)


def test_what_is_due_is_deleted_and_nothing_else(audience) -> None:
    now = timezone.now()
    running = audience.screening()
    stays, lapsed, unrecorded = (
        audience.viewer(running),
        audience.viewer(running),
        audience.viewer(running, consent=False),
    )
    over = audience.screening(studio=running.studio)
    gone, silent = audience.viewer(over), audience.viewer(over, consent=False)
    for came in (stays, lapsed, gone):
        audience.watched(came)
    ViewerConsent.objects.filter(pk=lapsed.consent.pk).update(
        given_at=now - timedelta(days=2), expires_at=now - timedelta(days=1)
    )
    Screening.objects.filter(pk=over.screening.pk).update(
        state="closed", closed_at=now - timedelta(days=2), retention_days=1
    )
    assert silent.viewer.pk
    assert audience_sweep() == 3
    assert set(Viewer.objects.all()) == {stays.viewer, unrecorded.viewer}
    assert set(Event.objects.values_list("viewer", flat=True)) == {stays.viewer.pk}
    assert audience_sweep() == 0


def test_a_screening_closes_by_itself(audience) -> None:
    shown = audience.screening(closes_at=timezone.now() + timedelta(seconds=30))
    audience_sweep()
    assert Screening.objects.get().state == "open"
    audience_sweep(now=timezone.now() + timedelta(seconds=31))
    closed = Screening.objects.get()
    assert (closed.state, closed.closed_at) == ("closed", shown.screening.closes_at)
    assert LedgerEntry.objects.filter(kind="screening_closed").count() == 1
