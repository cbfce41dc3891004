"""The performer's portal on a telephone, by keyboard alone, with nothing that axe objects to on any page of the way; and
signing in with a passkey, against the browser's own authenticator."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, expect

from tests.e2e.looking import objections
from tests.e2e.seeding import PASSWORD

WIDTH = 390


def press(page, target, key: str = "Enter") -> None:
    """Reach an element with the Tab key, as somebody without a mouse does, and press a key on it."""
    reach(page, target)
    page.keyboard.press(key)


def follow(page, target) -> None:
    """Press a link or a button, and wait for the page that it leads to."""
    page.evaluate("() => { window.before = true; }")
    press(page, target)
    for _ in range(300):
        try:
            if page.evaluate("() => !window.before && document.readyState === 'complete'"):
                return
        except Error:
            pass  # between two pages
        page.wait_for_timeout(50)
    raise AssertionError(f"nothing follows {target}")


def reach(page, target) -> None:
    expect(target).to_be_visible()
    handle = target.element_handle()
    for _ in range(250):
        if page.evaluate("element => document.activeElement === element", handle):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key never reaches {target}")


def tick(page, label: str) -> None:
    press(page, page.get_by_label(label, exact=True), "Space")


def clear(page, where: str) -> None:
    """Nothing that axe objects to, nothing wider than the telephone, and the focus can be seen."""
    found = Axe().run(page)
    assert not found.violations_count, f"{where}:\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH, where


def test_a_performer_walks_her_whole_portal_by_keyboard(site, visit):
    ids = site.ids
    page = visit(width=WIDTH)
    page.goto("/accounts/login/")
    clear(page, "sign in")
    reach(page, page.get_by_label("Login"))
    page.keyboard.type("noor")
    reach(page, page.get_by_label("Password", exact=True))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/")

    # who uses me?
    follow(page, page.get_by_role("link", name="My likeness"))
    expect(page.get_by_role("heading", name="Who uses me?")).to_be_visible()
    clear(page, "her page")
    clip = page.locator(".use video").first
    assert re.search(r"/clip/#t=0\.5,[\d.]+$", clip.get_attribute("src"))
    assert page.evaluate(
        """async () => { const film = document.querySelector(".use video"); film.muted = true; await film.play();
            await new Promise(done => setTimeout(done, 400)); return film.currentTime; }"""
    ) > 0.5  # it began where she is seen  # fmt: skip

    # read an offer, and sign it
    follow(page, page.get_by_role("link", name="Read it, then decide").nth(1))
    expect(page.get_by_role("heading", name="In plain words")).to_be_visible()
    if page.get_by_text("think it over").count():  # the two offers may stand in either order
        page.go_back()
        follow(page, page.get_by_role("link", name="Read it, then decide").first)
    clear(page, "an offer")
    tick(page, "I have read this text, and I allow what it says.")
    follow(page, page.get_by_role("button", name="Sign this text"))
    expect(page.locator("#notes")).to_contain_text("Signed. The grant is in force")
    expect(page.get_by_role("heading", name="The signature")).to_be_visible()
    expect(page.locator("main")).to_contain_text("password")

    # limit what she gave before
    page.goto(f"/people/grants/{ids['noor_grant']}/")
    clear(page, "a grant")
    follow(page, page.get_by_role("link", name="Set narrower or other limits"))
    clear(page, "the limits")
    tick(page, "Trailer")
    reach(page, page.get_by_label("Where", exact=True))
    page.keyboard.press("Control+A")
    page.keyboard.type("Narnia")
    follow(page, page.get_by_role("button", name="Read what it will say"))
    expect(page.get_by_text("NARNIA is not a territory that we know")).to_be_visible()
    expect(page.get_by_label("Trailer", exact=True)).not_to_be_checked()
    clear(page, "the limits with a mistake")
    reach(page, page.get_by_label("Where", exact=True))
    page.keyboard.press("Control+A")
    page.keyboard.type("DE")
    follow(page, page.get_by_role("button", name="Read what it will say"))
    expect(page.get_by_role("heading", name="What changes")).to_be_visible()
    expect(page.locator(".diff")).to_contain_text("US, DE, GB.")
    clear(page, "what it will say")
    tick(page, "I have read this text, and I allow what it says.")
    follow(page, page.get_by_role("button", name="Sign this text"))
    expect(page.locator("#notes")).to_contain_text("These limits hold now")
    expect(page.locator(".said").first).to_contain_text("DE, until")

    # suspend, and withdraw, after reading what it does
    press(page, page.get_by_text("Suspend or withdraw", exact=True))
    expect(page.get_by_text("No new take or cut may show you under this grant.")).to_be_visible()
    reach(page, page.get_by_label("Reason").last)
    page.keyboard.type("Let me think.")
    follow(page, page.get_by_role("button", name="Suspend until further notice"))
    expect(page.locator("#notes")).to_contain_text("Suspended")
    clear(page, "a suspended grant")
    follow(page, page.get_by_role("button", name="Let it go on"))
    expect(page.locator("#notes")).to_contain_text("in force again")
    press(page, page.get_by_text("Suspend or withdraw", exact=True))
    reach(page, page.get_by_label("Reason").last)
    page.keyboard.type("I changed my mind.")
    follow(page, page.get_by_role("button", name="Withdraw for good"))
    expect(page.locator(".title-row .chip")).to_have_text("Withdrawn")
    clear(page, "a withdrawn grant")

    # a claim in three steps
    page.goto(f"/people/{ids['noor']}/")
    follow(page, page.get_by_role("link", name="Something is wrong with this").first)
    clear(page, "claim, step 1")
    reach(
        page, page.get_by_label("I never agreed to this use")
    )  # Tab reaches a group of radio buttons, arrows choose in it
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("I was not paid for it")).to_be_checked()
    reach(page, page.get_by_label("In your own words"))
    page.keyboard.type("Nothing came for these two takes.")
    follow(page, page.get_by_role("button", name="Next"))
    expect(page.get_by_text("Step 2 of 3")).to_be_visible()
    expect(page.get_by_role("radio", checked=True)).to_have_count(1)
    clear(page, "claim, step 2")
    follow(page, page.get_by_role("button", name="Next"))
    expect(page.get_by_text("Step 3 of 3")).to_be_visible()
    clear(page, "claim, step 3")
    reach(page, page.get_by_label("What do you want?"))
    page.keyboard.type("Pay them.")
    follow(page, page.get_by_role("button", name="Raise the claim"))
    expect(page.locator("#notes")).to_contain_text("The legal side answers by")
    clear(page, "a claim")

    # take everything along
    page.goto(f"/people/{ids['noor']}/")
    for name, begins in (("Statement (PDF)", b"%PDF-"), ("Everything (JSON)", b"{")):
        with page.expect_download() as coming:
            press(page, page.get_by_role("link", name=name))
        assert coming.value.path().read_bytes().startswith(begins)
    document = json.loads(coming.value.path().read_bytes())
    assert [grant["state"] for grant in document["grants"]].count("withdrawn") == 1

    # agree to be measured, hand in a picture of somebody else, delete it all
    follow(page, page.get_by_role("link", name="Agree, hand in, or delete"))
    clear(page, "measurements")
    press(
        page, page.get_by_label("I have read this, and I agree to be measured for this purpose alone.").first, "Space"
    )
    follow(page, page.get_by_role("button", name="Agree for my face"))
    expect(page.locator("#notes")).to_contain_text("You agreed.")
    from tests.clips import ASTRONAUT, COFFEE

    page.get_by_label("Pictures").set_input_files([ASTRONAUT, COFFEE])
    follow(page, page.get_by_role("button", name="Hand in and measure"))
    expect(page.locator(".results")).to_contain_text("registered already", timeout=60_000)
    expect(page.locator(".results")).to_contain_text("coffee.png")
    clear(page, "measurements with a mistake")
    press(page, page.get_by_text("Delete my measurements", exact=True))
    expect(page.get_by_text("What will happen, at once and for good:")).to_be_visible()
    clear(page, "deleting")
    tick(page, "Yes, destroy these measurements for good.")
    follow(page, page.get_by_role("button", name="Withdraw and destroy"))
    expect(page.locator("#notes")).to_contain_text("destroyed with their key")
    clear(page, "measurements after")


#: Who looks at what besides the walk; names in braces are the seeding's.
PAGES = [
    ("noor", "/people/{noor}/uses/"),
    ("noor", "/people/{noor}/approvals/"),
    ("noor", "/people/approvals/{noor_question}/"),
    ("noor", "/people/grants/{noor_too_early}/"),
    ("noor", "/people/{noor}/representatives/"),
    ("noor", "/people/claims/"),
    ("noor", "/accounts/2fa/webauthn/"),
    ("agent", "/"),
    ("agent", "/people/clients/"),
    ("agent", "/people/{noor}/"),
    ("agent", "/people/grants/{noor_grant}/"),
    ("head", "/people/"),
    ("head", "/people/{noor}/"),
    ("head", "/people/{noor}/offer/"),
    ("head", "/people/{noor}/representatives/"),
    ("head", "/people/claims/"),
    ("producer", "/people/"),
    ("producer", "/people/grants/{noor_grant}/ask/"),
]


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_to_object_to(site, visit, width):
    wrong = objections(site, visit, PAGES, width)
    assert wrong == [], "\n\n".join(wrong)


def test_a_grant_is_limited_without_javascript(site, visit):
    page = visit("agent", width=WIDTH, javascript=False)
    page.goto(f"/people/{site.ids['noor']}/offer/".replace("/offer/", "/"))
    expect(page.get_by_text("You are acting for")).to_be_visible()
    page.get_by_role("link", name="Read, change or stop it").first.click()
    if page.get_by_role("link", name="Set narrower or other limits").count():
        page.get_by_role("link", name="Set narrower or other limits").click()
        page.get_by_label("Violence").check()
        page.get_by_role("button", name="Read what it will say").click()
        expect(page.get_by_role("heading", name="What changes")).to_be_visible()


def test_a_passkey_is_added_and_signs_in(site, chromium, visit):
    """At ``localhost``, which browsers take for secure; an address of numbers can't be a relying party."""
    address = site.url.replace("127.0.0.1", "localhost")
    context = chromium.new_context(viewport={"width": WIDTH, "height": 900}, base_url=address)
    context.set_default_timeout(15_000)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                "isUserVerified": True, "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    page.goto("/accounts/login/")
    page.get_by_label("Login").fill("agent")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    page.goto("/accounts/2fa/webauthn/add/")  # asks who it is once more
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/webauthn/add/")
    found = Axe().run(page)
    assert not found.violations_count, found.generate_report()
    expect(page.get_by_label("It signs me in alone, without the password.")).to_be_checked()
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url("**/recovery-codes/")
    page.goto("/accounts/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("Passkey")
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    follow(page, page.get_by_role("button", name="Sign in with a passkey"))
    page.wait_for_url(f"{address}/")
    expect(page.get_by_text("Ada Agent").first).to_be_visible()
    context.close()
