"""Figures in words: what a likelihood ratio supports, and what each measured figure means.

The verbal scale is the one that the European forensic institutes propose: ENFSI Guideline for Evaluative Reporting in
Forensic Science, approved 8 March 2015, the table of verbal equivalents of likelihood ratios. The words say how strongly
the findings support one proposition over the other; they are no probability that the proposition is true.
"""

import math
from dataclasses import dataclass

SCALE_SOURCE = "ENFSI Guideline for Evaluative Reporting in Forensic Science (2015), verbal equivalents"
#: What is weighed against what; a likelihood ratio means nothing without both.
PROPOSITIONS = ("this is the same recording as the work", "it is another one")
NOT_CALIBRATED = "not calibrated: these figures rank findings, but say nothing about how rare such likeness is"

#: Lower end of the likelihood ratio (inclusive) and the words from there on.
_SCALE = (
    (1e6, "extremely strong support"),
    (1e4, "very strong support"),
    (1e3, "strong support"),
    (1e2, "moderately strong support"),
    (1e1, "moderate support"),
    (2.0, "weak support"),
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure by its name: what it is called for people, what it says, and how it is written."""

    label: str
    says: str
    percent: bool = False
    unit: str = ""

    def text(self, value: float) -> str:
        """The value with its unit: fractions as per cent, whole numbers without a point."""
        if not math.isfinite(value):
            return "not a number"
        if self.percent:
            return f"{100 * value:.0f} %"
        return f"{value:,.0f}" if self.unit == "" and float(value).is_integer() else f"{value:.2f} {self.unit}".rstrip()


MEASURES: dict[str, Measure] = {
    "agreement": Measure(
        "Agreement of the pictures",
        "how well the two agree, point by point, after one was laid over the other",
        percent=True,
    ),
    "motion": Measure(
        "Agreement of what moves",
        "how well the changes from frame to frame agree: another take differs here",
        percent=True,
    ),
    "similarity": Measure("Likeness of descriptors", "how alike the pictures look to a neural network", percent=True),
    "typicality": Measure(
        "Typicality",
        "how alike the film's picture is to unrelated ones anyway: the lower, the more the likeness says",
        percent=True,
    ),
    "hash_bits": Measure("Bits that differ", "of the picture's hash of 256: about 128 for unrelated pictures"),
    "inliers": Measure("Points that fit", "details found in both pictures that fit one and the same geometry"),
    "tightness": Measure(
        "How flatly they fit",
        "how many of those points fit to a pixel and a half: near all for a picture of a picture",
        percent=True,
    ),
    "sound_apart": Measure("Sound against pictures", "how far apart the time lines of both lie", unit="s"),
    "matched_peaks": Measure("Peaks of sound that fit", "loud points in time and pitch that both have, in step"),
    "peaks_expected_by_chance": Measure(
        "Peaks that chance would give", "of those, how many unrelated sound would share"
    ),
    "log10_false_alarms": Measure(
        "False alarms expected", "in powers of ten, in a search like this one: lower is surer"
    ),
    "pitch": Measure("Pitch", "of the film's sound against the work's: 1 is the same", unit="×"),
    "chromaprint_differing_bits": Measure(
        "Bits that differ", "of the acoustic fingerprint: about half for unrelated sound", percent=True
    ),
    "likeness": Measure(
        "Likeness", "of look or content, from 0 (none) to 100: it ranks, and proves nothing", percent=True
    ),
    "unusual": Measure(
        "How unusual that is",
        "in standard deviations above the likeness to unrelated pictures and other works: no probability",
    ),
    "background_as_alike": Measure("As alike among them", "unrelated pictures that are at least as alike"),
    "background": Measure("Unrelated pictures", "that likeness was read against, beside one picture of each work"),
    "looks": Measure("Looks", "frames of this film that resemble the work"),
    "seconds": Measure("Length", "of the stretch that agrees", unit="s"),
    "distance": Measure("Distance", "of the face from the registered one: the nearer to 0, the more alike"),
    "cosine": Measure("Likeness of the voice", "with the registered one, at most 1"),
    "threshold": Measure("Threshold", "from which two count as alike"),
    "spoken_seconds": Measure("Speech", "that was compared", unit="s"),
    "false_matches": Measure(
        "Strangers as near", "of the unrelated pairs that were counted in a test with other people"
    ),
    "unrelated_pairs": Measure("Unrelated pairs", "of different people in that test"),
    "false_non_matches": Measure("The same person farther off", "of the related pairs in that test"),
    "related_pairs": Measure("Related pairs", "of one and the same person in that test"),
}


def support(log10_lr: float | None) -> str:
    """A likelihood ratio in the words of the scale; ``log10_lr`` is its base-10 logarithm, ``None`` without calibration."""
    if log10_lr is None or math.isnan(log10_lr):
        return NOT_CALIBRATED
    ratio = 10 ** min(abs(log10_lr), 300.0)
    for lowest, words in _SCALE:
        if ratio >= lowest * (1 - 1e-9):
            first, second = PROPOSITIONS if log10_lr > 0 else PROPOSITIONS[::-1]
            return f"{words} for “{first}” over “{second}”"
    return f"no support for “{PROPOSITIONS[0]}” over “{PROPOSITIONS[1]}”, nor the other way round"


def ratio(log10_lr: float | None) -> str:
    """The ratio as a number that people read: ``40,000 to 1``; ``not calibrated`` without one."""
    if log10_lr is None or math.isnan(log10_lr):
        return "not calibrated"
    value = float(f"{10 ** min(abs(log10_lr), 15.0):.2g}")
    words = f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
    return f"{words} to 1" if log10_lr >= 0 else f"1 to {words}"


def measure(name: str) -> Measure:
    """What a measured figure means; one that is not known here is shown under its own name."""
    return MEASURES.get(name) or Measure(name.replace("_", " ").capitalize(), "")
