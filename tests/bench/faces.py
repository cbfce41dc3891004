"""How well faces are found and told apart, on people whose identity is known.

    tests/bench/fetch-faces.sh
    python -m tests.bench.faces [FOLDER] [--write] [--yunet FILE --sface FILE]

*orl*: 40 people of a laboratory, ten grey pictures of 92 x 112 pixels each, enlarged four times. The threshold is chosen on
people 1 to 20 (the largest, in steps of 0.01, at which at most five in a thousand pairs of strangers are alike) and
measured on 21 to 40. *press*: 9 public persons, 25 photographs. *series*: stills of 8 actors of a television series, five
each. The last two choose nothing; dlib's weights were trained on faces of public persons among others, and these may be
among them. *films*: a performer on a stage, with a portrait taken elsewhere, and a man in a car. Intervals are Clopper and
Pearson's at 95 % (1934), as if pairs were independent. They are not: each picture is in many pairs, so the truth is less
certain than they say. That five in a thousand are allowed and not one was decided with the performer's film in view.

With ``--write`` the counts of all pairs that chose nothing become ``auditor/likeness/face_rates.json``.
"""

import argparse
import csv
import os
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from auditor.likeness import (
    DlibFaceEncoder,
    FaceEncoder,
    FaceGallery,
    FaceTracker,
    OpenCvFaceEncoder,
    PortraitError,
    rates,
    read_portraits,
)
from auditor.media import probe, sample_frames
from tests.clips import CAR, frames_of, write_clip

RATE_CHOSEN = 5e-3
SIDE = 1024
SHIPPED = Path(rates.__file__).with_name("face_rates.json")
SERIES = ("amy", "bernadette", "howard", "leonard", "penny", "raj", "sheldon", "stuart")
WIDTHS = (120, 100, 80, 70, 60, 50, 40, 30)
#: Distances at which frames of a film are counted.
WITHIN = (0.45, 0.50, 0.54, 0.60)
#: Pictures of each person that are enrolled in the search.
ENROLLED = 3


@dataclass(frozen=True)
class Sample:
    path: Path
    person: str
    vector: NDArray[np.float32]
    turn: float


def default_folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("REELPROOF_BENCH_CACHE") or Path(cache) / "reelproof" / "bench-faces")


def pictures(folder: Path) -> dict[str, dict[Path, str]]:
    """By set: file to person."""
    found: dict[str, dict[Path, str]] = {}
    orl = {path: path.parent.name for path in sorted(folder.glob("orl/*/s*/*.pgm"))}
    number = {path: int(who[1:]) for path, who in orl.items()}
    found["orl 1-20"] = {path: who for path, who in orl.items() if number[path] <= 20}
    found["orl 21-40"] = {path: who for path, who in orl.items() if number[path] > 20}
    people: dict[str, str] = {}
    with (folder / "deepface" / "master.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        for name in (row["file_x"], row["file_y"]):
            people.setdefault(name, name)
    for _ in people:  # until nothing changes: one name for all that are said to be one person
        for row in rows:
            if row["Decision"] == "Yes":
                first = min(people[row["file_x"]], people[row["file_y"]])
                people[row["file_x"]] = people[row["file_y"]] = first
    found["press"] = {folder / "deepface" / name: who for name, who in sorted(people.items())}
    found["series"] = {path: who for who in SERIES for path in sorted(folder.glob(f"series/{who}/*.png"))}
    if not all(found.values()):
        raise SystemExit(
            f"{folder} lacks {[n for n, f in found.items() if not f]}; run tests/bench/fetch-faces.sh first"
        )
    return found


def pixels_of(path: Path) -> NDArray[np.uint8]:
    image = cv2.imread(str(path))
    if image is None:
        raise SystemExit(f"{path} can't be read")
    height, width = image.shape[:2]
    scale = 4.0 if path.suffix == ".pgm" else min(1.0, SIDE / max(height, width))
    if scale != 1:
        how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=how)
    return np.ascontiguousarray(image[:, :, ::-1])


def encoded(files: dict[Path, str], encoder: FaceEncoder) -> tuple[list[Sample], int, int]:
    """Samples of pictures with a face (the surest, if several), how many had none, how many several."""
    samples, none, several = [], 0, 0
    for path, person in files.items():
        pixels = pixels_of(path)
        faces = sorted(encoder.detect(pixels), key=lambda face: -face.confidence)
        none += not faces
        several += len(faces) > 1
        if faces:
            samples.append(Sample(path, person, encoder.encode(pixels, faces[0]), faces[0].turn))
    return samples, none, several


def pairs(samples: list[Sample], encoder: FaceEncoder) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Distances of pairs of one person, and of strangers."""
    vectors = np.stack([sample.vector for sample in samples])
    distances = encoder.distances(vectors, vectors)
    first, second = np.triu_indices(len(samples), 1)
    people = np.array([sample.person for sample in samples])
    same = people[first] == people[second]
    return distances[first, second][same], distances[first, second][~same]


def interval(count: int, of: int) -> str:
    """``count/of (rate, low to high)`` in per cent, Clopper and Pearson's 95 %."""
    if not of:
        return "-"
    low = beta.ppf(0.025, count, of - count + 1) if count else 0.0
    high = beta.ppf(0.975, count + 1, of - count) if count < of else 1.0
    return f"{count}/{of} ({100 * count / of:.2f} %, {100 * low:.2f} to {100 * high:.2f})"


def chosen(unrelated: NDArray[np.float32], default: float) -> float:
    steps = [round(0.01 * n, 2) for n in range(20, 100)]
    allowed = [step for step in steps if (unrelated <= step).mean() <= RATE_CHOSEN]
    return max(allowed, default=default)


def searched(samples: list[Sample], encoder: FaceEncoder) -> str:
    """Each person enrolled by their first pictures; the others looked for among all."""
    own: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        own[sample.person].append(sample)
    gallery = FaceGallery.from_templates(
        {who: [one.vector for one in some[:ENROLLED]] for who, some in own.items()}, encoder=encoder
    )
    found = wrong = probes = others = false = 0
    for who, some in own.items():
        rest = {other: [one.vector for one in them[:ENROLLED]] for other, them in own.items() if other != who}
        without = FaceGallery.from_templates(rest, encoder=encoder)
        for one in some[ENROLLED:]:
            nearest = gallery.nearest(one.vector)
            probes += 1
            found += nearest is not None and nearest.subject_id == who
            wrong += nearest is not None and nearest.subject_id != who
            others += 1
            false += without.nearest(one.vector) is not None
    return (
        f"{interval(found, probes)} found, {wrong} as somebody else; not enrolled and taken for one of {len(own) - 1}: "
        f"{interval(false, others)}"
    )


def recall_by_width(files: dict[Path, str], encoder: FaceEncoder) -> None:
    """Photographs of one face, made smaller: whether the face is still found where it is."""
    kept = []
    for path in files:
        pixels = pixels_of(path)
        faces = encoder.detect(pixels)
        if len(faces) == 1 and faces[0].pixels >= WIDTHS[0]:
            kept.append((pixels, faces[0].box))
    print(f"\n| face, pixels across | found, of {len(kept)} photographs |\n|---|---|")
    for width in WIDTHS:
        found = 0
        for pixels, box in kept:
            scale = width / (box[2] - box[0])
            small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            middle = np.array([box[0] + box[2], box[1] + box[3]]) * scale / 2
            found += any(
                np.abs(np.array([f.box[0] + f.box[2], f.box[1] + f.box[3]]) / 2 - middle).max() < width / 2
                for f in encoder.detect(np.ascontiguousarray(small))
            )
        print(f"| {width} | {interval(found, len(kept))} |")


def followed(path: Path, encoder: FaceEncoder, *, start: float = 0.0, end: float = 1e9) -> None:
    """One person through a film: frames with a face, tracks, people; and how far apart looks at them are."""
    tracker, info = FaceTracker(FaceGallery.from_templates({}, encoder=encoder)), probe(path)
    for frame in sample_frames(path, fps=2, max_side=640, start=start, end=end):
        tracker.observe(frame)
    tracks, people = tracker.conclude(path, info), tracker.unknown_people(info)
    looks, frames = [], 0
    for frame in sample_frames(path, fps=8, max_side=640, start=start, end=end):
        frames += 1
        faces = sorted(encoder.detect(frame.pixels), key=lambda face: -face.pixels)
        if faces:
            looks.append((frame.seconds, encoder.encode(frame.pixels, faces[0])))
    apart = [
        float(encoder.distances(one[1][None], other[1][None])[0, 0])
        for one, other in combinations(looks, 2)
        if abs(one[0] - other[0]) >= 1
    ]
    far = sum(value > encoder.threshold for value in apart)
    print(
        f"{path.name}, {start:.0f} to {min(end, info.duration):.1f} s, one person: a face in {len(looks)} of {frames} "
        f"frames; {len(tracks)} tracks, {len(people)} recurring people, {sum(one.seconds for one in people):.1f} s; looks a "
        f"second and more apart beyond the threshold: {interval(far, len(apart))}"
    )


def resembled(path: Path, portrait: Path, encoder: FaceEncoder, *, start: float, end: float) -> None:
    """Frames of a film against a portrait of the person, and whether an audit of the stretch says so."""
    gallery = FaceGallery.from_templates({"performer": list(encoder.encode_portraits([portrait]))}, encoder=encoder)
    templates, distances = np.stack(encoder.encode_portraits([portrait])), []
    for frame in sample_frames(path, fps=8, max_side=640, start=start, end=end):
        faces = sorted(encoder.detect(frame.pixels), key=lambda face: -face.pixels)
        if faces:
            distances.append(float(encoder.distances(encoder.encode(frame.pixels, faces[0])[None], templates).min()))
    shares = [f"{step:.2f}: {interval(sum(d <= step for d in distances), len(distances))}" for step in WITHIN]
    print(f"frames within a distance of the portrait: {'; '.join(shares)}")
    tracker = FaceTracker(gallery)
    for frame in sample_frames(path, fps=2, max_side=640):
        tracker.observe(frame)
    tracks = tracker.conclude(path, probe(path))
    print("tracks of the whole film:", [(*track.span.as_list(), track.subject_id) for track in tracks])


def spoiled(files: dict[Path, str], encoder: FaceEncoder) -> None:
    """Which pictures enrolment refuses, as they are and spoiled on purpose."""
    ways = {
        "as they are": lambda p: p,
        "a quarter of the light": lambda p: (p * 0.25).astype(np.uint8),
        "a seventh of the light": lambda p: (p * 0.14).astype(np.uint8),
        "twice the light": lambda p: np.minimum(p * 2.0, 255).astype(np.uint8),
        "three times the light": lambda p: np.minimum(p * 3.0, 255).astype(np.uint8),
        "blurred a little (0.4 % of the width)": lambda p: cv2.GaussianBlur(p, (0, 0), 0.004 * p.shape[1]),
        "blurred (1 %)": lambda p: cv2.GaussianBlur(p, (0, 0), 0.01 * p.shape[1]),
        "poster (mean shift)": lambda p: cv2.pyrMeanShiftFiltering(np.ascontiguousarray(p), 20, 40),
        "cartoon (edge-aware filter)": lambda p: cv2.stylization(p, sigma_s=60, sigma_r=0.45),
        "pencil drawing (filter)": lambda p: cv2.pencilSketch(p, sigma_s=60, sigma_r=0.07, shade_factor=0.03)[1],
    }
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"spoiled-{os.getpid()}.png"
    print(f"\n| {len(files)} pictures of one person | enrolled | refused for |\n|---|---|---|")
    for name, way in ways.items():
        reasons: dict[str, int] = defaultdict(int)
        good = 0
        for file in files:
            cv2.imwrite(str(path), np.ascontiguousarray(way(pixels_of(file))[:, :, ::-1]))
            try:
                read_portraits([path], encoder)
                good += 1
            except PortraitError as error:
                reasons[str(error).split(": ", 1)[1].split(";")[0].split(" (")[0]] += 1
        print(
            f"| {name} | {good} | {', '.join(f'{reason}: {n}' for reason, n in sorted(reasons.items()))} |", flush=True
        )
    path.unlink(missing_ok=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=default_folder())
    parser.add_argument("--write", action="store_true", help="write the counts that ship")
    parser.add_argument("--yunet", type=Path)
    parser.add_argument("--sface", type=Path)
    options = parser.parse_args()
    encoder: FaceEncoder = (
        OpenCvFaceEncoder(options.yunet, options.sface) if options.yunet and options.sface else DlibFaceEncoder()
    )
    sets = pictures(options.folder)
    print(f"{encoder.version}, threshold {encoder.threshold:.2f}\n")
    print("| set | people | pictures | no face | several |\n|---|---|---|---|---|")
    samples = {}
    for name, files in sets.items():
        samples[name], none, several = encoded(files, encoder)
        print(f"| {name} | {len(set(files.values()))} | {len(files)} | {none} | {several} |", flush=True)
    apart = {name: pairs(some, encoder) for name, some in samples.items()}
    print(f"\nchosen on orl 1-20: {chosen(apart['orl 1-20'][1], encoder.threshold):.2f}")
    held = [name for name in samples if name != "orl 1-20"]
    print("\n| distance | " + " | ".join(f"{name}: false matches | missed" for name in samples) + " |")
    print("|---|" + "---|---|" * len(samples))
    for distance in sorted({0.40, 0.45, 0.48, 0.50, 0.52, 0.55, 0.60, round(encoder.threshold, 2)}):
        cells = [
            f"{interval(int((unrelated <= distance).sum()), len(unrelated))} | "
            f"{interval(int((related > distance).sum()), len(related))}"
            for related, unrelated in apart.values()
        ]
        print(f"| {distance:.2f} | {' | '.join(cells)} |")
    for name in held:
        related, unrelated = apart[name]
        print(f"{name}: nearest strangers {unrelated.min():.3f}, farthest of one person {related.max():.3f}")
    people = {name: {tuple(sorted((a.person, b.person))) for a, b in combinations(some, 2) if a.person != b.person
              and encoder.distances(a.vector[None], b.vector[None])[0, 0] <= encoder.threshold}
              for name, some in samples.items() if name != "orl 1-20"}  # fmt: skip
    print("pairs of people with any false match:", {name: len(found) for name, found in people.items()})
    print(f"\nsearch, {ENROLLED} pictures of each person enrolled:")
    for name in ("orl 21-40", "series"):
        print(f"{name}: {searched(samples[name], encoder)}")
    turned = [sample for name in ("orl 1-20", "orl 21-40") for sample in samples[name]]
    print("\n| turn of the more turned of two | missed |\n|---|---|")
    for low, high in ((0, 0.1), (0.1, 0.2), (0.2, 1)):
        values = [float(encoder.distances(a.vector[None], b.vector[None])[0, 0]) for a, b in combinations(turned, 2)
                  if a.person == b.person and low <= max(abs(a.turn), abs(b.turn)) < high]  # fmt: skip
        print(f"| {low} to {high} | {interval(sum(v > encoder.threshold for v in values), len(values))} |")
    recall_by_width(sets["press"], encoder)
    print()
    followed(options.folder / "films" / "hamilton.mp4", encoder, start=3.0, end=7.0)
    resembled(
        options.folder / "films" / "hamilton.mp4", options.folder / "films" / "hamilton.png", encoder, start=3, end=7
    )
    car = write_clip(Path(os.environ.get("TMPDIR", "/tmp")) / f"car-{os.getpid()}.mp4", frames_of(CAR, size=(640, 480)))
    followed(car, encoder)
    car.unlink()
    spoiled(sets["press"], encoder)
    if options.write:
        every = [apart[name] for name in held]
        SHIPPED.write_text(
            rates.write_rates(
                encoder=encoder.version,
                threshold=encoder.threshold,
                people=sum(len({sample.person for sample in samples[name]}) for name in held),
                sets=held,
                related=np.concatenate([related for related, _ in every]).tolist(),
                unrelated=np.concatenate([unrelated for _, unrelated in every]).tolist(),
            )
        )
        print(f"\nwritten: {SHIPPED.name}")


if __name__ == "__main__":
    main()
