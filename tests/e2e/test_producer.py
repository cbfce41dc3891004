"""The producer's day: a brief becomes shots, rendering is watched live and without jumps, what comes from outside stops."""

from playwright.sync_api import expect

from tests.e2e.conftest import until

SHIFTS = """() => { window.shifts = 0; new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({type: "layout-shift", buffered: true}); }"""
#: What Core Web Vitals call good; a panel that jumped at every poll would pass it within seconds.
CALM = 0.1


def test_a_brief_becomes_a_film_that_waits_for_review(site, visit):
    site.start_worker()
    page = visit("producer")
    page.goto("/")
    page.get_by_role("link", name="New production").click()
    page.get_by_label("Title").fill("The Bridge")
    page.get_by_label("Brief").fill("A girl crosses a bridge in the fog and finds a lantern on the other side.")
    page.get_by_label("Length in seconds").fill("3")
    page.get_by_role("button", name="Write the screenplay").click()
    expect(page.get_by_role("heading", name="The Bridge", level=1)).to_be_visible()
    expect(page.get_by_text("Gate 1: clear to render.")).to_be_visible()
    cards = page.locator("article.shot")
    shots = cards.count()
    assert shots >= 3

    render = page.get_by_role("button", name="Render")
    render.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#notes")).to_contain_text("being rendered")
    page.evaluate(SHIFTS)
    page.evaluate("window.sameDocument = true")
    expect(page.get_by_role("progressbar").first).to_be_visible()
    expect(page.locator(".job-small").filter(has_text="%").first).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Cancel").first.focus()
    focused = page.evaluate("document.activeElement.id")
    page.wait_for_timeout(2500)  # two polls later the focus is where it was, if that job is still under way
    assert page.evaluate("document.activeElement.id") in (focused, "")
    expect(page.locator("article.shot img").first).to_be_visible(timeout=120_000)
    expect(page.locator("#live .chip", has_text="Waiting for review")).to_be_visible(timeout=240_000)
    expect(page.locator("#jobs")).to_contain_text("Nothing is being worked on", timeout=30_000)
    assert page.locator("#jobs").get_attribute("hx-trigger") is None  # it asks no longer
    assert page.evaluate("window.sameDocument") is True  # all of it without loading the page again
    assert page.evaluate("window.shifts") < CALM
    expect(page.locator("article.shot .chip", has_text="Cleared")).to_have_count(shots)


def test_foreign_footage_is_stopped_with_its_reason(site, visit):
    site.start_worker()
    page = visit("producer")
    page.goto(f"/productions/{site.ids['released']}/")
    page.get_by_role("link", name="Bring in a file").click()
    page.get_by_label("Film or picture").set_input_files(site.ids["foreign"]["portrait.mp4"])
    page.get_by_role("button", name="Bring it in and check it").click()
    expect(page.locator(".title-row .chip")).to_have_text(
        "Stopped", timeout=90_000
    )  # by itself, when the audit is done
    judgment = page.get_by_role("article", name="Decision")
    expect(judgment).to_contain_text("Seconds 2.0 to 5.0 show")
    expect(judgment).to_contain_text("Eileen Marsh")
    expect(judgment).to_contain_text("Authority")
    expect(judgment).to_contain_text("Remedy")
    page.locator("film-timeline a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/findings/*/")


def test_a_file_that_is_no_film_is_refused_beside_its_field(site, visit, tmp_path):
    bad = tmp_path / "notes.mp4"
    bad.write_text("these are only words")
    page = visit("producer", javascript=False)
    page.goto(f"/productions/{site.ids['released']}/import/")
    page.get_by_label("Film or picture").set_input_files(bad)
    page.get_by_role("button", name="Bring it in and check it").click()
    expect(page.locator(".errors")).to_contain_text("notes.mp4")


def test_a_shot_is_replaced_and_a_timeline_bar_plays(site, visit):
    page = visit("producer")
    page.goto(f"/productions/cuts/{site.ids['cut_released']}/")
    bar = page.locator("film-timeline a").first
    bar.click()
    until(page, "document.getElementById('film').currentTime > 0.5")
    expect(page.locator(".playhead")).to_have_attribute("visibility", "visible")
    page.goto(f"/productions/{site.ids['waiting']}/")
    page.locator("article.shot h3 a").first.click()
    page.get_by_label("Camera move").select_option("static")
    page.get_by_role("button", name="Replace the shot").click()
    expect(page.locator("#notes")).to_contain_text("The shot was replaced by version 2")
