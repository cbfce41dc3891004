"""How much more probable what was measured is if it is the same recording than if it is not: a calibrated likelihood ratio.

One logistic regression for each circumstance, since different things can be measured in each: a stretch in which something
moves, one in which nothing does, a single picture. Both classes weigh the same in the fit, so the regression's log-odds are
log-likelihood-ratios (Morrison, "Tutorial on logistic-regression calibration and fusion", Australian Journal of Forensic
Sciences 45, 2013). They are cut off where the calibration set no longer supports them: the empirical lower and upper
bounds (ELUB) of Vergeer, van Es, de Jongh, Alberink and Stoel, "Numerical likelihood ratios outputted by LR systems are
often based on extrapolation", Science & Justice 56, 2016. How good they are is said as Cllr (Brümmer and du Preez,
"Application-independent evaluation of speaker detection", Computer Speech and Language 20, 2006): 0 perfect, 1 tells
nothing.

The calibration that ships is fitted by ``python -m tests.bench.matching calibrate`` on files that nothing else uses, and
says by its digest on which.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.canonical import sha256_json
from auditor.errors import BadInputError
from auditor.report import Circumstance

#: What is measured in each circumstance, by its name in ``Finding.measured``.
FEATURES: dict[Circumstance, tuple[str, ...]] = {
    "moving": ("agreement", "motion", "inliers", "tightness", "seconds"),
    "resting": ("agreement", "inliers", "tightness", "seconds"),
    "picture": ("agreement", "inliers", "tightness", "similarity", "typicality"),
}
#: Correlations are stretched (Fisher's z) and kept off 1, where that has no bound.
_LARGEST_CORRELATION = 0.995
#: Ridge on all weights but the constant: keeps them finite where the classes don't overlap.
_RIDGE = 0.05
_NEWTON_STEPS = 50
#: Fewer trials than this of either class support no calibration.
MIN_TRIALS = 20
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Trial:
    """A comparison whose truth is known. ``measured`` as in ``Finding.measured``; ``name`` names both files."""

    name: str
    circumstance: Circumstance
    measured: Mapping[str, float]
    same: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """One circumstance: log10 LR = constant + weights . features, within ``lowest`` to ``highest``."""

    constant: float
    weights: tuple[float, ...]
    lowest: float
    highest: float
    same: int
    different: int
    cllr: float

    def raw(self, circumstance: Circumstance, measured: Mapping[str, float]) -> float:
        """The log10 LR before it is bounded."""
        return float(self.constant + np.dot(self.weights, _features(circumstance, measured)))


@dataclass(frozen=True, slots=True)
class Calibration:
    """The scales of every circumstance that had trials enough, and the digest of those trials."""

    scales: Mapping[Circumstance, Scale]
    trials_sha256: str
    embedder: str

    def log10_lr(self, circumstance: Circumstance, measured: Mapping[str, float]) -> float | None:
        """Base-10 logarithm of the likelihood ratio, bounded; ``None`` where nothing was calibrated or measured."""
        scale = self.scales.get(circumstance)
        if scale is None or any(name not in measured for name in FEATURES[circumstance]):
            return None
        return min(scale.highest, max(scale.lowest, scale.raw(circumstance, measured)))

    def score(self, circumstance: Circumstance, measured: Mapping[str, float]) -> float | None:
        """The unbounded ratio as a number 0..1 to rank by: the probability if both were as likely beforehand."""
        scale = self.scales.get(circumstance)
        if scale is None or any(name not in measured for name in FEATURES[circumstance]):
            return None
        return float(1 / (1 + 10.0 ** -np.clip(scale.raw(circumstance, measured), -12, 12)))

    def as_dict(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "embedder": self.embedder,
            "trials_sha256": self.trials_sha256,
            "scales": {
                name: {
                    "features": list(FEATURES[name]),
                    "constant": scale.constant,
                    "weights": list(scale.weights),
                    "lowest": scale.lowest,
                    "highest": scale.highest,
                    "same": scale.same,
                    "different": scale.different,
                    "cllr": scale.cllr,
                }
                for name, scale in sorted(self.scales.items())
            },
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "Calibration":
        """What ``as_dict`` wrote. Raises ``BadInputError`` for anything else."""
        try:
            if document["format"] != FORMAT:
                raise BadInputError(f"calibration: format {document['format']} is not {FORMAT}; calibrate again")
            scales: dict[Circumstance, Scale] = {}
            for name, entry in document["scales"].items():
                if tuple(entry["features"]) != FEATURES[name]:
                    raise BadInputError(f"calibration: {name} was made from other features; calibrate again")
                rest = {key: entry[key] for key in ("constant", "lowest", "highest", "same", "different", "cllr")}
                scales[name] = Scale(weights=tuple(map(float, entry["weights"])), **rest)
            return cls(scales, str(document["trials_sha256"]), str(document["embedder"]))
        except (KeyError, TypeError, ValueError) as error:
            raise BadInputError(f"calibration: it is damaged ({error}); calibrate again") from error


def calibrate(trials: Sequence[Trial], *, embedder: str) -> Calibration:
    """Fit every circumstance that has trials enough. Raises ``BadInputError`` where none has."""
    scales: dict[Circumstance, Scale] = {}
    for circumstance in FEATURES:
        chosen = [trial for trial in trials if trial.circumstance == circumstance]
        same = np.array([trial.same for trial in chosen], bool)
        if min(same.sum(), (~same).sum()) >= MIN_TRIALS:
            rows = np.array([_features(circumstance, trial.measured) for trial in chosen])
            scales[circumstance] = _fit(rows, same)
    if not scales:
        raise BadInputError(f"calibration: fewer than {MIN_TRIALS} comparisons of the same and of different recordings")
    listed = [
        {"name": t.name, "circumstance": t.circumstance, "same": t.same, "measured": dict(sorted(t.measured.items()))}
        for t in trials
    ]
    return Calibration(scales, sha256_json({"trials": listed}), embedder)


@cache
def shipped_calibration() -> Calibration | None:
    """The calibration that comes with the package, if one does."""
    resource = files("auditor.matching").joinpath("calibration.json")
    return Calibration.from_dict(json.loads(resource.read_text())) if resource.is_file() else None


def cllr(log10_lr: NDArray[np.float64], same: NDArray[np.bool_]) -> float:
    """The log-likelihood-ratio cost: mean of log2(1 + 1/LR) over the same, log2(1 + LR) over the different, halved."""
    natural = log10_lr * np.log(10)
    return float((np.logaddexp(0, -natural[same]).mean() + np.logaddexp(0, natural[~same]).mean()) / (2 * np.log(2)))


def empirical_bounds(log10_lr: NDArray[np.float64], same: NDArray[np.bool_]) -> tuple[float, float]:
    """ELUB: the range in which the ratios do better than saying nothing would, even with one more misleading trial a side.

    For prior odds 1/t a decision at threshold t errs with P(same) P(LR < t | same) + P(different) P(LR >= t | different);
    saying nothing (LR = 1) errs with the smaller of P(same) and P(different).
    """
    ours, theirs = np.sort(log10_lr[same]), np.sort(log10_lr[~same])
    hundredths = np.floor(min(0.0, log10_lr.min())) * 100, np.ceil(max(0.0, log10_lr.max())) * 100
    steps = np.arange(int(hundredths[0]), int(hundredths[1]) + 1) / 100
    missed = (np.searchsorted(ours, steps) + 1) / (len(ours) + 1)
    false = (len(theirs) - np.searchsorted(theirs, steps) + 1) / (len(theirs) + 1)
    odds = 10.0**-steps
    prior = odds / (1 + odds)
    worse = prior * missed + (1 - prior) * false >= np.minimum(prior, 1 - prior)
    low, high = steps[worse & (steps <= 0)], steps[worse & (steps >= 0)]
    return (float(low.max()) if len(low) else float(steps[0])), (float(high.min()) if len(high) else float(steps[-1]))


def _features(circumstance: Circumstance, measured: Mapping[str, float]) -> NDArray[np.float64]:
    return np.array([_stretched(name, measured[name]) for name in FEATURES[circumstance]])


def _stretched(name: str, value: float) -> float:
    if name in ("agreement", "motion", "similarity", "tightness", "typicality"):
        return float(np.arctanh(np.clip(value, -_LARGEST_CORRELATION, _LARGEST_CORRELATION)))
    return float(np.log1p(max(0.0, value)))


def _fit(rows: NDArray[np.float64], same: NDArray[np.bool_]) -> Scale:
    """Newton's method for ridge logistic regression with both classes weighing the same."""
    centre, spread = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-6)
    design = np.column_stack([np.ones(len(rows)), (rows - centre) / spread])
    share = np.where(same, 0.5 / same.sum(), 0.5 / (~same).sum()) * len(rows)
    penalty = _RIDGE * len(rows) * np.diag([0.0] + [1.0] * rows.shape[1])
    beta = np.zeros(design.shape[1])
    for _ in range(_NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        gradient = design.T @ (share * (same - chance)) - penalty @ beta
        curvature = (design * (share * chance * (1 - chance))[:, None]).T @ design + penalty + 1e-9 * np.eye(len(beta))
        step = np.linalg.solve(curvature, gradient)
        beta = beta + step
        if float(np.abs(step).max()) < 1e-9:
            break
    weights = beta[1:] / spread / np.log(10)
    constant = float(beta[0] / np.log(10) - weights @ centre)
    ratios = constant + rows @ weights
    lowest, highest = empirical_bounds(ratios, same)
    bounded = np.clip(ratios, lowest, highest)
    return Scale(
        constant, tuple(float(weight) for weight in weights), lowest, highest,
        int(same.sum()), int((~same).sum()), cllr(bounded, same),
    )  # fmt: skip
