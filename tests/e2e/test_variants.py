"""Versions of a film in a real browser: a producer writes rules and sees where they lead; a viewer says what they would
like, is asked while the film runs, and sees the version that their answer leads to at the same moment of it."""

import re

from tests.e2e.conftest import until
from tests.e2e.looking import objections

TIME = "document.querySelector('video').currentTime"


def came_in(visit, site, *, width: int = 1440):
    """A viewer who came by the code and agreed to nothing."""
    page = visit("", width=width)
    page.goto(f"/watch/{site.ids['versions_code']}/")
    page.get_by_label("Where you are").fill("DE")
    page.get_by_label(re.compile("or older")).check()
    page.get_by_role("button", name="Go in").click()
    page.get_by_role("button", name="Watch without being recorded").click()
    return page


def at_the_start(page) -> None:
    page.evaluate("() => { const film = document.querySelector('video'); film.pause(); film.currentTime = 0; }")


def test_a_viewer_is_given_the_version_that_they_asked_for(site, visit):
    from playwright.sync_api import expect

    page = came_in(visit, site)
    expect(page.get_by_role("heading", name="Which version would you like?")).to_be_visible()
    page.get_by_label("Shorter").check()
    page.get_by_role("button", name="To the film").click()
    expect(page.get_by_text("Your version: Shorter.")).to_be_visible()
    until(page, "document.querySelector('video').readyState >= 1")
    shorter = page.evaluate("document.querySelector('video').duration")
    verdict = page.get_by_role("link", name="Check it yourself").get_attribute("href")
    page.get_by_role("link", name="Ask for another").click()
    page.get_by_label("As made").check()
    page.get_by_role("button", name="To the film").click()
    until(page, "document.querySelector('video').readyState >= 1")
    assert shorter < page.evaluate("document.querySelector('video').duration")
    assert verdict != page.get_by_role("link", name="Check it yourself").get_attribute("href")
    page.goto(verdict)
    expect(page.get_by_text("Earlier version").first).to_be_attached()


def test_a_choice_goes_on_in_another_version_at_the_same_moment(site, visit):
    from playwright.sync_api import expect

    page = came_in(visit, site)
    page.get_by_role("button", name="To the film").click()
    until(page, "document.querySelector('video').readyState >= 2")
    heard = "window.heard = []; document.querySelector('[data-player]').addEventListener('reelproof:signal', "
    page.evaluate("() => { " + heard + "({detail}) => { if (detail.kind === 'choice') window.heard.push(detail); }); }")
    before = page.evaluate("document.querySelector('[data-player]').dataset.film")
    page.evaluate("() => { document.querySelector('video').play(); }")
    choice = page.get_by_role("group", name="Does the keeper row out?")
    expect(choice).to_be_visible()
    choice.get_by_role("button", name="Stop the film while I choose").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('video').paused"), "who needs time has it"
    stopped = page.evaluate(TIME)
    choice.get_by_role("button", name="Stay ashore").focus()
    page.keyboard.press("Enter")
    expect(choice).to_be_hidden()
    until(page, f"document.querySelector('[data-player]').dataset.film !== '{before}'")
    until(page, f"document.querySelector('video').readyState >= 2 && {TIME} >= {stopped} - 0.05")
    [told] = page.evaluate("window.heard")
    assert told["value"] == "row=stay"
    assert told["film"] == before
    after = page.evaluate("document.querySelector('[data-player]').dataset.film")
    assert page.evaluate("document.querySelector('video').currentSrc").endswith(f"/watch/film/{after}.mp4")
    until(page, "document.querySelector('video').ended", seconds=40)
    # back at the start one may choose anew; who says nothing gets the first answer
    at_the_start(page)
    page.evaluate("() => { document.querySelector('video').play(); }")
    expect(choice).to_be_visible()
    until(page, f"document.querySelector('[data-player]').dataset.film === '{before}'", seconds=30)
    expect(choice).to_be_hidden()
    assert page.evaluate("window.heard.map((one) => one.value)")[1] == "row=out"


def test_the_choice_fits_a_phone_and_nobody_objects(site, visit):
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect

    page = came_in(visit, site, width=390)
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="To the film").click()
    until(page, "document.querySelector('video').readyState >= 2")
    page.evaluate("() => { document.querySelector('video').play(); }")
    choice = page.get_by_role("group", name="Does the keeper row out?")
    expect(choice).to_be_visible()
    choice.get_by_role("button", name="Stop the film while I choose").click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_producer_writes_rules_and_sees_what_nobody_has_seen(site, visit):
    from playwright.sync_api import expect

    address = f"/variants/{site.ids['release']}/"
    assert objections(site, visit, [("producer", address), ("reviewer", address)], 1440) == []
    assert objections(site, visit, [("producer", address)], 390) == []
    page = visit("producer")
    page.goto(address)
    expect(page.get_by_text("Nobody has reviewed: Shorter · Stay ashore.")).to_be_visible()
    page.get_by_role("button", name="Write other rules").click()
    expect(page.get_by_role("heading", name="Rules, version 2")).to_be_visible()
    page.get_by_text("Another pace").click()
    page.get_by_label("Called, for example Quicker").fill("Quicker")
    page.get_by_role("button", name="Add the pace").click()
    expect(page.get_by_text("The rules are kept.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Quicker")).first).to_be_visible()
    page.get_by_role("button", name=re.compile("Take out.*Quicker")).click()
    expect(page.get_by_text("The rules are kept.")).to_be_visible()
    page.get_by_text("Bring in rules as a file has them").click()
    page.get_by_label("Rules (JSON)").fill('{"format": "reelproof-variants/1", "choices": [{"id": "<b>x</b>"}]}')
    page.get_by_role("button", name="Take these rules").click()
    expect(page.get_by_text("A choice lacks 'after'; give it one.")).to_be_visible()
    stranger = visit("outsider", javascript=False)
    assert stranger.goto(address).status == 404
