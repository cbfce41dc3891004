"""A screening: opened by its producer, watched by three people, one of them through a tunnel, and looked on live."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.conftest import until
from tests.e2e.test_producer import CALM, SHIFTS

DURATION = "document.querySelector('video').duration"


def _open_screening(visit, site, title: str):
    """A screening prepared, opened and invited to by hand; the producer's page and the code."""
    page = visit("producer")
    page.goto(f"/screenings/new/{site.ids['released']}/")
    page.get_by_label("Title").fill(title)
    page.get_by_label("What you want to learn").fill("Which scenes hold.")
    page.get_by_label("Questions about the film").fill("How did you like it? | scale\nToo dark? | yes / no | at 0:01")
    page.get_by_role("button", name="Prepare it").click()
    page.get_by_role("button", name="Open the screening").click()
    page.get_by_label("For whom").fill("Three people")
    page.get_by_label("How many people").fill("3")
    page.get_by_role("button", name="Make an invitation").click()
    code = page.locator(".invite-code").inner_text()
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}", code)
    page.get_by_role("link", name="Watch it run").click()
    expect(page.get_by_text("Nobody has come yet.")).to_be_visible()
    return page, code


def _come(page, code: str, *, agree: bool) -> None:
    """By the keyboard alone."""
    page.goto("/watch/")
    page.get_by_label("Code").focus()
    page.keyboard.type(code.lower())
    page.keyboard.press("Enter")
    page.get_by_label("Where you are").focus()
    page.keyboard.type("de")
    page.get_by_label("I am 18 or older").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="May we record this?")).to_be_visible()
    for box in page.get_by_role("checkbox").all():
        assert not box.is_checked()  # nothing is ticked for anybody
        if agree:
            box.focus()
            page.keyboard.press("Space")
    page.get_by_role("button", name="I agree" if agree else "Watch without").focus()
    page.keyboard.press("Enter")
    expect(page.locator("video")).to_be_visible()
    until(page, f"{DURATION} > 1")


def _play(page) -> None:
    page.evaluate("document.querySelector('video').play()")


def _stood(page, name: str, figure: int) -> None:
    """The dashboard comes to say so by itself."""
    expect(page.locator(f"[data-tally={name}]")).to_have_text(str(figure), timeout=20_000)


def _waiting(page) -> int:
    return page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('reelproof:signal:')).length")


def test_three_viewers_while_the_studio_looks_on(site, visit, chromium) -> None:
    studio, code = _open_screening(visit, site, "Three people")
    studio.evaluate(SHIFTS)
    studio.evaluate("window.sameDocument = true")
    context = chromium.new_context(base_url=site.url, viewport={"width": 390, "height": 800})  # offline is no complaint
    context.set_default_timeout(15_000)
    first, second, third = visit(), context.new_page(), visit(width=390)

    # the first watches to the end, and says something on the way
    _come(first, code, agree=True)
    assert Axe().run(first).violations_count == 0
    _stood(studio, "came", 1)
    _stood(studio, "recorded", 1)
    _play(first)
    until(first, "document.querySelector('video').currentTime > 1.2")
    expect(first.locator("[data-ask]")).to_contain_text("Too dark?")
    first.keyboard.press("1")
    first.get_by_role("button", name="Moved").click()
    expect(first.locator("[data-status]")).to_contain_text("Moved: noted at 0:0")
    first.get_by_label("Say something at this moment").fill("<b>Goosebumps</b> here.")
    first.get_by_role("button", name="Say it").click()
    first.locator("[data-ask]").get_by_label("no", exact=True).check()
    first.locator("[data-ask]").get_by_role("button").click()
    _stood(studio, "pressed", 2)
    expect(studio.locator(".newest")).to_contain_text("<b>Goosebumps</b> here.")
    until(first, "document.querySelector('video').ended", seconds=30)
    _stood(studio, "finished", 1)
    expect(first.locator("[data-status]")).to_have_text("Kept.", timeout=20_000)
    assert _waiting(first) == 0

    # the second loses the connection in the middle; what they did arrives when it is back, once
    _come(second, code, agree=True)
    _play(second)
    until(second, "document.querySelector('video').currentTime > 0.5")
    context.set_offline(True)
    second.get_by_role("button", name="Laugh").click()
    second.get_by_role("button", name="Tense").click()
    expect(second.locator("[data-status]")).to_contain_text("nothing is lost", timeout=20_000)
    assert _waiting(second) >= 3
    second.wait_for_timeout(1500)
    context.set_offline(False)
    _stood(studio, "pressed", 4)
    until(second, "!Object.keys(localStorage).some(key => key.startsWith('reelproof:signal:'))", seconds=20)

    until(second, "document.querySelector('video').ended", seconds=30)  # it had the film already
    _stood(studio, "finished", 2)

    # the third does not agree: they see the same film, and leave nothing
    sent = []
    third.on("request", lambda request: sent.append(request.url) if "/signals/" in request.url else None)
    _come(third, code, agree=False)
    expect(third.get_by_text("Nothing is recorded.")).to_be_visible()
    assert third.get_by_role("button", name="Laugh").count() == 0
    _play(third)
    third.get_by_role("button", name="Describe what is seen").click()
    expect(third.locator("[data-seen]")).not_to_be_empty()
    until(third, "document.querySelector('video').ended", seconds=30)
    third.wait_for_timeout(1500)
    assert sent == []
    assert third.evaluate("localStorage.length") == 0
    _stood(studio, "came", 3)
    _stood(studio, "recorded", 2)

    # everybody who was invited has come
    late = visit()
    late.goto(f"/watch/{code}/")
    late.get_by_label("Where you are").fill("DE")
    late.get_by_label("I am 18 or older").check()
    late.get_by_role("button", name="Go in").click()
    expect(late.get_by_role("alert")).to_contain_text("Everybody who was invited")

    # the first withdraws: what was theirs goes from the studio's page as well, and nothing is kept any more
    first.goto("/watch/mine/")
    assert Axe().run(first).violations_count == 0
    link = first.get_by_role("link", name="Take a copy").get_attribute("href")
    kinds = [one["kind"] for one in first.context.request.get(f"/watch/mine/{link}").json()["signals"]]
    assert {"play", "reaction", "comment", "answer", "end"} <= set(kinds)
    assert kinds.count("end") == 1
    first.get_by_role("button", name="Stop, and delete").click()
    expect(first.get_by_text("and what was recorded is deleted. You may go on")).to_be_visible()
    _stood(studio, "pressed", 2)
    _stood(studio, "finished", 1)
    expect(studio.locator(".newest")).not_to_contain_text("Goosebumps")
    assert studio.evaluate("window.sameDocument") is True
    assert studio.evaluate("window.shifts") < CALM

    # the studio closes it: the film stops for the second at the next request
    studio.get_by_role("link", name="Three people").click()
    studio.get_by_role("button", name="Close the screening").click()
    expect(studio.get_by_text("It is closed.")).to_be_visible()
    assert second.goto("/watch/play/").status == 403
    expect(second.get_by_text("This screening is over.")).to_be_visible()
    context.close()


def test_a_page_that_is_still_open_after_the_withdrawal_stops_telling(site, visit, chromium) -> None:
    context = chromium.new_context(base_url=site.url)  # the refusal is a 403, which a browser notes as a complaint
    context.set_default_timeout(15_000)
    page = context.new_page()
    _come(page, site.ids["screening_code"], agree=True)
    other = context.new_page()
    other.goto("/watch/mine/")
    other.get_by_role("button", name="Stop, and delete").click()
    expect(other.get_by_text("and what was recorded is deleted. You may go on")).to_be_visible()
    _play(page)
    page.get_by_role("button", name="Laugh").click()
    expect(page.locator("[data-status]")).to_have_text("Nothing is recorded any more.", timeout=15_000)
    assert _waiting(page) == 0
    assert page.locator("[data-reactions]").is_hidden()
    context.close()
