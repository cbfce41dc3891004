"""What is compared of a picture: its look wherever it stands, and what it shows."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.embeddings import open_embedder
from auditor.errors import BadInputError
from auditor.resemblance import Describer
from auditor.resemblance.describing import MEASURES, STYLE_DIMENSIONS, shows_nothing, without_bars
from auditor.resemblance.unusual import LEAST_BACKGROUND, Background, Scale, shipped_background
from tests.auditor.resemblance.conftest import in_look
from tests.clips import ASTRONAUT, COFFEE, PHOTOGRAPHS, ROCKET, still

CAT = PHOTOGRAPHS / "chelsea.png"


def random_picture(seed: int, height: int, width: int) -> np.ndarray:
    """Blotches and noise: something in every channel."""
    random = np.random.default_rng(seed)
    coarse = np.kron(random.integers(0, 256, (4, 4, 3)), np.ones((height // 4 + 1, width // 4 + 1, 1)))
    return np.clip(coarse[:height, :width] + random.normal(0, 12, (height, width, 3)), 0, 255).astype(np.uint8)


def test_a_row_for_each_picture(describer: Describer) -> None:
    rows = describer.describe([still(COFFEE), still(ROCKET), np.zeros((1, 1, 3), np.uint8)])
    assert rows["style"].shape == (3, STYLE_DIMENSIONS)
    assert rows["semantic"].shape == (3, describer.content.identity.dimensions)
    assert all(rows[m].dtype == np.float32 and np.isfinite(rows[m]).all() for m in MEASURES)
    assert [len(describer.describe([])[m]) for m in MEASURES] == [0, 0]
    assert describer.describe([])["style"].shape == (0, STYLE_DIMENSIONS)


def test_identities_say_what_the_rows_are(describer: Describer) -> None:
    identities = describer.identities()
    assert identities["style"].dimensions == STYLE_DIMENSIONS
    assert identities["semantic"] == open_embedder("backbone").identity
    assert all(len(identity.weights_sha256) == 64 for identity in identities.values())


@pytest.mark.parametrize("shape", [(20, 20), (20, 20, 4), (0, 20, 3)])
def test_what_is_no_rgb_picture_is_refused(describer: Describer, shape: tuple[int, ...]) -> None:
    with pytest.raises(BadInputError, match="must be"):
        describer.describe([np.zeros(shape, np.uint8)])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), height=st.integers(1, 200), width=st.integers(1, 200))
def test_a_look_has_no_left_and_right(describer: Describer, seed: int, height: int, width: int) -> None:
    picture = random_picture(seed, height, width)
    looks = describer.describe([picture, np.ascontiguousarray(picture[:, ::-1])])["style"]
    assert np.abs(looks[0] - looks[1]).max() < 1e-3


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(4)))
def test_neighbours_in_the_list_do_not_matter(describer: Describer, order: list[int]) -> None:
    pictures = [random_picture(seed, 60 + 20 * seed, 90) for seed in range(4)]
    rows = describer.describe(pictures)
    shuffled = describer.describe([pictures[place] for place in order])
    for measure in MEASURES:
        assert np.abs(shuffled[measure] - rows[measure][order]).max() < 1e-3


def test_black_bars_are_no_look(describer: Describer) -> None:
    picture = still(ASTRONAUT)
    barred = np.zeros((picture.shape[0] + 200, picture.shape[1] + 40, 3), np.uint8)
    barred[100:-100, 20:-20] = picture
    bare, boxed = describer.describe([picture, barred])["style"]
    assert np.abs(bare - boxed).max() < 1e-4
    black = np.zeros((50, 60, 3), np.uint8)
    assert without_bars(black).shape == black.shape
    spot = black.copy()
    spot[20:22, 30:32] = 255
    assert without_bars(spot).shape == spot.shape, "a light in the dark is no picture between bars"


def test_what_shows_nothing() -> None:
    noise = np.random.default_rng(0).integers(0, 6, (90, 120, 3), np.uint8)
    assert shows_nothing(np.zeros((90, 120, 3), np.uint8))
    assert shows_nothing(np.full((90, 120, 3), 255, np.uint8))
    assert shows_nothing(noise), "a sensor's noise in the dark"
    assert not shows_nothing(still(COFFEE))


def test_look_and_content_are_told_apart(describer: Describer) -> None:
    """In coarse pixels another photograph is unusually alike in look and not in content; the same photograph without
    them the other way round."""
    rows = describer.describe([in_look("pixels", still(CAT)), in_look("pixels", still(ROCKET)), still(CAT)])
    for measure, alike, unlike in (("style", 1, 2), ("semantic", 2, 1)):
        scale = Scale(measure, shipped_background())
        units = scale.units(rows[measure])
        _, unusual = scale.compare(units[:1], units[1:])
        assert unusual[0, alike - 1] > unusual[0, unlike - 1] + 0.5, measure
    looks = Scale("style", shipped_background())
    _, unusual = looks.compare(*(looks.units(rows["style"][part]) for part in (slice(0, 1), slice(1, 2))))
    assert unusual[0, 0] > looks.told_from(10)


def test_a_describer_of_copies_describes_no_content() -> None:
    with pytest.raises(BadInputError, match="tells copies, not content"):
        Describer.open("sscd-distilled")
    with pytest.raises(BadInputError, match="unknown"):
        Describer.open("nonsense")


def test_content_by_a_model_of_open_clip(tiny: Path, describer: Describer) -> None:
    other = Describer.open(f"open_clip:{tiny}")
    rows = other.describe([still(COFFEE)])
    assert rows["semantic"].shape == (1, 24)
    assert np.abs(rows["style"] - describer.describe([still(COFFEE)])["style"]).max() < 1e-5
    assert other.identities()["semantic"] != describer.identities()["semantic"]


# -- the background ----------------------------------------------------------------------------------------------------


def rows(count: int, seed: int = 0) -> dict:
    random = np.random.default_rng(seed)
    return {"style": random.normal(size=(count, 12)).astype(np.float32),
            "semantic": random.normal(size=(count, 9)).astype(np.float32)}  # fmt: skip


def test_a_background_is_large_enough_and_made_of_numbers() -> None:
    with pytest.raises(BadInputError, match=str(LEAST_BACKGROUND)):
        Background(rows(LEAST_BACKGROUND - 1))
    broken = rows(40)
    broken["style"][3, 3] = np.nan
    with pytest.raises(BadInputError, match="no number"):
        Background(broken)
    assert len(shipped_background()) >= 2 * LEAST_BACKGROUND


@given(seed=st.integers(0, 2**32 - 1), queries=st.integers(1, 5), references=st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_likeness_goes_both_ways(seed: int, queries: int, references: int) -> None:
    random = np.random.default_rng(seed)
    for measure, size in (("style", 12), ("semantic", 9)):
        scale = Scale(measure, Background(rows(40)))
        here, there = (scale.units(random.normal(size=(n, size))) for n in (queries, references))
        for one, other in zip(scale.compare(here, there), scale.compare(there, here), strict=True):
            assert one.shape == (queries, references)
            assert np.isfinite(one).all()
            assert np.abs(one - other.T).max() < 1e-4


def test_the_background_itself_is_not_unusual() -> None:
    background = Background(rows(60))
    scale = Scale("semantic", background)
    units = scale.units(background.vectors["semantic"])
    _, unusual = scale.compare(units, units)
    others = unusual[~np.eye(len(units), dtype=bool)]
    assert abs(float(others.mean())) < 0.2
    assert float((others > 3).mean()) < 0.01


def test_in_a_corpus_of_drawings_being_a_drawing_is_usual(describer: Describer) -> None:
    photographs = [still(PHOTOGRAPHS / name) for name in ("astronaut.png", "coffee.png", "rocket.jpg", "camera.png")]
    drawn = describer.describe([in_look("pencil", p if p.ndim == 3 else np.dstack([p] * 3)) for p in photographs])
    alone, among = Scale("style", shipped_background()), Scale("style", shipped_background().joined(drawn))
    unusual = [scale.compare(*(scale.units(drawn["style"][part]) for part in (slice(0, 1), slice(1, 2))))[1][0, 0]
               for scale in (alone, among)]  # fmt: skip
    assert unusual[1] < unusual[0]
    first = among.units(drawn["style"])[0]
    assert among.as_alike(first, -1.0) == shipped_background().unrelated, "works are not counted among the unrelated"


def test_more_works_ask_for_more() -> None:
    for measure in MEASURES:
        scale = Scale(measure, Background(rows(40)))
        told = [scale.told_from(works) for works in (0, 1, 10, 100_000)]
        assert told[0] == told[1] < told[2] < told[3]
