"""Who wrote what: measures that add up, the record that only grows, and corrections beside what they correct."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from django_site.apps.productions import authorship
from django_site.apps.productions.authorship import fields_measure, lines_by, text_lines, text_measure
from django_site.apps.productions.models import Contribution
from django_site.apps.productions.selectors import shots_current
from django_site.apps.productions.services.contributions import (
    contribution_correct,
    contribution_enter,
    contributions_standing,
)
from django_site.apps.productions.services.productions import production_create
from django_site.apps.productions.services.screenplays import (
    screenplay_draft,
    screenplay_revise,
    screenplay_text,
    screenplay_write,
)
from django_site.apps.productions.services.shots import shot_replace
from django_site.errors import InputError, NotAllowedError, WrongStateError

TEXTS = st.lists(st.sampled_from(["A day.", "A night.", "INT. HOUSE - DAY", "Rain falls on the sea.", ""]), max_size=12)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_every_line_and_word_is_counted_once(before, after):
    old, new = "\n".join(before), "\n".join(after)
    found = text_measure(old, new)
    assert found.lines_kept + found.lines_changed + found.lines_added == len(text_lines(new))
    assert found.lines_kept + found.lines_changed + found.lines_removed == len(text_lines(old))

    def words(text):
        return sum(len(line.split()) for line in text_lines(text))

    assert found.words_kept + found.words_added == words(new)
    assert found.words_kept + found.words_removed == words(old)
    assert text_measure(new, new).lines_kept == len(text_lines(new))


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_each_line_has_one_author_who_wrote_it(versions):
    named = [(f"author {number}", "\n".join(lines)) for number, lines in enumerate(versions)]
    found = lines_by(named)
    assert [line for line, _ in found] == text_lines(named[-1][1])
    for line, who in found:
        assert line in text_lines(dict(named)[who])


def test_long_texts_are_compared_too(monkeypatch):
    monkeypatch.setattr(authorship, "MAX_LINES", 3)
    found = text_measure("a\nb\nc\nd", "d\nx\na\na")
    assert (found.lines_kept, found.lines_changed, found.lines_added, found.lines_removed) == (2, 0, 2, 2)
    assert [who for _, who in lines_by([("m", "a\nb\nc\nd"), ("p", "d\nx\na\na")])] == ["m", "p", "m", "p"]


def test_fields_are_told_before_and_after():
    measured = fields_measure({"a": 1, "b": [1], "c": 3}, {"a": 1, "b": [2], "d": 4})
    assert measured == {"fields": {
        "b": {"before": [1], "after": [2]}, "c": {"before": 3, "after": None}, "d": {"before": None, "after": 4},
    }}  # fmt: skip


pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(make):
    studio = make.studio()
    studio.production = production_create(
        organisation=studio.organisation, title="Tidewater", brief="A lighthouse keeper finds a letter on the shore.",
        by=studio.producer, territories=["US", "DE"], width=64, height=36, fps=8, total_seconds=6,
    )  # fmt: skip
    studio.written = screenplay_write(production=studio.production, by=studio.producer)
    return studio


def test_what_people_do_is_noted_where_they_do_it(studio, make):
    text = screenplay_text(studio.written)
    first = text_lines(text)[-1]
    revised = screenplay_revise(
        production=studio.production, fountain=text.replace(first, f"{first}\n\nThe keeper smiles."), by=studio.producer
    )
    row = Contribution.objects.get(target_id=revised.pk)
    assert (row.act, row.tool) == ("edited", "")
    against = row.measure["against_draft"]
    assert against["version"] == 1
    assert against["lines"]["kept"] + against["lines"]["changed"] == len(text_lines(text))
    assert against["lines"]["added"] == 1
    assert screenplay_draft(studio.production) == studio.written
    shot = shots_current(studio.production).first()
    make.take(shot, studio.producer)
    replaced = shot_replace(shot=shot, changes={"description": "The lamp turns."}, by=studio.producer)
    edit = Contribution.objects.get(target_id=replaced.pk)
    assert edit.act == "edited"
    assert edit.measure["fields"]["description"]["after"] == "The lamp turns."
    assert Contribution.objects.get(act="replaced").target_kind == "take"
    brief = Contribution.objects.get(target_kind="production")
    assert (brief.act, brief.measure) == ("wrote", {"words": {"added": 9}})


def test_the_record_only_grows(studio):
    row = contribution_enter(
        production=studio.production, by=studio.producer, act="composed", note="the score", credited="Ada"
    )
    for change in (lambda: Contribution.objects.filter(pk=row.pk).update(note="x"), row.delete):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
    fixed = contribution_correct(contribution=row, by=studio.producer, reason="misheard", note="the songs")
    row.refresh_from_db()
    assert (row.note, fixed.note, fixed.credited) == ("the score", "the songs", "Ada")
    with pytest.raises(WrongStateError, match="corrected before"):
        contribution_correct(contribution=row, by=studio.producer, reason="again")
    gone = contribution_correct(contribution=fixed, by=studio.producer, reason="never delivered", void=True)
    standing = set(contributions_standing(studio.production).values_list("pk", flat=True))
    assert standing.isdisjoint({row.pk, fixed.pk, gone.pk})
    at_first = contributions_standing(studio.production, at=row.created_at)
    assert row.pk in set(at_first.values_list("pk", flat=True)), "what held then is what held then"


def test_a_correction_is_about_what_it_corrects(studio, make):
    row = contribution_enter(production=studio.production, by=studio.producer, act="composed", note="the score")
    elsewhere = make.production(studio.organisation, studio.producer, title="Elsewhere")
    values = {"actor": studio.producer, "act": "composed", "recorded_by": studio.producer, "target_kind": "production",
              "target_id": elsewhere.pk, "note": "n"}  # fmt: skip
    with pytest.raises(IntegrityError, match="the same production"), transaction.atomic():
        Contribution.objects.create(production=elsewhere, corrects=row, reason="r", **values)
    for wrong in (
        {"reason": "r"},
        {"void": True},
        {"corrects": row},
        {"recorded_by": None, "credited": "Ada"},
        {"note": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Contribution.objects.create(production=elsewhere, **{**values, **wrong})


def test_who_may_write_and_what_must_be_said(studio, make):
    with pytest.raises(InputError, match="what was done"):
        contribution_enter(production=studio.production, by=studio.producer, act="composed", note=" ")
    row = contribution_enter(production=studio.production, by=studio.producer, act="composed", note="the score")
    with pytest.raises(InputError, match="say why"):
        contribution_correct(contribution=row, by=studio.producer, reason="  ")
    for stranger in (studio.legal_reviewer, make.user()):
        with pytest.raises(NotAllowedError):
            contribution_enter(production=studio.production, by=stranger, act="composed", note="the score")
        with pytest.raises(NotAllowedError):
            contribution_correct(contribution=row, by=stranger, reason="no")
