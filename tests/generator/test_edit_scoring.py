"""Takes scored by measure, on real clips with damage done to them; trailers and stills chosen by it; the command line."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from generator.__main__ import main
from generator.edit import Card, Clip, Cue, EditError, Media, Sound, Timeline, Track, Transition, render
from generator.edit import document as doc
from generator.edit.scoring import Candidate, ranked, score_take
from generator.edit.trailer import ENDING, stills, trailer
from generator.encoding import SOUND_RATE, sha256_of, writing
from generator.errors import CancelledError
from tests.clips import BIKES, BUNNY, frames_of
from tests.generator.shots import shot
from tests.sounds import write_wav

SIZE = (320, 180)


def _write(path: Path, frames: Any, fps: int = 12) -> Path:
    frames = list(frames)
    with writing(path, width=SIZE[0], height=SIZE[1], fps=fps, metadata={}) as writer:
        for frame in frames:
            writer.add(frame)
    return path


def _frames(source: Path = BIKES, count: int = 24) -> list[np.ndarray]:
    return list(frames_of(source, end=4.0, size=SIZE)[:count])


def _noisy(frame: np.ndarray, sigma: float, random: np.random.Generator) -> np.ndarray:
    return np.clip(frame + random.normal(0, sigma, frame.shape), 0, 255).astype(np.uint8)


def _damaged(kind: str, amount: float) -> list[np.ndarray]:
    frames = _frames()
    random = np.random.default_rng(1)
    if kind == "blur":
        return [cv2.GaussianBlur(frame, (0, 0), amount) for frame in frames]
    if kind == "noise":
        return [_noisy(frame, amount, random) for frame in frames]
    if kind == "flicker":
        return [np.clip(frame * (1 + amount * (-1) ** n), 0, 255).astype(np.uint8) for n, frame in enumerate(frames)]
    if kind == "frozen":
        keep = round(len(frames) * (1 - amount))
        return [frames[min(n, max(keep, 1) - 1)] for n in range(len(frames))]
    if kind == "dark":
        return [(frame * (1 - amount)).astype(np.uint8) for frame in frames]
    if kind == "bright":
        return [np.clip(frame.astype(float) + 255 * amount, 0, 255).astype(np.uint8) for frame in frames]
    # judder: of every other pair of frames one is shown twice
    return [frames[n - (n % 2 if n / len(frames) < amount else 0)] for n in range(len(frames))]


@pytest.mark.parametrize(
    ("kind", "figure", "amounts"),
    [
        ("blur", "sharpness", (0.8, 2.0, 5.0)),
        ("noise", "noise", (5.0, 12.0, 30.0)),
        ("flicker", "flicker", (0.03, 0.1, 0.3)),
        ("frozen", "alive", (0.3, 0.6, 0.95)),
        ("dark", "exposure", (0.5, 0.75, 0.95)),
        ("bright", "exposure", (0.4, 0.6, 0.9)),
        ("judder", "motion", (0.5, 1.0)),
    ],
)
def test_known_damage_lowers_its_figure_and_the_total_the_more_the_worse(
    kind: str, figure: str, amounts: tuple[float, ...], tmp_path: Path
) -> None:
    clean = score_take(_write(tmp_path / "clean.mp4", _frames()))
    scores = [clean, *(score_take(_write(tmp_path / f"{n}.mp4", _damaged(kind, a))) for n, a in enumerate(amounts))]
    values = [getattr(score, figure) for score in scores]
    assert values == sorted(values, reverse=True), values
    assert values[-1] < 0.75 * values[0], values
    assert scores[-1].total < clean.total
    assert all(0 <= value <= 1 for score in scores for name, value in score.as_dict().items()
               if name not in ("mean_luma", "movement", "frames"))  # fmt: skip


def test_noise_does_not_pass_for_sharpness(tmp_path: Path) -> None:
    soft = [cv2.GaussianBlur(frame, (0, 0), 3) for frame in _frames()]
    random = np.random.default_rng(2)
    plain = score_take(_write(tmp_path / "soft.mp4", soft))
    noisy = score_take(_write(tmp_path / "noisy.mp4", [_noisy(frame, 15, random) for frame in soft]))
    assert noisy.sharpness < plain.sharpness + 0.2
    assert noisy.total < plain.total


def test_the_dark_is_forgiven_where_it_was_asked_for_and_black_never(tmp_path: Path) -> None:
    night = _write(tmp_path / "night.mp4", _damaged("dark", 0.7))
    assert score_take(night, shot(light="night")).exposure > 1.3 * score_take(night).exposure
    black = score_take(
        _write(tmp_path / "black.mp4", [np.zeros((SIZE[1], SIZE[0], 3), np.uint8)] * 12), shot(light="night")
    )
    assert black.alive == 0.0
    assert black.total < 0.1


def test_candidates_are_ranked_by_decision_then_quality_then_cost(tmp_path: Path) -> None:
    good = score_take(_write(tmp_path / "good.mp4", _frames()))
    poor = score_take(_write(tmp_path / "poor.mp4", _damaged("blur", 5.0)))
    found = ranked(
        [
            Candidate("blocked", good, "block"),
            Candidate("poor", poor, "allow"),
            Candidate("dear", good, "allow", 5.0),
            Candidate("cheap", good, "allow", 1.0),
            Candidate("waiting", good),
        ]
    )
    assert [one.id for one in found] == ["cheap", "dear", "poor", "waiting", "blocked"]


def test_scoring_repeats_can_be_cancelled_and_says_what_it_cannot_read(tmp_path: Path) -> None:
    take = _write(tmp_path / "take.mp4", _frames())
    assert score_take(take) == score_take(take)
    with pytest.raises(CancelledError):
        score_take(take, cancelled=lambda: True)
    (tmp_path / "bad.mp4").write_text("no film")
    with pytest.raises(EditError, match=r"bad\.mp4"):
        score_take(tmp_path / "bad.mp4")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Timeline, dict[str, Path]]:
    """Five clips: good, blurred, good, dark, and the ending."""
    folder = tmp_path_factory.mktemp("film")
    looks = {
        "good": _frames(BIKES),
        "blurred": [cv2.GaussianBlur(frame, (0, 0), 6) for frame in _frames(BIKES)],
        "bunny": _frames(BUNNY),
        "dark": [(frame * 0.08).astype(np.uint8) for frame in _frames(BUNNY)],
        "ending": _frames(BUNNY)[::-1],
    }
    clips, files = [], {}
    for name, frames in looks.items():
        path = _write(folder / f"{name}.mp4", frames)
        media = Media(sha256_of(path), path.name, len(frames))
        files[media.sha256] = path
        clips.append(Clip(name, media, len(frames)))
    wav = write_wav(folder / "bed.wav", np.full((4800, 2), 0.1, np.float32), SOUND_RATE)
    bed = Media(sha256_of(wav), "bed.wav", 2)
    files[bed.sha256] = wav
    timeline = Timeline(
        "Tidewater", Fraction(12), *SIZE, (Clip("head", Card("title", "Tidewater"), 12), *clips), (Transition(),) * 7,
        cues=(Cue("c1", "good", 2, 10, "Hello."), Cue("c2", "ending", 2, 10, "It was me.")),
        tracks=(
            Track("ambience", tuple(Sound(f"b:{clip.id}", clip.id, bed, fit=True) for clip in clips)),
            Track("dialogue", (Sound("l1", "good", bed, 2, 10), Sound("l2", "ending", bed, 2, 10))),
            Track("music", (Sound("m", "", bed, 0, 120),)),
        ),
    )  # fmt: skip
    return timeline, files


def test_a_trailer_shows_the_strongest_seconds_in_order_and_not_the_ending(
    film: tuple[Timeline, dict[str, Path]], tmp_path: Path
) -> None:
    timeline, files = film
    made = trailer(timeline, files, seconds=3.0)
    shown = [clip.source.name for clip in made.clips if isinstance(clip.source, Media)]
    assert shown == ["good.mp4", "bunny.mp4"]
    assert [type(made.clips[n].source) for n in (0, -1)] == [Card, Card]
    assert {cue.text for cue in made.cues} == {"Hello."}
    kinds = {track.kind: [sound.clip for sound in track.sounds] for track in made.tracks}
    assert kinds["ambience"] == ["piece-1", "piece-2"]
    assert kinds["dialogue"] == ["piece-1"]
    assert kinds["music"] == [""]
    cut = render(made, files, tmp_path / "trailer.mp4")
    assert cut.loudness is not None
    assert cut.duration == pytest.approx(float(made.seconds))
    everything = trailer(timeline, files, seconds=60.0)
    last = timeline.frames * (1 - ENDING)
    assert "ending.mp4" not in [clip.source.name for clip in everything.clips if isinstance(clip.source, Media)]
    assert timeline.starts()["ending"] >= last - 24
    assert trailer(timeline, files, seconds=3.0) == made


def test_stills_are_of_different_good_clips(film: tuple[Timeline, dict[str, Path]]) -> None:
    timeline, files = film
    found = stills(timeline, files, count=2)
    assert {one.clip for one in found} == {"good", "bunny"}
    assert [one.seconds for one in found] == sorted(one.seconds for one in found)
    assert all(one.picture.shape == (SIZE[1], SIZE[0], 3) for one in found)
    more = stills(timeline, files, count=8)
    assert len(more) == 8
    assert "ending" not in {one.clip for one in more}
    with pytest.raises(EditError, match="stills"):
        stills(timeline, files, count=0)


def test_a_film_that_is_all_ending_has_no_trailer(film: tuple[Timeline, dict[str, Path]]) -> None:
    timeline, files = film
    head = replace(timeline.clips[0], frames=500)
    short = replace(timeline, clips=(head, timeline.clips[1]), transitions=(Transition(),) * 3, cues=(), tracks=())
    with pytest.raises(EditError, match="too short"):
        trailer(short, files)
    with pytest.raises(EditError, match="2 to 600"):
        trailer(timeline, files, seconds=float("nan"))


def _run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any, str]:
    status = main(["timeline", *map(str, arguments)])
    out, err = capsys.readouterr()
    return status, json.loads(out) if out.startswith(("{", "[")) else out, err


def test_the_command_line_goes_the_whole_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    takes = tmp_path / "takes"
    takes.mkdir()
    for n, source in enumerate((BIKES, BUNNY, BIKES)):
        _write(takes / f"shot-{n}.mp4", _frames(source)[n:])
    cut = tmp_path / "cut.json"
    status, made, _ = _run(capsys, "new", cut, takes, "--title", "Tidewater", "--json")
    assert (status, made["clips"]) == (0, 5)
    timeline = doc.loads(cut.read_text())
    for ending in ("otio", "edl", "fcpxml"):
        out, back = tmp_path / f"cut.{ending}", tmp_path / f"back-{ending}.json"
        assert _run(capsys, "export", cut, out)[0] == 0
        assert _run(capsys, "import", out, back, "--takes", takes)[0] == 0
        assert doc.loads(back.read_text()) == timeline
    (tmp_path / "lines.srt").write_text("1\n00:00:03,000 --> 00:00:04,000\nMARA: Hello.\n")
    assert _run(capsys, "import", tmp_path / "lines.srt", cut, "--takes", takes, "--into", cut)[0] == 0
    assert _run(capsys, "export", cut, tmp_path / "cut.vtt")[0] == 0
    assert "<v MARA>Hello." in (tmp_path / "cut.vtt").read_text()
    status, film, _ = _run(capsys, "render", cut, tmp_path / "cut.mp4", "--takes", takes, "--burn-captions", "--json")
    assert status == 0
    assert film["duration"] == pytest.approx(float(timeline.seconds))
    assert film["sha256"] == sha256_of(tmp_path / "cut.mp4")
    assert _run(capsys, "trailer", cut, tmp_path / "trailer.json", "--takes", takes, "--seconds", "3")[0] == 0
    status, scores, _ = _run(capsys, "score", takes, "--json")
    assert [one["total"] for one in scores] == sorted((one["total"] for one in scores), reverse=True)
    (tmp_path / "quick.json").write_text(cut.read_text().replace('"12/1"', '"25/1"'))
    assert _run(capsys, "export", tmp_path / "quick.json", tmp_path / "cut.edl")[0] == 0
    status, _, err = _run(capsys, "import", tmp_path / "cut.edl", tmp_path / "x.json", "--takes", takes)
    assert status == 2
    assert "counts 25 frames a second, the takes run at 12" in err
    status, _, err = _run(capsys, "import", tmp_path / "cut.edl", tmp_path / "x.json", "--takes", takes, "--conform")
    assert (status, err) == (0, "")
    for bad in (
        ("export", cut, tmp_path / "cut.doc"),
        ("export", tmp_path / "absent.json", tmp_path / "cut.otio"),
        ("import", tmp_path / "lines.srt", cut, "--takes", takes),
        ("import", cut, tmp_path / "x.json", "--takes", takes),
        ("import", tmp_path / "cut.edl", tmp_path / "x.json", "--takes", tmp_path / "absent.mp4"),
        ("render", cut, tmp_path / "cut.mp4", "--takes", takes / "shot-0.mp4"),
        ("new", tmp_path / "no" / "cut.json", takes),
    ):
        status, _, err = _run(capsys, *bad)
        assert status == 2, bad
        assert err.count("\n") == 1
    assert not list(tmp_path.glob(".*"))
