"""How much copied sound is found and how much other sound is taken for it: ours beside chromaprint, in one run.

    python -m tests.bench.sound [--works 12] [--real FILE...] [--seed 1000] [--lengths 5 10]

Works: synthetic music and speech (``tests.sounds``; seeds that no test and no threshold has seen), Big Buck Bunny's 5.3 s,
and the files given with ``--real``. From each an excerpt of each length is edited, laid into other synthetic music, and
searched for among all works; found means the right work, overlapping the right seconds in query and work. False alarms are
matches of any other work, and all matches of queries that hold no work at all, half of these on one beat with music works.

The peer is chromaprint as ffmpeg's muxer makes it, every alignment tried, the best run of 16 codes (2 s) or more that
differs in less than 10 of 32 bits on average, found by sliding a window of 24 codes.
"""

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auditor.fingerprints.chromaprint import MATCH_SHARE, STEP_SECONDS, chromaprint
from auditor.matching.sound import SoundLibrary, SoundMatch, blocks_print
from auditor.media import SoundBlock
from tests.sounds import (
    RATE,
    Edit,
    Samples,
    bunny,
    heard,
    mixed_at,
    music,
    noisy,
    resampled,
    speech,
    stretched,
)

#: Codes that are compared at once by the peer: 3 s.
RUN = 24


def peer_finds(query: NDArray[np.uint32], work: NDArray[np.uint32]) -> tuple[float, float, float] | None:
    """Query second, work second and differing share of the best window, if that is a match."""
    best = (1.0, 0, 0)
    for shift in range(RUN - query.size, work.size - RUN + 1):
        begin, end = max(0, shift), min(work.size, shift + query.size)
        if end - begin < RUN:
            continue
        bits = np.bitwise_count(query[begin - shift : end - shift] ^ work[begin:end]).astype(np.float64)
        shares = np.convolve(bits, np.ones(RUN), "valid") / (32 * RUN)
        at = int(np.argmin(shares))
        best = min(best, (float(shares[at]), begin - shift + at, begin + at))
    if best[0] >= MATCH_SHARE:
        return None
    return best[1] * STEP_SECONDS, best[2] * STEP_SECONDS, best[0]


def edits(folder: Path, voice: Samples) -> dict[str, tuple[float, Edit]]:
    made: dict[str, tuple[float, Edit]] = {"unchanged": (1.0, lambda x: x)}
    for speed in (0.9, 0.95, 1.05, 1.1):
        made[f"{speed} times the speed, pitch with it"] = (speed, lambda x, s=speed: resampled(x, s))
        made[f"{speed} times the speed, pitch kept"] = (speed, lambda x, s=speed: stretched(x, s, folder))
    made["white noise, 10 dB"] = (1.0, lambda x: noisy(x, 10))
    made["white noise, 5 dB"] = (1.0, lambda x: noisy(x, 5))
    made["under a voice 6 dB weaker"] = (1.0, lambda x: mixed_at(x, voice, 6))
    made["under a voice as loud"] = (1.0, lambda x: mixed_at(x, voice, 0))
    made["under a voice 6 dB louder"] = (1.0, lambda x: mixed_at(x, voice, -6))
    made["1.05 times, pitch with it, noise 10 dB"] = (1.05, lambda x: noisy(resampled(x, 1.05), 10))
    made["0.95 times, pitch with it, under a voice as loud"] = (0.95, lambda x: mixed_at(resampled(x, 0.95), voice, 0))
    return made


def is_right(match: SoundMatch, taken: float, put: float, length: float, speed: float) -> bool:
    query = min(match.query.end, put + length / speed) - max(match.query.start, put)
    work = min(match.reference.end, taken + length) - max(match.reference.start, taken)
    return query > 0 and work > 0 and abs(match.reference.start - taken - (match.query.start - put) * match.speed) < 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=12, help="synthetic works, half music, half speech")
    parser.add_argument("--real", type=Path, nargs="*", default=[], help="files with real sound, at least 30 s each")
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--others", type=int, default=20, help="queries that hold no work")
    parser.add_argument("--lengths", type=int, nargs="*", default=[5, 10], help="seconds of the excerpts")
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    seeds = iter(range(options.seed, options.seed + 10_000))
    works: dict[str, Samples] = {}
    for number in range(options.works):
        seed = next(seeds)
        tempo = 2.0 if number % 4 == 0 else None
        works[f"{'speech' if number % 2 else 'music'} {seed}"] = (
            speech(seed, 40.0) if number % 2 else music(seed, 40.0, tempo=tempo)
        )
    works["Big Buck Bunny"] = bunny()
    for path in options.real:
        works[path.name] = heard(path)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def printed(samples: Samples) -> dict[str, NDArray[np.generic]]:
            arrays = blocks_print([SoundBlock(0.0, samples)], name="query")
            assert arrays is not None
            return arrays

        prints = {key: printed(samples) for key, samples in works.items()}
        minutes = sum(samples.size for samples in works.values()) / RATE / 60
        library = SoundLibrary.build(prints.items())
        print(
            f"{len(works)} works, {minutes:.1f} min of sound, seed {options.seed}",
            flush=True,
        )
        codes = {key: chromaprint(samples) for key, samples in works.items()}

        found, peer_found, tried = Counter[str](), Counter[str](), Counter[str]()
        false, peer_false, queries, heard_seconds = 0, 0, 0, 0.0
        errors: list[float] = []
        searching = 0.0
        voice = speech(next(seeds), 30.0)
        for length in options.lengths:
            for key, samples in works.items():
                whole = samples.size / RATE
                part = min(length, whole)
                if length > 5 and whole <= 6:
                    continue
                taken = float(rng.uniform(0, whole - part))
                put = float(rng.uniform(4, 8))
                around = music(next(seeds), 16.0)
                for edit, (speed, change) in edits(folder, voice).items():
                    column = f"{edit}|{length}"
                    changed = change(samples[round(taken * RATE) : round((taken + part) * RATE)])
                    cut = round(put * RATE)
                    query = np.concatenate([around[:cut], changed, around[cut:]])
                    arrays = printed(query)
                    began = time.process_time()
                    matches = library.find(arrays)
                    searching += time.process_time() - began
                    heard_seconds += query.size / RATE
                    queries += 1
                    tried[column] += 1
                    right = [m for m in matches if m.key == key and is_right(m, taken, put, part, speed)]
                    found[column] += bool(right)
                    false += len(matches) - len(right)
                    if right:
                        errors += [abs(right[0].query.start - put), abs(right[0].query.end - put - part / speed)]
                    peer_query = chromaprint(query)
                    for other, code in codes.items():
                        hit = peer_finds(peer_query, code)
                        if hit is None:
                            continue
                        away = hit[1] - taken - (hit[0] - put) * speed
                        good = other == key and abs(away) < 1.0
                        peer_found[column] += good
                        peer_false += not good
        heads = [f"{who} {length} s" for who in ("ours", "chromaprint") for length in options.lengths]
        print(f"\n| edit | {' | '.join(heads)} |\n|---|{'---|' * len(heads)}")
        for edit in edits(folder, voice):
            cells = [
                f"{count[f'{edit}|{length}']}/{tried[f'{edit}|{length}']}"
                for count in (found, peer_found)
                for length in options.lengths
            ]
            print(f"| {edit} | {' | '.join(cells)} |")
        print(f"\nfalse matches in {queries} queries: ours {false}, chromaprint {peer_false}")
        print(
            f"ends: median error {np.median(errors):.2f} s, 90 % within {np.quantile(errors, 0.9):.2f} s; "
            f"search {searching / heard_seconds * 60:.1f} CPU s a minute of query"
        )

        alarms, peer_alarms, minutes = 0, 0, 0.0
        for number in range(options.others):
            seed = next(seeds)
            query = speech(seed, 60.0) if number % 2 else music(seed, 60.0, tempo=2.0 if number % 4 == 0 else None)
            matches = library.find(printed(query))
            alarms += len(matches)
            peer_query = chromaprint(query)
            peer_alarms += sum(peer_finds(peer_query, code) is not None for code in codes.values())
            minutes += query.size / RATE / 60
        for path in options.real:  # each real file against all works but itself
            others = SoundLibrary.build((key, arrays) for key, arrays in prints.items() if key != path.name)
            alarms += len(others.find(prints[path.name]))
            peer_alarms += sum(
                peer_finds(codes[path.name], code) is not None for key, code in codes.items() if key != path.name
            )
            minutes += works[path.name].size / RATE / 60
        print(
            f"queries without any work, {minutes:.1f} min against {len(works)} works: "
            f"ours {alarms} false, chromaprint {peer_alarms}"
        )


if __name__ == "__main__":
    main()
