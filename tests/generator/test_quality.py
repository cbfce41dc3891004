"""KID, precision and recall: their properties, known values, and what they say of real pictures."""

import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.training.quality import grid, kid, measure, mmd2, precision_recall, windows
from generator.training.seeing import open_features
from tests.generator.pictures import photograph


def _unit(rows: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _points(seed: int, count: int, shift: float = 0.0, dimensions: int = 8) -> np.ndarray:  # type: ignore[type-arg]
    chance = np.random.default_rng(seed)
    return _unit(chance.normal(size=(count, dimensions)) + shift * np.eye(dimensions)[0])


# KID


def test_mmd_of_two_and_two_points_is_what_one_calculates() -> None:
    """k(x, y) = (x·y + 1)³: within {e1, e2} it is 1, within {e1, -e1} 0; between them 8, 0, 1 and 1, on average 2.5."""
    one = np.array([[1.0, 0.0], [0.0, 1.0]])
    other = np.array([[1.0, 0.0], [-1.0, 0.0]])
    assert mmd2(one, other) == pytest.approx(1 + 0 - 2 * 2.5)
    assert mmd2(one, one) == pytest.approx(1 + 1 - 2 * (8 + 8 + 1 + 1) / 4)


def test_mmd_is_the_plain_double_sum() -> None:
    one, other = _points(1, 5), _points(2, 7, 1.0)

    def k(x: object, y: object) -> float:
        return float((np.dot(x, y) + 1) ** 3)  # type: ignore[call-overload]

    within_one = np.mean([k(a, b) for a, b in itertools.permutations(one, 2)])
    within_other = np.mean([k(a, b) for a, b in itertools.permutations(other, 2)])
    between = np.mean([k(a, b) for a in one for b in other])
    assert mmd2(one, other) == pytest.approx(within_one + within_other - 2 * between)


def test_it_is_unbiased_nought_for_one_distribution() -> None:
    found = [mmd2(_points(2 * seed, 20), _points(2 * seed + 1, 20)) for seed in range(400)]
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(len(found))
    assert min(found) < 0 < max(found)


def test_it_grows_with_the_distance_of_two_distributions() -> None:
    values = [kid(_points(1, 200), _points(2, 200, shift)).mean for shift in (0.0, 0.3, 0.6, 1.2, 3.0)]
    assert values == sorted(values)
    assert values[-1] > 100 * abs(values[0])


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_the_order_of_points_changes_nothing_and_it_is_symmetric(seed: int) -> None:
    one, other = _points(seed, 6), _points(seed + 1, 9, 0.5)
    order = np.random.default_rng(seed).permutation(6)
    assert mmd2(one[order], other) == pytest.approx(mmd2(one, other))
    assert mmd2(other, one) == pytest.approx(mmd2(one, other))


def test_kid_says_its_deviation_and_is_repeatable() -> None:
    one, other = _points(1, 300), _points(2, 300, 0.5)
    found = kid(one, other, seed=4)
    assert found == kid(one, other, seed=4)
    assert found.size == 100
    assert found.mean == pytest.approx(mmd2(one, other), abs=4 * found.deviation / 10 + 0.005)
    assert 0 < found.deviation < found.mean
    with pytest.raises(ValueError, match="needs two of each"):
        mmd2(one[:1], other)


# precision and recall


def test_of_the_same_points_both_are_one() -> None:
    points = _points(1, 30)
    assert precision_recall(points, points) == (1.0, 1.0)


def test_of_one_distribution_both_are_high() -> None:
    precision, recall = precision_recall(_points(1, 300, dimensions=4), _points(2, 300, dimensions=4))
    assert precision > 0.9
    assert recall > 0.9


def test_a_model_with_one_picture_is_precise_and_recalls_little() -> None:
    real = _points(1, 200, dimensions=4)
    made = _unit(real[:1] + 1e-4 * np.random.default_rng(2).normal(size=(50, 4)))
    precision, recall = precision_recall(real, made)
    assert precision == 1.0
    assert recall < 0.05


def test_of_far_distributions_both_are_nought() -> None:
    assert precision_recall(_points(1, 50, 20.0), _points(2, 50, -20.0)) == (0.0, 0.0)


def test_on_a_line_they_are_what_one_calculates() -> None:
    """Real points 0, 1, 2 and 10 with k = 1: radii 1, 1, 1 and 8. Of 1.5, 3.5 and 30 the spheres hold 1.5 and 3.5."""
    real = np.array([[0.0], [1.0], [2.0], [10.0]])
    made = np.array([[1.5], [3.5], [30.0]])
    precision, recall = precision_recall(real, made, k=1)
    assert precision == pytest.approx(2 / 3)
    assert recall == pytest.approx(1.0)  # radii 2, 2 and 26.5: the last reaches down to 3.5, the others to 3.5 and 1.5
    assert precision_recall(real, made[:2], k=1)[1] == pytest.approx(3 / 4)


def test_too_few_points_are_told() -> None:
    with pytest.raises(ValueError, match="need 4 pictures of each kind; there are 3 and 9"):
        precision_recall(_points(1, 3), _points(2, 9))


# pictures


@pytest.mark.parametrize(("shape", "count"), [((216, 384), 1), ((448, 448), 4), ((460, 900), 8), ((100, 300), 3)])
def test_windows_do_not_overlap_and_small_pictures_are_scaled_up(shape: tuple[int, int], count: int) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)
    found = windows([picture], 224 if min(shape) >= 224 else min(shape) if min(shape) > 100 else 100)
    assert len(found) == count
    assert len({one.shape for one in found}) == 1


def test_better_pictures_have_better_figures() -> None:
    """Blurred photographs against others that are not, with the packaged backbone: worse than unblurred ones."""
    embed = open_features().embed
    works = [photograph(number, 480) for number in (0, 2, 3, 4, 5, 6)]
    held_out = [photograph(number, 480) for number in (1, 8, 9, 10, 11, 13)]
    blurred = [cv2.GaussianBlur(picture, (0, 0), 6) for picture in works]
    found = measure(made=works, drawn=blurred, works=works, held_out=held_out, embed=embed, seed=1)
    assert found.drawn is not None
    assert found.made.kid.mean < found.drawn.kid.mean
    assert found.made == found.works
    assert (found.window, found.pictures) == (min(224, min(min(one.shape[:2]) for one in (*works, *held_out))), 6)
    document = found.as_dict()
    assert document["made"]["kid"]["mean"] == round(found.made.kid.mean, 5)


def test_a_sheet_shows_all_its_pictures() -> None:
    rows = [
        [np.full((90, 160, 3), level, np.uint8) for level in (10, 60, 110)],
        [np.full((200, 100, 3), 200, np.uint8)],
    ]
    sheet = grid(rows, width=80, gap=4)
    assert sheet.shape == (2 * 45 + 4, 3 * 80 + 8, 3)
    assert [int(sheet[20, x, 0]) for x in (40, 124, 208)] == [10, 60, 110]
    assert int(sheet[70, 40, 0]) == 200
    assert int(sheet[70, 124, 0]) == 255
