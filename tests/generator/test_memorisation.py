"""The audit of memory: a model that gives back its works is caught, one that does not is not, by the real matcher."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from generator.errors import CancelledError, TrainingError
from generator.proportions import wilson
from generator.training.memorisation import audit, chance_of, flag_from, like
from generator.training.seeing import Sight, Works
from tests.generator.pictures import Picture, photograph

TRAINED, UNSEEN, OTHERS = range(6), range(6, 11), range(11, 14)
LABELS = [f"work {number}" for number in TRAINED]


class _Remembering:
    """The real eyes, asked once about each picture: the tests show them the same ones."""

    def __init__(self, works: Works) -> None:
        self._works = works
        self._known: dict[tuple[str, bytes], Any] = {}

    def nearest(self, picture: Picture) -> tuple[int, float]:
        return self._once("nearest", picture)

    def sights(self, picture: Picture) -> tuple[Sight, ...]:
        return self._once("sights", picture)

    def _once(self, what: str, picture: Picture) -> Any:
        key = what, picture.tobytes()
        if key not in self._known:
            self._known[key] = getattr(self._works, what)(picture)
        return self._known[key]


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> _Remembering:
    return _Remembering(Works(tmp_path_factory.mktemp("works"), [photograph(number) for number in TRAINED]))


def _edited(picture: Picture, number: int) -> Picture:
    """As a model that overfits gives pictures back: a little soft, a little off in colour, moved by some pixels."""
    soft = cv2.GaussianBlur(picture, (0, 0), 1.0)
    moved = np.roll(soft, (number, 2 * number), (0, 1))
    return np.clip(moved * 0.93 + (4, 8, 2), 0, 255).astype(np.uint8)


def test_a_model_that_gives_back_its_works_is_caught(works: _Remembering) -> None:
    samples = [_edited(photograph(number), number) for number in range(3)]
    memory = audit(samples, eyes=works, labels=LABELS, unseen=[photograph(number) for number in UNSEEN])
    assert memory.verdict == "memorised"
    assert sum(one.kind == "copy" and one.flagged for one in memory.nearest) == 3
    assert all(one.label == f"work {one.sample}" for one in memory.nearest if one.kind == "copy")
    assert memory.false_copies == 0
    assert "are copies of works that it learned from: work " in memory.reason
    document = memory.as_dict()
    assert len(document["nearest"]) == 3
    assert document["false_copy_interval"][1] == pytest.approx(0.4345, abs=1e-4)


def test_one_copy_among_many_is_enough(works: _Remembering) -> None:
    samples = [photograph(number) for number in OTHERS]
    samples[1] = _edited(photograph(1), 1)
    memory = audit(samples, eyes=works, labels=LABELS, unseen=[photograph(number) for number in UNSEEN])
    assert memory.verdict == "memorised"
    assert (memory.nearest[0].sample, memory.nearest[0].work) == (1, 1)
    assert memory.reason == "1 of 3 samples are copies of works that it learned from: work 1"


def test_an_unrelated_model_is_clean(works: _Remembering) -> None:
    memory = audit(
        [photograph(number) for number in OTHERS],
        eyes=works,
        labels=LABELS,
        unseen=[photograph(number) for number in UNSEEN],
    )
    assert memory.verdict == "clean"
    assert memory.chance > 0.01
    assert (memory.samples, memory.works, memory.unseen) == (3, 6, 5)
    assert memory.flag_rate == pytest.approx(1 / 6)


def test_small_copies_are_found(works: _Remembering) -> None:
    """Plates are small: a copy of a work at 64 x 36 is one."""
    samples = [cv2.resize(photograph(number), (64, 36), interpolation=cv2.INTER_AREA) for number in range(2)]
    memory = audit(samples, eyes=works, labels=LABELS, unseen=[photograph(number) for number in UNSEEN])
    assert memory.verdict in ("suspect", "memorised")
    assert sorted(one.work for one in memory.nearest if one.kind == "copy") == [0, 1]


def test_what_the_input_shows_is_not_the_looks_memory(works: _Remembering) -> None:
    inputs = [photograph(0), photograph(12)]
    samples = [_edited(photograph(0), 0), photograph(12)]
    unseen = [photograph(number) for number in UNSEEN]
    alone = audit(samples, eyes=works, labels=LABELS, unseen=unseen)
    assert alone.verdict == "memorised"
    memory = audit(samples, eyes=works, labels=LABELS, unseen=unseen, inputs=inputs)
    assert memory.verdict == "clean"
    assert next(one for one in memory.nearest if one.sample == 0).explained
    # a look that puts a work where the input has none is caught all the same
    other = audit(samples, eyes=works, labels=LABELS, unseen=unseen,
                  inputs=[photograph(13), photograph(12)])  # fmt: skip
    assert other.verdict == "memorised"


class _Told:
    """Eyes that see what they are told, in order."""

    def __init__(self, nearest: Sequence[float], sights: Sequence[tuple[Sight, ...]] = ()) -> None:
        self._nearest, self._sights = iter(nearest), itertools.chain(sights, itertools.repeat(()))

    def nearest(self, picture: Picture) -> tuple[int, float]:
        return 0, next(self._nearest)

    def sights(self, picture: Picture) -> tuple[Sight, ...]:
        return next(self._sights)


def _told(unseen: Sequence[float], samples: Sequence[float], sights: Sequence[Any] = ()) -> Any:
    blank = np.zeros((8, 8, 3), np.uint8)
    eyes = _Told([*unseen, *samples], [*[()] * len(unseen), *sights])
    return audit([blank] * len(samples), eyes=eyes, labels=["w"], unseen=[blank] * len(unseen))


def test_many_near_samples_are_suspect_though_none_is_a_copy() -> None:
    memory = _told(np.linspace(0.1, 0.4, 20), [0.5] * 6 + [0.2] * 6)
    assert memory.verdict == "suspect"
    assert memory.flagged == 6
    assert memory.chance < 0.01
    assert "6 of 12 samples are nearer to a work than 95.2% of unseen pictures" in memory.reason
    assert _told(np.linspace(0.1, 0.4, 20), [0.5] + [0.2] * 11).verdict == "clean"


def test_a_copy_of_low_likelihood_is_suspect() -> None:
    weak = (Sight(0, "copy", 0.4, 0.8, "", None),)
    assert _told([0.1] * 9 + [0.4], [0.8, 0.1], [weak]).verdict == "suspect"
    sure = (Sight(0, "copy", 1.5, 0.8, "", None),)
    assert _told([0.1] * 9 + [0.4], [0.8, 0.1], [sure]).verdict == "memorised"
    # as sure, but no nearer than unseen pictures are: both must agree
    assert _told([0.1] * 9 + [0.9], [0.8, 0.1], [sure]).verdict == "suspect"
    # another picture of the same things is told, and is no copy
    scene = (Sight(0, "scene", None, 0.8, "", None),)
    told = _told([0.1] * 9 + [0.4], [0.8, 0.1], [scene])
    assert (told.verdict, told.nearest[0].kind) == ("clean", "scene")


def test_the_threshold_is_an_order_statistic() -> None:
    assert flag_from([0.1, 0.5, 0.3]) == (0.5, 0.25)
    values = list(np.random.default_rng(1).permutation(199) / 200)
    threshold, rate = flag_from(values)
    assert (threshold, rate) == (197 / 200, 0.01)


def test_the_flag_rate_is_what_it_says_it_is() -> None:
    """A new picture drawn like the unseen ones is beyond the threshold as often as is said."""
    chance = np.random.default_rng(2)
    beyond = [chance.normal() > flag_from(chance.normal(size=30))[0] for _ in range(4000)]
    assert np.mean(beyond) == pytest.approx(1 / 31, abs=0.01)


def test_the_chance_of_flags_is_exact() -> None:
    """Against all orders of three samples and four unseen pictures."""
    for place in (1, 2):
        for flagged in range(4):
            found = [
                sum(rank > sorted(order[3:], reverse=True)[place - 1] for rank in order[:3]) >= flagged
                for order in itertools.permutations(range(7))
            ]
            assert chance_of(flagged, 3, 4, place) == pytest.approx(np.mean(found))


def test_wilsons_interval() -> None:
    assert wilson(0, 10) == pytest.approx((0.0, 0.27753), abs=1e-5)  # Newcombe, Statistics in Medicine 17, 1998
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # the same, table I
    assert wilson(0, 0) == (0.0, 1.0)


def test_unseen_pictures_are_brought_to_the_size_of_samples() -> None:
    assert like(photograph(1), (36, 64)).shape == (36, 64, 3)
    flat = np.full((50, 300, 3), 7, np.uint8)
    flat[:, :100], flat[:, 200:] = 200, 200
    assert (like(flat, (64, 64)) == 7).all()  # the middle, undistorted


def test_too_few_unseen_pictures_tell_nothing() -> None:
    with pytest.raises(TrainingError, match="with 2 samples and 2 pictures of unseen works; hold out 3 pictures"):
        _told([0.1, 0.2], [0.3, 0.4])


def test_it_can_be_cancelled() -> None:
    blank = np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(CancelledError, match="was cancelled; publish again"):
        audit([blank], eyes=_Told([0.1] * 9), labels=["w"], unseen=[blank] * 5, cancelled=lambda: True)


def test_an_index_in_a_folder_that_holds_another_is_refused_or_kept_apart(tmp_path: Path) -> None:
    one = Works(tmp_path / "a", [photograph(1), photograph(2)])
    assert one.nearest(photograph(2))[0] == 1
    assert one.nearest(photograph(2))[1] > 0.95
    assert one.identity["embedder"] == "sscd-distilled"
    assert len(one.identity["calibration_trials_sha256"]) == 64
