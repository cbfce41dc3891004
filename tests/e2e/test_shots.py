"""Shots and their candidates by keyboard alone: a row is changed and saved, two takes are compared, the other is chosen."""

from playwright.sync_api import Locator, expect


def reach(page, there: Locator, *, presses: int = 400) -> None:
    """Tab until it has the focus; what can't be reached by Tab fails."""
    handle = there.element_handle()
    for _ in range(presses):
        page.keyboard.press("Tab")
        if page.evaluate("one => one === document.activeElement", handle):
            return
    raise AssertionError(f"{there} is not reached by Tab")


def press(page, there: Locator) -> None:
    reach(page, there)
    page.keyboard.press("Enter")


def test_a_shot_is_changed_and_the_better_candidate_chosen_by_keyboard(site, visit):
    site.start_worker()
    page = visit("producer")
    page.goto("/productions/new/")
    for label, words in (
        ("Title", "The Ferry"),
        ("Brief", "An old ferryman waits by the river in the morning fog and reads a letter."),
        ("Length in seconds", "3"),
    ):
        reach(page, page.get_by_label(label, exact=True))
        page.keyboard.press("Control+a")
        page.keyboard.type(words)
    press(page, page.get_by_role("button", name="Write the screenplay"))
    expect(page.get_by_role("heading", name="The Ferry", level=1)).to_be_visible()
    press(page, page.get_by_role("link", name="Shot list", exact=True))
    expect(page.get_by_role("heading", name="Shot list", level=1)).to_be_visible()

    row = page.locator("li.shot-row").first
    seen = row.get_by_label("What is seen")
    reach(page, seen)
    page.keyboard.press("Control+a")
    page.keyboard.type("The ferryman holds up the letter.")
    press(page, page.get_by_role("button", name="Save changes"))
    expect(page.locator("#notes")).to_contain_text("1")
    expect(page.locator("li.shot-row").first.get_by_label("What is seen")).to_have_value(
        "The ferryman holds up the letter."
    )

    page.goto(page.locator("li.shot-row").first.get_by_role("link").first.get_attribute("href"))
    reach(page, page.get_by_label("Candidates of each"))
    page.keyboard.press("ArrowDown")
    press(page, page.get_by_role("button", name="Render"))
    expect(page.get_by_role("heading", name="Takes of shot")).to_be_visible()
    takes = page.locator("article.sheet")
    expect(takes).to_have_count(2, timeout=120_000)
    expect(takes.locator(".chip", has_text="Cleared")).to_have_count(2, timeout=120_000)
    expect(page.get_by_text("It stands for the shot.")).to_have_count(1)
    other = takes.filter(has=page.get_by_role("button", name="Use this take"))
    name = other.get_by_role("heading", level=2).get_by_role("link").inner_text()
    compared = page.url
    reach(page, other.get_by_label("Why this one"))
    page.keyboard.type("The light is better.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name.lower())
    page.goto(compared)
    chosen = page.locator("article.sheet", has_text="It stands for the shot.")
    expect(chosen.get_by_role("heading", level=2).get_by_role("link")).to_have_text(name)
