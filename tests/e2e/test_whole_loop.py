"""From viewers to the next film and back: three people watch, what many did is read, a change is asked for and made, passes
every gate, meets the request, and is offered in a version of its own that is signed and says where it comes from."""

import re
import time

from playwright.sync_api import expect

from tests.e2e.conftest import until

LONG = 240_000  # rendering, audit and signing on a busy machine


def _come(page, code: str) -> None:
    page.goto(f"/watch/{code}/")
    page.get_by_label("Where you are").fill("DE")
    page.get_by_label(re.compile("or older")).check()
    page.get_by_role("button", name="Go in").click()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="I agree").click()
    expect(page.locator("video")).to_be_visible()
    until(page, "document.querySelector('video').duration > 1")


def _watch(page, seconds: float | None = None) -> None:
    page.evaluate("document.querySelector('video').play()")
    film = "document.querySelector('video')"
    until(page, f"{film}.ended" if seconds is None else f"{film}.currentTime > {seconds}", seconds=40)


def _approve(visit, case: str) -> None:
    page = visit("reviewer")
    page.goto(case)
    page.get_by_role("button", name=re.compile("^Approve")).click()
    page.get_by_label("Reason").fill("Watched it; nothing that anybody else holds rights in.")
    page.get_by_role("button", name="Put it on the record").click()
    expect(page.locator("#notes")).to_contain_text("on the record")


def _reload_until(page, address: str, place, words: str) -> None:
    """Look again until it says so: where nothing is under way a page asks no more by itself."""
    deadline = time.monotonic() + LONG / 1000
    while page.goto(address) and words not in place.inner_text():
        assert time.monotonic() < deadline, f"{address} never said {words!r}: {place.inner_text()!r}"
        page.wait_for_timeout(1500)


def _case_of(visit, version: str) -> str:
    page = visit("reviewer")
    page.goto("/reviews/")
    return page.get_by_role("link", name=re.compile(rf"v{version}$")).first.get_attribute("href")


def test_what_viewers_did_becomes_the_next_film(site, visit):
    site.start_worker()
    released, screening = site.ids["released"], site.ids["insight_screening"]
    studio = visit("producer")

    # what was asked for before is taken back: this time the film is made anew
    studio.goto(f"/insight/requests/{released}/")
    studio.get_by_text("No longer ask for it").first.click()
    studio.get_by_label("Why").first.fill("We look at more people first.")
    studio.get_by_role("button", name="Take it back").first.click()
    expect(studio.get_by_text("We look at more people first.")).to_be_visible()

    # three more people come to the sixty who were there; two leave in the second shot
    studio.goto(f"/screenings/{screening}/")
    studio.get_by_label("For whom").fill("Three more")
    studio.get_by_label("How many people").fill("3")
    studio.get_by_role("button", name="Make an invitation").click()
    code = studio.locator(".invite-code").inner_text()
    studio.goto(f"/screenings/{screening}/live/")
    for place in range(3):
        viewer = visit()
        _come(viewer, code)
        _watch(viewer, None if place == 0 else 3.0)
        if place == 0:
            viewer.get_by_label("Say something at this moment").fill("Too dark for me.")
            viewer.get_by_role("button", name="Say it").click()
            expect(viewer.locator("[data-status]")).to_have_text("Kept.", timeout=30_000)
        viewer.goto("/watch/mine/")  # leaving tells what is left to tell
    expect(studio.locator("[data-tally=came]")).to_have_text("63", timeout=30_000)
    expect(studio.locator("[data-tally=recorded]")).to_have_text("63")
    expect(studio.locator(".newest")).to_contain_text("Too dark for me.", timeout=30_000)

    # what they did, with how sure that is; what follows becomes a request, with its evidence
    studio.goto(f"/insight/screening/{screening}/")
    kept = studio.locator("a[href$='document.json']").first
    before = kept.get_attribute("href")
    studio.get_by_role("button", name="Read it again as it is now").click()
    deadline = time.monotonic() + LONG / 1000
    while kept.get_attribute("href") == before:
        assert time.monotonic() < deadline, "the screening was not read anew"
        studio.wait_for_timeout(1000)
        studio.goto(f"/insight/screening/{screening}/")
    read = studio.context.request.get(kept.get_attribute("href")).json()
    assert read["films"][0]["viewers"] == 63, {
        name: value for name, value in read["films"][0].items() if name != "spans"
    }
    studio.get_by_role("link", name=re.compile("left in it, against")).first.click()
    expect(studio.get_by_role("region", name="What was seen")).to_contain_text(re.compile(r"elsewhere \(n = \d+\)"))
    studio.get_by_label("What shall be changed").fill("Leave the second shot sooner.")
    studio.get_by_role("button", name="Ask for the change").click()
    expect(studio.locator("#notes")).to_contain_text("It is asked for, with its evidence")

    # the producer trims that shot and has the film cut; the gates take their course
    studio.goto(f"/productions/{released}/timeline/?clip=s1-02")
    studio.get_by_label("To second").fill("1")
    studio.get_by_role("button", name="Trim").click()
    studio.get_by_role("button", name="Make this cut").click()
    studio.wait_for_url("**/productions/cuts/*/")
    cut = studio.url
    version = re.search(r"version (\d+)", studio.locator(".standfirst").first.inner_text())[1]
    expect(studio.locator(".title-row .chip").first).to_have_text("Waiting for review", timeout=LONG)
    _approve(visit, _case_of(visit, version))
    _reload_until(studio, cut, studio.locator(".title-row .chip").first, "Released")
    studio.goto(f"/insight/requests/{released}/?state=met")
    expect(studio.get_by_text("Leave the second shot sooner.")).to_be_visible()
    expect(studio.get_by_text("Met by")).to_be_visible()

    # a version of the new film, made, audited, reviewed and signed with the new film as its parent
    studio.goto(cut)
    studio.get_by_role("link", name="Versions for viewers").click()
    studio.get_by_role("button", name="Write rules").click()
    studio.get_by_text("A version without some shots").click()
    studio.get_by_label("Called, for example Shorter").fill("Without the first shot")
    studio.get_by_role("group", name="Leave out").get_by_label(re.compile("s1-01")).check()
    studio.get_by_role("button", name="Add the version").click()
    expect(studio.get_by_text("The rules are kept.")).to_be_visible()
    studio.get_by_text(re.compile(r"^Make \d+ versions?$")).click()
    studio.get_by_role("button", name="Make the versions").click()
    versions = studio.url
    row = studio.locator("tr", has=studio.get_by_role("rowheader", name=re.compile("Without the first shot"))).last
    _reload_until(studio, versions, row, "Waiting for review")
    _approve(visit, row.get_by_role("link", name="The case").get_attribute("href"))
    _reload_until(studio, versions, row, "Released")

    # anybody verifies it: trusted, and made from the film that viewers asked for
    row.get_by_role("link").first.click()
    studio.get_by_role("link", name="Public record").click()
    page = visit()
    page.goto(studio.url)
    expect(page.locator("#verdict-word")).to_have_text("Trusted")
    expect(page.get_by_role("cell", name="Earlier version").first).to_be_visible()
