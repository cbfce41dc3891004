"""Labels, tiers, who looked, and holds: what producers do not learn, and what stays while a court may ask for it."""

import os
import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from django_site import wiring
from django_site.apps.audits.models import EvidenceFrame, Finding
from django_site.apps.audits.services.sweeping import storage_sweep
from django_site.apps.likeness.models import LikenessAsset
from django_site.apps.likeness.retention import retention_run
from django_site.apps.likeness.services import biometric_consent_withdraw
from django_site.apps.productions.models import ProductionMember, Reference
from django_site.apps.productions.services.casting import reference_remove
from django_site.apps.provenance.models import LedgerEntry
from django_site.apps.reviews.held import assets_held, productions_held
from django_site.apps.reviews.models import AccessLog, Case, Comment, Hold
from django_site.apps.reviews.selectors import (
    accesses_of,
    cases_visible_to,
    comments_visible_to,
    deciders_of,
    productions_headed,
    queue_of,
    related_cases,
)
from django_site.apps.reviews.services import case_approve, case_open, comment_add
from django_site.apps.reviews.services.holding import (
    case_accessed,
    hold_lift,
    hold_place,
    reader_add,
    reader_remove,
    tier_set,
)
from django_site.apps.reviews.services.queueing import assignment_of, case_take
from django_site.errors import InputError, NotAllowedError, WrongStateError
from tests.site.likeness.test_retention import measured
from tests.site.pages.conftest import finding_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(make):
    return make.studio()


@pytest.fixture
def case(make, studio):
    return case_of(make, studio)


def case_of(make, studio, version: int = 1, **fields):
    cut = make.cut(studio.production, studio.producer, version=version, **fields)
    audit = make.audit(studio.production, cut.asset, cut=cut)
    decision = make.decision(studio.production, cut=cut, audit=audit)
    return case_open(decision=decision, opened_by=studio.producer, cut=cut)


def browser(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_label_keeps_a_remark_for_the_legal_side(studio, case):
    said = comment_add(case=case, by=studio.legal_reviewer, text="My advice.", privilege="client")
    assert said.privileged
    assert list(comments_visible_to(studio.producer, case)) == []
    with pytest.raises(NotAllowedError):
        comment_add(case=case, by=studio.producer, text="Mine.", privilege="work_product")
    with pytest.raises(InputError):
        comment_add(case=case, by=studio.legal_reviewer, text="Mine.", privilege="holy")
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=said.pk).update(privileged=False)
    page = browser(studio.legal_reviewer).get(reverse("reviews:case", args=[case.pk])).content.decode()
    assert "Attorney-client communication" in page
    assert "It does not make it privileged" in page


def test_a_case_for_the_legal_side_is_not_there_for_the_producer(make, studio, case):
    url = reverse("reviews:case", args=[case.pk])
    comment_add(case=case, by=studio.legal_reviewer, text="For everybody.")
    assert browser(studio.producer).get(url).status_code == 200
    case = tier_set(case=case, tier="legal", by=studio.legal_reviewer)
    assert browser(studio.producer).get(url).status_code == 404
    assert browser(studio.producer).post(reverse("reviews:comment", args=[case.pk]), {"text": "x"}).status_code == 404
    assert list(comments_visible_to(studio.producer, case)) == []
    with pytest.raises(NotAllowedError):
        comment_add(case=case, by=studio.producer, text="Let me in.")
    film = browser(studio.producer).get(reverse("productions:cut", args=[case.cut_id])).content.decode()
    assert str(case.pk) not in film
    assert "For everybody." not in film
    assert set(cases_visible_to(studio.legal_reviewer)) == set(cases_visible_to(studio.head_of_legal)) == {case}
    with pytest.raises(NotAllowedError):
        tier_set(case=case, tier="production", by=studio.producer)
    assert LedgerEntry.objects.filter(kind="tier_changed").get().event["after"] == "legal"


def test_named_people_alone(make, studio, case):
    case_take(case=case, by=studio.legal_reviewer)
    with pytest.raises(NotAllowedError):
        tier_set(case=case, tier="named", by=studio.legal_reviewer)
    case = tier_set(case=case, tier="named", by=studio.head_of_legal)
    assert assignment_of(case) is None  # whoever had it may not read it now
    assert not queue_of(studio.legal_reviewer).exists()
    assert list(queue_of(studio.head_of_legal)) == [case]
    assert list(deciders_of(case)) == [studio.head_of_legal]
    with pytest.raises(NotAllowedError, match="named people"):
        case_approve(case=case, by=studio.legal_reviewer, reason="I saw it yesterday.")
    with pytest.raises(NotAllowedError):
        reader_add(case=case, user=studio.legal_reviewer, by=studio.legal_reviewer)
    with pytest.raises(InputError, match="does not see"):
        reader_add(case=case, user=make.user(), by=studio.head_of_legal)
    client = browser(studio.head_of_legal)
    url = reverse("reviews:readers", args=[case.pk])
    client.post(url, {"user": studio.legal_reviewer.pk, "act": "add"})
    assert list(queue_of(studio.legal_reviewer)) == [case]
    assert set(deciders_of(case)) == {studio.head_of_legal, studio.legal_reviewer}
    case_approve(case=case, by=studio.legal_reviewer, reason="Fine.")
    reader_remove(case=case, user=studio.legal_reviewer, by=studio.head_of_legal)
    assert not cases_visible_to(studio.legal_reviewer).exists()
    assert client.post(url, {"user": "x", "act": "add"}).status_code == 302
    kinds = ["tier_changed", "case_reader_named", "review_approve", "case_reader_removed"]
    assert [one.kind for one in LedgerEntry.objects.order_by("pk") if one.kind in kinds] == kinds


def test_opening_a_case_is_written_down_and_shown_to_the_head_of_legal(make, studio, case):
    reader = browser(studio.legal_reviewer)
    for _ in range(3):
        reader.get(reverse("reviews:case", args=[case.pk]))
    assert AccessLog.objects.filter(case=case, user=studio.legal_reviewer).count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessLog.objects.update(user=studio.producer)
    studio.legal_reviewer.first_name = "=HYPERLINK(1)"
    studio.legal_reviewer.save()
    other = make.case(make.production(studio.organisation, studio.producer, title="Elsewhere"), studio.producer)
    case_accessed(user=studio.legal_reviewer, case=other)
    AccessLog.objects.create(user=studio.producer, asset=case.cut.asset)
    assert accesses_of(case=case).count() == accesses_of(production=studio.production).count() == 2
    head = browser(studio.head_of_legal)
    for name, about in (("access_case", case), ("access_production", studio.production)):
        assert head.get(reverse(f"reviews:{name}", args=[about.pk])).status_code == 200
        assert reader.get(reverse(f"reviews:{name}", args=[about.pk])).status_code == 403
        file = b"".join(head.get(reverse(f"reviews:{name}_file", args=[about.pk]))).decode()
        assert "'=HYPERLINK(1)" in file
        assert case.cut.asset.sha256 in file
        assert str(other.pk) not in file
        assert len(file.splitlines()) == 3


def test_who_heads_is_asked_of_rows_as_of_people(make, studio):
    guest = make.user()
    ProductionMember.objects.create(production=studio.production, user=guest, role="head_of_legal")
    ProductionMember.objects.create(
        production=(theirs := make.production(studio.organisation, studio.producer)),
        user=studio.head_of_legal,
        role="producer",
    )
    for person in (guest, studio.head_of_legal, studio.legal_reviewer, studio.producer):
        for production in (studio.production, theirs):
            asked = person.has_perm("reviews.hold", production)
            assert asked == productions_headed(person).filter(pk=production.pk).exists()


def test_nothing_of_a_held_production_is_deleted_by_anybody(make, studio, case):
    finding = finding_in(make, case.decision.audit, work=make.work(studio.organisation))
    comment = comment_add(case=case, by=studio.legal_reviewer, text="A remark.")
    reference = Reference.objects.create(
        production=studio.production, shot=make.shot(studio.production), asset=make.asset(media_type="image/jpeg"),
        name="look.jpg", gallery_sha256=make.digest("gallery"), added_by=studio.producer,
    )  # fmt: skip
    take = make.take(reference.shot, studio.producer)
    free = make.production(studio.organisation, studio.producer, title="Elsewhere")
    with pytest.raises(NotAllowedError):
        hold_place(production=studio.production, matter="Marsh v. Studio", reason="Claim.", by=studio.legal_reviewer)
    hold = hold_place(production=studio.production, matter="Marsh v. Studio", reason="Claim.", by=studio.head_of_legal)
    with pytest.raises(WrongStateError, match="already"):
        hold_place(production=studio.production, matter="Marsh v. Studio", reason="Again.", by=studio.head_of_legal)
    held = (reference, take, case.cut, comment, case, finding.evidence.get(), finding, case.decision.audit)
    for thing in (*held, reference.asset, studio.production):
        with pytest.raises(IntegrityError, match="litigation hold"), transaction.atomic():
            type(thing).objects.filter(pk=thing.pk)._raw_delete("default")
    with pytest.raises(WrongStateError, match="litigation hold"):
        reference_remove(reference=reference, by=studio.producer)
    assert not productions_held().filter(pk=free.pk).exists()
    free.members.all().delete()
    type(free).objects.filter(pk=free.pk)._raw_delete("default")
    with pytest.raises(InputError):
        hold_lift(hold=hold, by=studio.head_of_legal, reason=" ")
    hold_lift(hold=hold, by=studio.head_of_legal, reason="Settled.")
    with pytest.raises(WrongStateError):
        hold_lift(hold=hold, by=studio.head_of_legal, reason="Again.")
    for change in ({"lifted_at": None, "lifted_by": None, "lift_reason": ""}, {"matter": "Another"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Hold.objects.filter(pk=hold.pk).update(**change)
    reference_remove(reference=reference, by=studio.producer)
    comment.delete()
    assert [one.kind for one in LedgerEntry.objects.filter(kind__startswith="hold_").order_by("pk")] == [
        "hold_placed", "hold_lifted",
    ]  # fmt: skip


def test_a_hold_on_a_case_holds_its_production_and_two_holds_end_one_by_one(studio, case):
    head = studio.head_of_legal
    first = hold_place(case=case, matter="Marsh v. Studio", reason="Claim.", by=head)
    second = hold_place(production=studio.production, matter="An inquiry", reason="Letter of the guild.", by=head)
    hold_lift(hold=first, by=head, reason="Settled.")
    assert list(productions_held()) == [studio.production]
    hold_lift(hold=second, by=head, reason="Closed.")
    assert not productions_held().exists()
    with pytest.raises(InputError):
        hold_place(case=case, production=studio.production, matter="Both", reason="x", by=head)
    with pytest.raises(InputError):
        hold_place(matter="Neither", reason="x", by=head)


def test_sweeps_keep_what_a_held_production_names_and_sweep_the_rest(make, studio, case, settings, tmp_path):
    settings.RELEASED_ROOT = tmp_path / "released"
    free = make.asset(b"nobody's")
    left = [case.cut.asset, free]
    old = time.time() - 10 * settings.STORAGE_GRACE_SECONDS
    for asset in left:  # a release that died between copying and marking left a copy in the other zone
        path = wiring.zone("released").path(asset.sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wiring.zone("quarantine").path(asset.sha256).read_bytes())
        os.utime(path, (old, old))
    hold = hold_place(case=case, matter="Marsh v. Studio", reason="Claim.", by=studio.head_of_legal)
    storage_sweep()
    assert [wiring.zone("released").exists(asset.sha256) for asset in left] == [True, False]
    hold_lift(hold=hold, by=studio.head_of_legal, reason="Settled.")
    storage_sweep()
    assert not wiring.zone("released").exists(case.cut.asset.sha256)


def test_retention_keeps_a_held_picture_and_never_a_measurement(
    make, studio, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.QUARANTINE_ROOT = tmp_path / "quarantine"
    people = [make.subject(studio.organisation, legal_name=name) for name in ("Kept", "Going")]
    templates = [measured(studio, tmp_path, person) for person in people]
    originals = [template.likeness_asset for template in templates]
    Reference.objects.create(
        production=studio.production, shot=make.shot(studio.production), asset=originals[0].asset,
        name="look.jpg", gallery_sha256=make.digest("gallery"), added_by=studio.producer,
    )  # fmt: skip
    hold_place(production=studio.production, matter="Marsh v. Studio", reason="Claim.", by=studio.head_of_legal)
    assert set(assets_held().filter(pk__in=[one.asset_id for one in originals])) == {originals[0].asset}
    with django_capture_on_commit_callbacks(execute=True):
        run = retention_run(now=timezone.now() + timedelta(days=366))
    assert (run.templates, run.originals, run.failed) == (2, 1, [])
    assert sum(person.templates.count() for person in people) == 0
    assert list(LikenessAsset.objects.all()) == [originals[0]]
    assert not wiring.zone("quarantine").exists(originals[1].asset.sha256)


def test_a_consent_that_is_withdrawn_destroys_the_measurement_whatever_is_held(make, studio, settings, tmp_path):
    settings.QUARANTINE_ROOT = tmp_path / "quarantine"
    studio.performer = make.member(studio.organisation, "performer")
    studio.subject = make.subject(studio.organisation, user=studio.performer)
    measured(studio, tmp_path)
    hold_place(production=studio.production, matter="Marsh v. Studio", reason="Claim.", by=studio.head_of_legal)
    biometric_consent_withdraw(subject=studio.subject, by=studio.performer, reason="Stop.")
    assert studio.subject.templates.count() == 0


def test_the_page_of_holds(make, studio, case):
    head, url = browser(studio.head_of_legal), reverse("reviews:hold_place")
    assert head.post(url, {"production": studio.production.pk, "matter": "M", "reason": ""}).status_code == 400
    asked = {"production": studio.production.pk, "matter": "Marsh v. Studio", "reason": "Claim."}
    assert head.post(url, {**asked, "case": case.pk}).url == reverse("reviews:case", args=[case.pk])
    assert head.post(url, {**asked, "case": "x"}).status_code == 404
    hold = Hold.objects.get()
    assert hold.case == case
    assert "Marsh v. Studio" in head.get(reverse("reviews:case", args=[case.pk])).content.decode()
    page = head.get(reverse("reviews:holds")).content.decode()
    assert "privacy law wins" in page
    assert browser(studio.legal_reviewer).get(reverse("reviews:holds")).status_code == 403
    lift = reverse("reviews:hold_lift", args=[hold.pk])
    assert browser(studio.legal_reviewer).post(lift, {"reason": "x"}).status_code == 404
    head.post(lift, {"reason": ""})
    hold.refresh_from_db()
    assert hold.lifted_at is None
    head.post(lift, {"reason": "Settled."})
    hold.refresh_from_db()
    assert hold.lift_reason == "Settled."


def test_decisions_about_the_same_work_file_or_person(make, studio):
    work, subject = make.work(studio.organisation), make.subject(studio.organisation)
    asset = make.asset()
    files = (asset, asset, make.asset(), make.asset())
    one, other, third, fourth = (case_of(make, studio, number, asset=file) for number, file in enumerate(files, 1))
    for case in (one, third):
        finding_in(make, case.decision.audit, work=work)
    for case in (one, third, fourth):
        Finding.objects.create(
            audit=case.decision.audit, position=9, kind="face", start=0, end=1, score=0.9, plain="x", subject=subject
        )
    assert related_cases(studio.legal_reviewer, one) == []  # nothing of it is decided yet
    for case in (other, third, fourth):
        case_approve(case=case, by=studio.legal_reviewer, reason="Fine.")
    found = {case: case.shared for case in related_cases(studio.legal_reviewer, one)}
    assert found == {other: ["file"], third: ["work", "person"], fourth: ["person"]}
    tier_set(case=Case.objects.get(pk=third.pk), tier="named", by=studio.head_of_legal)
    assert third not in related_cases(studio.legal_reviewer, one)
    assert third in related_cases(studio.head_of_legal, one)
    page = browser(studio.legal_reviewer).get(reverse("reviews:case", args=[one.pk])).content.decode()
    assert reverse("decisions:decision", args=[other.decision_id]) in page
    assert reverse("decisions:decision", args=[third.decision_id]) not in page
    assert EvidenceFrame.objects.exists()
