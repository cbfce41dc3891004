"""Estimates, comparisons and findings are held to laws that are known; nothing stands out where nothing does."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from generator.audience.betting import bounds, evidence, evidence_path
from generator.audience.comparison import compare, compare_all, in_order, share_watched
from generator.audience.engagement import read_spans
from generator.audience.groups import LEAST, compare_groups, shown
from generator.audience.insight import FilmShown, Question, Screened, insight
from generator.audience.signals import Viewing
from generator.audience.statistics import (
    benjamini_hochberg,
    difference,
    mean,
    median,
    proportion,
    proportion_exact,
    rate,
    rate_clustered,
)
from generator.audience.suggestions import suggest
from generator.audience.survival import watch_through
from tests.bench import insight as bench
from tests.generator.audiences import FILM, audience, spans, viewing


class TestIntervals:
    def test_published_examples(self):
        # Newcombe 1998 (Statistics in Medicine 17, 857-872), 81 of 263: Wilson; and 1 of 29
        assert (round(proportion(81, 263).low, 4), round(proportion(81, 263).high, 4)) == (0.2553, 0.3662)
        assert (round(proportion(1, 29).low, 4), round(proportion(1, 29).high, 4)) == (0.0061, 0.1718)
        assert (round(proportion_exact(81, 263).low, 4), round(proportion_exact(81, 263).high, 4)) == (0.2527, 0.3676)
        # Newcombe 1998 (pages 873-890), 56/70 - 48/80, method 10
        apart = difference((56, 70), (48, 80))
        assert (round(apart.low, 4), round(apart.high, 4)) == (0.0524, 0.3339)
        # Garwood: none seen has the upper bound 3.689
        assert round(rate(0, 1.0, people=5).high, 3) == 3.689

    def test_scipy_agrees(self):
        for k, n in ((0, 7), (3, 20), (19, 20)):
            theirs = stats.binomtest(k, n).proportion_ci(method="exact")
            ours = proportion_exact(k, n)
            assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
            theirs = stats.binomtest(k, n).proportion_ci(method="wilson")
            assert (proportion(k, n).low, proportion(k, n).high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)

    def test_nobody_is_not_nought(self):
        for nobody in (proportion(0, 0), rate(0, 0.0, people=0), median([]), mean([], lowest=0.0, highest=1.0)):
            assert nobody.value is None
            assert nobody.said() == "nobody yet, n = 0"
            json.dumps(nobody.as_dict(), allow_nan=False)

    @pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3)])
    def test_impossible_counts_are_refused(self, k, n):
        with pytest.raises(ValueError, match="no share"):
            proportion(k, n)

    def test_values_outside_their_range_are_refused(self):
        with pytest.raises(ValueError, match="outside 1 to 5"):
            mean([6], lowest=1, highest=5)
        with pytest.raises(ValueError, match="between 0 and 1"):
            bounds([math.nan], alpha=0.05)

    def test_a_median_of_few_has_no_bounds(self):
        assert math.isinf(median([1, 2, 3, 4, 5]).high)
        six = median([1, 2, 3, 4, 5, 6])
        assert (six.low, six.value, six.high) == (1, 3.5, 6)

    def test_one_who_presses_forty_times_is_one_viewer(self):
        one = rate_clustered([40] + [0] * 19, [1.0] * 20)
        many = rate(40, 20.0, people=20)
        assert one.high - one.low > 3 * (many.high - many.low)

    @given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
    @settings(deadline=None, max_examples=40)
    def test_the_mean_lies_within_its_bounds(self, values):
        low, high = bounds(values, alpha=0.05)
        assert 0 <= low <= np.mean(values) + 1e-9
        assert np.mean(values) - 1e-9 <= high <= 1

    @given(st.lists(st.floats(0, 1), max_size=30))
    def test_adjusted_values_keep_their_order_and_never_fall(self, values):
        adjusted = benjamini_hochberg(values)
        assert all(q >= p - 1e-12 for p, q in zip(values, adjusted, strict=True))
        order = np.argsort(values, kind="stable")
        assert list(np.asarray(adjusted)[order]) == sorted(adjusted)

    def test_adjusted_as_scipy_does(self):
        values = [0.001, 0.2, 0.03, 0.04, 0.8]
        assert benjamini_hochberg(values) == pytest.approx(list(stats.false_discovery_control(values)))


@pytest.fixture(scope="module")
def covered():
    return {row["what"]: row for row in bench.coverage(runs=150, seed=11)}


class TestKnownTruth:
    """The bench, smaller: a coverage may fall short of 0.95 by three standard errors and by what its method is known for."""

    def test_intervals_cover(self, covered):
        compared = [name for name in covered if name.startswith("(")]
        for name, row in covered.items():
            if name not in compared:
                assert row["coverage"] >= 0.95 - 1.5 * row["two_se"] - 0.01, name

    def test_what_we_left_does_not(self, covered):
        assert covered["(Garwood of all events, n = 100, spread 2, for comparison)"]["coverage"] < 0.9
        assert covered["(Student's t, n = 12, Beta(4, 0.5), for comparison)"]["coverage"] < 0.93

    def test_peeking_fools_nobody(self):
        for row in bench.comparisons(runs=150, seed=12):
            if row["truth"] == "none":
                assert row["told"] <= 0.05, row
                assert row.get("z_test_peeked_at", 1) > 0.2  # what is usually done
        assert {row["what"]: row["told"] for row in bench.comparisons(runs=60, seed=13)}[
            "finishing 0.5 against 0.7"
        ] > 0.9

    def test_findings_are_seldom_false_and_true_ones_found(self):
        for row in bench.findings(runs=60, seed=14):
            assert row["false"] <= 0.05 + 2 * (0.05 * 0.95 / 60) ** 0.5, row
            if row["found"] is not None and row["what"].endswith("n = 150"):
                assert row["found"] > 0.95


class TestCurve:
    def test_without_running_viewers_it_is_the_share(self):
        people = [viewing(f"v{place}", until=until) for place, until in enumerate((20, 50, 50, 100, 200))]
        curve = watch_through(people)
        assert [(one.at, one.share) for one in curve.steps] == [
            (20, 0.8),
            (50, pytest.approx(0.4)),
            (100, pytest.approx(0.2)),
        ]
        assert (curve.left, curve.finished, curve.running) == (4, 1, 0)

    def test_against_the_textbook(self):
        """Kalbfleisch and Prentice's way with censoring: 6 at risk, one gone, one taken out, one gone of 4."""
        people = [viewing(f"v{place}", until=until) for place, until in enumerate((10, 30, 200, 200, 200))]
        people.append(viewing("running", until=20, running=True))
        curve = watch_through(people)
        assert curve.at(15).share == pytest.approx(5 / 6)
        assert curve.at(40).share == pytest.approx(5 / 6 * 3 / 4)
        theirs = stats.ecdf(stats.CensoredData(uncensored=[10, 30], right=[20, 180, 180, 180])).sf.confidence_interval(
            method="log-log"
        )
        assert (curve.at(40).low, curve.at(40).high) == pytest.approx(
            (float(theirs.low.evaluate(40)), float(theirs.high.evaluate(40))), abs=1e-9
        )

    def test_nobody_left_is_not_certainty(self):
        curve = watch_through([viewing(f"v{place}", until=200) for place in range(8)])
        assert curve.at(100).share == 1
        assert 0.5 < curve.at(100).low < 0.7

    def test_without_an_audience(self):
        curve = watch_through([])
        assert (curve.n, curve.at(10).low, curve.at(10).high) == (0, 0.0, 1.0)

    @given(st.lists(st.tuples(st.floats(0.1, 200), st.booleans()), max_size=30))
    @settings(max_examples=60)
    def test_it_falls_and_stays_within_its_bounds(self, people):
        curve = watch_through([viewing(str(k), until=at, running=on and at < 180) for k, (at, on) in enumerate(people)])
        shares = [one.share for one in curve.steps]
        assert shares == sorted(shares, reverse=True)
        assert all(0 <= one.low <= one.share <= one.high <= 1 for one in curve.steps)


def _arm(letter, outcomes):
    return [viewing(f"{letter}{k}", until=200 if done else 50, arm=letter) for k, done in enumerate(outcomes)]


class TestComparison:
    def test_told_and_not_told(self):
        said = compare(_arm("A", [0, 1] * 4) + _arm("B", [1, 0] * 4), first="A", second="B", measure="finished")
        assert not said.told
        assert said.plain.startswith("Not told from chance yet: B less A is [")
        assert "n = 8 in each" in said.plain
        said = compare(_arm("A", [0] * 20) + _arm("B", [1] * 20), first="A", second="B", measure="finished")
        assert said.told
        assert said.low > 0
        assert "More for B than for A, by 100 points" in said.plain

    @given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
    @settings(deadline=None, max_examples=60)
    def test_the_interval_agrees_with_the_verdict(self, outcomes):
        people = _arm("A", [a for a, _ in outcomes]) + _arm("B", [b for _, b in outcomes])
        said = compare(people, first="A", second="B", measure="finished")
        step = 2 / 2000
        assert not (said.told and said.low < -step and said.high > step)
        assert said.told or (said.low <= step and said.high >= -step)

    def test_the_first_who_still_watches_holds_up_those_after(self):
        """Otherwise those who leave, who are known sooner, would be counted first."""
        people = [viewing("one", until=200), viewing("two", until=90, running=True), viewing("three", until=10)]
        values, waiting = in_order(people, lambda one: float(one.finished))
        assert (values, waiting) == ([1.0], 1)

    def test_a_shorter_cut_is_not_favoured_by_when_it_is_known(self):
        """Half the viewers of either cut finish; leaving is known at once. Looked at early, neither is told."""
        chance, wrong = np.random.default_rng(5), 0
        for _ in range(40):
            told = False
            for seen in range(10, 81, 10):
                people = []
                for letter, pace in (("A", 1.0), ("B", 0.3)):
                    for k in range(80):
                        done = chance.random() < 0.5
                        known = seen >= k + (40 * pace if done else 2)
                        people.append(
                            viewing(f"{letter}{k}", until=200 if done and known else 50, arm=letter, running=not known)
                        )
                told = told or compare(people, first="A", second="B", measure="finished").told
            wrong += told
        assert wrong <= 5

    def test_evidence_at_the_end_is_that_of_its_path(self):
        values = [1, 0.5, 0, 1, 1]
        assert evidence(values, against=0.5) == pytest.approx(evidence_path(values, against=0.5)[-1])

    def test_ratings_in_their_own_units(self):
        people = [
            viewing(f"{letter}{k}", until=200, arm=letter, answers={"q": str(rating)})
            for letter, rating in (("A", 2), ("B", 5))
            for k in range(30)
        ]
        said = compare(people, first="A", second="B", measure="rating", question="q", scale=(1, 5))
        assert (said.first_mean, said.second_mean, said.difference) == (2, 5, 3)
        assert said.told
        with pytest.raises(ValueError, match="outside the scale"):
            compare(people, first="A", second="B", measure="rating", question="q", scale=(1, 3))

    def test_alpha_is_shared_among_everything_that_is_compared(self):
        people = _arm("A", [1]) + _arm("B", [1]) + _arm("C", [1])
        found = compare_all(people, scales={"q": (1, 5)})
        assert len(found) == 9
        assert found[0].alpha == pytest.approx(0.05 / 9)

    def test_with_nobody_through(self):
        said = compare([viewing("a", until=5, running=True, arm="A")], first="A", second="B", measure="finished")
        assert said.plain == "Nothing to compare yet: no viewer of A and B each is through."
        assert (said.low, said.high, said.e_value) == (-1, 1, 1)

    def test_with_itself_is_refused(self):
        with pytest.raises(ValueError, match="name two arms"):
            compare([], first="A", second="A", measure="finished")

    def test_a_stretch_seen_twice_counts_once(self):
        twice = Viewing("v", FILM, 100.0, watched=((0, 60), (20, 80), (50, 55)))
        assert share_watched(twice) == pytest.approx(0.8)


class TestSpans:
    def test_who_is_in_it_now_is_not_counted(self):
        people = [viewing("left", until=40), viewing("here", until=45, running=True), viewing("done", until=200)]
        reading = read_spans(people, spans())[1]
        assert (reading.reached, reading.left.n, reading.left.value) == (3, 2, 0.5)

    def test_a_scene_that_is_left_stands_and_leads_to_a_suggestion(self):
        people = audience(np.random.default_rng(3), 150, (0.1, 1.5, 0.1, 0.1, 0.1, 0.1))
        readings = read_spans(people, spans())
        standing = {(one.measure, one.span) for row in readings for one in row.measures if one.stands}
        assert standing == {("left", "scene-2")}
        [suggestion] = suggest(FILM, readings, place=0)
        assert (suggestion.kind, suggestion.span) == ("trim", "scene-2")
        assert suggestion.plain.startswith("Scene 2: ")
        assert " of those who reached it left in it, against " in suggestion.plain

    def test_one_enthusiast_makes_no_finding(self):
        people = [viewing(f"v{k}", until=200, rewinds=[(170.0, 20.0 * k)]) for k in range(9)]
        people.append(viewing("fan", until=200, rewinds=[(100.0, 65.0)] * 200))
        standing = [one for row in read_spans(people, spans()) for one in row.measures if one.stands]
        assert standing == []

    def test_many_who_go_back_do(self):
        people = [viewing(f"v{k}", until=200, rewinds=[(100.0, 65.0)]) for k in range(20)]
        readings = read_spans(people, spans())
        assert [(one.measure, one.span) for row in readings for one in row.measures if one.stands] == [
            ("rewound", "scene-3")
        ]
        assert [one.kind for one in suggest(FILM, readings, place=0)] == ["clarify"]

    def test_the_last_frame_belongs_to_the_last_span(self):
        people = [viewing("v", until=200, pauses=[180.0, 30.0])]
        assert [row.measures[3].people for row in read_spans(people, spans())] == [0, 1, 0, 0, 0, 1]

    def test_without_an_audience(self):
        readings = read_spans([], spans())
        assert all(one.left.value is None and not any(m.stands for m in one.measures) for one in readings)
        assert suggest(FILM, readings, place=0) == []


class TestGroups:
    def test_small_groups_and_what_would_tell_of_them_are_held_back(self):
        assert shown({"a": 30, "b": 20}, silent=0) == ({"a", "b"}, False)
        assert shown({"a": 30, "b": 20, "c": 3}, silent=0) == ({"a"}, True)  # c is 53 less a and b
        assert shown({"a": 30, "b": 20, "c": 3}, silent=40) == ({"a", "b"}, True)
        assert shown({"a": 30, "b": 5, "c": 6}, silent=0) == ({"a"}, True)
        assert shown({"a": 12, "b": 3}, silent=0) == (set(), True)

    @given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 40), max_size=6), st.integers(0, 20))
    def test_nobody_can_be_worked_out(self, sizes, silent):
        kept, _ = shown(sizes, silent=silent)
        rest = sum(size for name, size in sizes.items() if name not in kept) + silent
        assert all(sizes[name] >= LEAST for name in kept)
        assert not kept or rest == 0 or rest >= LEAST

    def test_a_true_difference_stands_and_none_does_not(self):
        chance = np.random.default_rng(8)
        people = [
            viewing(
                f"v{k}",
                until=200 if chance.random() < (0.9 if k % 2 else 0.3) else 50,
                groups={"age": "young" if k % 2 else "old", "hand": "left" if k % 3 else "right"},
            )
            for k in range(120)
        ]
        found = compare_groups(people)
        assert {(one.question, one.group) for one in found.readings if one.stands} == {("age", "old"), ("age", "young")}
        assert all(one.n >= LEAST for one in found.readings)

    def test_below_the_least_nothing_is_said(self):
        people = [viewing(f"v{k}", until=200, groups={"age": "old" if k < 10 else "young"}) for k in range(40)]
        found = compare_groups(people)
        assert found.readings == ()
        assert found.held_back == ("age",)


class TestDocument:
    def test_it_is_plain_json_and_leads_to_its_evidence(self):
        people = audience(np.random.default_rng(3), 150, (0.1, 1.5, 0.1, 0.1, 0.1, 0.1))
        film = FilmShown(FILM, "Cut 1", 180.0, spans())
        questions = (Question("q", "How was it?", scale=(1, 5)), Question("c", "Again?", choices=("yes", "no")))
        document = insight(Screened((film,), tuple(people), questions=questions))
        json.dumps(document, allow_nan=False)
        [suggestion] = document["suggestions"]
        reading = document
        for step in suggestion["evidence"]:
            reading = reading[step]
        assert (reading["measure"], reading["span"], reading["stands"]) == ("left", "scene-2", True)
        assert document["themes"]["missing"]

    def test_a_film_without_an_audience(self):
        document = insight(Screened((FilmShown(FILM, "Cut 1", 180.0, spans()),), ()))
        assert document["viewers"] == 0
        assert document["suggestions"] == []
        assert document["films"][0]["finished"]["said"] == "nobody yet, n = 0"
        json.dumps(document, allow_nan=False)

    def test_who_leaves_is_known_sooner_and_that_makes_no_film_worse(self):
        people = [viewing(f"left{k}", until=20) for k in range(5)]
        people += [viewing(f"here{k}", until=100, running=True) for k in range(15)]
        [film] = insight(Screened((FilmShown(FILM, "Cut 1", 180.0),), tuple(people)))["films"]
        assert film["finished"]["value"] == pytest.approx(0.75)
        assert film["finished"]["method"] == "Kaplan–Meier"
        assert film["watched"]["n"] == 5
