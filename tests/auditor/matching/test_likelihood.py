"""Likelihood ratios mean what they say: calibrated on simulated trials of known truth, bounded by what was seen."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import BadInputError
from auditor.matching.likelihood import FEATURES, Calibration, Trial, calibrate, cllr, empirical_bounds


def trials(count: int, seed: int = 1) -> list[Trial]:
    """Same recordings agree at about .9 and move alike; others agree at about .6 and don't."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        same = number % 2 == 0
        measured = {
            "agreement": float(np.clip(rng.normal(0.9 if same else 0.6, 0.12), -1, 1)),
            "motion": float(np.clip(rng.normal(0.7 if same else 0.1, 0.2), -1, 1)),
            "tightness": float(np.clip(rng.normal(0.95 if same else 0.7, 0.1), 0, 1)),
            "inliers": float(rng.integers(10, 200)),
            "seconds": float(rng.uniform(0.5, 10)),
        }
        made.append(Trial(f"pair {number}", "moving", measured, same))
    return made


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return calibrate(trials(600), embedder="sscd-distilled")


def test_ratios_of_fresh_trials_tell_the_truth(calibration: Calibration) -> None:
    fresh = trials(400, seed=2)
    ratios = np.array([calibration.log10_lr("moving", trial.measured) for trial in fresh], float)
    same = np.array([trial.same for trial in fresh])
    assert ratios[same].mean() > 0.5
    assert ratios[~same].mean() < -0.5
    assert cllr(ratios, same) < 0.4
    assert calibration.scales["moving"].cllr == pytest.approx(cllr(ratios, same), abs=0.1)


def test_no_ratio_goes_beyond_what_the_trials_support(calibration: Calibration) -> None:
    sure = {"agreement": 1.0, "motion": 1.0, "inliers": 5000.0, "tightness": 1.0, "seconds": 1000.0}
    highest = calibration.scales["moving"].highest
    assert calibration.log10_lr("moving", sure) == highest
    # 300 trials a class can't support much more than a ratio of 300
    assert 1.0 < highest <= np.log10(301) + 0.1
    assert calibration.score("moving", sure) == pytest.approx(1.0, abs=1e-3)


def test_one_misleading_trial_narrows_the_bounds() -> None:
    rng = np.random.default_rng(3)
    ratios = np.concatenate([rng.normal(2, 0.5, 200), rng.normal(-2, 0.5, 200)])
    same = np.arange(400) < 200
    _, clean = empirical_bounds(ratios, same)
    ratios[399] = 3.0
    _, misled = empirical_bounds(ratios, same)
    assert misled < clean


def test_what_was_not_calibrated_or_not_measured_has_no_ratio(calibration: Calibration) -> None:
    assert calibration.log10_lr("picture", {"agreement": 0.9, "inliers": 20.0, "similarity": 0.9}) is None
    assert calibration.log10_lr("moving", {"agreement": 0.9}) is None
    assert calibration.score("moving", {}) is None


def test_digest_names_the_trials() -> None:
    one, again, other = (calibrate(trials(100, seed), embedder="e").trials_sha256 for seed in (1, 1, 2))
    assert one == again != other


def test_written_and_read_again(calibration: Calibration) -> None:
    again = Calibration.from_dict(json.loads(json.dumps(calibration.as_dict())))
    measured = trials(2)[0].measured
    assert again.log10_lr("moving", measured) == pytest.approx(calibration.log10_lr("moving", measured))


@pytest.mark.parametrize(
    "document",
    [{}, {"format": 9, "scales": {}}, {"format": 1, "scales": {"moving": {"features": ["taste"]}}}, {"format": 1}],
)
def test_damaged_calibration_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(BadInputError, match="calibrat"):
        Calibration.from_dict(document)


def test_too_few_trials_are_refused() -> None:
    with pytest.raises(BadInputError, match="fewer than"):
        calibrate(trials(10), embedder="e")


@given(st.lists(st.floats(-6, 6), min_size=2, max_size=60), st.lists(st.floats(-6, 6), min_size=2, max_size=60))
def test_bounds_enclose_nothing_said(same: list[float], different: list[float]) -> None:
    ratios = np.array(same + different)
    low, high = empirical_bounds(ratios, np.arange(len(ratios)) < len(same))
    assert low <= 0 <= high


def test_saying_nothing_costs_one_bit() -> None:
    assert cllr(np.zeros(10), np.arange(10) < 5) == pytest.approx(1.0)
    assert set(FEATURES) == {"moving", "resting", "picture"}
