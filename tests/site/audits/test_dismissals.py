"""A false alarm is dismissed by somebody who had no hand in the film, stays quiet afterwards, and can be taken back."""

import uuid
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from django.db import IntegrityError, transaction

from auditor.errors import BadInputError
from auditor.media import Interval
from auditor.report import EvidencePair, Quieted
from auditor.report import Finding as Found
from django_site import wiring
from django_site.apps.accounts.models import Membership
from django_site.apps.audits.evidence_facts import audit_fact
from django_site.apps.audits.models import Confirmation, Dismissal, EvidenceFrame, Finding
from django_site.apps.audits.reading import dismissed_in
from django_site.apps.audits.selectors import assets_visible_to, negatives_of
from django_site.apps.audits.services.dismissals import dismissal_lift, finding_confirm, finding_dismiss
from django_site.apps.jobs.models import Job
from django_site.apps.productions.models import Contribution
from django_site.apps.provenance.models import LedgerEntry
from django_site.errors import InputError, NotAllowedError, WrongStateError
from tests.clips import BIKES, COFFEE, ROCKET, ffmpeg, frames_of, still, write_clip

pytestmark = pytest.mark.django_db
REASON = "our own stock footage"


def jpeg(path, quality: int = 88) -> bytes:
    return bytes(cv2.imencode(".jpg", still(path)[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1])


@pytest.fixture
def studio(make):
    """A studio with a take in review in whose audit one scene was found, with real frames as evidence."""
    studio = make.studio()
    studio.take = make.take(make.shot(studio.production), studio.producer, state="needs_review", reason="a scene")
    studio.audit = make.audit(studio.production, studio.take.asset, take=studio.take)
    studio.work = make.work(studio.organisation)
    studio.finding = found(make, studio.audit, studio.work)
    return studio


def found(make, audit, work, *, kind: str = "scene", pictures=(COFFEE, ROCKET)):
    finding = Finding.objects.create(
        audit=audit,
        position=audit.findings.count(),
        kind=kind,
        start=1,
        end=3,
        score=0.7,
        plain="it looks alike",
        work=work,
    )
    for place, picture in enumerate(pictures):
        EvidenceFrame.objects.create(
            finding=finding, position=place, query_seconds=place, query=make.asset(jpeg(picture), "image/jpeg")
        )
    return finding


def again(finding, *, work=None) -> Found:
    """What a later audit finds: the same frames, encoded anew."""
    pairs = tuple(EvidencePair(float(i), jpeg(picture, 60)) for i, picture in enumerate((COFFEE, ROCKET)))
    work_id = str(work.pk if work else finding.work_id)
    return Found(kind="scene", query=Interval(0, 2), score=0.7, plain="alike", work_id=work_id, evidence=pairs)


def quiet(organisation, *findings: Found):
    embedder = wiring.embedder()
    return negatives_of(organisation.pk, embedder.identity).quiet(findings, embedder)


def test_quiet_ever_after_for_this_organisation_and_this_work(make, studio):
    later = again(studio.finding)
    assert quiet(studio.organisation, later) == ((later,), ())
    dismissal = finding_dismiss(finding=studio.finding, by=studio.legal_reviewer, reason=f" {REASON} ")
    standing, (quieted,) = quiet(studio.organisation, later)
    assert standing == ()
    assert (quieted.negative_id, quieted.reason, quieted.by) == (str(dismissal.pk), REASON, str(studio.legal_reviewer))
    other_work = again(studio.finding, work=make.work(studio.organisation, "Another"))
    assert quiet(studio.organisation, other_work) == ((other_work,), ())
    assert quiet(make.organisation(), later) == ((later,), ()), "another studio's opinion is its own"


def test_sound_and_words_are_dismissed_by_what_they_are_known_by(make, studio):
    from auditor.matching.sound import sound_print
    from auditor.matching.sound_key import sound_key
    from tests.clips import BUNNY

    arrays = sound_print(BUNNY)
    assert arrays is not None
    key = sound_key(arrays, 0.5, 5.0)
    sound = found(make, studio.audit, studio.work, kind="audio", pictures=())
    words = found(make, studio.audit, studio.work, kind="text", pictures=())
    with pytest.raises(BadInputError, match="too little, or too much"):
        finding_dismiss(finding=sound, by=studio.legal_reviewer, reason=REASON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=sound.pk).update(known_by=key)
    Finding.objects.filter(pk__in=[sound.pk, words.pk]).delete()
    fields = {"audit": studio.audit, "work": studio.work, "start": 1, "end": 5, "score": 0.9, "plain": "alike"}
    sound = Finding.objects.create(
        kind="audio", position=7, known_by=key, reference_start=2, reference_end=6.5, **fields
    )
    words = Finding.objects.create(kind="text", position=8, known_by=b"to be or not to be", **fields)

    def later(kind: str, known_by: bytes, start: float = 2.0) -> Found:
        return Found(kind, Interval(0, 4.5), 0.9, "alike", work_id=str(studio.work.pk), known_by=known_by,
                     reference=Interval(start, start + 4.5))  # fmt: skip

    heard, read = later("audio", key), later("text", b"or not to be")
    assert quiet(studio.organisation, heard, read)[1] == ()
    first = finding_dismiss(finding=sound, by=studio.legal_reviewer, reason=REASON)
    assert (first.embedder, first.frames) == ({}, [])
    finding_dismiss(finding=words, by=studio.legal_reviewer, reason="a quotation")
    elsewhere = later("audio", key, start=20.0)
    other = later("text", b"to be or not to be that is the question")
    standing, quieted = quiet(studio.organisation, heard, read, elsewhere, other)
    assert standing == (elsewhere, other)
    assert [one.reason for one in quieted] == [REASON, "a quotation"]
    dismissal_lift(dismissal=first, by=studio.legal_reviewer, reason="it is not ours")
    assert quiet(studio.organisation, heard)[0] == (heard,)


def test_the_auditor_of_the_site_uses_the_bank(studio):
    finding_dismiss(finding=studio.finding, by=studio.legal_reviewer, reason=REASON)
    names = [detector.name for detector in wiring.auditor(studio.organisation.pk)._detectors()]
    assert "dismissals" in names


def test_the_present_decision_and_state_stay(studio):
    before = studio.take.state
    finding_dismiss(finding=studio.finding, by=studio.legal_reviewer, reason=REASON)
    studio.take.refresh_from_db()
    assert studio.take.state == before
    assert studio.audit.findings.count() == 1
    assert not Job.objects.filter(kind="audit_take", target_id=studio.take.pk).exists()


def test_lifted_and_dismissed_again(studio):
    first = finding_dismiss(finding=studio.finding, by=studio.legal_reviewer, reason=REASON)
    with pytest.raises(WrongStateError, match="dismissed already"):
        finding_dismiss(finding=studio.finding, by=studio.head_of_legal, reason="me too")
    with pytest.raises(InputError, match="say why"):
        dismissal_lift(dismissal=first, by=studio.head_of_legal, reason="  ")
    dismissal_lift(dismissal=first, by=studio.head_of_legal, reason="it is not ours")
    assert quiet(studio.organisation, again(studio.finding))[1] == ()
    with pytest.raises(WrongStateError, match="taken back already"):
        dismissal_lift(dismissal=first, by=studio.head_of_legal, reason="twice")
    second = finding_dismiss(finding=studio.finding, by=studio.head_of_legal, reason="it is ours, I asked")
    assert second.pk != first.pk
    assert len(quiet(studio.organisation, again(studio.finding))[1]) == 1


def test_everything_is_on_the_ledger_without_names(studio):
    finding_confirm(finding=studio.finding, by=studio.head_of_legal)
    finding_confirm(finding=studio.finding, by=studio.head_of_legal)
    dismissal = finding_dismiss(finding=studio.finding, by=studio.legal_reviewer, reason=REASON)
    dismissal_lift(dismissal=dismissal, by=studio.head_of_legal, reason="it is not ours")
    entries = list(LedgerEntry.objects.order_by("seq"))
    assert [entry.kind for entry in entries] == ["finding_confirmed", "finding_dismissed", "dismissal_lifted"]
    assert entries[1].event["reviewer"] == studio.legal_reviewer.pseudonym
    assert entries[1].event["dismissal"] == str(dismissal.pk)
    assert REASON not in str([entry.event for entry in entries])


@pytest.mark.parametrize("who", ["producer", "outsider", "performer", "reviewer of another house", "guest reviewer"])
def test_who_may_not(make, studio, who):
    people = {
        "producer": lambda: studio.producer,
        "outsider": lambda: make.member(make.organisation(), "producer"),
        "performer": lambda: make.member(studio.organisation, "performer"),
        "reviewer of another house": lambda: make.member(make.organisation(), "head_of_legal"),
        "guest reviewer": lambda: make.member(make.organisation(), "legal_reviewer"),
    }
    person = people[who]()
    if who == "guest reviewer":  # reviews this film, but does not speak for the whole organisation
        studio.production.members.create(user=person, role="legal_reviewer")
    dismissal = finding_dismiss(finding=studio.finding, by=studio.legal_reviewer, reason=REASON)
    other = found(make, studio.audit, studio.work)
    for act in (
        lambda: finding_dismiss(finding=other, by=person, reason=REASON),
        lambda: finding_confirm(finding=other, by=person),
        lambda: dismissal_lift(dismissal=dismissal, by=person, reason="no"),
    ):
        with pytest.raises(NotAllowedError):
            act()
    assert Dismissal.objects.count() == 1
    assert Dismissal.objects.get().lifted_at is None


def test_four_eyes_whatever_the_role_is_today(make, studio):
    """Somebody who drew a shot and reviews for the organisation now, and somebody who was a producer when it began."""
    worked = make.member(studio.organisation, "legal_reviewer")
    Contribution.objects.create(
        production=studio.production, actor=worked, act="arranged", target_kind="shot", target_id=uuid.uuid4()
    )
    studio.production.members.filter(user=studio.producer).delete()
    Membership.objects.filter(user=studio.producer).update(role="head_of_legal")
    for person in (worked, studio.producer):
        with pytest.raises(NotAllowedError, match="worked on the film"):
            finding_dismiss(finding=studio.finding, by=person, reason=REASON)
        with pytest.raises(IntegrityError, match="can not dismiss"), transaction.atomic():
            Dismissal.objects.create(finding=studio.finding, by=person, reason="x", embedder={}, frames=[[1.0]])


def test_what_can_not_be_dismissed(make, studio):
    with pytest.raises(BadInputError, match="reason"):
        finding_dismiss(finding=studio.finding, by=studio.legal_reviewer, reason=" x ")
    silent = found(make, studio.audit, studio.work, kind="audio", pictures=())
    with pytest.raises(BadInputError, match="decide it in review"):
        finding_dismiss(finding=silent, by=studio.legal_reviewer, reason=REASON)
    face = Finding.objects.create(audit=studio.audit, position=9, kind="face", start=0, end=1, score=1, plain="x")
    with pytest.raises(BadInputError, match="names no work"):
        finding_dismiss(finding=face, by=studio.legal_reviewer, reason=REASON)
    assert not Dismissal.objects.exists()


def test_a_dismissed_finding_is_not_agreed_with(studio):
    dismissal = finding_dismiss(finding=studio.finding, by=studio.legal_reviewer, reason=REASON)
    with pytest.raises(WrongStateError, match="take that back"):
        finding_confirm(finding=studio.finding, by=studio.head_of_legal)
    dismissal_lift(dismissal=dismissal, by=studio.legal_reviewer, reason="a mistake")
    finding_confirm(finding=studio.finding, by=studio.head_of_legal)
    assert Confirmation.objects.get().by == studio.head_of_legal


def test_another_embedders_dismissals_are_not_guessed_at(studio):
    finding_dismiss(finding=studio.finding, by=studio.legal_reviewer, reason=REASON)
    identity = wiring.embedder().identity
    other = type(identity)(**{**identity.as_dict(), "name": "another"})
    assert negatives_of(studio.organisation.pk, other).negatives == ()


def test_lifting_sends_what_relied_on_it_back(make, studio):
    dismissal = finding_dismiss(finding=studio.finding, by=studio.legal_reviewer, reason=REASON)
    entry = Quieted(again(studio.finding), str(dismissal.pk), REASON, "Robin", "2026-11-26").as_dict()
    later = make.take(make.shot(studio.production, 2), studio.producer, state="cleared")
    audit = make.audit(studio.production, later.asset, take=later, report={"dismissed": [entry]})
    audit.dismissals.set([dismissal])
    (shown,) = dismissed_in(audit, studio.legal_reviewer)
    assert (shown.plain, shown.dismissal, shown.finding_id) == ("alike", dismissal, studio.finding.pk)
    assert dismissed_in(audit, make.user())[0].finding_id is None, "no link to what the person may not see"
    dismissal_lift(dismissal=dismissal, by=studio.head_of_legal, reason="it is not ours")
    later.refresh_from_db()
    assert later.state == "auditing"
    assert Job.objects.filter(kind="audit_take", target_id=later.pk).count() == 1
    assert audit_fact(audit).index_current is False


def test_the_database_keeps_its_word(make, studio):
    dismissal = finding_dismiss(finding=studio.finding, by=studio.legal_reviewer, reason=REASON)
    rows = Dismissal.objects.filter(pk=dismissal.pk)
    for change in ({"reason": "other"}, {"frames": [[0.0]]}, {"by": studio.head_of_legal}):
        with pytest.raises(IntegrityError, match="can not be changed"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError, match="can not be deleted"), transaction.atomic():
        rows._raw_delete("default")


def test_the_matrix_is_evidence_like_the_frames(make, studio):
    picture = make.asset(bytes(cv2.imencode(".png", np.zeros((9, 9), np.uint8))[1]), "image/png")
    assert not assets_visible_to(studio.legal_reviewer).filter(pk=picture.pk).exists()
    Finding.objects.filter(pk=studio.finding.pk).update(matrix=picture)
    people = SimpleNamespace(stranger=make.member(make.organisation(), "head_of_legal"))
    assert assets_visible_to(studio.legal_reviewer).filter(pk=picture.pk).exists()
    assert not assets_visible_to(people.stranger).filter(pk=picture.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_the_whole_way_through_real_audits(make, settings, tmp_path):
    """The same seconds come twice: found, dismissed, then kept quiet with the reason; lifted, they are found again."""
    from django_site.apps.corpora.services import work_register
    from django_site.apps.jobs.runner import run_pending
    from django_site.apps.productions.services.imports import media_import

    settings.INDEX_ROOT = tmp_path / "index"
    studio = make.studio()
    size = (320, 136)
    work = work_register(
        organisation=studio.organisation, title="Bikes", kind="clip", rights_holder="Holder", media=[BIKES],
        acts=["match"], by=studio.head_of_legal, spdx_id="CC-BY-3.0", source="A package that ships it",
    )  # fmt: skip

    clip = write_clip(tmp_path / "clip.mp4", frames_of(BIKES, start=2.0, end=5.0, size=size), fps=25, crf=30)

    def import_again(name: str):
        other = tmp_path / name
        ffmpeg("-i", clip, "-c", "copy", "-metadata", f"title={name}", other)  # other bytes, the same pictures
        with other.open("rb") as stream:
            imported = media_import(production=studio.production, source=stream, name=name, by=studio.producer)
        run_pending()
        imported.refresh_from_db()
        return imported, imported.audits.latest("created_at")

    first, audit = import_again("first.mp4")
    finding = audit.findings.get()
    assert (first.state, finding.kind, finding.work) == ("stopped", "copy", work)
    assert finding.measured["agreement"] > 0.9
    assert finding.matrix.media_type == "image/png"
    dismissal = finding_dismiss(finding=finding, by=studio.legal_reviewer, reason=REASON)
    first.refresh_from_db()
    assert first.state == "stopped", "what was decided stays decided"
    second, audit = import_again("second.mp4")
    assert second.state == "cleared", second.reason
    assert list(audit.dismissals.all()) == [dismissal]
    assert audit.report["dismissed"][0]["dismissed"]["reason"] == REASON
    assert "dismissals" in [detector["name"] for detector in audit.detectors]
    dismissal_lift(dismissal=dismissal, by=studio.head_of_legal, reason="it is not ours")
    run_pending()
    second.refresh_from_db()
    assert second.state == "stopped"
    assert second.audits.latest("created_at").findings.count() == 1
