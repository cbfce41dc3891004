"""What scripts share is found word for word, at its place in file and film; what they don't share is not."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cli import main
from auditor.errors import BadInputError
from auditor.text import TextLibrary, text_finding
from auditor.text.overlap import MIN_RUN, SURE, passages, shingle_hashes, winnowed, words_of
from auditor.text.reading import parse_script

VOCABULARY = [
    a + b
    for a in ("ka", "lo", "mi", "ne", "ru", "sa", "to", "vi")
    for b in ("", "ra", "len", "dor", "mis", "tan", "bel")
]


def prose(seed: int, words: int) -> list[str]:
    """Words of a made-up language, drawn with repetition: unrelated texts share words and short phrases, as real ones do."""
    draw = random.Random(seed)
    weights = [1 / (rank + 1) for rank in range(len(VOCABULARY))]
    return draw.choices(VOCABULARY, weights, k=words)


def lines_of(words: list[str], width: int = 9) -> str:
    return "\n".join(" ".join(words[start : start + width]) for start in range(0, len(words), width))


def subtitles(words: list[str], width: int = 6, seconds: float = 2.0) -> str:
    cues = []
    for number, start in enumerate(range(0, len(words), width)):
        begin, end = (
            f"00:{int(t) // 60:02d}:{t % 60:06.3f}".replace(".", ",")
            for t in (number * seconds, (number + 1) * seconds - 0.1)
        )
        cues.append(f"{number + 1}\n{begin} --> {end}\n{' '.join(words[start : start + width])}\n")
    return "\n".join(cues)


@pytest.fixture
def library(tmp_path: Path) -> TextLibrary:
    library = TextLibrary.open(tmp_path / "scripts", create=True)
    for number in range(5):
        path = tmp_path / f"play-{number}.txt"
        path.write_text(lines_of(prose(number, 3000)))
        library.add(f"work-{number}", path, title=f"Play {number}")
    return library


def test_unrelated_text_shares_nothing(library: TextLibrary) -> None:
    for seed in range(100, 120):
        assert library.match(parse_script("other.txt", lines_of(prose(seed, 3000)))) == []


@pytest.mark.parametrize("length", [MIN_RUN, 20, 200])
@pytest.mark.parametrize("place", [0, 1234, 2800])
def test_an_excerpt_is_found_where_it_is(library: TextLibrary, length: int, place: int) -> None:
    excerpt = prose(3, 3000)[place : place + length]
    query = [*prose(77, 450), *excerpt, *prose(78, 300)]
    (match,) = library.match(parse_script("film.srt", subtitles(query)))
    assert match.work_id == "work-3"
    assert length <= match.words <= length + 12  # a few words beside it may agree by chance
    assert match.reference_lines[0] in {place // 9, place // 9 + 1}
    assert match.query_seconds is not None
    assert match.query_seconds.start == pytest.approx(450 // 6 * 2.0, abs=2.1)
    assert match.query_seconds.end == pytest.approx((450 + length) / 6 * 2.0, abs=2.2)


def test_a_word_exchanged_here_and_there_is_one_passage(library: TextLibrary) -> None:
    excerpt = prose(2, 3000)[500:600]
    for place in range(9, 100, 10):
        excerpt[place] = "otherwise"
    (match,) = library.match(parse_script("a.txt", lines_of([*prose(90, 100), *excerpt, *prose(91, 100)])))
    assert match.words == pytest.approx(90, abs=3)
    assert match.longest <= 12
    assert 0.85 < match.score < 0.95


def test_case_punctuation_and_markup_do_not_hide_it(library: TextLibrary) -> None:
    excerpt = " ".join(prose(1, 3000)[100:140])
    loud = "“" + excerpt.upper().replace(" ", ", <b>", 5) + "!”"
    assert [m.work_id for m in library.match(parse_script("a.txt", loud))] == ["work-1"]


def test_subtitles_find_the_dialogue_of_a_screenplay_across_its_stage_directions(tmp_path: Path) -> None:
    speech = prose(5, 60)
    screenplay = "INT. HALL - DAY\n\n" + "\n\n".join(
        f"ANNA\n{' '.join(speech[start : start + 6])}\n\nShe {' '.join(prose(start + 900, 8))}."
        for start in range(0, 60, 6)
    )
    (tmp_path / "film.fountain").write_text(screenplay)
    library = TextLibrary.open(tmp_path / "scripts", create=True)
    library.add("film", tmp_path / "film.fountain")
    (match,) = library.match(parse_script("take.srt", subtitles(speech)))
    assert match.words == 60
    assert match.longest == 60
    assert match.query_seconds is not None
    assert match.query_seconds.as_list() == [0, 19.9]


def test_finding_says_it_in_words(library: TextLibrary) -> None:
    script = parse_script("take.srt", subtitles(prose(3, 3000)[900:930]))
    finding = text_finding(library.match(script)[0], script)
    assert finding.kind == "text"
    assert finding.work_id == "work-3"
    assert finding.plain.startswith(
        "Seconds 0.0 to 9.9 of take.srt share 30 words with “Play 3” (its lines 101 to 104), word for word: “"
    )
    assert finding.measured["words"] == 30
    assert json.dumps(finding.as_dict())
    plain = parse_script("take.txt", lines_of(prose(3, 3000)[900:930]))
    assert "Lines 1 to 4 of take.txt" in text_finding(library.match(plain)[0], plain).plain


def test_removed_and_replaced(library: TextLibrary, tmp_path: Path) -> None:
    script = parse_script("a.txt", lines_of(prose(3, 3000)[900:960]))
    before = library.digest
    library.remove("work-3")
    assert library.match(script) == []
    assert library.digest != before
    assert len(list((tmp_path / "scripts" / "scripts").iterdir())) == 4
    library.add("work-3", tmp_path / "play-3.txt", title="Play 3")
    assert library.digest == before
    assert len(TextLibrary.open(library.directory).match(script)) == 1
    with pytest.raises(BadInputError, match="not registered"):
        library.remove("nobody")


def test_a_script_of_two_works_stays_until_both_are_gone(library: TextLibrary, tmp_path: Path) -> None:
    library.add("again", tmp_path / "play-3.txt")
    script = parse_script("a.txt", lines_of(prose(3, 3000)[900:960]))
    assert {match.work_id for match in library.match(script)} == {"work-3", "again"}
    library.remove("work-3")
    assert {match.work_id for match in library.match(script)} == {"again"}


def test_damage_is_told_when_it_is_opened(library: TextLibrary) -> None:
    target = next((library.directory / "scripts").iterdir())
    target.write_bytes(target.read_bytes()[:-2] + b" }")
    with pytest.raises(BadInputError, match="digest differs"):
        TextLibrary.open(library.directory)
    target.unlink()
    with pytest.raises(BadInputError, match="can't be read"):
        TextLibrary.open(library.directory)


DAMAGED = [
    "",
    "[]",
    "{}",
    '{"format": 1, "works": {"a": 1}}',
    '{"format": 1, "text_version": "x", "works": {}}',
    '{"works": {"a": {"title": "t", "scripts": ["../../etc/passwd"]}}}',
]


@pytest.mark.parametrize("content", DAMAGED)
def test_damaged_library_is_refused(library: TextLibrary, content: str) -> None:
    (library.directory / "library.json").write_text(content)
    with pytest.raises(BadInputError, match="library"):
        TextLibrary.open(library.directory)


def test_missing_library_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="text add"):
        TextLibrary.open(tmp_path / "nothing")


@given(st.lists(st.sampled_from("abcdefgh"), min_size=SURE, max_size=60), st.integers(0, 40), st.integers(0, 2**31))
def test_a_run_of_the_sure_length_always_shares_a_kept_hash(run: list[str], before: int, seed: int) -> None:
    draw = random.Random(seed)
    reference = [*draw.choices("abcdefgh", k=before), *run, *draw.choices("abcdefgh", k=20)]
    kept = set(shingle_hashes(reference)[winnowed(shingle_hashes(reference))].tolist())
    assert kept & set(shingle_hashes(run).tolist())


@given(
    st.lists(st.sampled_from("abc"), min_size=5, max_size=80), st.lists(st.sampled_from("abc"), min_size=5, max_size=80)
)
def test_what_is_reported_is_equal_and_in_order(query: list[str], reference: list[str]) -> None:
    ours, theirs = shingle_hashes(query), shingle_hashes(reference)
    kept = winnowed(theirs)
    seeds = np.array([(q, r) for q in range(len(ours)) for r in kept if ours[q] == theirs[r]], np.intp).reshape(-1, 2)
    for passage in passages(query, reference, seeds):
        ends = (0, 0)
        for run in passage.runs:
            assert query[run.query : run.query + run.words] == reference[run.reference : run.reference + run.words]
            assert run.query >= ends[0]
            assert run.reference >= ends[1]
            ends = run.query + run.words, run.reference + run.words


def test_one_sentence_repeated_forever_takes_no_forever(library: TextLibrary, tmp_path: Path) -> None:
    text = lines_of(["round", "and", "round", "it", "goes"] * 20_000)
    (tmp_path / "loop.txt").write_text(text)
    library.add("loop", tmp_path / "loop.txt")
    matches = library.match(parse_script("a.txt", lines_of(["round", "and", "round", "it", "goes"] * 2_000)))
    assert all(match.work_id == "loop" for match in matches)


WORDS = {
    "Don’t stop": ["don't", "stop"],
    "ﬁn Straße": ["fin", "strasse"],
    "山高 い": ["山", "高", "い"],
    "a_b-c 12": ["a", "b", "c", "12"],
    "e\u0301t\u00e9": ["été"],
}


@pytest.mark.parametrize("text", WORDS)
def test_words_are_compared_without_dress(text: str) -> None:
    assert words_of(text) == WORDS[text]


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "play.txt").write_text(lines_of(prose(8, 400)))
    (tmp_path / "take.srt").write_text(subtitles(prose(8, 400)[100:160]))
    (tmp_path / "other.srt").write_text(subtitles(prose(9, 60)))
    library = str(tmp_path / "scripts")
    assert main(["text", "add", library, str(tmp_path / "play.txt"), "--title", "The Play", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["library"]["works"] == 1
    assert main(["text", "match", library, str(tmp_path / "take.srt"), "--json"]) == 1
    (segment,) = json.loads(capsys.readouterr().out)["segments"]
    assert (segment["kind"], segment["work_id"], segment["words"]) == ("text", "play", 60)
    assert segment["query"] == [0, 19.9]
    assert main(["text", "match", library, str(tmp_path / "take.srt")]) == 1
    assert "The Play" in capsys.readouterr().out
    assert main(["text", "match", library, str(tmp_path / "other.srt"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["segments"] == []
    assert main(["text", "remove", library, "--work-id", "play"]) == 0
    assert main(["text", "match", library, str(tmp_path / "missing.srt")]) == 2
    assert main(["text", "match", str(tmp_path / "none"), str(tmp_path / "take.srt")]) == 2
