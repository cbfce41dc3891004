"""Forms: what was typed is never lost, what services refuse is said beside the form, and reasons are demanded."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from django_site.apps.audits.models import Asset
from django_site.apps.likeness.models import ConsentGrant
from django_site.apps.productions.models import Production, Shot
from tests.site.pages.conftest import finding_in

pytestmark = pytest.mark.django_db
BRIEF = "A keeper finds a letter on the shore at dusk."


def words(response) -> str:
    return " ".join(response.content.decode().split())


def values(**changes):
    return {"title": "Tide", "brief": BRIEF, "territories": "", "use": "film", "total_seconds": 4, "seed": 1, **changes}


def test_a_brief_becomes_a_production_with_shots(world, visit):
    response = visit("producer").post(reverse("productions:new"), values(territories="us, de"), follow=True)
    made = Production.objects.get(title="Tide")
    assert made.territories == ["US", "DE"]
    assert Shot.objects.filter(scene__screenplay__production=made).exists()
    assert "The screenplay is written" in words(response)
    assert "Gate 1: clear to render" in words(response)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"territories": "US, Narnia"}, "NARNIA is not a territory that we know"),
        ({"title": ""}, "This field is required"),
        ({"total_seconds": 1}, "greater than or equal to 3"),
        ({"use": "propaganda"}, "Select a valid choice"),
    ],
)
def test_a_production_that_can_not_be_keeps_what_was_typed(world, visit, changes, said):
    before = Production.objects.count()
    response = visit("producer").post(reverse("productions:new"), values(brief=BRIEF + " <b>", **changes))
    assert response.status_code == 400
    assert said in words(response)
    assert BRIEF + " &lt;b&gt;" in words(response)
    assert 'aria-invalid="true"' in words(response)
    assert Production.objects.count() == before


def test_a_screenplay_that_can_not_be_read_stays_in_its_field(world, visit):
    url = reverse("productions:screenplay", args=[world.production.pk])
    typed = "This is not a screenplay & it has <no> scenes."
    response = visit("producer").post(url, {"fountain": typed})
    assert response.status_code == 400
    assert "This is not a screenplay &amp; it has &lt;no&gt; scenes." in words(response)
    assert world.production.screenplays.count() == 1


def test_saving_a_screenplay_makes_the_next_version(world, visit):
    url = reverse("productions:screenplay", args=[world.production.pk])
    text = "Title: Tide\r\n\r\nEXT. SHORE - DUSK\r\n\r\nThe keeper finds a letter.\r\n"
    assert "Version 2 is saved" in words(visit("producer").post(url, {"fountain": text}, follow=True))
    assert "EXT. SHORE - DUSK" in words(visit("legal_reviewer").get(url))
    assert world.screenplay.scenes.first().heading in words(visit("legal_reviewer").get(url + "?version=1"))


def test_a_shot_is_replaced_by_what_was_changed(world, visit):
    url = reverse("productions:shot", args=[world.shot.pk])
    form = visit("producer").get(url).context["form"]
    same = dict(form.initial)
    assert "Nothing was changed" in words(visit("producer").post(url, same))
    response = visit("producer").post(url, {**same, "move": "static", "prompt": "A calm shore"}, follow=True)
    assert "The shot was replaced by version 2" in words(response)
    replaced = Shot.objects.get(scene=world.shot.scene, position=world.shot.position, current=True)
    assert (replaced.spec["move"], replaced.spec["prompt"]) == ("static", "A calm shore")
    assert "This version was replaced already" in words(visit("producer").post(url, {**same, "move": "static"}))


@pytest.mark.parametrize("content", [b"just text", b"#EXTM3U\nfile:///etc/passwd\n", b"\x89PNG\r\n\x1a\n" + bytes(64)])
def test_a_file_that_is_no_media_is_refused_with_the_reason_and_not_kept(world, visit, content):
    url = reverse("productions:import_new", args=[world.production.pk])
    before = Asset.objects.count()
    response = visit("producer").post(url, {"file": SimpleUploadedFile("../../evil.mp4", content)})
    assert response.status_code == 400
    assert "evil.mp4" in words(response)
    assert "/tmp" not in words(response)
    assert Asset.objects.count() == before


def test_a_name_from_outside_is_only_text(world, visit, clip):
    url = reverse("productions:import_new", args=[world.other_production.pk])
    name = "<script>alert(1)</script>.mp4"
    response = visit("other_producer").post(url, {"file": SimpleUploadedFile(name, clip.read_bytes())}, follow=True)
    assert response.status_code == 200
    assert "<script>alert" not in words(response)


def decide(client, case, **data):
    return client.post(reverse("reviews:decide", args=[case.pk]), data)


def test_a_decision_needs_a_reason_and_then_is_on_the_record(world, visit):
    reviewer = visit("legal_reviewer")
    response = decide(reviewer, world.case, kind="approve", reason="  ")
    assert response.status_code == 400
    assert "Say why: the reason is part of the record." in words(response)
    dismissed = decide(reviewer, world.case, kind="dismiss_finding", finding=world.finding.pk, reason="A stock sky.")
    assert dismissed.status_code == 302
    assert "A stock sky." in words(reviewer.get(dismissed.url))
    decide(reviewer, world.case, kind="request_change", reason="Replace the first second.")
    world.case.refresh_from_db()
    assert world.case.state == "changes_requested"
    late = decide(reviewer, world.case, kind="approve", reason="Changed my mind about it.")
    assert late.status_code == 409
    assert "already changes requested" in words(late)


def test_a_finding_of_another_case_is_not_dismissed_here(world, visit, make):
    foreign = finding_in(make, world.take.audits.get(), work=world.work)
    response = decide(visit("legal_reviewer"), world.case, kind="dismiss_finding", finding=foreign.pk, reason="No.")
    assert response.status_code == 409
    assert "does not belong to this case" in words(response)
    assert "No." in words(response)


def test_a_remark_for_the_legal_side_is_not_shown_to_the_producer(world, visit):
    url = reverse("reviews:comment", args=[world.case.pk])
    visit("legal_reviewer").post(url, {"text": "Between us lawyers.", "privileged": "on"})
    visit("legal_reviewer").post(url, {"text": "For everybody."})
    page = reverse("reviews:case", args=[world.case.pk])
    assert "Between us lawyers." in words(visit("head_of_legal").get(page))
    seen = words(visit("producer").get(page))
    assert "For everybody." in seen
    assert "Between us lawyers." not in seen
    assert visit("producer").post(url, {"text": "May I?", "privileged": "on"}).status_code == 403


def test_signing_needs_the_text_that_was_read(world, visit):
    url = reverse("likeness:sign", args=[world.grant.pk])
    performer = visit("performer")
    unread = performer.post(url, {"text_sha256": world.grant.text_sha256})
    assert unread.status_code == 400
    assert "Tick the box once you have read the text" in words(unread)
    shown = world.grant.shown_sha256
    other = performer.post(url, {"text_sha256": "0" * 64, "shown_sha256": shown, "read": "on"}, follow=True)
    assert "is not the text of this grant" in words(other)
    assert ConsentGrant.objects.get(pk=world.grant.pk).state == "noticed"
    half = performer.post(url, {"text_sha256": world.grant.text_sha256, "read": "on"}, follow=True)
    assert "is not the text of this grant" in words(half)  # nor is a text without the plain words beside it
    whole = {"text_sha256": world.grant.text_sha256, "shown_sha256": shown, "read": "on"}
    signed = performer.post(url, whole, follow=True)
    assert "Signed. The grant is in force" in words(signed)
    assert "No new take or cut may show you under this grant." in words(signed)


def test_stopping_a_grant_says_why(world, visit, make):
    grant = make.grant(world.subject, world.production)
    url = reverse("likeness:stop", args=[grant.pk])
    performer = visit("performer")
    assert "Say why, in a few words." in words(performer.post(url, {"act": "withdraw", "reason": ""}))
    performer.post(url, {"act": "suspend", "reason": "Not now."})
    assert ConsentGrant.objects.get(pk=grant.pk).state == "suspended"
    assert "Withdrawn." in words(performer.post(url, {"act": "withdraw", "reason": "Never again."}, follow=True))
    assert "Never again." in words(visit("legal_reviewer").get(reverse("likeness:grant", args=[grant.pk])))


def test_cancelling_goes_back_to_our_own_pages_only(world, visit):
    url = reverse("jobs:cancel", args=[world.job.pk])
    assert visit("producer").post(url, {"next": "https://evil.example/"}).url == reverse(
        "productions:page", args=[world.production.pk]
    )


def test_progress_is_polled_while_there_is_some_and_says_when_something_ended(world, visit):
    url = reverse("jobs:production", args=[world.production.pk])
    first = visit("producer").get(url)
    assert 'hx-trigger="every 3s"' in words(first)
    assert "HX-Trigger" not in first.headers
    seen = first.context["panel"].seen
    again = visit("producer").get(url, {"seen": seen})
    assert "HX-Trigger" not in again.headers
    visit("producer").post(reverse("jobs:cancel", args=[world.job.pk]))
    assert visit("producer").get(url, {"seen": seen}).headers["HX-Trigger"] == "jobs-changed"


def test_anticipated_failures_become_pages(world, visit):
    refused = visit("legal_reviewer").post(reverse("productions:render", args=[world.production.pk]))
    assert refused.status_code == 403
    assert "Not yours to do" in words(refused)
    assert "ask a producer or the head of legal" in words(refused)
    missing = visit("producer").get("/productions/nothing/")
    assert missing.status_code == 404
    assert "There is nothing at this address" in words(missing)


def test_a_withdrawal_case_asks_whether_the_film_may_stay_out(world, visit, make):
    cut, decision = world.released_cut, world.release.decision
    case = make.case(world.production, cut=cut, decision=decision, kind="withdrawal", reason="A consent was revoked.")
    page = reverse("reviews:case", args=[case.pk])
    seen = words(visit("head_of_legal").get(page))
    assert "A consent was revoked." in seen
    assert "It may stay out" in seen
    assert "Request a change" not in seen
    decide(visit("head_of_legal"), case, kind="reject", reason="She does not want it shown.")
    cut.refresh_from_db()
    assert cut.state == "recalled"
    public = words(visit("anonymous").get(reverse("verify:release", args=[world.release.pk])))
    assert "This film was recalled." in public
    assert "<video" not in public
