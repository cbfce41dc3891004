"""The reviewer's day: a change asked for with its remedy and answered; failed checks set aside by two who did not ask."""

from playwright.sync_api import expect

from tests.e2e.conftest import until


def import_of(site, name: str) -> str:
    return f"/productions/imports/{site.ids['imports'][name]}/"


def case_address(page) -> str:
    page.wait_for_url("**/reviews/*-*/")
    return page.url


def test_an_override_is_asked_for_by_one_and_agreed_to_by_two_others(site, visit):
    asking = visit("reviewer")
    asking.goto(import_of(site, "mirrored.mp4"))
    expect(asking.locator(".title-row .chip")).to_have_text("Stopped")
    asking.get_by_role("link", name="Ask to set aside what stops it").click()
    form = asking.locator("form.sheet")
    expect(form.get_by_role("group", name="What is to be set aside")).to_be_visible()
    assert form.get_by_role("checkbox").count() >= 1
    form.get_by_label("Why", exact=True).fill("The archive agreed in writing.")
    form.get_by_label("Evidence").fill("Letter of 20 November, file 17.")
    form.get_by_label("For how many days").fill("60")
    form.get_by_role("button", name="Ask two others").click()
    expect(form.get_by_role("alert")).to_contain_text("ask for no longer")  # the policy allows 30 days
    expect(form.get_by_label("Evidence")).to_have_value("Letter of 20 November, file 17.")
    form.get_by_label("For how many days").fill("14")
    form.get_by_role("button", name="Ask two others").click()
    case = case_address(asking)
    aside = asking.get_by_role("region", name="Set aside")
    expect(aside).to_contain_text("Asked for")
    expect(aside).to_contain_text("0 of 2")
    expect(aside.get_by_role("button", name="Agree")).to_have_count(0)  # not by who asks
    expect(aside.get_by_role("button", name="Take it back")).to_be_visible()

    maker = visit("producer")
    maker.goto(case)
    aside = maker.get_by_role("region", name="Set aside")
    expect(aside).to_contain_text("Whoever worked on the film does not set its rules aside")
    expect(aside.get_by_role("button", name="Agree")).to_have_count(0)

    for who, so_far in (("second", "1 of 2"), ("head", "2 of 2")):
        page = visit(who)
        page.goto(case)
        aside = page.get_by_role("region", name="Set aside")
        aside.get_by_label("Why you agree, or not").fill("I have read the letter.")
        aside.get_by_role("button", name="Agree").click()
        expect(page.locator("#notes")).to_contain_text("Your agreement is on the record")
        expect(page.get_by_role("region", name="Set aside")).to_contain_text(so_far)
    expect(page.get_by_role("region", name="Set aside")).to_contain_text("In force")
    asking.goto(import_of(site, "mirrored.mp4"))
    expect(asking.locator(".title-row .chip")).to_have_text("Cleared")


def test_what_is_never_set_aside_is_not_offered(site, visit):
    page = visit("reviewer")
    page.goto(import_of(site, "portrait.mp4"))
    expect(page.locator(".title-row .chip")).to_have_text("Stopped")
    expect(page.get_by_role("link", name="Ask to set aside what stops it")).to_have_count(0)


def test_a_change_is_asked_for_by_keyboard_and_the_producer_answers(site, visit):
    asking = visit("second")
    asking.goto(import_of(site, "medley.mp4"))
    asking.get_by_role("link", name="Ask to set aside what stops it").click()
    form = asking.locator("form.sheet")
    form.get_by_label("Why", exact=True).fill("Only seconds of each.")
    form.get_by_label("Evidence").fill("The edit list.")
    form.get_by_role("button", name="Ask two others").click()
    case = case_address(asking)
    page = visit("reviewer")
    page.goto("/reviews/")
    expect(page.locator("main")).to_contain_text("medley.mp4")
    page.goto(case)
    aside = page.get_by_role("region", name="Set aside")
    aside.get_by_label("Why you agree, or not").fill("Seconds are enough to need a licence.")
    aside.get_by_role("button", name="Decline").click()
    expect(aside).to_contain_text("Declined")
    expect(aside).to_contain_text("Seconds are enough to need a licence.")
    page.keyboard.press("o")
    page.wait_for_url("**/reviews/overrides/ask/*/")
    page.go_back()
    expect(page.locator(".finding-item").first).to_be_visible()
    page.keyboard.press("r")
    until(page, "document.getElementById('change').open")
    form = page.locator("#change form")
    tick = form.get_by_role("checkbox").first
    expect(tick).to_be_focused()
    expect(tick).to_be_checked()
    expect(form).to_contain_text("(the producer, or whoever clears rights)")  # the remedy says who can do it
    form.get_by_label("Anything else to be changed").fill("Start a second later.")
    form.get_by_label("Why it goes back").fill("The street is the other film's.")
    form.get_by_role("button", name="Send it back").click()
    expect(page.locator("#notes")).to_contain_text("The case is closed")
    asked = page.get_by_role("region", name="Asked to be changed")
    expect(asked).to_contain_text("Start a second later.")
    expect(asked).to_contain_text("To be done")

    producer = visit("producer")
    producer.goto("/reviews/requests/")
    row = producer.get_by_role("listitem").filter(has_text="Start a second later.")
    row.get_by_label("What you changed, or why not").fill("It starts at the gate now.")
    row.get_by_role("button", name="Answer").click()
    expect(producer.locator("#notes")).to_contain_text("Your answer was sent")
    producer.goto("/reviews/requests/?state=answered")
    expect(producer.locator("main")).to_contain_text("It starts at the gate now.")
    page.goto("/notices/")
    expect(page.locator("main")).to_contain_text("answered what you asked for")
