"""Who may speak for whom: guardians, estates, agents, their proof, and what a death does to grants."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from django_site.apps.audits.people_facts import grant_fact
from django_site.apps.likeness.models import Representative
from django_site.apps.likeness.services import (
    grant_draft,
    grant_notice,
    grant_offer,
    grant_sign,
    grant_suspend,
    grant_withdraw,
    identity_verify,
    representative_add,
    representative_check,
    representative_end,
    subject_change,
    subject_died,
    subject_register,
)
from django_site.apps.provenance.models import LedgerEntry
from django_site.errors import InputError, NotAllowedError, WrongStateError

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n% a court order, scanned"


@pytest.fixture
def studio(make):
    studio = make.studio()
    studio.parent, studio.agent = make.user(), make.user()
    return studio


def scope(studio, **changes) -> dict:
    return {
        "projects": [str(studio.production.pk)], "uses": ["film"], "media": ["*"], "territories": ["*"],
        "modalities": ["face"], "replica_kind": "independent", "description": "Speaking role of the keeper", **changes,
    }  # fmt: skip


def minor(studio, **fields):
    day = timezone.localdate() + timedelta(days=900)
    return subject_register(
        organisation=studio.organisation, legal_name="Mia Roth", by=studio.legal_reviewer, living="minor",
        **{"of_age_on": day, **fields},
    )  # fmt: skip


def speaks(studio, subject, user, kind, *, checked=True, **fields) -> Representative:
    power = representative_add(
        subject=subject, user=user, kind=kind, by=studio.legal_reviewer, proof=PDF, proof_kind="Court order",
        **{"may_sign": True, **fields},
    )  # fmt: skip
    return representative_check(representative=power, by=studio.head_of_legal) if checked else power


def offered(studio, subject, **changes):
    return grant_offer(subject=subject, scope=scope(studio, **changes), text="I allow it.", by=studio.legal_reviewer)


def test_a_guardian_without_proof_is_refused_and_nothing_is_saved(studio):
    subject = minor(studio)
    for missing in ({"proof": None}, {"proof_kind": " "}):
        fields = {"proof": PDF, "proof_kind": "Court order", **missing}
        with pytest.raises(InputError, match="needs proof: a court order"):
            representative_add(subject=subject, user=studio.parent, kind="guardian", by=studio.legal_reviewer, **fields)
    with pytest.raises(InputError, match="not a PDF"):
        representative_add(
            subject=subject, user=studio.parent, kind="guardian", by=studio.legal_reviewer, proof=b"MZ", proof_kind="x"
        )
    assert not Representative.objects.exists()


def test_a_minor_does_not_sign_and_an_unchecked_guardian_neither(studio, make):
    subject = minor(studio, user=make.user())
    grant = offered(studio, subject)
    power = speaks(studio, subject, studio.parent, "guardian", checked=False)
    for somebody in (subject.user, studio.parent):
        with pytest.raises(NotAllowedError):
            grant_sign(grant=grant, by=somebody, text_sha256_seen=grant.text_sha256)
    with pytest.raises(NotAllowedError):
        representative_check(representative=power, by=studio.parent)
    representative_check(representative=power, by=studio.head_of_legal)
    signed = grant_sign(grant=grant, by=studio.parent, text_sha256_seen=grant.text_sha256)
    assert (signed.state, signed.signature.role, signed.signature.representative) == ("active", "guardian", power)
    grant_suspend(grant=signed, by=subject.user, reason="I don't want to.")  # a minor may always stop it


def test_a_guardians_power_ends_when_the_minor_comes_of_age(studio, make):
    subject = minor(studio, user=make.user())
    speaks(studio, subject, studio.parent, "guardian")
    subject_change(subject=subject, by=studio.legal_reviewer, of_age_on=timezone.localdate())
    grant = offered(studio, subject)
    with pytest.raises(NotAllowedError):
        grant_sign(grant=grant, by=studio.parent, text_sha256_seen=grant.text_sha256)
    assert grant_sign(grant=grant, by=subject.user, text_sha256_seen=grant.text_sha256).signature.role == "self"


def test_a_power_counts_within_its_term_and_until_it_is_ended(studio, make):
    subject = make.subject(studio.organisation, user=make.user())
    later = timezone.localdate() + timedelta(days=3)
    power = speaks(studio, subject, studio.agent, "agent", starts_on=later)
    grant = offered(studio, subject)
    with pytest.raises(NotAllowedError):
        grant_sign(grant=grant, by=studio.agent, text_sha256_seen=grant.text_sha256)
    Representative.objects.filter(pk=power.pk).update(starts_on=timezone.localdate())
    signed = grant_sign(grant=grant, by=studio.agent, text_sha256_seen=grant.text_sha256)
    representative_end(representative=power, by=subject.user, reason="We parted.")
    with pytest.raises(NotAllowedError):
        grant_withdraw(grant=signed, by=studio.agent, reason="No.")
    with pytest.raises(WrongStateError, match="ended already"):
        representative_end(representative=power, by=subject.user, reason="Again.")
    assert LedgerEntry.objects.filter(kind="representative_ended").count() == 1


def test_counsel_and_unions_advise_and_may_stop(studio, make):
    subject = make.subject(studio.organisation, user=make.user(), union="")
    with pytest.raises(InputError, match="don't sign"):
        speaks(studio, subject, studio.agent, "counsel")
    speaks(studio, subject, studio.agent, "counsel", may_sign=False)
    grant = offered(studio, subject)
    with pytest.raises(NotAllowedError):
        grant_sign(grant=grant, by=studio.agent, text_sha256_seen=grant.text_sha256)
    grant_sign(grant=grant, by=subject.user, text_sha256_seen=grant.text_sha256)
    grant_withdraw(grant=grant, by=studio.agent, reason="On my client's behalf.")


@pytest.mark.parametrize(("kind", "why"), [("guardian", "not a minor"), ("estate", "has not died")])
def test_the_wrong_kind_for_this_person(studio, make, kind, why):
    with pytest.raises(InputError, match=why):
        speaks(studio, make.subject(studio.organisation), studio.parent, kind)


def test_a_term_that_ends_before_it_begins(studio, make):
    subject = make.subject(studio.organisation)
    with pytest.raises(InputError, match="before it begins"):
        speaks(studio, subject, studio.agent, "agent", starts_on=date(2027, 3, 1), ends_on=date(2027, 2, 1))


@pytest.mark.parametrize(
    ("instruction", "state"), [("estate", "transferred"), ("ends", "withdrawn"), ("continues", "active")]
)
def test_after_death_a_grant_goes_as_it_says(studio, make, instruction, state):
    subject = make.subject(studio.organisation)
    grant = make.grant(subject, studio.production, limits={"post_mortem": instruction})
    with pytest.raises(InputError, match="future"):
        subject_died(subject=subject, died_on=timezone.localdate() + timedelta(days=1), by=studio.head_of_legal)
    with pytest.raises(NotAllowedError):
        subject_died(subject=subject, died_on=timezone.localdate(), by=studio.producer)
    subject_died(subject=subject, died_on=timezone.localdate(), by=studio.head_of_legal)
    grant.refresh_from_db()
    assert grant.state == state
    speaks(studio, subject, studio.parent, "estate")
    again = offered(studio, subject)
    signed = grant_sign(grant=again, by=studio.parent, text_sha256_seen=again.text_sha256)
    assert (signed.state, signed.signature.role) == ("active", "estate")


def test_identity_is_made_sure_of_by_the_legal_side(studio, make):
    subject = make.subject(studio.organisation, user=studio.head_of_legal)
    with pytest.raises(NotAllowedError):  # nobody vouches for themselves
        identity_verify(subject=subject, method="passport", by=studio.head_of_legal)
    with pytest.raises(InputError, match="say how"):
        identity_verify(subject=subject, method=" ", by=studio.legal_reviewer)
    assert identity_verify(subject=subject, method="passport on video", by=studio.legal_reviewer).identity_verified_at


def test_a_minor_needs_a_day_and_a_person_a_name(studio):
    with pytest.raises(InputError, match="comes of age"):
        minor(studio, of_age_on=None)
    with pytest.raises(InputError, match="legal name"):
        subject_register(organisation=studio.organisation, legal_name=" ", by=studio.legal_reviewer)


WIDER = {
    "uses": {"uses": ["film", "advertising"]},
    "media": {"media": ["cinema", "game"]},
    "territories": {"territories": ["*"]},
    "modalities": {"modalities": ["face", "voice"]},
    "acts": {"acts": ["render", "fine_tune"]},
    "alterations": {"alterations": ["age"]},
    "real time": {"real_time": True},
    "versions": {"personalised": True},
    "exclusions": {"exclusions": []},
    "approval": {"approval": "none"},
    "description": {"description": "Another role, in every scene"},
    "money": {"compensation": {"currency": "USD", "per_render": "1.00"}},
}
FIRST = {
    "media": ["cinema"], "territories": ["DE", "US"], "exclusions": ["nudity"], "approval": "production",
}  # fmt: skip


def test_a_member_who_narrows_their_own_grant_needs_no_new_notice(studio, make):
    """The agreement's notice is of what is meant to be done; nothing new is."""
    subject = make.subject(studio.organisation, user=make.user(), union="SAG-AFTRA")
    two_days_ago = timezone.now() - timedelta(hours=49)
    first = grant_draft(subject=subject, scope=scope(studio, **FIRST), text="I allow it.", by=studio.legal_reviewer)
    grant_notice(grant=first, by=studio.legal_reviewer, at=two_days_ago)
    grant_sign(grant=first, by=subject.user, text_sha256_seen=first.text_sha256)

    def own(**changes):
        version = grant_draft(
            subject=subject,
            scope=scope(studio, **{**FIRST, **changes}),
            text="I allow it.",
            by=subject.user,
            amends=first,
        )
        return grant_notice(grant=version, by=subject.user)

    for name, change in WIDER.items():
        wider = own(**change)
        assert wider.may_sign_from > timezone.now() + timedelta(hours=47), name
        with pytest.raises(WrongStateError, match="think it over"):
            grant_sign(grant=wider, by=subject.user, text_sha256_seen=wider.text_sha256)
    narrower = own(territories=["DE"], exclusions=["nudity", "political"], approval="shot")
    signed = grant_sign(grant=narrower, by=subject.user, text_sha256_seen=narrower.text_sha256)
    assert signed.state == "active"
    fact = grant_fact(signed, at=timezone.now())
    assert fact.noticed_at == grant_fact(first, at=timezone.now()).noticed_at, "the rule of the guild is kept"


@pytest.mark.parametrize(("later", "waits"), [(timedelta(0), False), (timedelta(days=1), True)])
def test_a_longer_term_is_wider_a_later_hour_of_the_same_day_is_not(studio, make, later, waits):
    subject = make.subject(studio.organisation, user=make.user(), union="SAG-AFTRA")
    noon = timezone.now().replace(hour=12) + timedelta(days=90)
    first = grant_draft(subject=subject, scope=scope(studio), text="I do.", by=studio.legal_reviewer, ends=noon)
    grant_notice(grant=first, by=studio.legal_reviewer, at=timezone.now() - timedelta(hours=49))
    grant_sign(grant=first, by=subject.user, text_sha256_seen=first.text_sha256)
    version = grant_draft(
        subject=subject, scope=scope(studio, territories=["DE"]), text="I do.", by=subject.user, amends=first,
        ends=noon.replace(hour=23) + later,
    )  # fmt: skip
    assert (grant_notice(grant=version, by=subject.user).may_sign_from > timezone.now()) == waits
