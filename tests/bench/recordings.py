"""Copied sound found, and other sound taken for it, on real recordings of speech and music: ours beside chromaprint.

    tests/bench/fetch-sounds.sh
    python -m tests.bench.recordings [FOLDER] [--seconds 5] [--seed 1]

Half of the recordings are works (at most 90 s of each), the other half is what the queries are made of. An excerpt of a work
is edited, laid into 15 s of an unregistered recording, and searched for. The hard negatives are real: the unregistered
speech is by the same four voices in the same rooms, the unregistered music is of the same albums. No threshold was set on
these files. Speech is made of prompts that follow one another after half a second; no prompt is in both halves.
"""

import argparse
import os
import tempfile
import time
import wave
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auditor.fingerprints.chromaprint import chromaprint
from auditor.matching.sound import SoundLibrary, blocks_print
from auditor.media import SoundBlock, sample_sound
from tests.bench.sound import is_right, peer_finds
from tests.sounds import RATE, Edit, Samples, mixed_at, noisy, resampled, stretched

#: Seconds of each recording that are used.
LONG = 90.0
HOST = 15.0
VOICES = ("en_US_f_Allison", "es_MX_f_Allison", "fr_CA_f_June", "it_IT_m_Carlo")


def default_folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("REELPROOF_BENCH_CACHE") or Path(cache) / "reelproof" / "bench-sound")


def beginning(path: Path) -> Samples:
    parts, count = [], 0
    for block in sample_sound(path, rate=RATE):
        parts.append(block.samples)
        count += block.samples.size
        if count >= LONG * RATE:
            break
    return np.concatenate(parts)[: round(LONG * RATE)]


def spoken(prompts: list[Path], folder: Path) -> Samples:
    """Prompts of at least 2 s (16 bits, one channel, one rate), one after the other."""
    parts: list[bytes] = []
    rate, count = 8000, 0
    for path in prompts:
        with wave.open(str(path), "rb") as sound:
            rate = sound.getframerate()
            if sound.getnframes() < 2 * rate:
                continue
            parts += [sound.readframes(sound.getnframes()), b"\0\0" * (rate // 2)]
        count += len(parts[-2]) // 2 + rate // 2
        if count >= LONG * rate:
            break
    with wave.open(str(folder / "spoken.wav"), "wb") as out:
        out.setparams((1, 2, rate, 0, "NONE", ""))
        out.writeframes(b"".join(parts))
    return beginning(folder / "spoken.wav")


def recordings(folder: Path, temporary: Path) -> tuple[dict[str, Samples], dict[str, Samples]]:
    """Works and others."""
    halves: tuple[dict[str, Samples], dict[str, Samples]] = ({}, {})
    music = sorted(
        [*folder.glob("*/usr/share/asterisk/moh/*.wav"), *folder.glob("*/usr/share/planetblupi/music/*.ogg")]
    )
    for number, path in enumerate(music):
        halves[number % 2][path.name] = beginning(path)
    for voice in VOICES:
        prompts = sorted(folder.glob(f"*/usr/share/asterisk/sounds/{voice}/*.wav"))
        for half in (0, 1):
            halves[half][f"{voice} {half + 1}"] = spoken(prompts[half::2], temporary)
    if not halves[0] or not music:
        raise SystemExit(f"{folder} holds no recordings; run tests/bench/fetch-sounds.sh first")
    return halves


def edits(folder: Path, voice: Samples) -> dict[str, tuple[float, Edit]]:
    made: dict[str, tuple[float, Edit]] = {"unchanged": (1.0, lambda x: x)}
    for speed in (0.9, 0.95, 1.05, 1.1):
        made[f"{speed} times the speed, pitch with it"] = (speed, lambda x, s=speed: resampled(x, s))
        made[f"{speed} times the speed, pitch kept"] = (speed, lambda x, s=speed: stretched(x, s, folder))
    made["white noise, 10 dB"] = (1.0, lambda x: noisy(x, 10))
    made["under a voice 6 dB weaker"] = (1.0, lambda x: mixed_at(x, voice, 6))
    made["under a voice as loud"] = (1.0, lambda x: mixed_at(x, voice, 0))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=default_folder())
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        works, others = recordings(options.folder, folder)

        def printed(samples: Samples) -> dict[str, NDArray[np.generic]]:
            arrays = blocks_print([SoundBlock(0.0, samples)], name="bench")
            assert arrays is not None
            return arrays

        prints = {key: printed(samples) for key, samples in works.items()}
        library = SoundLibrary.build(prints.items())
        codes = {key: chromaprint(samples) for key, samples in works.items()}
        minutes = sum(samples.size for samples in works.values()) / RATE / 60
        print(f"{len(works)} works, {minutes:.1f} min; {len(others)} other recordings")

        alarms = peer_alarms = 0
        minutes = 0.0
        for key, samples in others.items():
            for match in library.find(printed(samples)):
                alarms += 1
                print(f"  false: {match.key} for {key}: {match}")
            peer_query = chromaprint(samples)
            peer_alarms += sum(peer_finds(peer_query, code) is not None for code in codes.values())
            minutes += samples.size / RATE / 60
        print(f"other recordings, {minutes:.1f} min against all works: ours {alarms} false, chromaprint {peer_alarms}")

        found, peer_found, tried = Counter[str](), Counter[str](), Counter[str]()
        false = peer_false = queries = 0
        errors: list[float] = []
        searching = heard = 0.0
        speech = others["it_IT_m_Carlo 2"]
        for key, samples in works.items():
            taken = float(rng.uniform(1, samples.size / RATE - options.seconds - 1))
            put = float(rng.uniform(4, 8))
            hosts = [other for other in others if other != "it_IT_m_Carlo 2"]
            around = others[str(rng.choice(hosts))]
            start = int(rng.integers(0, around.size - round(HOST * RATE)))
            around = around[start : start + round(HOST * RATE)]
            for edit, (speed, change) in edits(folder, speech[round(5 * RATE) :]).items():
                sort = f"{edit}|{'speech' if key.split()[0] in VOICES else 'music'}"
                changed = change(samples[round(taken * RATE) : round((taken + options.seconds) * RATE)])
                cut = round(put * RATE)
                query = np.concatenate([around[:cut], changed, around[cut:]])
                arrays = printed(query)
                began = time.process_time()
                matches = library.find(arrays)
                searching, heard = searching + time.process_time() - began, heard + query.size / RATE
                queries += 1
                tried[sort] += 1
                right = [m for m in matches if m.key == key and is_right(m, taken, put, options.seconds, speed)]
                found[sort] += bool(right)
                for match in matches:
                    if match not in right:
                        false += 1
                        print(f"  false: {match.key} for {key}, {edit}: {match}")
                if right:
                    ends = abs(right[0].query.start - put), abs(right[0].query.end - put - options.seconds / speed)
                    errors += ends
                peer_query = chromaprint(query)
                for other, code in codes.items():
                    hit = peer_finds(peer_query, code)
                    if hit is not None:
                        good = other == key and abs(hit[1] - taken - (hit[0] - put) * speed) < 1.0
                        peer_found[sort] += good
                        peer_false += not good
            print(f"  {key}: {sum(found.values())} of {queries}, chromaprint {sum(peer_found.values())}", flush=True)
        print(
            "\n| edit | ours, music | ours, speech | chromaprint, music | chromaprint, speech |\n|---|---|---|---|---|"
        )
        for edit in edits(folder, speech):
            row = [f"{count[f'{edit}|{sort}']}/{tried[f'{edit}|{sort}']}" for count in (found, peer_found)
                   for sort in ("music", "speech")]  # fmt: skip
            print(f"| {edit} | {' | '.join(row)} |")
        print(f"\nfalse matches in {queries} queries: ours {false}, chromaprint {peer_false}")
        print(f"ends: median error {np.median(errors):.2f} s, 90 % within {np.quantile(errors, 0.9):.2f} s")
        print(f"search {searching / heard * 60:.1f} CPU s a minute of query")


if __name__ == "__main__":
    main()
