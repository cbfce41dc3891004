"""Every page: a strict content policy and nothing inline that it would forbid; light enough for a slow line."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import transaction

from tests.site.pages.test_matrix import TABLE, address

pytestmark = pytest.mark.django_db

#: Who sees most of each page.
VIEWERS = ("producer", "legal_reviewer", "performer", "anonymous")
BUDGET = 100_000


class Inline(HTMLParser):
    """Finds what a policy without 'unsafe-inline' forbids, and the files that the page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.forbidden: list[str] = []
        self.files: set[str] = set()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.forbidden += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given and given.get("type") != "application/json"):
            self.forbidden.append(tag)
        source = (
            given.get("src") if tag == "script" else given.get("href") if given.get("rel") == "stylesheet" else None
        )
        if source:
            self.files.add(source)


def test_no_page_holds_what_its_policy_forbids(world, visit):
    seen = 0
    for name, (method, arguments, _) in TABLE.items():
        for role in VIEWERS:
            with transaction.atomic():
                response = getattr(visit(role), method)(address(world, name, arguments))
                transaction.set_rollback(True)
            if response.streaming or not response["Content-Type"].startswith("text/html") or not response.content:
                continue
            page = Inline()
            page.feed(response.content.decode())
            assert page.forbidden == [], f"{name} for {role}"
            policy = response["Content-Security-Policy"]
            assert "default-src 'none'" in policy, name
            if (
                name == "verify:file"
            ):  # a file is read there by WebAssembly, which runs nothing that a page could inject
                policy = policy.replace("'self' 'wasm-unsafe-eval'", "'self'", 1)
            assert "unsafe" not in policy, name
            weight = sum(Path(finders.find(file.removeprefix("/static/"))).stat().st_size for file in page.files)
            assert weight < BUDGET, f"{name}: {weight} bytes"
            if not name.startswith(
                ("jobs:", "likeness:impact_jobs", "training:live")
            ):  # a part of a page, fetched by htmx
                assert weight > 10_000, name
                assert len(re.findall(rb"<h1\b", response.content)) == 1, name
            seen += 1
    assert seen > 80


def test_styles_are_whole():
    """A browser passes over what it can't read in a style, in silence: a mark of a merge took its first rule along."""
    sheets = list(Path(finders.find("css")).glob("*.css"))
    assert sheets
    for sheet in sheets:
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.S)
        assert text.count("{") == text.count("}"), sheet.name
        assert not re.search(r"^(<{7}|={7}|>{7})", text, re.M), sheet.name
