"""The form of limits: what it is given it gives back, whatever a grant says; and a difference is never made up."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_site.apps.likeness.forms_scope import ScopeForm
from django_site.apps.likeness.models import ConsentGrant, Modality
from django_site.apps.likeness.reading import terms_diff
from django_site.apps.likeness.scope import (
    ACTS,
    APPROVALS,
    POST_MORTEM,
    REPLICA_KINDS,
    check_scope,
    grant_lines_plain,
    scope_of,
)
from django_site.apps.productions.vocabulary import Alteration, ContentTopic, Medium, Use

PROJECTS = {"01": "Tidewater", "02": "The Long Field", "03": "Elsewhere"}
WORDS = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=12, max_size=80).filter(
    lambda text: len(" ".join(text.split())) >= 10
)
MONEY = st.decimals(0, 999_999, places=2, allow_nan=False).map(lambda amount: f"{amount:.2f}")


def some(values, least: int = 1):
    return st.lists(st.sampled_from(list(values)), min_size=least, unique=True)


SHARE = {
    "residual_percent": st.sampled_from(["2", "2.50", "0.1250", "12.0"]),
    "residual_basis": st.sampled_from(["gross_receipts", "net_receipts"]),
}
PAID = st.fixed_dictionaries({"currency": st.just("USD"), "per_render": MONEY}, optional={"scan": MONEY})
SCOPES = st.fixed_dictionaries(
    {
        "projects": some(PROJECTS),
        "uses": some(Use.values),
        "media": st.just(["*"]) | some(Medium.values),
        "territories": st.just(["*"]) | some(["US", "DE", "GB-SCT", "FR"]),
        "modalities": some(Modality.values),
        "replica_kind": st.sampled_from(list(REPLICA_KINDS)),
        "description": WORDS.map(lambda text: " ".join(text.split())),
    },
    optional={
        "acts": some(ACTS),
        "exclusions": some(ContentTopic.values, 0),
        "languages": st.just(["*"]) | some(["en", "de", "pt-BR"]),
        "alterations": some(Alteration.values, 0),
        "real_time": st.booleans(),
        "personalised": st.booleans(),
        "models": st.just(["*"]) | some(["previz", "wan 2.2"]),
        "sublicensees": some(["A Streamer", "A Channel"], 0),
        "approval": st.sampled_from(list(APPROVALS)),
        "strike_suspends": st.booleans(),
        "post_mortem": st.sampled_from(list(POST_MORTEM)),
        "compensation": PAID | st.fixed_dictionaries({"currency": st.just("EUR"), **SHARE}),
        "represented_by": st.fixed_dictionaries(
            {"kind": st.sampled_from(["counsel", "union"]), "name": st.just("SAG-AFTRA")}
        ),
        "separately_signed": st.booleans(),
        "counsel_or_union": st.booleans(),
        "governing_law": st.sampled_from(["", "California"]),
    },
)


def posted(form: ScopeForm) -> dict:
    """What a browser sends back of an untouched form."""
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False, "")}


def form_of(scope: dict, data: dict | None = None) -> ScopeForm:
    grant = ConsentGrant(scope=scope, text="I allow it.", starts=timezone.now(), ends=None)
    return ScopeForm(data, initial=ScopeForm.initial_of(grant), projects=PROJECTS, text=False, starts=False)


@given(SCOPES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_untouched_form_changes_no_term(scope):
    check_scope(scope)
    form = form_of(scope, posted(form_of(scope)))
    assert form.is_valid(), form.errors
    again = form.scope()
    check_scope(again)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    before, after = (
        [(str(topic), str(said)) for topic, said in grant_lines_plain(one, starts=at, ends=None, projects=PROJECTS)]
        for one in (scope, again)
    )
    assert terms_diff(before, after) == []
    silent = ("compensation", "represented_by", "counsel_or_union")
    assert {k: v for k, v in scope_of(again).items() if k not in silent} == {
        k: v for k, v in scope_of(scope).items() if k not in silent
    }
    if scope.get("counsel_or_union"):
        assert again["counsel_or_union"]


@given(SCOPES, some(ContentTopic.values))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_ruled_out_is_all_that_is_said_to_change(scope, topics):
    form = form_of(scope, {**posted(form_of(scope)), "exclusions": topics})
    assert form.is_valid(), form.errors
    assert set(form.scope()["exclusions"]) == set(topics)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    before, after = (grant_lines_plain(one, starts=at, ends=None, projects=PROJECTS) for one in (scope, form.scope()))
    changed = [change.topic for change in terms_diff(before, after)]
    assert changed == ([] if set(topics) == set(scope.get("exclusions", [])) else ["Never"])


@pytest.mark.parametrize("typed", ["*", "everywhere", "US, *", "any"])
def test_everywhere_has_one_spelling(typed):
    scope = {"projects": ["01"], "uses": ["film"], "media": ["*"], "territories": ["US"], "modalities": ["face"],
             "replica_kind": "independent", "description": "The keeper, a speaking role"}  # fmt: skip
    form = form_of(scope, {**posted(form_of(scope)), "territories": typed})
    assert form.is_valid(), form.errors
    assert form.scope()["territories"] == ["*"]


def test_the_last_day_counts_to_its_end():
    scope = {"projects": ["01"], "uses": ["film"], "media": ["*"], "territories": ["US"], "modalities": ["face"],
             "replica_kind": "independent", "description": "The keeper, a speaking role"}  # fmt: skip
    day = timezone.localdate() + timedelta(days=30)
    form = form_of(scope, {**posted(form_of(scope)), "ends": day.isoformat()})
    assert form.is_valid(), form.errors
    starts, ends = form.term()
    assert starts is None
    assert (ends.date(), ends.hour, ends.minute) == (day, 23, 59)
