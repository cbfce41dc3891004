"""Registered voices found, and other voices taken for them, on real speech of eleven people.

    tests/bench/fetch-voices.sh
    python -m tests.bench.voices [FOLDER] [--seed 1]

Every person is enrolled by two recordings of about 15 s, made of prompts or lines that follow one another after 0.3 s; all
else is made of their other lines. *Dialogues*: 8 s of somebody, a turn of the person, 8 s of somebody else, 0.5 s between
them, as they are and with noise or music; everyone is registered. *Strangers*: a minute of each person against a gallery of
all others. One woman speaks in two languages, English and Spanish: enrolled by the one, she is also looked for in the other.
The threshold was chosen with the windows of these eleven people in view: theirs are no figures of an independent set.

*Readers*: the names of pictures in a drawing program, read by volunteers at home in nine languages. They chose nothing. A
language is taken for one reader; where there were two, the second counts as missed. Each is enrolled by 30 s of words strung
together; stretches of 4 s of their other words are compared with all nine voices, and with those of the eleven. With
``--write`` the counts of these pairs become ``auditor/likeness/voice_rates.json``. Intervals are Clopper and Pearson's, as
if pairs were independent, which they are not.
"""

import argparse
import os
import re
import tempfile
from collections import Counter
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from auditor.likeness import VoiceGallery, VoiceTracker, rates
from auditor.likeness.recordings import RecordingError, encode_recordings, unit
from auditor.likeness.speech import SpeechFinder
from auditor.likeness.voice_encoder import RATE, VoiceEncoder
from auditor.likeness.voice_gallery import ALIKE
from auditor.media import SoundBlock, sample_sound
from tests.bench.faces import interval
from tests.sounds import Samples, mixed_at, noisy, write_wav

TURNS = (2.0, 4.0, 8.0)
AROUND = 8.0
_PAUSE, _BETWEEN = np.zeros(round(0.3 * RATE), np.float32), np.zeros(round(0.5 * RATE), np.float32)
#: Languages of the readers, and how many stretches of each are compared.
READERS, STRETCHES = ("be", "bg", "ca", "da", "el", "es", "fr", "ro", "ru"), 30
SHIPPED = Path(rates.__file__).with_name("voice_rates.json")
_CORE = {"Allison": "en", "Allison in Spanish": "es", "June": "fr", "Carlo": "it", "ivrvoice": "ru"}


def default_folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("REELPROOF_BENCH_CACHE") or Path(cache) / "reelproof" / "bench-voices")


def people(folder: Path) -> dict[str, list[Path]]:
    found = {name: [*folder.glob(f"asterisk-core-sounds-{code}-g722/**/*.g722")] for name, code in _CORE.items()}
    found["Dal Zot"] = [*folder.glob("asterisk-prompt-it-menardi-wav/**/*.wav")]
    found["Jimenez"] = [*folder.glob("asterisk-prompt-es-co/**/*.gsm")]
    found["Desjardins"] = [p for p in folder.glob("asterisk-prompt-fr-armelle/**/*") if p.suffix in {".gsm", ".wav"}]
    for code in ("cs", "nl"):
        for letter, who in (("m", "small"), ("v", "big")):
            lines = folder.glob(f"fillets-ng-data-{code}/**/*.ogg")
            found[f"{who} fish {code}"] = [p for p in lines if re.match(rf"[a-z0-9]+-{letter}-", p.name)]
    if not all(found.values()):
        raise SystemExit(
            f"{folder} lacks {[n for n, f in found.items() if not f]}; run tests/bench/fetch-voices.sh first"
        )
    return {name: sorted(paths) for name, paths in found.items()}


def decoded(path: Path) -> Samples:
    form = path.suffix[1:] if path.suffix in {".g722", ".gsm"} else None  # these have no header to be known by
    out = []
    with av.open(str(path), format=form) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        for frame in container.decode(audio=0):
            frame.pts = None
            out += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
        out += [piece.to_ndarray()[0] for piece in resampler.resample(None)]
    return np.clip(np.concatenate(out), -1, 1).astype(np.float32) if out else np.zeros(0, np.float32)


class Lines:
    """A person's lines of ``shortest`` to 20 s in a shuffled order, none given out twice."""

    def __init__(self, paths: list[Path], rng: np.random.Generator, *, shortest: float = 1.0) -> None:
        self._paths = [paths[place] for place in rng.permutation(len(paths))]
        self._shortest = shortest

    def take(self, seconds: float) -> Samples:
        parts: list[Samples] = []
        while sum(map(len, parts)) < seconds * RATE:
            line = decoded(self._paths.pop())
            if self._shortest * RATE <= len(line) <= 20 * RATE:
                parts += [line, _PAUSE]
        return np.concatenate(parts)[: round(seconds * RATE)]


def readers(folder: Path) -> dict[str, list[Path]]:
    stamps = folder / "tuxpaint-stamps-default"
    found = {code: sorted(stamps.glob(f"**/*_desc_{code}.ogg")) for code in READERS}
    if not all(found.values()):
        raise SystemExit(
            f"{stamps} lacks {[n for n, f in found.items() if not f]}; run tests/bench/fetch-voices.sh first"
        )
    return found


def vector_of(samples: Samples, encoder: VoiceEncoder) -> NDArray[np.float32]:
    """The mean of all windows of speech, as of a run that was found."""
    blocks = [SoundBlock(at / RATE, samples[at : at + RATE]) for at in range(0, len(samples), RATE)]
    vectors = [encoder.encode(stretch.windows()[0]) for stretch in SpeechFinder().stretches(blocks)]
    return unit(np.concatenate(vectors).sum(axis=0))


def compared(folder: Path, others: dict[str, list[NDArray[np.float32]]], encoder: VoiceEncoder, *, seed: int) -> str:
    """Prints the counts of the readers, who chose no threshold; returns the JSON to ship."""
    rng = np.random.default_rng(seed)
    lines = {code: Lines(paths, rng, shortest=0.5) for code, paths in readers(folder).items()}
    voices = {code: vector_of(own.take(30.0), encoder) for code, own in lines.items()}
    strangers = np.stack([unit(np.sum(vectors, axis=0)) for vectors in others.values()])
    related: list[float] = []
    unrelated: list[float] = []
    print("\n| reader | least, median like their own voice | most like another |\n|---|---|---|")
    for code, own in lines.items():
        pieces = np.stack([vector_of(own.take(4.0), encoder) for _ in range(STRETCHES)])
        mine = 1 - pieces @ voices[code]
        rest = np.stack([voice for other, voice in voices.items() if other != code])
        theirs = 1 - np.concatenate([pieces @ rest.T, pieces @ strangers.T], axis=1)
        related += mine.tolist()
        unrelated += theirs.ravel().tolist()
        print(f"| {code} | {1 - mine.max():.2f}, {1 - np.median(mine):.2f} | {1 - theirs.min():.2f} |", flush=True)
    print(f"\n| similarity | false matches, of {len(unrelated)} | missed, of {len(related)} |\n|---|---|---|")
    for alike in (0.70, 0.75, 0.78, 0.80, 0.82, 0.85, 0.90):
        wrong, missed = sum(d <= 1 - alike for d in unrelated), sum(d > 1 - alike for d in related)
        print(f"| {alike:.2f} | {interval(wrong, len(unrelated))} | {interval(missed, len(related))} |")
    return rates.write_rates(
        encoder=encoder.version, threshold=round(1 - ALIKE, 2), people=len(lines), sets=["readers"],
        related=related, unrelated=unrelated,
    )  # fmt: skip


def listened(gallery: VoiceGallery, samples: Samples) -> tuple[VoiceTracker, list[tuple[str, float, float]]]:
    tracker = VoiceTracker(gallery)
    blocks = [SoundBlock(at / RATE, samples[at : at + RATE]) for at in range(0, len(samples), RATE)]
    return tracker, [(run.subject_id, run.span.start, run.span.end) for run in tracker.listen(blocks)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=default_folder())
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write the counts that ship")
    parser.add_argument("--music", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    lines = {name: Lines(paths, rng) for name, paths in people(options.folder).items()}
    encoder = VoiceEncoder()
    templates, mixed, pairs = {}, 0, 0
    with tempfile.TemporaryDirectory() as name:
        kept: dict[str, Samples] = {}
        for who, own in lines.items():
            while who not in templates:
                takes = [own.take(15.0), own.take(15.0)]
                paths = [write_wav(Path(name) / f"{n}.wav", take, RATE) for n, take in enumerate(takes)]
                try:
                    templates[who] = [one.vector for one in encode_recordings(paths, encoder)]
                except RecordingError as error:
                    print(f"  {who} was refused: {error}")
            kept[who] = takes[0][: 8 * RATE]
        for number, one in enumerate(kept):
            for other in list(kept)[number + 1 :]:
                if one.split()[0] == other.split()[0] == "Allison":
                    continue
                pairs += 1
                path = write_wav(Path(name) / "two.wav", np.concatenate([kept[one], _BETWEEN, kept[other]]), RATE)
                try:
                    encode_recordings([path], encoder)
                except RecordingError:
                    mixed += 1
    print(f"{len(templates)} voices enrolled; recordings of two people refused: {mixed} of {pairs}", flush=True)
    spanish = templates.pop("Allison in Spanish")
    gallery = VoiceGallery(templates, encoder=encoder)
    print(f"Allison, English against Spanish: {gallery.similarities(np.stack(spanish))[:, 0].round(2)}")

    music = (
        np.concatenate([block.samples for block in sample_sound(options.music[0], rate=RATE)])
        if options.music
        else None
    )
    conditions = {
        "as they are": lambda x: x,
        "white noise, 20 dB": lambda x: noisy(x, 20),
        "white noise, 10 dB": lambda x: noisy(x, 10),
    }
    if music is not None:
        conditions["music, 20 dB"] = lambda x: mixed_at(x, music, 20)
        conditions["music, 10 dB"] = lambda x: mixed_at(x, music, 10)
    found, tried, false, errors = Counter[str](), Counter[str](), Counter[str](), []
    for who, own in lines.items():
        truth = who.replace(" in Spanish", "")
        for length in TURNS:
            others = [str(o) for o in rng.permutation([o for o in templates if o != truth])[:2]]
            parts = [lines[others[0]].take(AROUND), own.take(length), lines[others[1]].take(AROUND)]
            film = np.concatenate([parts[0], _BETWEEN, parts[1], _BETWEEN, parts[2]])
            start, end = AROUND + 0.5, AROUND + 0.5 + length
            said = [(others[0], 0.0, AROUND), (truth, start, end), (others[1], end + 0.5, end + 0.5 + AROUND)]
            for condition, change in conditions.items():
                _, runs = listened(gallery, change(film))
                key = f"{condition}|{length:.0f} s{' (other language)' if truth != who else ''}"
                tried[key] += 1
                hits = [run for run in runs if run[0] == truth and min(run[2], end) - max(run[1], start) >= length / 2]
                found[key] += bool(hits)
                if hits and condition == "as they are":
                    errors += [abs(hits[0][1] - start), abs(hits[0][2] - end)]
                for subject, begin, finish in runs:
                    right = sum(max(0.0, min(finish, t) - max(begin, s)) for w, s, t in said if w == subject)
                    false[condition] += right < (finish - begin) / 2
        print(f"  {who}: {sum(found.values())} of {sum(tried.values())}", flush=True)
    print("\n| dialogues | " + " | ".join(dict.fromkeys(key.split("|")[1] for key in tried)) + " | false runs |")
    for condition in conditions:
        cells = [f"{found[key]}/{tried[key]}" for key in tried if key.split("|")[0] == condition]
        print(f"| {condition} | {' | '.join(cells)} | {false[condition]} |")
    print(f"ends: median error {np.median(errors):.2f} s, 90 % within {np.quantile(errors, 0.9):.2f} s")

    runs_of, spoken = Counter[str](), 0.0
    for who, own in lines.items():
        rest = {other: vectors for other, vectors in templates.items() if other != who.replace(" in Spanish", "")}
        tracker, runs = listened(VoiceGallery(rest, encoder=encoder), own.take(60.0))
        spoken += tracker.spoken
        for subject, begin, end in runs:
            runs_of[f"{who} for {subject}"] += 1
            print(f"  stranger: {who} taken for {subject}, {begin:.1f} to {end:.1f} s")
    print(
        f"strangers: {spoken / 60:.1f} min of speech against {len(templates) - 1} others: {sum(runs_of.values())} false runs"
    )
    for path in options.music:
        samples = np.concatenate([block.samples for block in sample_sound(path, rate=RATE)])[: 90 * RATE]
        tracker, runs = listened(gallery, samples)
        heard = f"{tracker.spoken:.0f} of {len(samples) / RATE:.0f} s"
        print(f"music {path.name}: {heard} taken for speech, {len(runs)} false runs")
    shipped = compared(options.folder, templates, encoder, seed=options.seed)
    if options.write:
        SHIPPED.write_text(shipped)
        print(f"\nwritten: {SHIPPED.name}")


if __name__ == "__main__":
    main()
