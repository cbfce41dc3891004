"""Every page in a browser at two widths: nothing that axe objects to, nothing wider than the screen, no complaint."""

import pytest

from tests.e2e.looking import objections

#: Who looks at what; names in braces are the seeding's.
PAGES = [
    ("", "/accounts/login/"),
    ("", "/accounts/password/reset/"),
    ("", "/verify/"),
    ("", "/verify/{release}/"),
    ("", "/outputs/{trailer}/"),
    ("", "/outputs/{still}/"),
    ("", "/verify/{release}/disclosure/"),
    ("", "/verify/{release}/graph/"),
    ("", "/verify/{release}/card/"),
    ("", "/ledger/"),
    ("head", "/signing/"),
    ("producer", "/"),
    ("producer", "/productions/"),
    ("producer", "/productions/new/"),
    ("producer", "/productions/{waiting}/"),
    ("producer", "/productions/{waiting}/shots/"),
    ("reviewer", "/productions/{waiting}/shots/"),
    ("producer", "/productions/{waiting}/timeline/"),
    ("producer", "/productions/{waiting}/timeline/?clip=s1-01"),
    ("reviewer", "/productions/{waiting}/timeline/?clip=title"),
    ("producer", "/productions/{waiting}/timeline/import/"),
    ("producer", "/productions/{waiting}/sounds/new/"),
    ("producer", "/productions/{waiting}/screenplay/"),
    ("producer", "/productions/{waiting}/screenplay/?edit"),
    ("producer", "/productions/{waiting}/import/"),
    ("producer", "/productions/imports/{imports[mirrored.mp4]}/"),
    ("producer", "/productions/imports/{imports[portrait.mp4]}/"),
    ("producer", "/productions/cuts/{cut_released}/"),
    ("producer", "/productions/{released}/binder/"),
    ("reviewer", "/productions/{released}/binder/?for=eu"),
    ("producer", "/productions/{waiting}/binder/"),
    ("producer", "/productions/binders/{binder}/"),
    ("producer", "/productions/{released}/authorship/"),
    ("reviewer", "/productions/{waiting}/authorship/?act=planned"),
    ("producer", "/productions/contributions/{contribution}/"),
    ("producer", "/productions/cuts/{cut_waiting}/"),
    ("producer", "/productions/shots/{shot}/"),
    ("producer", "/productions/shots/{shot}/takes/"),
    ("producer", "/productions/takes/{take}/"),
    ("producer", "/findings/{copy_finding}/"),
    ("producer", "/findings/{face_finding}/"),
    ("reviewer", "/findings/{medley_findings[0]}/"),
    ("producer", "/accounts/2fa/"),
    ("producer", "/accounts/password/change/"),
    ("producer", "/accounts/logout/"),
    ("reviewer", "/"),
    ("reviewer", "/reviews/"),
    ("reviewer", "/reviews/?tab=free&outcome=review"),
    ("head", "/reviews/service-levels/"),
    ("head", "/reviews/holds/"),
    ("reviewer", "/reviews/statistics/"),
    ("reviewer", "/reviews/statistics/?period=all"),
    ("head", "/reviews/{case}/"),
    ("head", "/reviews/{case}/access/"),
    ("head", "/reviews/access/{waiting}/"),
    ("reviewer", "/reviews/{case}/"),
    ("reviewer", "/reviews/{case_scene}/"),
    ("producer", "/reviews/requests/"),
    ("reviewer", "/reviews/requests/?state=met"),
    ("producer", "/reviews/overrides/ask/{decision_blocked}/"),
    ("reviewer", "/reviews/overrides/ask/{decision_blocked}/"),
    ("producer", "/models/"),
    ("producer", "/models/?place=DE&task=control"),
    ("reviewer", "/models/?place=nowhere"),
    ("producer", "/models/ours/"),
    ("producer", "/models/train/"),
    ("producer", "/models/train/?shared=1&q=nothing-of-the-kind"),
    ("producer", "/models/runs/{training_planned}/"),
    ("producer", "/models/runs/{training_paused}/"),
    ("reviewer", "/models/runs/{training_paused}/?sample=200"),
    ("producer", "/models/ours/{model}/"),
    ("reviewer", "/models/ours/{model_flagged}/"),
    ("producer", "/models/looks/{waiting}/"),
    ("reviewer", "/models/looks/{waiting}/"),
    ("reviewer", "/policies/"),
    ("reviewer", "/policies/?q=nothing-of-the-kind"),
    ("reviewer", "/policies/copyright/same-scene/"),
    ("reviewer", "/policies/likeness/grant-scope/"),
    ("reviewer", "/policies/drafts/"),
    ("reviewer", "/policies/drafts/new/?rule=copyright/same-scene"),
    ("reviewer", "/policies/drafts/{draft}/"),
    ("reviewer", "/decisions/{decision_blocked}/"),
    ("producer", "/decisions/{decision_blocked}/"),
    ("reviewer", "/works/"),
    ("reviewer", "/works/{work}/"),
    ("producer", "/works/analysis/"),
    ("reviewer", "/works/analysis/"),
    ("reviewer", "/works/imports/"),
    ("reviewer", "/works/imports/new/"),
    ("reviewer", "/works/imports/{corpus_ready}/"),
    ("reviewer", "/works/imports/{corpus_done}/"),
    ("reviewer", "/people/"),
    ("reviewer", "/people/{subject}/"),
    ("reviewer", "/people/grants/{grant}/reach/"),
    ("reviewer", "/people/{subject}/reach/"),
    ("reviewer", "/people/{subject}/statement/"),
    ("reviewer", "/people/retention/"),
    ("producer", "/people/register/"),
    ("head", "/people/strikes/"),
    ("reviewer", "/people/{noor}/record/"),
    ("producer", "/productions/{waiting}/people/"),
    ("producer", "/people/productions/{waiting}/statement/"),
    ("head", "/tokens/"),
    ("head", "/webhooks/"),
    ("head", "/organisation/"),
    ("producer", "/organisation/"),
    ("producer", "/notices/"),
    ("performer", "/people/grants/{grant}/reach/"),
    ("performer", "/people/{subject}/statement/"),
    ("performer", "/notices/"),
    ("performer", "/"),
    ("performer", "/people/{subject}/"),
    ("performer", "/people/grants/{grant}/"),
    ("producer", "/economy/{released}/"),
    ("reviewer", "/economy/{released}/"),
    ("producer", "/economy/{waiting}/"),
    ("producer", "/economy/{released}/assumptions/"),
    ("", "/films/{release}/"),
    ("producer", "/films/{release}/edit/"),
    ("", "/films/{release}/claim/"),
    ("", "/films/claims/{film_claim_token}/"),
    ("reviewer", "/films/claims/{film_claim}/"),
    ("producer", "/screenings/"),
    ("producer", "/screenings/new/{released}/"),
    ("producer", "/screenings/new/{waiting}/"),
    ("producer", "/screenings/{screening}/"),
    ("reviewer", "/screenings/{screening}/"),
    ("producer", "/screenings/{screening}/live/"),
    ("", "/watch/"),
    ("", "/watch/{screening_code}/"),
    ("", "/watch/again/{screening_token}/"),
    ("producer", "/insight/screening/{insight_screening}/"),
    ("reviewer", "/insight/{insight}/"),
    ("producer", "/insight/screening/{insight_nobody}/"),
    ("producer", "/insight/screening/{insight_few}/"),
    ("producer", "/insight/suggestion/{suggestion}/"),
    ("reviewer", "/insight/requests/{released}/"),
    ("producer", "/insight/requests/{waiting}/?state=met"),
    ("producer", "/productions/shots/{suggestion_shot}/"),
    ("producer", "/variants/{release}/"),
    ("reviewer", "/variants/{release}/?rules=1"),
]


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_to_object_to(site, visit, width):
    wrong = objections(site, visit, PAGES, width)
    assert wrong == [], "\n\n".join(wrong)


def test_errors_look_like_the_house(site, visit):
    from playwright.sync_api import expect

    page = visit("producer", javascript=False)  # the browser itself complains about a 404 in its console
    assert page.goto("/productions/nothing/").status == 404
    expect(page.get_by_role("heading", name="Not here")).to_be_visible()
    assert page.goto("/reviews/" + site.ids["waiting"] + "/").status == 404


def test_the_keyboard_reaches_the_content_first(visit):
    page = visit("producer")
    page.goto("/productions/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_motion_is_still_for_those_who_want_it_so(site, chromium):
    context = chromium.new_context(base_url=site.url, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/verify/")
    assert page.evaluate("getComputedStyle(document.querySelector('button')).transitionDuration") == "0s"
    context.close()
