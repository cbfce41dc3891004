"""A seeded site as real processes (server, worker) with a data directory of their own, and a browser to walk through it.

The tests never touch the database of the test run: everything happens in the other processes, as for a visitor. Site
and browser last as long as this package's tests: Playwright keeps an event loop running on the main thread, under which
Django refuses every query of the tests that follow.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
#: Nothing that Chromium does by itself: no first run, no updates, no calls home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
SEED_SECONDS = 1200


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(str(item.fspath)).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


def until(page, expression: str, *, seconds: float = 15.0) -> None:
    """Wait for a JavaScript expression to hold. (Playwright's own waiting evaluates text, which our policy forbids.)"""
    deadline = time.monotonic() + seconds
    while not page.evaluate(f"() => Boolean({expression})"):
        assert time.monotonic() < deadline, f"never came true: {expression}"
        page.wait_for_timeout(50)


def _complains(said) -> bool:
    """Whether the console's message is a complaint. A form that is sent back with its mistakes marked answers 400, and the
    browser notes that as it notes any status: that one is meant."""
    return said.type == "error" and "with a status of 400" not in said.text


def _environment(var: Path) -> dict[str, str]:
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith(("REELPROOF_", "DATABASE_", "CELERY_"))
    }
    return {**inherited, "REELPROOF_VAR": str(var), "DJANGO_SETTINGS_MODULE": "django_site.settings.test"}


@pytest.fixture(scope="package")
def site(tmp_path_factory) -> Iterator[SimpleNamespace]:
    """``site.url``, ``site.ids`` (see ``seeding``), ``site.start_worker()``."""
    directory = tmp_path_factory.mktemp("site")
    environment = _environment(directory / "var")
    manifest = directory / "manifest.json"
    seeded = subprocess.run(
        [sys.executable, "-m", "tests.e2e.seeding", str(manifest)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SEED_SECONDS, check=False,
    )  # fmt: skip
    assert seeded.returncode == 0, seeded.stderr[-4000:]
    started: list[subprocess.Popen] = []

    def start(*command: str) -> None:
        with (directory / f"{len(started)}.log").open("wb") as log:
            started.append(
                subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment, stdout=log, stderr=log)
            )

    def start_worker() -> None:
        if len(started) == 1:
            start("manage.py", "worker")

    address = directory / "address"
    start("-m", "tests.e2e.serve", str(address))
    deadline = time.monotonic() + 180
    while not address.exists() or not address.read_text():
        assert started[0].poll() is None, (directory / "0.log").read_text()[-4000:]
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.1)
    yield SimpleNamespace(
        url=address.read_text(), ids=json.loads(manifest.read_text()), directory=directory, start_worker=start_worker
    )
    for process in reversed(started):
        process.terminate()
    for process in started:
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture(scope="package")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def _cookies() -> dict[str, list]:
    return {}


@pytest.fixture
def visit(site, chromium, _cookies) -> Iterator[Callable]:
    """``visit("reviewer", width=390)`` gives a page of this person's browser; complaints of any page fail the test."""
    from tests.e2e.seeding import PASSWORD

    contexts, complaints = [], []

    def watch(page) -> None:
        page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if _complains(said) else None)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))

    def open_page(person: str = "", *, width: int = 1440, javascript: bool = True):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, base_url=site.url, java_script_enabled=javascript
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        if javascript:
            watch(page)
        if person:
            if person not in _cookies:
                page.goto("/accounts/login/")
                page.get_by_label("Login").fill(person)
                page.get_by_label("Password", exact=True).fill(PASSWORD)
                page.keyboard.press("Enter")
                page.wait_for_url(f"{site.url}/")
                _cookies[person] = context.cookies()
            context.add_cookies(_cookies[person])
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
