"""The drawing of a film's record, the badge and the card for other sites, and what the browser is given to check files."""

import base64
import hashlib
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.urls import reverse

from auditor.provenance import ChainLink, Reason, Statements, TimeStamp, VerificationReport
from auditor.provenance.status_words import WORDS
from django_site.apps.provenance.badges import badge_of, badge_svg
from django_site.apps.provenance.graph import MOST_IN_COLUMN, graph_of
from django_site.apps.provenance.here import READER_INTEGRITY

STATIC = Path(__file__).resolve().parents[3] / "django_site" / "static"
EVIL = "<script>alert(1)</script>"


def link(title: str, depth: int, *, state: str = "Trusted", label: str | None = None, **more) -> ChainLink:
    return ChainLink(title, more.pop("relationship", "componentOf"), state, depth, "video/mp4", label, **more)


def report(*links: ChainLink, **more) -> VerificationReport:
    values = {"state": "Trusted", "reasons": (), "title": "Harbour", "manifest_label": "urn:c2pa:1", "signer": "Studio"}
    return VerificationReport(**(values | {"chain": links} | more))


def test_a_graph_has_every_part_once_and_every_line():
    graph = graph_of(
        report(
            link("Screenplay", 1, state="NoCredentials", relationship="inputTo"),
            link("Shot 1", 1, label="urn:1"),
            link("Model card", 2, state="NoCredentials", relationship="inputTo"),
            link("Shot 2", 1, label="urn:2"),
            link("Model card", 2, state="NoCredentials", relationship="inputTo"),
            statements=Statements(
                audit={"verdict": "allow", "decidedAt": "2026-11-22"},
                review={"reviewer": "person-1", "decision": "approved"},
                consents=("grant-1",),
            ),
            timestamp=TimeStamp("2026-11-22T10:00:00Z", "A clock", "trusted"),
        )
    )
    titles = [row.node.title for row in graph.rows]
    assert sorted(titles) == sorted(
        ["Screenplay", "Shot 1", "Shot 2", "Model card", "Harbour", "Compared with works and people", "person-1",
         "Grant grant-1", "Studio", "A clock"]
    )  # fmt: skip
    rows = {row.node.title: row for row in graph.rows}
    assert [node.title for node in rows["Model card"].went_into] == ["Shot 1", "Shot 2"]
    assert {node.title for node in rows["Harbour"].made_from} == {"Screenplay", "Shot 1", "Shot 2"}
    assert {node.title for node in rows["A clock"].made_from} == {"Harbour"}
    assert {node.title for node in rows["Studio"].made_from} == {
        "Harbour",
        "Compared with works and people",
        "person-1",
    }
    assert len(graph.lines) == sum(len(row.went_into) for row in graph.rows)
    assert len(graph.boxes) == len(graph.rows)
    for box in graph.boxes:
        assert 0 <= box.x <= graph.width - 188
        assert 0 <= box.y <= graph.height - 46
    places = {(box.x, box.y) for box in graph.boxes}
    assert len(places) == len(graph.boxes), "no box lies on another"


def test_a_long_film_is_drawn_in_part_and_listed_in_full():
    links = [link(f"Shot {number}", 1, label=f"urn:{number}") for number in range(MOST_IN_COLUMN + 40)]
    graph = graph_of(report(*links))
    assert graph.left_out == 40
    assert len(graph.rows) == MOST_IN_COLUMN + 42
    assert graph_of(VerificationReport(state="NoCredentials", reasons=())) is None


@pytest.mark.django_db
def test_the_page_of_a_graph_is_a_drawing_and_a_table(client, world):
    page = client.get(reverse("verify:graph", args=[world.release.pk])).content.decode()
    assert page.count('<svg class="graph"') == 1
    assert "<table" in page
    start = page.index('<svg class="graph"')
    drawing = ElementTree.fromstring(page[start : page.index("</svg>", start) + 6])  # noqa: S314 - our own drawing
    links = [one.attrib["href"] for one in drawing.iter() if one.tag.endswith("a")]
    assert len(links) >= 3
    for target in links:
        assert f'id="{target[1:]}"' in page, "every box leads to a row"
    assert "style=" not in page


@pytest.mark.django_db
def test_hostile_titles_are_text(client, world, monkeypatch):
    from django_site.apps.provenance import views

    evil = report(link(EVIL, 1, state="Changed", reasons=(Reason("x", EVIL, EVIL),)), title=EVIL, signer=EVIL)
    real = views.release_verdict(world.release)
    monkeypatch.setattr(views, "release_verdict", lambda release: type(real)(evil, EVIL, real.sha256, real.bytes))
    page = client.get(reverse("verify:graph", args=[world.release.pk])).content.decode()
    assert EVIL not in page
    assert "&lt;script&gt;" in page


@pytest.mark.django_db
def test_a_badge_says_the_state_and_a_recall(client, world):
    cache.clear()
    response = client.get(reverse("verify:badge", args=[world.release.pk]))
    assert response["Content-Type"] == "image/svg+xml"
    assert "max-age=60" in response["Cache-Control"]
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not response.cookies
    drawing = ElementTree.fromstring(response.content)  # noqa: S314 - our own drawing
    assert drawing.attrib["aria-label"] == "Reelproof: Trusted"
    assert b"style" not in response.content
    world.release.cut.state = "recalled"
    assert "Recalled by its maker" in badge_svg(badge_of(world.release))


@pytest.mark.django_db
def test_a_badge_reads_the_file_and_not_a_row(world):
    from django_site import wiring

    cache.clear()
    asset = world.release.manifest.asset
    path = wiring.zone(asset.zone).path(asset.sha256)
    kept = path.read_bytes()
    changed = bytearray(kept)
    changed[changed.rfind(b"mdat") + 64] ^= 1
    path.chmod(0o600)
    path.write_bytes(changed)
    try:
        badge = badge_of(world.release)
        assert (badge.state, badge.tone) == ("Changed", "stop")
    finally:
        path.write_bytes(kept)
        cache.clear()


@pytest.mark.django_db
def test_the_card_alone_may_stand_in_frames(client, world):
    response = client.get(reverse("verify:card", args=[world.release.pk]))
    assert "frame-ancestors *" in response["Content-Security-Policy"]
    assert "script-src 'none'" in response["Content-Security-Policy"]
    assert "X-Frame-Options" not in response
    assert "<script" not in response.content.decode()
    assert not response.cookies
    page = client.get(reverse("verify:release", args=[world.release.pk]))
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
    text = page.content.decode()
    assert f"&lt;iframe src=&quot;http://testserver{reverse('verify:card', args=[world.release.pk])}&quot;" in text
    assert f"http://testserver{reverse('verify:badge', args=[world.release.pk])}" in text


@pytest.mark.django_db
def test_the_browser_is_given_roots_and_words_and_no_secret(client):
    response = client.get(reverse("verify:here"))
    assert "public" in response["Cache-Control"]
    document = json.loads(response.content)
    trust = document["settings"]["trust"]
    assert trust["trust_anchors"].startswith("-----BEGIN CERTIFICATE-----")
    assert "PRIVATE" not in response.content.decode()
    assert document["settings"]["verify"]["remote_manifest_fetch"] is False
    assert set(document["checks"]) == set(WORDS)
    assert set(document["states"]) == {"Trusted", "Valid", "Changed", "NoCredentials", "Unreadable"}
    assert client.get(reverse("verify:trust")).content.decode() == trust["trust_anchors"]


def test_the_reader_is_the_one_that_was_looked_at():
    folder = STATIC / "vendor" / "c2pa-web-0.13.1"
    digest = hashlib.sha256((folder / "c2pa_bg.wasm").read_bytes()).digest()
    assert f"sha256-{base64.b64encode(digest).decode()}" == READER_INTEGRITY
    worker = hashlib.sha256((folder / "c2pa_worker.js").read_bytes()).hexdigest()
    assert worker == "e4859b282d83f2d177c4508d5adcc46d7492a7805d9972a612d08fe81952c24d"
    assert "MIT License" in (folder / "LICENSE.txt").read_text()


@pytest.mark.django_db
def test_only_the_verify_page_may_run_compiled_code(client):
    verify = client.get(reverse("verify:file"))["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in verify
    assert "worker-src 'self'" in verify
    assert "unsafe-inline" not in verify
    other = client.get(reverse("ledger:page"))["Content-Security-Policy"]
    assert "wasm" not in other
    assert "worker-src" not in other
