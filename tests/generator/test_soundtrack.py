"""A film's sound from its shots' words: what is heard when, lines laid out in time, and the mix that comes of it."""

import itertools
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from generator.edit import Card, Clip, Media, Mix, Timeline, Transition, render
from generator.edit import operations as op
from generator.edit.soundtrack import CROSSING, LEAD, MAX_EARLY, Soundtrack, soundtrack
from generator.encoding import SOUND_RATE, sha256_of, writing
from generator.errors import CancelledError, SoundError
from generator.shots import Line, ShotRequest
from generator.sound.formants import NAME, FormantVoice
from generator.sound.loudness import CEILING
from generator.sound.voice import MAX_HURRY, Speaker
from tests.generator.shots import shot

RATE = Fraction(24)
CUT = Transition()
SHA = "ab" * 32


def _timeline(*seconds: float) -> Timeline:
    clips = tuple(Clip(f"s{n}", Media(SHA, "t.mp4", 9999), round(s * RATE), 12) for n, s in enumerate(seconds))
    return Timeline("T", RATE, 96, 54, clips, (CUT,) * (len(clips) + 1))


def _made(timeline: Timeline, shots: dict[str, ShotRequest], folder: Path, **more: object) -> Soundtrack:
    return soundtrack(timeline, shots, folder, voice=FormantVoice(), **more)  # type: ignore[arg-type]


def test_a_scene_has_one_bed_that_goes_on_over_its_cuts(tmp_path: Path) -> None:
    shots = {
        "s0": shot(scene=1, weather="rain", description="Rain."),
        "s1": shot(scene=1, weather="rain", description="She waits by the fire."),
        "s2": shot(scene=2, place="room", interior=True, weather="rain", description="Silence."),
    }
    made = _made(_timeline(2, 2, 2), shots, tmp_path / "sound")
    beds = {one.clip: one for track in made.timeline.tracks if track.kind == "ambience" for one in track.sounds}
    assert beds["s0"].media == beds["s1"].media != beds["s2"].media
    assert all(one.fit for one in beds.values())
    assert "rain outside" in beds["s2"].label
    moved = op.trim(op.move(made.timeline, "s2", 0), "s0", frames=30)
    assert {one.clip for track in moved.tracks for one in track.sounds if one.fit} == {"s0", "s1", "s2"}


def test_effects_lie_on_their_action(tmp_path: Path) -> None:
    said = "She stands on the quay for a long while and looks. Then a bell tolls."
    made = _made(_timeline(4), {"s0": shot(description=said)}, tmp_path)
    (bell,) = [one for track in made.timeline.tracks if track.kind == "effects" for one in track.sounds]
    assert bell.label == "bell"
    assert 0.5 < (bell.start - 12) / 96 < 0.9


def test_lines_that_fit_are_said_at_ease_with_captions_as_long_as_they(tmp_path: Path) -> None:
    talk = (Line("MARA", "Who goes there?"), Line("IVO", "Nobody."))
    made = _made(_timeline(5, 2), {"s0": shot(dialogue=talk), "s1": shot()}, tmp_path)
    assert [line.character for line in made.lines] == ["MARA", "IVO"]
    assert all((line.hurried, line.over, line.early) == (1.0, 0.0, 0.0) for line in made.lines)
    assert not made.notes
    assert made.lines[0].start == pytest.approx(LEAD, abs=1 / 24)
    assert made.lines[1].start > made.lines[0].end
    for cue, line in zip(made.timeline.cues, made.lines, strict=True):
        first = made.timeline.moment(cue.clip, cue.start)
        assert first / 24 == pytest.approx(line.start)
        assert (first + cue.frames) / 24 == pytest.approx(line.end)
        assert (cue.text, cue.speaker) == (line.text, line.character)
    assert {line.synthesiser for line in made.lines} == {NAME}
    assert {line.subject for line in made.lines} == {None}


def test_lines_that_do_not_fit_are_hurried_then_begin_early_and_run_over_and_the_report_says_so(tmp_path: Path) -> None:
    long = Line(
        "MARA", "The lamp has been dark for three nights and nobody in the whole harbour will say why it is so."
    )
    made = _made(_timeline(3, 2, 4), {"s0": shot(), "s1": shot(dialogue=(long,)), "s2": shot()}, tmp_path)
    (line,) = made.lines
    assert line.hurried == pytest.approx(MAX_HURRY)
    assert 0 < line.early <= MAX_EARLY + 1 / 24
    assert line.start == pytest.approx(3 - line.early)
    assert line.over > 0
    assert line.end == pytest.approx(5 + line.over)
    text = " ".join(made.notes)
    assert "times as fast" in text
    assert "before its shot" in text
    assert "over into the next shot" in text


def test_lines_never_talk_over_each_other_nor_past_the_end(tmp_path: Path) -> None:
    long = Line("MARA", "The lamp has been dark for three nights and nobody will say why.")
    shots = {f"s{n}": shot(dialogue=(long,)) for n in range(3)}
    made = _made(_timeline(1.5, 1.5, 1.5), shots, tmp_path)
    spans = [(line.start, line.end) for line in made.lines]
    assert all(b[0] >= a[1] for a, b in itertools.pairwise(spans))
    assert all(made.timeline.moment(cue.clip, cue.start) >= 0 for cue in made.timeline.cues)
    assert all(made.timeline.moment(c.clip, c.start) + c.frames <= made.timeline.frames for c in made.timeline.cues)
    assert any("end" in note for note in made.notes)


def test_the_same_again_is_the_same_and_a_voice_can_be_given(tmp_path: Path) -> None:
    shots = {"s0": shot(dialogue=(Line("NOOR", "Good evening."),), description="Waves. A dog barks.")}
    one, two = (_made(_timeline(3), shots, tmp_path / name) for name in ("a", "b"))
    assert one.timeline == two.timeline
    assert set(one.files) == set(two.files)
    assert all(sha256_of(path) == sha for sha, path in one.files.items())
    assert not list(tmp_path.rglob("*.part"))
    given = _made(_timeline(3), shots, tmp_path / "c", speakers={"NOOR": Speaker("NOOR", 200.0, subject="subject-1")})
    assert given.lines[0].subject == "subject-1"
    assert set(given.files) != set(one.files)


def test_what_goes_wrong_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SoundError, match="can't be made"):
        _made(_timeline(1), {"s0": shot()}, tmp_path / "file")
    with pytest.raises(CancelledError):
        _made(_timeline(1), {"s0": shot()}, tmp_path / "sound", cancelled=lambda: True)


@pytest.mark.parametrize(("target", "aim"), [("web", -16.0), ("broadcast", -23.0)])
def test_the_film_is_as_loud_as_asked_and_scenes_cross_at_equal_power(tmp_path: Path, target: str, aim: float) -> None:
    path = tmp_path / "take.mp4"
    with writing(path, width=96, height=54, fps=24, metadata={}) as writer:
        for _ in range(96):
            writer.add(np.full((54, 96, 3), 90, np.uint8))
    take = Media(sha256_of(path), "take.mp4", 96)
    clips = (Clip("head", Card("black"), 24), Clip("s0", take, 90, 6), Clip("s1", take, 90, 0))
    timeline = Timeline("T", RATE, 96, 54, clips, (CUT,) * 4)
    shots = {
        "s0": shot(scene=1, weather="rain", dialogue=(Line("MARA", "Who goes there? The lamp is dark."),)),
        "s1": shot(scene=2, place="mountain", weather="rain", description="A bell tolls."),
    }
    made = _made(timeline, shots, tmp_path / "sound")
    cut = render(made.timeline, {take.sha256: path, **made.files}, tmp_path / "cut.mp4", mix=Mix(target))  # type: ignore[arg-type]
    assert cut.loudness is not None
    assert cut.loudness.lufs == pytest.approx(aim, abs=0.5)
    with av.open(str(cut.path)) as container:
        blocks = [frame.to_ndarray() for frame in container.decode(audio=0)]
    heard = np.concatenate(blocks, axis=1).T
    from generator.sound.loudness import measure

    raw = tmp_path / "heard"
    raw.write_bytes(np.ascontiguousarray(heard, "<f4").tobytes())
    coded = measure(raw)
    assert coded.lufs == pytest.approx(aim, abs=0.5)
    assert coded.peak < CEILING
    assert np.abs(heard.mean(axis=0)).max() < 1e-3
    # the same two beds without dialogue and effects: over the cut the level neither dips nor bulges
    quiet = replace(made.timeline, tracks=tuple(t for t in made.timeline.tracks if t.kind == "ambience"))
    plain = render(quiet, {take.sha256: path, **made.files}, tmp_path / "beds.mp4", mix=Mix("as it is"))
    with av.open(str(plain.path)) as container:
        beds = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1).mean(axis=0)
    cut_at = int((24 + 90) / 24 * SOUND_RATE)
    half = int(CROSSING / 2 * SOUND_RATE)

    def level(first: int, length: int) -> float:
        return 10 * np.log10(np.mean(beds[first : first + length].astype(float) ** 2))

    across = level(cut_at - half // 2, half)
    around = sorted((level(cut_at - 3 * half, 2 * half), level(cut_at + half, 2 * half)))
    assert around[0] - 1.5 < across < around[1] + 1.5
