"""The pages of overrides and change requests: what is offered to whom, and nothing typed is lost."""

import pytest
from django.urls import reverse

from django_site.apps.reviews.models import Override
from django_site.apps.reviews.services.requests import check_word

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def test_the_requester_takes_back_others_agree_and_a_maker_is_told_why_not(world, visit):
    url = reverse("reviews:case", args=[world.stopped_case.pk])
    asked = text(visit("legal_reviewer").get(url))
    assert "Take it back" in asked
    assert ">Agree<" not in asked
    head = text(visit("head_of_legal").get(url))
    assert "Agree</button>" in head
    maker = text(visit("producer").get(url))
    assert "Agree</button>" not in maker
    assert "worked on the film does not set its rules aside" in maker or "the rule does not let you" in maker.lower()


def test_who_asks_does_not_agree_even_by_hand(world, visit):
    url = reverse("reviews:override_agree", args=[world.override.pk])
    assert visit("legal_reviewer").post(url, {"reason": "Because."}).status_code == 403
    assert visit("head_of_legal").post(url, {"reason": ""}).status_code == 302
    assert not world.override.approvals.exists()
    assert visit("head_of_legal").post(url, {"reason": "I have read it."}).status_code == 302
    assert world.override.approvals.get().actor == world.head_of_legal


def test_asking_is_offered_once_and_keeps_what_was_typed(world, visit):
    page = reverse("productions:import", args=[world.stopped.pk])
    ask = reverse("reviews:override_ask", args=[world.stopping.pk])
    assert ask not in text(visit("producer").get(page))  # somebody has asked already
    visit("legal_reviewer").post(reverse("reviews:override_withdraw", args=[world.override.pk]))
    assert ask in text(visit("producer").get(page))
    values = {"checks": [check_word(world.stopping.checks[0])], "reason": "Agreed.", "evidence": "File 18.", "days": 60}
    sent = visit("producer").post(ask, values)
    assert sent.status_code == 400
    assert "1 to 30 days" in text(sent)
    assert "File 18." in text(sent)
    sent = visit("producer").post(ask, {**values, "checks": ["nothing"], "days": 9})
    assert sent.status_code == 400
    sent = visit("producer").post(ask, {**values, "days": 9})
    assert sent.status_code == 302
    assert Override.objects.get(state="requested").requested_by == world.producer


def test_the_change_form_keeps_what_was_typed_and_names_the_remedy(world, visit):
    reviewer = visit("legal_reviewer")
    url = reverse("reviews:change", args=[world.stopped_case.pk])
    assert "License it. (the producer)" in text(reviewer.get(reverse("reviews:case", args=[world.stopped_case.pk])))
    sent = reviewer.post(url, {"own_words": "Shorter titles.", "reason": ""})
    assert sent.status_code == 400
    assert "Shorter titles." in text(sent)
    values = {"checks": [check_word(world.stopping.checks[0])], "own_words": "", "reason": "Not yet."}
    assert reviewer.post(url, values).status_code == 302
    listed = text(visit("producer").get(reverse("reviews:requests")))
    assert "License it." in listed
    assert "Re-stage the shot." in listed
    sent = reviewer.post(url, values)
    assert sent.status_code == 409
    assert "already changes requested" in text(sent).lower()


def test_others_see_none_of_it(world, visit):
    for role in ("other_producer", "outsider", "performer"):
        assert "Re-stage the shot." not in text(visit(role).get(reverse("reviews:requests")))


def test_what_was_stopped_before_policies_were_kept_still_has_its_page(world, visit, make):
    """An upgraded installation has decisions whose policies nobody kept: nothing of them is offered, and all is shown."""
    asset = make.asset(probe=world.asset.probe)
    imported = type(world.imported).objects.create(
        production=world.production,
        asset=asset,
        name="old.mp4",
        imported_by=world.producer,
        state="stopped",
        reason="x",
    )
    audit = make.audit(world.production, asset, imported=imported)
    decision = make.decision(world.production, "block", "import", imported=imported, audit=audit)
    page = visit("producer").get(reverse("productions:import", args=[imported.pk]))
    assert page.status_code == 200
    assert reverse("reviews:override_ask", args=[decision.pk]) not in text(page)
    ask = visit("producer").get(reverse("reviews:override_ask", args=[decision.pk]))
    assert ask.status_code == 200
    assert "were not kept; have it audited again" in text(ask)
    explained = visit("producer").get(reverse("decisions:decision", args=[decision.pk]))
    assert explained.status_code == 200
    assert "were not kept" in text(explained)
