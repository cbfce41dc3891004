"""The reviewer's day by keyboard: queue, both films in step, dismissing, approving, and the second person."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import until


def films(page) -> tuple[float, float, bool]:
    return tuple(
        page.evaluate(
            """() => { const [one, two] = document.querySelectorAll("evidence-pair video");
                       return [one.currentTime, two.currentTime, one.paused && two.paused]; }"""
        )
    )


def test_two_films_play_in_step_and_stop_at_the_end_of_the_match(site, visit):
    page = visit("producer")
    page.goto(f"/findings/{site.ids['copy_finding']}/")
    pair = page.locator("evidence-pair")
    expect(pair.get_by_role("button", name="Play both")).to_be_visible()
    until(page, "document.querySelector('evidence-pair video.query').readyState >= 2")
    start = float(pair.get_attribute("data-start"))
    first = float(pair.get_attribute("data-reference-start"))
    end = float(pair.get_attribute("data-end"))
    assert (start, end) == (pytest.approx(2.0, abs=0.5), pytest.approx(5.0, abs=0.5))
    page.keyboard.press("Space")
    page.wait_for_timeout(1200)
    one, two, paused = films(page)
    assert not paused
    assert one > start + 0.4
    assert one - start == pytest.approx(two - first, abs=0.2)
    until(page, f"document.querySelector('evidence-pair video.query').currentTime >= {end - 0.05}")
    until(page, "document.querySelector('evidence-pair video.query').paused")
    assert films(page)[0] == pytest.approx(end, abs=0.4)
    page.keyboard.press("0")
    page.wait_for_timeout(300)
    assert films(page)[0] == pytest.approx(start, abs=0.05)
    page.keyboard.press(".")
    page.wait_for_timeout(300)
    one, two, paused = films(page)
    assert one == pytest.approx(start + 0.04, abs=0.01)
    assert two == pytest.approx(first + 0.04, abs=0.03)
    assert page.locator(".likeness .cursor").get_attribute("visibility") == "visible"


def test_a_work_that_plays_backwards_is_stepped_backwards(site, visit):
    page = visit("reviewer")
    page.goto(f"/findings/{site.ids['medley_findings'][0]}/")
    pair = page.locator("evidence-pair")
    expect(pair.get_by_text("Work shown backwards")).to_be_visible()
    until(page, "[...document.querySelectorAll('evidence-pair video')].every((video) => video.readyState >= 2)")
    start, last = float(pair.get_attribute("data-start")), float(pair.get_attribute("data-reference-end"))
    page.keyboard.press("0")
    page.wait_for_timeout(300)
    assert films(page)[1] == pytest.approx(last, abs=0.05)
    page.keyboard.press("Space")
    page.wait_for_timeout(1500)
    page.keyboard.press("Space")
    page.wait_for_timeout(400)
    one, two, _ = films(page)
    assert one > start + 0.4
    assert two == pytest.approx(last - (one - start), abs=0.2)


def test_twice_the_speed_is_played_at_twice_the_speed(site, visit):
    page = visit("reviewer")
    page.goto(f"/findings/{site.ids['medley_findings'][1]}/")
    assert page.evaluate("document.querySelector('evidence-pair video.reference').playbackRate") == pytest.approx(
        2, abs=0.05
    )
    expect(page.locator("evidence-pair .transport")).to_contain_text("Work shown at 2.00 × its speed")


def test_findings_by_keyboard_alone(site, visit):
    first, second = site.ids["medley_findings"]
    page = visit("reviewer")
    page.goto(f"/findings/{first}/")
    expect(page.get_by_role("group", name="Review")).to_contain_text("Accept")
    expect(page.locator("film-timeline a[aria-current=true]")).to_have_count(1)
    assert page.locator(".matrix img").evaluate("(picture) => picture.decode().then(() => picture.naturalWidth)") >= 120
    page.keyboard.press("n")
    page.wait_for_url(f"**/findings/{second}/")
    page.keyboard.press("k")
    page.wait_for_url(f"**/findings/{first}/")
    page.keyboard.press("j")
    page.wait_for_url(f"**/findings/{second}/")
    page.keyboard.press("a")
    expect(page.locator("#notes")).to_contain_text("you agree with this finding")
    expect(page.get_by_role("group", name="Review")).to_contain_text("You agree with this finding")
    page.keyboard.press("p")
    page.wait_for_url(f"**/findings/{first}/")
    page.keyboard.press("d")
    dialog = page.get_by_role("dialog", name="Dismiss this finding")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("a duplicate")  # letters are words here, not commands
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    until(page, "document.activeElement.tagName !== 'TEXTAREA'")  # the browser gives the focus back a moment later
    page.keyboard.press("d")
    expect(dialog.get_by_label("Reason")).to_have_value("a duplicate")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#notes")).to_contain_text("later audits keep it quiet")
    expect(page.get_by_text("a duplicate").first).to_be_visible()
    expect(page.get_by_role("button", name="Dismiss")).to_have_count(0)
    page.locator("details.lift summary").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("It is a copy after all.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#notes")).to_contain_text("Taken back")
    expect(page.get_by_text("It is a copy after all.")).to_be_visible()
    expect(page.get_by_role("button", name="Dismiss")).to_be_visible()


def test_who_worked_on_the_film_judges_nothing(site, visit):
    page = visit("producer")
    page.goto(f"/findings/{site.ids['medley_findings'][0]}/")
    expect(page.get_by_role("link", name="Next")).to_be_visible()
    assert page.get_by_role("button", name="Accept").count() == 0
    assert page.get_by_role("button", name="Dismiss").count() == 0


def test_a_face_is_shown_by_its_frames_alone(site, visit):
    page = visit("producer")
    page.goto(f"/findings/{site.ids['face_finding']}/")
    assert page.locator("evidence-pair video").count() == 0
    assert page.locator("evidence-pair img").count() >= 1
    expect(page.get_by_role("article", name="Decision")).to_contain_text("Eileen Marsh")


def test_a_case_from_the_queue_to_the_second_approval(site, visit):
    page = visit("reviewer")
    page.goto("/reviews/")
    rows = page.locator("tbody tr")
    assert rows.count() >= 2  # the worker may have brought what the producer's walk left behind
    expect(rows.first).to_contain_text("same-scene.mp4")  # the riskier case comes first
    rows.first.get_by_role("link").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/reviews/*/")
    page.keyboard.press("j")
    page.wait_for_url(f"**/reviews/{site.ids['case']}/")
    page.keyboard.press("k")
    page.wait_for_url(f"**/reviews/{site.ids['case_scene']}/")
    page.keyboard.press("n")
    expect(page.locator(".finding-item[aria-current=true]")).to_be_focused()
    page.keyboard.press("d")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("Dismiss this finding")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("d")
    page.keyboard.type("The same car, but that is an idea, not its expression.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".finding-item")).to_contain_text("an idea, not its expression")
    page.keyboard.press("a")
    page.keyboard.type("Only ideas are shared.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#notes")).to_contain_text("Another person must agree too")
    expect(page.locator(".standfirst").first).to_contain_text("1 of 2 agreed")

    second = visit("head")
    second.goto(f"/reviews/{site.ids['case_scene']}/")
    second.get_by_role("button", name="Approve").click()
    second.get_by_label("Reason").fill("I agree.")
    second.get_by_role("button", name="Put it on the record").click()
    expect(second.locator(".title-row .chip")).to_have_text("Approved")
    expect(second.get_by_role("button", name="Approve")).to_have_count(0)


def test_without_javascript_a_reviewer_still_decides(site, visit):
    page = visit("reviewer", javascript=False)
    page.goto(f"/reviews/{site.ids['case']}/")
    page.get_by_label("Decision", exact=True).select_option("request_change")
    page.locator("#ns-reason").fill("The title card is hard to read.")
    page.locator("form.sheet").get_by_role("button", name="Put it on the record").click()
    expect(page.locator(".title-row .chip")).to_have_text("Changes requested")
    expect(page.get_by_text("The title card is hard to read.")).to_be_visible()
