"""The timeline with the keyboard alone: a clip chosen, trimmed, moved, undone, joined and titled, and the film exported."""

import json

from playwright.sync_api import expect

#: More stops than the page has: whoever tabs further has gone round.
STOPS = 150
_NAME = """() => {
  const it = document.activeElement;
  return ((it.labels && it.labels[0]) || it).innerText || it.getAttribute("aria-label") || "";
}"""


def tab_to(page, name: str) -> None:
    """Press Tab until what has that name is in focus."""
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        if " ".join(page.evaluate(_NAME).split()).startswith(name):
            return
    raise AssertionError(f"Tab never reached {name!r}")


def fill(page, name: str, words: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Control+A")
    page.keyboard.type(words)


def clips(page) -> list[str]:
    return page.locator(".clip-rows [data-clip]").all_inner_texts()


def test_a_film_is_edited_with_the_keyboard_alone(site, visit):
    page = visit("producer")
    page.goto(f"/productions/{site.ids['waiting']}/timeline/")
    first = clips(page)
    assert first == ["Title card", "s1-01", "s1-02", "End card"]
    chosen = page.locator(".clip-rows [aria-current=true] [data-clip]")
    page.keyboard.press("ArrowRight")
    expect(chosen).to_have_text("Title card")
    page.keyboard.press("ArrowRight")
    expect(chosen).to_have_text("s1-01")

    fill(page, "To second", "0.5")
    page.keyboard.press("Enter")
    expect(page.locator(".standfirst")).to_contain_text("1 step")
    expect(page.get_by_label("To second")).to_have_value("0.500")

    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator(".standfirst")).to_contain_text("2 steps")
    assert clips(page) == ["Title card", "s1-02", "s1-01", "End card"]
    page.keyboard.press("Control+z")
    expect(page.locator(".standfirst")).to_contain_text("1 step,")
    assert clips(page) == first

    tab_to(page, "It comes by a")
    page.keyboard.type("wipe")
    fill(page, "Seconds long", "0.25")
    page.keyboard.press("Enter")
    expect(page.locator(".clip-rows [aria-current=true]")).to_contain_text("wipe")

    fill(page, "A title over the picture", "Winter")
    page.keyboard.press("Enter")
    expect(page.locator("#clip")).to_contain_text("“Winter”")

    tab_to(page, "OTIO")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    film = json.loads(download.value.path().read_text())
    assert film["metadata"]["reelproof"]["titles"][0]["text"] == "Winter"

    tab_to(page, "Discard every step")
    page.keyboard.press("Enter")
    tab_to(page, "Discard")
    page.keyboard.press("Enter")
    expect(page.locator("#notes")).to_contain_text("The steps were discarded")
    assert clips(page) == first


def test_a_timeline_of_another_rate_is_asked_about_and_taken_over(site, visit, tmp_path):
    """With the keyboard too, but for the file: the browser's own dialogue is no page."""
    page = visit("producer", javascript=False)
    page.goto(f"/productions/{site.ids['waiting']}/timeline/import/")
    file = tmp_path / "cut.edl"
    file.write_text(
        "TITLE: ELSEWHERE\nFCM: NON-DROP FRAME\n"
        "001  AX  V  C  00:00:00:00 00:00:00:12 01:00:00:00 01:00:00:12\n* FROM CLIP NAME: s1-01\n"
        "002  AX  V  C  00:00:00:00 00:00:01:00 01:00:00:12 01:00:01:12\n* FROM CLIP NAME: holiday.mov\n"
    )
    page.get_by_label("Timeline file").set_input_files(file)
    page.get_by_label("Frames a second of an EDL").select_option("24/1")
    page.get_by_role("button", name="Look at it").click()
    asked = page.locator("form[aria-labelledby=h-asked]")
    expect(asked).to_contain_text("It counts 24 frames a second")
    expect(asked).to_contain_text("holiday: no take of this film is called so")
    page.get_by_label("Conform it to").check()
    page.get_by_label("Leave these out and take the rest").check()
    page.get_by_role("button", name="Take it over").click()
    expect(page.locator("#notes")).to_contain_text("was taken over")
    assert clips(page) == ["s1-01", "End card"]
    page.get_by_role("button", name="Undo").click()
    assert clips(page) == ["Title card", "s1-01", "s1-02", "End card"]
    page.get_by_text("Discard every step").click()
    page.get_by_role("button", name="Discard", exact=True).click()
