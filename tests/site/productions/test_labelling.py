"""Which labels a film gets: by its territories, its languages and what made its pictures."""

from types import SimpleNamespace

import pytest

from django_site.apps.productions.labelling import labels_asked_for

RENDERER = [SimpleNamespace(model_card={"kind": "renderer"})]
TRAINED = [SimpleNamespace(model_card={"kind": "trained-model"})]


def production(*territories, languages=("en",), width=640, height=360):
    return SimpleNamespace(territories=list(territories), languages=list(languages), width=width, height=height)


def words(*territories, languages=("en",), records=TRAINED):
    return [one.label.words for one in labels_asked_for(production(*territories, languages=languages), records)]


def test_a_film_for_a_place_without_such_a_rule_gets_none():
    assert labels_asked_for(production("CH"), TRAINED) == []


def test_pictures_too_small_for_letters_get_none():
    assert labels_asked_for(production("CN", width=160, height=90), TRAINED) == []


def test_a_film_for_the_union_is_labelled_in_its_own_languages():
    assert words("DE", languages=("de", "fr-BE")) == [("Mit KI erzeugt", "Généré par IA")]
    assert words("DE", languages=("fi",)) == [("AI-generated",)], "a language that the policy lacks"


def test_china_gets_chinese_words_whatever_the_film_speaks():
    (asked,) = labels_asked_for(production("CN"), TRAINED)
    assert asked.label.words == ("人工智能生成",)
    assert asked.label.height >= 0.05, "GB 45438-2025"
    assert asked.label.seconds >= 2, "GB 45438-2025"
    assert asked.policies == ("disclosure/china-labels",)


def test_the_whole_world_gets_one_label_with_the_words_of_all():
    (asked,) = labels_asked_for(production("*"), TRAINED)
    assert set(asked.label.words) == {"AI-generated", "人工智能生成", "AI 생성"}
    assert len(asked.policies) == 4
    assert asked.label.letters == "AI"


def test_the_mark_has_the_letters_of_the_language():
    assert labels_asked_for(production("DE", languages=("de",)), TRAINED)[0].label.letters == "KI"


def test_pictures_computed_without_a_model_are_not_called_artificial_intelligence():
    (asked,) = labels_asked_for(production("*"), RENDERER)
    assert asked.label.letters == ""
    assert "Computer-generated image" in asked.label.words
    assert not any("AI" in line or "智能" in line for line in asked.label.words)
    assert words("CN", records=RENDERER + TRAINED) == [("人工智能生成",)], "one model among the takes is enough"


@pytest.mark.parametrize("duration", [2.5, 60.0])
def test_what_is_kept_with_the_cut_says_when_it_is_seen(duration):
    (asked,) = labels_asked_for(production("CN"), TRAINED)
    kept = asked.as_burnt(duration)
    assert (kept["start"], kept["end"]) == (0, min(4, duration))
    assert kept["policies"] == ["disclosure/china-labels"]
