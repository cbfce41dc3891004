"""A binder from the page to the hand: asked for, watched, taken along, checked by somebody who has none of our code."""

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[2]


def test_a_binder_is_made_taken_along_and_checked(site, visit, tmp_path):
    site.start_worker()
    page = visit("producer")
    page.goto(f"/productions/{site.ids['released']}/")
    page.get_by_role("link", name="Clearance binder").click()
    page.get_by_label("For whom").select_option("streamer")
    page.get_by_role("button", name="Show what would be in it").press("Enter")
    expect(page.get_by_role("heading", name="Clearance binder for a streamer")).to_be_visible()
    page.get_by_role("button", name="Make this binder").press("Enter")
    expect(page.locator("#notes")).to_contain_text("is being made")
    made = page.get_by_role("row").filter(has_text="streamer").filter(has=page.locator("copy-id"))
    expect(made).to_be_visible(timeout=180_000)  # by itself, when the job is done
    made.get_by_role("link").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="The whole binder").click()
    taken = tmp_path / "binder.zip"
    download.value.save_as(taken)
    [root] = (site.directory / "var").rglob("signing/root.pem")  # test processes side by side have a folder each
    command = [sys.executable, "-I", str(ROOT / "docs" / "check_binder.py"), str(taken), str(root)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stdout.startswith("GOOD")
