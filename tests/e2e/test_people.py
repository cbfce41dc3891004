"""A performer on her phone, and a visitor who wants to know what a file is."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import until


def test_a_performer_reads_signs_and_withdraws_on_a_phone(site, visit):
    page = visit("performer", width=390)
    page.goto("/")
    expect(page.get_by_role("heading", name="Where you were recognised")).to_be_visible()
    page.get_by_role("link", name="Read it, then decide").click()
    expect(page.get_by_text("I allow Harbour Street Studio to show my face")).to_be_visible()
    page.get_by_label("I have read this text").check()
    page.get_by_role("button", name="Sign this text").click()
    expect(page.locator("#notes")).to_contain_text("Signed. The grant is in force")
    page.get_by_text("Suspend or withdraw", exact=True).click()
    expect(page.get_by_text("No new take or cut may show you under this grant.")).to_be_visible()
    page.get_by_label("Reason").fill("I changed my mind.")
    page.get_by_role("button", name="Withdraw for good").click()
    expect(page.locator(".title-row .chip")).to_have_text("Withdrawn")
    page.get_by_role("link", name="Eileen Marsh").click()
    expect(page.get_by_role("heading", name="Who uses me?")).to_be_visible()
    page.get_by_role("link", name="Agree, hand in, or delete").click()
    page.get_by_text("Delete my measurements", exact=True).click()
    expect(page.get_by_text("is destroyed at once, with its key")).to_be_visible()


@pytest.fixture
def film(site, tmp_path) -> Path:
    """The released film as a visitor would have it."""
    copy = tmp_path / "film.mp4"
    copy.write_bytes(Path(site.ids["release_file"]).read_bytes())
    return copy


@pytest.mark.parametrize("javascript", [True, False], ids=["with-script", "without"])
def test_a_visitor_hands_in_a_film(visit, film, javascript):
    page = visit(javascript=javascript)
    page.goto("/verify/")
    page.get_by_label("Drop a file here, or choose one").set_input_files(film)
    page.get_by_role("button", name="Send it to the server" if javascript else "Verify").click()
    card = page.locator("article.verdict")
    expect(card.get_by_role("heading", name="Trusted")).to_be_visible()
    expect(card).to_have_class("verdict verdict-trusted")
    for said in ("not for production", "Computed by rules", "nothing stood against it", "a pseudonym", "Shown in it"):
        expect(card).to_contain_text(said)
    expect(page.get_by_role("heading", name="In the ledger")).to_be_visible()


def test_a_dropped_file_is_verified(visit, film):
    page = visit()
    page.goto("/verify/")
    content = list(film.read_bytes())
    page.evaluate(
        """(bytes) => { const drop = new DataTransfer();
            drop.items.add(new File([new Uint8Array(bytes)], "dropped.mp4", {type: "video/mp4"}));
            const dropped = new DragEvent("drop", {dataTransfer: drop, bubbles: true});
            document.querySelector("drop-file").dispatchEvent(dropped); }""",
        content,
    )
    page.get_by_role("button", name="Send it to the server").click()
    expect(page.get_by_role("heading", name="In the ledger")).to_be_visible()
    expect(page.locator("article.verdict")).to_contain_text("dropped.mp4")


def test_one_changed_byte_shows(visit, film):
    content = bytearray(film.read_bytes())
    content[content.rfind(b"mdat") + 200] ^= 1
    film.write_bytes(content)
    page = visit()
    page.goto("/verify/")
    page.get_by_label("Drop a file here, or choose one").set_input_files(film)
    page.get_by_role("button", name="Send it to the server").click()
    expect(page.get_by_role("heading", name="Another file")).to_be_visible()
    expect(page.get_by_role("heading", name="Changed after signing")).to_be_visible()


def test_a_stripped_copy_is_recognised(visit, film, tmp_path):
    from tests.clips import ffmpeg

    stripped = tmp_path / "stripped.mp4"
    ffmpeg("-i", film, "-map", "0:v", "-c", "copy", "-map_metadata", "-1", stripped)
    page = visit()
    page.goto("/verify/")
    page.get_by_label("Drop a file here, or choose one").set_input_files(stripped)
    page.get_by_role("button", name="Send it to the server").click()
    expect(page.get_by_role("heading", name="No credentials")).to_be_visible()
    expect(page.get_by_text("Recovered, not carried by this file")).to_be_visible()
    page.locator(".recovered a").click()
    page.wait_for_url("**/verify/*-*/")
    until(page, "document.querySelector('video').readyState >= 1")
    expect(page.get_by_role("heading", name="Trusted")).to_be_visible()


def test_a_released_film_plays_for_anybody(site, visit):
    page = visit()
    page.goto(f"/verify/{site.ids['release_sha256']}/")
    page.wait_for_url(f"**/verify/{site.ids['release']}/")
    page.evaluate("document.querySelector('video').play()")
    until(page, "document.querySelector('video').currentTime > 0.2")
