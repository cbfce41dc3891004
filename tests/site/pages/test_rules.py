"""The rules as pages: every one of them readable, found, with its history; drafts and decisions beside them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from django_site import wiring
from django_site.apps.audits.facts import enrol_facts
from django_site.apps.audits.models import PolicyRevision, PolicyText
from django_site.apps.audits.rules_read import rule_history, told
from django_site.apps.audits.services.decisions import decide_and_record
from django_site.apps.audits.services.policies_kept import policy_revision_record

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    return " ".join(response.content.decode().split("<main")[1].split("</main>")[0].split())


def test_every_rule_has_a_page_that_says_what_it_asks_and_why(visit):
    client = visit("legal_reviewer")
    for policy in wiring.policy_bundle().policies:
        area, name = policy.id.split("/")
        page = client.get(reverse("policies:rule", args=[area, name]))
        assert page.status_code == 200, policy.id
        said = text_of(page)
        assert "{" not in said.split("As it is evaluated")[0].split("What it asks")[1], policy.id  # no raw placeholder
        for basis in policy.basis:
            assert basis.cite.split("'")[0].split('"')[0].replace("&", "&amp;") in said, policy.id


def test_rules_are_found_by_their_words(visit):
    client = visit("legal_reviewer")
    said = text_of(client.get("/policies/?q=ELVIS"))
    assert "/policies/likeness/" in said
    assert "/policies/models/territory/" not in said
    assert "No rule holds these words" in text_of(client.get("/policies/?q=no+zzyzx"))
    assert client.get("/policies/?q=%00<script>").status_code == 200


def test_a_rule_that_there_never_was_is_not_here(visit):
    client = visit("legal_reviewer")
    assert client.get("/policies/likeness/nothing/").status_code == 404
    assert client.get("/policies/../secrets/").status_code == 404


def test_the_history_shows_what_changed_and_when_it_went(visit, make):
    policy_revision_record()
    now = PolicyRevision.objects.get()
    file = "copyright/same-scene.yaml"
    before = PolicyText.objects.get(sha256=now.files[file]).text.replace("severity: review", "severity: block")
    older = PolicyText.objects.create(sha256=make.digest(before), text=before)
    for days, files in ((9, {**now.files, file: older.sha256}), (5, {k: v for k, v in now.files.items() if k != file})):
        PolicyRevision.objects.create(
            bundle_sha256=make.digest(days), policies=1, files=files, facts_schema_sha256=now.facts_schema_sha256,
            created_at=timezone.now() - timezone.timedelta(days=days),
        )  # fmt: skip
    versions = rule_history(file)
    assert [version.gone for version in versions] == [False, True, False]
    assert ("added", "severity: review") in versions[0].changes
    said = text_of(visit("legal_reviewer").get("/policies/copyright/same-scene/"))
    assert "Taken out" in said
    assert said.count("since") >= 3


def test_placeholders_are_read_out():
    assert told(
        "Seconds {match.start|seconds} show '{match.title}'{match.mirrored?, mirrored}, in {territories|list}"
    ) == ("Seconds ‹match: start› show '‹match: title›' (mirrored), in ‹territories›")


def test_a_decision_is_explained_with_the_grant_that_comes_nearest(visit, world, make):
    decision = decide_and_record(
        facts=enrol_facts(world.subject), actor=world.legal_reviewer, subject=make.subject(world.organisation)
    )
    page = visit("legal_reviewer").get(reverse("decisions:decision", args=[decision.pk]))
    said = text_of(page)
    assert "byte for byte" in said
    assert "entry" in said
    assert visit("producer").get(reverse("decisions:decision", args=[decision.pk])).status_code == 404


def test_a_draft_that_is_no_policy_keeps_what_was_typed(visit):
    client = visit("legal_reviewer")
    page = client.get("/policies/drafts/new/?rule=copyright/same-scene")
    assert "severity: review" in text_of(page)
    organisation = page.context["form"].fields["organisation"].initial
    answer = client.post(
        "/policies/drafts/new/",
        {"organisation": organisation.pk, "file": "copyright/same-scene.yaml", "text": "id: [", "days_back": 30},
    )
    assert answer.status_code == 400
    assert "not readable YAML" in text_of(answer)
    assert "id: [" in text_of(answer)
