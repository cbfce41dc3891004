"""What an audit tells of works that a film is merely like: apart from copies, with the moment, and never as a verdict."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from auditor.audit import Auditor
from auditor.canonical import sha256_json
from auditor.cli import main
from auditor.embeddings import Embedder
from auditor.html_report import headline, html_report
from auditor.index import WorkIndex
from auditor.matching.negatives import NegativeBank, negative_of
from auditor.media import Interval, probe, sample_frames
from auditor.report import AuditReport, Finding
from auditor.resemblance import ResemblanceLibrary, ResemblanceWatch
from auditor.resemblance.watching import MOST_TOLD
from tests.auditor.resemblance.conftest import in_look, write_picture
from tests.clips import ASTRONAUT, CAR, COFFEE, PHOTOGRAPHS, ROCKET, still, write_clip

AT = datetime(2026, 11, 26, tzinfo=UTC)


def audit(index: WorkIndex, library: ResemblanceLibrary | None, path: Path, **more: object) -> AuditReport:
    return Auditor(index=index, gallery=None, fingerprint=False, resemblance=library, **more).audit(path)  # type: ignore[arg-type]


def watched(index: WorkIndex, library: ResemblanceLibrary, path: Path, *found: Finding) -> list[Finding]:
    """What is told without the other detectors."""
    watch = ResemblanceWatch(library, index)
    for frame in sample_frames(path, fps=5, max_side=640):
        watch.observe(frame)
    return watch.conclude(probe(path), found)


@pytest.fixture(scope="module")
def report(pixelated: WorkIndex, library: ResemblanceLibrary, cat_in_squares: Path) -> AuditReport:
    return audit(pixelated, library, cat_in_squares)


def test_the_same_look_with_other_content_is_told_as_no_copy(report: AuditReport, pixelated: WorkIndex) -> None:
    assert report.matches == ()
    (finding,) = report.resemblances
    assert (finding.kind, finding.work_id, finding.log10_lr) == ("style", "pixels", None)
    assert finding.query.as_list() == pytest.approx([0.0, 4.4], abs=0.1)
    assert "resemble the look of “All in squares”" in finding.plain
    assert "this is not evidence of copying" in finding.plain
    assert finding.reference is not None
    assert finding.reference.duration == 0
    assert 0 < finding.score <= 1
    assert finding.measured["unusual"] > 2.5
    assert finding.measured["looks"] == 2, "at the start and four seconds later"
    assert finding.measured["background_as_alike"] <= 2
    for pair in finding.evidence:
        assert pair.reference_jpeg is not None
        for jpeg in (pair.query_jpeg, pair.reference_jpeg):
            assert cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR) is not None
    assert {d.name for d in report.detectors} >= {"style", "semantic"}


def test_the_report_says_it_apart(report: AuditReport, pixelated: WorkIndex) -> None:
    assert headline(report) == "1 stretch resembles a work and is no copy."
    page = html_report(report, name="cat.mp4", titles=pixelated.titles(), made_at=AT)
    assert "Resembles, not a copy" in page
    assert "verdict calm" in page
    assert "Similar look, not a copy" in page
    section = page[page.index("Resembles, not a copy") :]
    section = section[: section.index("What this could not find")]
    assert "Likelihood ratio" not in section
    assert "Playing" not in section
    assert "How unusual that is" in section


def test_the_same_content_is_told_as_content(tmp_path: Path, embedder: Embedder) -> None:
    """Another photograph of what a work shows: motorcycles from the left and from the right."""
    index = WorkIndex.open(tmp_path / "index", embedder, create=True)
    index.add("left", PHOTOGRAPHS / "motorcycle_left.png", title="Motorcycle")
    index.add("coffee", COFFEE)
    picture = in_look("teal and orange", still(PHOTOGRAPHS / "motorcycle_right.png")[:, 60:440])
    path = write_picture(tmp_path / "right.png", picture)
    library = ResemblanceLibrary.build(tmp_path / "library", index)
    told = {finding.kind: finding for finding in watched(index, library, path)}
    assert told["semantic"].work_id == "left"
    assert told["semantic"].query == Interval(0, 0)
    assert told["semantic"].reference is None
    assert (
        told["semantic"].plain
        == "The picture resembles “Motorcycle” in what it shows; this is not evidence of copying."
    )


def test_a_copy_is_not_told_again_as_alike(pixelated: WorkIndex, library: ResemblanceLibrary, tmp_path: Path) -> None:
    report = audit(pixelated, library, CAR)
    assert [(finding.kind, finding.work_id) for finding in report.matches] == [("copy", "car")]
    assert "car" not in {finding.work_id for finding in report.resemblances}


def test_without_a_library_nothing_is_told_and_that_is_said(pixelated: WorkIndex, cat_in_squares: Path) -> None:
    report = audit(pixelated, None, cat_in_squares)
    assert report.findings == ()
    assert any("similar style or content: no library of looks" in blind for blind in report.cannot_detect)
    other = audit(pixelated, None, COFFEE, without_resemblance="the library is damaged")
    assert any("style or content: the library is damaged" in blind for blind in other.cannot_detect)


def test_two_audits_agree_and_the_order_of_works_does_not_matter(
    tmp_path: Path, embedder: Embedder, cat_in_squares: Path
) -> None:
    squares = write_picture(tmp_path / "squares.png", in_look("pixels", still(ASTRONAUT)))
    media = {
        "pixels": squares,
        "rocket": ROCKET,
        "coffee": COFFEE,
        "twin": squares,  # the same file in another work: one of them is named, always the same
    }
    told = []
    for order in (list(media), list(reversed(media))):
        index = WorkIndex.open(tmp_path / order[0] / "index", embedder, create=True)
        for work_id in order:
            index.add(work_id, media[work_id], title=work_id)
        library = ResemblanceLibrary.build(tmp_path / order[0] / "library", index)
        told += [[f.as_dict() for f in watched(index, library, cat_in_squares)] for _ in range(2)]
    assert len(told[0]) == 1
    assert len({sha256_json(findings) for findings in told}) == 1


def test_a_mirrored_film_has_the_same_look(
    pixelated: WorkIndex, library: ResemblanceLibrary, report: AuditReport, cat_in_squares: Path, tmp_path: Path
) -> None:
    frames = [frame.pixels[:, ::-1] for frame in sample_frames(cat_in_squares, fps=0)]
    (mirrored,) = audit(pixelated, library, write_clip(tmp_path / "mirrored.mp4", frames)).resemblances
    (plain,) = report.resemblances
    assert mirrored.score == pytest.approx(plain.score, abs=0.02)
    assert mirrored.measured["unusual"] == pytest.approx(plain.measured["unusual"], abs=0.3)


def test_a_dismissed_resemblance_stays_quiet(
    pixelated: WorkIndex, library: ResemblanceLibrary, report: AuditReport, cat_in_squares: Path
) -> None:
    embedder = pixelated.embedder
    negative = negative_of(report.resemblances[0], embedder, reason="our own retro series", by="Ines", at=AT)
    again = audit(pixelated, library, cat_in_squares, negatives=NegativeBank(embedder.identity, [negative]))
    assert again.findings == ()
    assert [quieted.reason for quieted in again.quieted] == ["our own retro series"]


def test_what_was_dismissed_as_a_copy_does_not_come_back_as_a_likeness(
    pixelated: WorkIndex, library: ResemblanceLibrary
) -> None:
    embedder = pixelated.embedder
    (copy,) = audit(pixelated, library, CAR).matches
    negative = negative_of(copy, embedder, reason="our own stock footage", by="Ines", at=AT)
    again = audit(pixelated, library, CAR, negatives=NegativeBank(embedder.identity, [negative]))
    assert len(again.quieted) == 1
    assert "car" not in {finding.work_id for finding in again.findings}


def test_a_library_that_goes_away_meanwhile_stops_no_audit(
    pixelated: WorkIndex, library: ResemblanceLibrary, cat_in_squares: Path, tmp_path: Path
) -> None:
    copied = tmp_path / "library"
    shutil.copytree(library.directory, copied)
    opened = ResemblanceLibrary.open(copied)
    shutil.rmtree(copied)
    report = audit(pixelated, opened, cat_in_squares)
    assert report.findings == ()
    assert any("changed or damaged while" in blind for blind in report.cannot_detect)
    assert "style" not in {detector.name for detector in report.detectors}


def test_films_with_little_or_nothing_to_see(pixelated: WorkIndex, library: ResemblanceLibrary, tmp_path: Path) -> None:
    black = np.zeros((90, 160, 3), np.uint8)
    for path in (
        write_clip(tmp_path / "black.mp4", [black] * 50),
        write_picture(tmp_path / "black.png", black),
        write_picture(tmp_path / "white.png", black + 255),
        write_clip(tmp_path / "one.mp4", [still(COFFEE)[:360, :600]]),
    ):
        assert audit(pixelated, library, path).resemblances == ()


def test_an_index_without_works(tmp_path: Path, embedder: Embedder, cat_in_squares: Path) -> None:
    index = WorkIndex.open(tmp_path / "index", embedder, create=True)
    library = ResemblanceLibrary.build(tmp_path / "library", index)
    assert audit(index, library, cat_in_squares).findings == ()


def test_works_newer_than_the_library_are_said_and_removed_ones_are_not_told(
    tmp_path: Path, embedder: Embedder, cat_in_squares: Path
) -> None:
    index = WorkIndex.open(tmp_path / "index", embedder, create=True)
    index.add("pixels", write_picture(tmp_path / "squares.png", in_look("pixels", still(ASTRONAUT))))
    index.add("coffee", COFFEE)
    library = ResemblanceLibrary.build(tmp_path / "library", index)
    assert [finding.work_id for finding in watched(index, library, cat_in_squares)] == ["pixels"]
    index.add("rocket", ROCKET)
    index.remove("pixels")
    report = audit(index, library, cat_in_squares)
    assert report.resemblances == ()
    assert any("1 works that the library" in blind for blind in report.cannot_detect)


def test_a_film_that_cuts_all_the_time_is_looked_at_seldom_and_floods_nobody(
    pixelated: WorkIndex, library: ResemblanceLibrary, tmp_path: Path
) -> None:
    """Forty shots of half a second, each in the look of a work or plain by turns."""
    squares = in_look("pixels", still(PHOTOGRAPHS / "chelsea.png")[:300, :450])
    plain = still(COFFEE)[:300, :450]
    frames = [squares if shot % 2 else plain for shot in range(40) for _ in range(13)]
    told = [f for f in watched(pixelated, library, write_clip(tmp_path / "cuts.mp4", frames)) if f.kind == "style"]
    assert 1 <= len(told) <= MOST_TOLD
    assert sum(finding.measured["looks"] for finding in told) <= 40


def test_what_was_found_already_is_the_work_not_the_moment_alone(
    pixelated: WorkIndex, library: ResemblanceLibrary, cat_in_squares: Path
) -> None:
    def conclude(*found: Finding) -> list[str | None]:
        return [finding.work_id for finding in watched(pixelated, library, cat_in_squares, *found)]

    def scene(work_id: str, start: float, end: float) -> Finding:
        return Finding("scene", Interval(start, end), 0.6, "x", work_id=work_id)

    assert conclude(scene("car", 0, 4.4)) == ["pixels"]
    assert conclude(scene("pixels", 0, 4.4)) == []
    assert conclude(scene("pixels", 0, 2)) == ["pixels"]


# -- the command line --------------------------------------------------------------------------------------------------


def test_the_command_line(
    pixelated: WorkIndex, cat_in_squares: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: object) -> tuple[int, str, str]:
        status = main([*map(str, arguments)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    index, library = pixelated.directory, tmp_path / "library"
    assert run("match", index, cat_in_squares, "--resemblance", library)[0] == 2, "no library yet"
    status, out, _ = run("resemblance", "build", index, library, "--json")
    assert (status, json.loads(out)["files"]) == (0, 4)
    assert json.loads(run("resemblance", "info", library, "--json")[1]) == json.loads(out)

    evidence = tmp_path / "evidence"
    status, out, _ = run("match", index, cat_in_squares, "--resemblance", library, "--evidence", evidence, "--json")
    document = json.loads(out)
    assert (status, document["segments"]) == (0, []), "being alike stops no pipeline"
    (alike,) = document["resembles"]
    assert (alike["kind"], alike["work_id"]) == ("style", "pixels")
    assert Path(alike["evidence"][0]["query_frame"]).is_file()
    status, out, _ = run("audit", cat_in_squares, "--index", index, "--resemblance", library)
    assert status == 0
    assert "Nothing found.\nResembles, not a copy:\n  Seconds 0.0 to 4.4 resemble the look of “All in squares”" in out
    status, _, error = run("audit", cat_in_squares, "--gallery", tmp_path / "gallery", "--resemblance", library)
    assert status == 2
    status, _, error = run("resemblance", "build", index, tmp_path / "other", "--content", "sscd")
    assert (status, "tells copies" in error, error.count("\n")) == (2, True, 1)
