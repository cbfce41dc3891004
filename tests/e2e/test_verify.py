"""The verify page: the browser checks a file by itself, and nothing of it travels before the visitor says so."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from auditor.provenance import DevelopmentAuthority, FileSigner, TrustList
from tests.auditor.provenance import foreign
from tests.auditor.provenance.conftest import write_mp4

LABEL = "Drop a file here, or choose one"


@pytest.fixture
def film(site, tmp_path) -> Path:
    """The released film as a visitor would have it."""
    copy = tmp_path / "film.mp4"
    copy.write_bytes(Path(site.ids["release_file"]).read_bytes())
    return copy


@pytest.fixture
def watched(visit):
    """A visitor's page at the verify address, and every request that it makes."""
    page = visit()
    requests: list = []
    page.on("request", lambda request: requests.append(request))
    page.goto("/verify/")
    return page, requests


def here(page, name: str):
    """The card that the browser made."""
    card = page.locator("verify-here article.verdict")
    expect(card.get_by_role("heading", name=name)).to_be_visible(timeout=20_000)
    return card


def sent(requests) -> int:
    """Bytes that were sent in any request."""
    return sum(len(request.post_data_buffer or b"") for request in requests)


def test_a_film_is_checked_without_being_sent_and_deeper_on_request(watched, film):
    page, requests = watched
    page.get_by_label(LABEL).set_input_files(film)
    card = here(page, "Trusted")
    expect(card).to_have_class("verdict verdict-trusted")
    for said in ("not for production", "Computed by rules", "nothing stood against it", "a pseudonym", "Shown in it"):
        expect(card).to_contain_text(said)
    expect(card).to_contain_text("checked in your browser; nothing was sent")
    assert page.evaluate("document.activeElement.tagName") == "ARTICLE", "the verdict is read out"
    assert sent(requests) == 0
    assert {request.method for request in requests} == {"GET"}
    page.get_by_role("button", name="Send it to the server").click()
    expect(page.get_by_role("heading", name="In the ledger")).to_be_visible(timeout=20_000)
    expect(page.locator("article.verdict")).to_contain_text("whose own certificate is on our list")
    assert [request.method for request in requests].count("POST") == 1


def test_a_dropped_file_is_not_sent_either(watched, film):
    page, requests = watched
    page.evaluate(
        """(bytes) => { const drop = new DataTransfer();
            drop.items.add(new File([new Uint8Array(bytes)], "dropped.mp4", {type: "video/mp4"}));
            const dropped = new DragEvent("drop", {dataTransfer: drop, bubbles: true});
            document.querySelector("drop-file").dispatchEvent(dropped); }""",
        list(film.read_bytes()),
    )
    expect(here(page, "Trusted")).to_contain_text("dropped.mp4")
    assert sent(requests) == 0


def test_a_changed_byte_a_stripped_copy_and_no_media(watched, film, tmp_path):
    from tests.clips import ffmpeg

    page, requests = watched
    contents = bytearray(film.read_bytes())
    contents[contents.rfind(b"mdat") + 200] ^= 1
    (tmp_path / "changed.mp4").write_bytes(contents)
    page.get_by_label(LABEL).set_input_files(tmp_path / "changed.mp4")
    card = here(page, "Changed after signing")
    expect(card).to_contain_text("Picture, sound or structure of the file changed after it was signed.")
    expect(card).to_contain_text("What follows is what the record claims")
    ffmpeg("-i", film, "-map", "0:v", "-c", "copy", "-map_metadata", "-1", tmp_path / "stripped.mp4")
    page.get_by_label(LABEL).set_input_files(tmp_path / "stripped.mp4")
    expect(here(page, "No credentials")).to_contain_text("The file carries no signed record.")
    (tmp_path / "note.txt").write_text("<img src=x onerror=alert(1)>")
    page.get_by_label(LABEL).set_input_files(tmp_path / "note.txt")
    here(page, "Unreadable")
    assert sent(requests) == 0


def test_a_stranger_and_a_film_cut_from_a_forgery_are_not_green(site, watched, film, tmp_path):
    """The browser walks the chain, too: its own reader alone would call the second one trusted."""
    page, requests = watched
    root = next(one for one in Path(site.ids["release_file"]).parents if (one / "signing").is_dir()) / "signing"
    stranger = DevelopmentAuthority.create(tmp_path / "stranger")
    source = write_mp4(tmp_path / "source.mp4")
    evil = foreign.DEFINITION | {"title": "<img src=x onerror=alert(1)>"}
    foreign.bare_sign(
        source, tmp_path / "theirs.mp4", FileSigner.open(stranger.directory), TrustList.open(stranger.directory),
        definition=evil,
    )  # fmt: skip
    page.get_by_label(LABEL).set_input_files(tmp_path / "theirs.mp4")
    card = here(page, "Unchanged, signer unknown")
    expect(card).to_contain_text("anyone can make such a certificate")
    expect(card).to_contain_text("<img src=x onerror=alert(1)>")
    assert card.locator("img").count() == 0
    forged = bytearray(film.read_bytes())
    forged[forged.rfind(b"mdat") + 200] ^= 1
    part = ({"title": "Forged shot", "relationship": "componentOf"}, "video/mp4", bytes(forged))
    foreign.bare_sign(
        source, tmp_path / "cut.mp4", FileSigner.open(root / "identity"), TrustList.open(root), ingredients=[part]
    )
    page.get_by_label(LABEL).set_input_files(tmp_path / "cut.mp4")
    card = here(page, "Changed after signing")
    expect(card).to_contain_text("In 'Forged shot': picture, sound or structure of the file changed")
    assert sent(requests) == 0
    page.get_by_role("button", name="Send it to the server").click()
    expect(page.locator("article.verdict")).to_contain_text("In 'Forged shot'", timeout=20_000)
    expect(page.get_by_role("heading", name="Changed after signing")).to_be_visible()


def test_a_browser_that_can_not_check_offers_the_server(visit, film):
    page = visit()
    page.add_init_script("delete window.WebAssembly")
    page.goto("/verify/")
    page.get_by_label(LABEL).set_input_files(film)
    expect(page.get_by_text("This browser can't check the file by itself.").first).to_be_visible()
    page.get_by_role("button", name="Send it to the server").click()
    expect(page.get_by_role("heading", name="Trusted")).to_be_visible(timeout=20_000)


def test_the_worker_can_send_nothing_and_the_other_pages_allow_no_worker(site, visit):
    page = visit()
    policy = page.request.get(site.url + "/static/vendor/c2pa-web-0.13.1/c2pa_worker.js").headers
    assert policy["content-security-policy"] == "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"
    assert "wasm-unsafe-eval" in page.goto("/verify/").headers["content-security-policy"]
    assert "wasm" not in page.goto("/ledger/").headers["content-security-policy"]
    document = json.loads(page.request.get(site.url + "/verify/here.json").text())
    assert "PRIVATE" not in json.dumps(document)


def test_the_drawing_is_walked_by_keyboard_and_made_larger(site, visit):
    page = visit()
    page.goto(f"/verify/{site.ids['release']}/graph/")
    film = page.locator("svg.graph a[data-node=n-film]")
    film.focus()
    assert page.locator("svg.graph .graph-line.near").count() >= 3, "its lines stand out"
    page.keyboard.press("ArrowLeft")
    kind = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert kind.startswith(("Shown in it", "Used to make it"))
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.node") == "n-film"
    width = page.locator("svg.graph").bounding_box()["width"]
    page.get_by_role("button", name="Larger").click()
    assert page.locator("svg.graph").bounding_box()["width"] > width
    page.get_by_role("button", name="Whole").click()
    assert page.locator("svg.graph").bounding_box()["width"] <= page.locator(".graph-scroll").bounding_box()["width"]
    film.press("Enter")
    page.wait_for_url("**#n-film")
    expect(page.locator("tr#n-film")).to_contain_text("This file")


def test_the_drawing_is_there_without_script(site, visit):
    page = visit(javascript=False)
    page.goto(f"/verify/{site.ids['release']}/graph/")
    expect(page.locator("svg.graph a")).not_to_have_count(0)
    expect(page.locator(".graph-table tbody tr")).not_to_have_count(0)
    expect(page.get_by_role("button", name="Larger")).to_be_hidden()


@pytest.mark.enable_socket  # the other page comes from a server of its own, on loopback
def test_the_badge_and_the_card_stand_in_another_page(site, visit, tmp_path):
    import http.server
    import threading
    from functools import partial

    release = f"{site.url}/verify/{site.ids['release']}"
    (tmp_path / "page.html").write_text(
        f'<!doctype html><title>Elsewhere</title><a href="{release}/"><img src="{release}/badge.svg" alt="badge"></a>'
        f'<iframe src="{release}/card/" title="card" width="440" height="230"></iframe>'
    )
    (tmp_path / "favicon.ico").write_bytes(b"")
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    try:
        page = visit()
        page.goto(f"http://127.0.0.1:{other.server_address[1]}/page.html")
        expect(page.frame_locator("iframe").get_by_role("heading", name="Trusted")).to_be_visible()
        assert page.evaluate("document.querySelector('img').naturalWidth") > 100
        assert page.context.cookies() == []
    finally:
        other.shutdown()
