"""The report in one file: everything that the report knows, nothing that runs or fetches, whatever titles say."""

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import verbal
from auditor.errors import BadInputError
from auditor.html_report import clock, headline, html_report, write_html_report
from auditor.media import Interval, MediaInfo, Region
from auditor.report import AuditReport, Considered, DetectorVersion, EvidencePair, Finding, Quieted, UnknownPerson
from tests.clips import COFFEE, still

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
JPEG = bytes(cv2.imencode(".jpg", still(COFFEE)[:, :, ::-1])[1])
PNG = bytes(cv2.imencode(".png", np.zeros((8, 8), np.uint8))[1])
DIGEST = "ab" * 32

FILM = MediaInfo(
    media_type="video/mp4", duration=90.0, width=640, height=360, fps=25.0, frames=2250,
    video_codec="h264", audio_codec=None,
)  # fmt: skip
COPY = Finding(
    kind="copy", query=Interval(62.5, 70.0), reference=Interval(1.0, 8.5), work_id="w1", score=0.93, log10_lr=4.2,
    region=Region(0.1, 0.2, 0.5, 0.5), mirrored=True, speed=1.25, reversed=True,
    measured={"agreement": 0.93, "inliers": 41.0},
    curve=((62.5, 0.8), (66.0, 0.95), (70.0, 0.9)), evidence=(EvidencePair(63.0, JPEG, 1.5, JPEG, 3),), matrix_png=PNG,
    plain="Seconds 62.5 to 70.0 show “Harbour”, mirrored.",
)  # fmt: skip


def report(*findings: Finding, **fields: object) -> AuditReport:
    values: dict[str, object] = {
        "asset_sha256": DIGEST, "media": FILM, "findings": findings, "frames_examined": 450, "iscc": None, "seconds": {},
        "detectors": (DetectorVersion("works", "1.2", DIGEST, "cd" * 32),), "cannot_detect": ("whispers",),
    }  # fmt: skip
    return AuditReport(**{**values, **fields})  # type: ignore[arg-type]


class Page(HTMLParser):
    """What a browser would make of it: every element with its attributes, and the text."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def page(audit: AuditReport, *, name: str = "take.mp4", titles: dict[str, str] | None = None) -> Page:
    return Page(html_report(audit, name=name, titles=titles or {"w1": "Harbour"}, made_at=AT))


def test_everything_about_a_finding_is_said() -> None:
    text = page(report(COPY)).text
    for words in (
        "1 stretch copies a registered work.", "1:02.5 to 1:10.0", "1.00 s to 8.50 s", "exchanged (mirrored)",
        "backwards, 1.25 times as fast", "25 % of the picture", "3 of 64 hash bits differ", "log10 = 4.20", "16,000 to 1",
        "very strong support", "ENFSI", "Agreement of the pictures", "93 %", "Points that fit", "41", "whispers", DIGEST,
        "cd" * 32, "1.2", "take.mp4", "Film of 1:30.0, 640 × 360",
    ):  # fmt: skip
        assert words in text, words


def test_pictures_and_drawings_are_in_the_file_and_have_words() -> None:
    elements = page(report(COPY)).elements
    pictures = [attributes for tag, attributes in elements if tag == "img"]
    assert len(pictures) == 3
    assert all(
        str(picture["src"]).startswith(("data:image/jpeg;base64,", "data:image/png;base64,")) for picture in pictures
    )
    drawings = [attributes for tag, attributes in elements if tag == "svg"]
    assert len(drawings) == 2
    assert all(thing.get("alt") or thing.get("aria-label") for thing in (*pictures, *drawings))
    (bar,) = [attributes for tag, attributes in elements if tag == "a" and "aria-label" in attributes]
    assert bar["href"] == "#finding-1"
    assert "Harbour" in str(bar["aria-label"])


def test_what_the_work_is_licensed_for_stands_with_the_finding() -> None:
    said = {"w1": "Not licensed: its licence (<b>Coast</b>, MIT) ended at 2026-01-01 00:00 UTC."}
    other = replace(COPY, work_id="w2")
    document = html_report(report(COPY, other), name="a.mp4", titles={}, made_at=AT, licences=said)
    assert "<dt>Licence</dt><dd>Not licensed: its licence (&lt;b&gt;Coast&lt;/b&gt;, MIT) ended" in document
    assert document.count("<dt>Licence</dt>") == 1
    assert "<dt>Licence</dt>" not in html_report(report(COPY), name="a.mp4", titles={}, made_at=AT)


def test_without_calibration_it_says_so() -> None:
    text = page(report(replace(COPY, log10_lr=None))).text
    assert "Likelihood rationot calibrated" in text
    assert "log10 =" not in text


def test_sound_and_words_are_not_spoken_of_as_pictures() -> None:
    sound = Finding(
        kind="audio", query=Interval(1.0, 4.0), reference=Interval(0.0, 3.3), score=0.8, work_id="w1", speed=1.1,
        measured={"matched_peaks": 41.0, "log10_false_alarms": -9.3}, plain="It sounds like it.",
    )  # fmt: skip
    words = Finding(
        kind="text", query=Interval(0, 0), score=1.0, work_id="w1", measured={"words in a row": 12.0}, plain="x"
    )
    text = page(report(sound, words)).text
    assert "1 stretch sounds like a registered work; 1 stretch has a work’s words." in text
    for said in ("1.10 times as fast", "Peaks of sound that fit", "-9.30", "no moment known", "Words in a row", "12"):
        assert said in text, said
    assert "Left and right" not in text


def test_what_was_compared_and_is_no_match_is_said_too() -> None:
    no = Considered("w1", Interval(3.0, 5.0), "moving", {"agreement": 0.31, "motion": -0.02}, None)
    yes = Considered("w1", Interval(62.5, 70.0), "moving", {"agreement": 0.93}, "copy")
    shown = page(report(COPY, considered=(no, yes)))
    assert "Compared closely, and no match" in shown.text
    assert "3.00 s to 5.00 s" in shown.text
    assert "Agreement of the pictures: 31 %, Agreement of what moves: -2 %" in shown.text
    assert shown.text.count("Compared closely") == 1
    assert "Compared closely" not in page(report(COPY, considered=(yes,))).text


def test_nothing_found_is_a_verdict_too() -> None:
    audit = report()
    assert headline(audit) == "Nothing in this file resembles what was searched."
    shown = page(audit)
    assert "whispers" in shown.text
    assert not [tag for tag, _ in shown.elements if tag in ("svg", "img")]


def test_dismissed_ones_are_shown_with_their_reason() -> None:
    quieted = Quieted(COPY, "d1", "our <own> stock", "Ines", "2026-11-20T10:00:00+00:00")
    text = page(report(quieted=(quieted,))).text
    assert "1 earlier false alarm was met again" in text
    assert "Dismissed by Ines, 2026-11-20T10:00:00+00:00: our <own> stock" in text
    assert "Nothing in this file" in text


def test_unknown_people_are_shown_with_their_seconds() -> None:
    spans = tuple(Interval(10.0 * n, 10.0 * n + 2) for n in range(8))
    stranger = UnknownPerson(
        number=1, spans=spans, seconds=16.0, tracks=8, similarity=(0.5, 0.7), region=Region(0.1, 0.1, 0.2, 0.2),
        picture_seconds=1.0, plain="A face that resembles <nobody> registered.", picture_jpeg=JPEG,
    )  # fmt: skip
    shown = page(report(unknown_people=(stranger,)))
    assert "People who resemble nobody registered" in shown.text
    assert "A face that resembles <nobody> registered." in shown.text
    assert f"{clock(50)} to {clock(52)} …" in shown.text
    assert [a for tag, a in shown.elements if tag == "img" and a["alt"] == "Person 1, the face outlined"]
    assert "People who resemble nobody" not in page(report()).text


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=http://evil.example/x onerror=alert(1)>',
    "</style></title><iframe src='//evil.example'>",
    "javascript:alert(1)",
    "\u202egnp.exe\x00\x1b[31m\ud800",
)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words(words: str, tmp_path: Path) -> None:
    finding = replace(COPY, plain=words, work_id=words, measured={words: 1.0})
    quieted = Quieted(replace(COPY, plain=words), words, words, words, words)
    audit = report(finding, quieted=(quieted,), cannot_detect=(words,), detectors=(DetectorVersion(words, words),))
    path = tmp_path / "report.html"
    write_html_report(path, audit, name=words, titles={words: words}, made_at=AT)
    shown, plain = Page(path.read_text("utf-8")), page(report(COPY, quieted=(Quieted(COPY, "d", "r", "b", "a"),)))
    assert {tag for tag, _ in shown.elements} == {tag for tag, _ in plain.elements}
    for tag, attributes in shown.elements:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert str(attributes.get("href", "#")).startswith("#")
        assert str(attributes.get("src", "data:image/")).startswith("data:image/")
    assert "\x00" not in path.read_text("utf-8")


def test_the_document_forbids_itself_scripts_and_network() -> None:
    (policy,) = [a["content"] for tag, a in page(report(COPY)).elements if tag == "meta" and "http-equiv" in a]
    assert "default-src 'none'" in str(policy)
    assert "script-src" not in str(policy)


def test_it_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("before")
    broken = replace(COPY, kind="unheard-of")  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        write_html_report(target, report(broken), name="a", titles={}, made_at=AT)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert target.read_text() == "before"
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInputError, match="can't be written"):
        write_html_report(tmp_path / "file" / "report.html", report(COPY), name="a", titles={}, made_at=AT)


@pytest.mark.parametrize(
    ("log10_lr", "words"),
    [
        (None, "not calibrated"), (float("nan"), "not calibrated"), (0.0, "no support"), (0.2, "no support"), (0.31, "weak"),
        (1.0, "moderate support"), (2.0, "moderately strong"), (3.0, "strong support"), (4.0, "very strong"),
        (6.0, "extremely strong"), (400.0, "extremely strong"), (-3.5, "strong support for “it is another one”"),
    ],
)  # fmt: skip
def test_the_verbal_scale(log10_lr: float | None, words: str) -> None:
    assert words in verbal.support(log10_lr)


@given(st.floats(0, 1e5), st.floats(0, 1e5))
def test_clocks_never_run_backwards_and_never_say_sixty(first: float, second: float) -> None:
    def parsed(text: str) -> float:
        total = 0.0
        for part in text.removesuffix(" s").split(":"):
            total = total * 60 + float(part)
        return total

    early, late = sorted((first, second))
    assert parsed(clock(early)) <= parsed(clock(late)) + 0.06
    assert ":60" not in clock(first)
    assert abs(parsed(clock(first)) - first) <= 0.051
