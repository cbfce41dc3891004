"""Licences of components: from a model's card to a refusal, before anything is rendered and after."""

import json
from datetime import UTC, datetime

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from django_site import wiring
from django_site.apps.accounts.models import Organisation
from django_site.apps.accounts.sizes import organisation_declare_size
from django_site.apps.audits.facts import cut_facts, dispatch_facts, prompt_facts, take_facts, train_facts
from django_site.apps.audits.model_facts import component_facts, declared_fact
from django_site.apps.corpora.models import LicensedAct, WorkAsset
from django_site.apps.productions.declarations import DECLARABLE
from django_site.apps.productions.models import CutItem, Production
from django_site.apps.productions.parts import part_lines
from django_site.apps.productions.services.declaring import production_declare_more
from django_site.apps.productions.services.screenplays import screenplay_write
from django_site.apps.productions.services.takes import take_request
from django_site.errors import InputError, NotAllowedError, WrongStateError
from generator.backends import ModelCard, ModelComponent
from generator.backends.licences import TERMS

pytestmark = pytest.mark.django_db
DIGEST = "ab" * 32
#: Words that cards use, at any depth.
NAMES = (
    "name", "kind", "licence", "digest", "components", "role", "trained", "terms", "training_data", "commercial_use",
    "territories", "excluded_territories", "revenue_ceiling", "prohibited_uses", "marking", "source",
)  # fmt: skip


def card(*components: ModelComponent, name: str = "waves") -> ModelCard:
    return ModelCard(
        name=name, version="2", licence="Apache-2.0", digest=DIGEST, training_data="as listed by its makers",
        commercial_use=True, kind="trained-model", components=components,
    )  # fmt: skip


def part(role: str, licence: str, **fields) -> ModelComponent:
    values = {"name": role, "digest": DIGEST, "trained": True, "terms": TERMS.get(licence), "training_data": "listed"}
    return ModelComponent(role=role, licence=licence, **{**values, **fields})


def renders_with(monkeypatch, model: ModelCard) -> None:
    """A model with another card renders from now on; nothing in these tests lets it begin."""

    class Backend:
        card = model

    monkeypatch.setattr(wiring, "video_backend", lambda: Backend)


def failing(facts, area: str = "models/") -> set[str]:
    decision = wiring.policy_bundle().decide(facts.as_facts(), at=timezone.now())
    return {check.check for check in decision.failed if check.policy.startswith(area) and check.severity != "info"}


HUNYUAN = card(
    part("transformer", "LicenseRef-Tencent-Hunyuan-Community"), part("text_encoder", "Apache-2.0"), name="hunyuan"
)
LTX = card(part("transformer", "LicenseRef-LTX-2-Community"), part("text_encoder", "Apache-2.0"), name="ltx")


def test_the_renderers_own_card_states_its_parts():
    made = wiring.video_backend().card.as_dict()
    [fact] = component_facts(made)
    assert (fact.model, fact.role, fact.licence, fact.trained) == (made["name"], "renderer", "Apache-2.0", False)
    assert fact.sha256 == made["digest"]
    assert fact.terms_read
    assert fact.commercial_use


def test_a_card_without_parts_counts_as_one_with_its_own_licence():
    [fact] = component_facts({"name": "old", "licence": "MIT", "digest": DIGEST, "kind": "trained-model"})
    assert (fact.role, fact.terms_read, fact.trained) == ("model", True, True)
    [unread] = component_facts({"name": "old", "licence": "LicenseRef-Mine", "kind": "trained-model"})
    assert not unread.terms_read
    assert not unread.commercial_use
    assert unread.territories == ()
    assert unread.sha256 is None


def test_a_ruled_out_use_that_no_rule_can_compare_is_as_good_as_unread():
    terms = {"commercial_use": True, "territories": ["*"], "prohibited_uses": ["political", "unkindness"]}
    [fact] = component_facts({"name": "m", "components": [{"role": "model", "licence": "L", "terms": terms}]})
    assert fact.prohibited_uses == ("political",)
    assert not fact.terms_read


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=20) | st.sampled_from(sorted(TERMS)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(card=st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8))
def test_no_card_is_read_as_more_than_it_says(card):
    """Whatever stands in a card: there is a fact for it, and nothing is allowed that is not literally said."""
    said = json.dumps(card)
    published = any(json.dumps(identifier) in said for identifier in TERMS)
    facts = component_facts(card)
    assert facts
    for fact in facts:
        assert not fact.commercial_use or published or '"commercial_use": true' in said
        assert not fact.terms_read or published or '"terms": {' in said
        assert not fact.territories or published or '"territories": [' in said
        assert not (fact.fine_tuning or fact.outputs_train_others) or published
        assert fact.marking == "add" or published or '"marking"' in said


def test_what_a_shot_touches_and_whom_it_casts_are_facts_of_the_whole(make):
    studio = make.studio()
    shot = make.shot(studio.production, cast=[], content=["violence"])
    intended = prompt_facts(shot, screenplay_text="").intended
    assert intended.synthetic
    assert intended.topics == ("violence",)
    assert not prompt_facts(make.shot(studio.production, position=2), screenplay_text="").intended.synthetic
    Production.objects.filter(pk=studio.production.pk).update(use="advertising", content=["political"])
    intended = prompt_facts(type(shot).objects.get(pk=shot.pk), screenplay_text="").intended
    assert set(intended.topics) == {"political", "endorsement", "violence"}


def test_gate_one_refuses_a_licence_that_leaves_out_the_union_before_anything_is_rendered(make, monkeypatch):
    studio = make.studio()
    Production.objects.filter(pk=studio.production.pk).update(territories=["US", "DE"])
    shot = make.shot(studio.production)
    renders_with(monkeypatch, HUNYUAN)
    shot.scene.screenplay.production.refresh_from_db()
    assert failing(prompt_facts(shot, screenplay_text="")) == {"not-excluded-there", "users-declared"}
    assert "not-excluded-there" in failing(dispatch_facts(shot, screenplay_text=""))
    Production.objects.filter(pk=studio.production.pk).update(territories=["US"])
    shot.scene.screenplay.production.refresh_from_db()
    assert failing(prompt_facts(shot, screenplay_text="")) == {"users-declared"}


def test_a_take_asked_for_under_such_a_licence_is_stopped_with_the_reason(make, monkeypatch):
    studio = make.studio()
    screenplay = screenplay_write(production=studio.production, by=studio.producer)
    renders_with(monkeypatch, HUNYUAN)
    take = take_request(shot=screenplay.scenes.first().shots.first(), by=studio.producer)
    assert take.state == "stopped"
    assert "leaves out EU, GB, KR" in take.reason
    assert not studio.production.jobs.exists(), "nothing is rendered"


def test_revenue_counts_once_the_head_of_legal_has_declared_it(make, monkeypatch):
    studio = make.studio()
    shot = make.shot(studio.production)
    renders_with(monkeypatch, LTX)

    def asked() -> set[str]:
        fresh = type(shot).objects.get(pk=shot.pk)
        return failing(prompt_facts(fresh, screenplay_text=""))

    assert asked() == {"size-declared"}
    size = {"organisation": studio.organisation, "revenue_currency": "USD", "monthly_users": 10}
    with pytest.raises(NotAllowedError):
        organisation_declare_size(by=studio.producer, annual_revenue=1, **size)
    organisation_declare_size(by=studio.head_of_legal, annual_revenue=9_999_999, **size)
    assert asked() == set()
    organisation_declare_size(by=studio.head_of_legal, annual_revenue=10_000_000, **size)
    assert asked() == {"below-ceiling"}
    organisation_declare_size(by=studio.head_of_legal, annual_revenue=1, **{**size, "revenue_currency": "EUR"})
    assert asked() == {"currency-comparable"}
    Organisation.objects.filter(pk=studio.organisation.pk).update(size_declared_at=datetime(2024, 1, 1, tzinfo=UTC))
    assert asked() == {"currency-comparable", "declared-lately"}


@pytest.mark.parametrize(
    "wrong",
    [{"annual_revenue": -1}, {"revenue_currency": "dollars"}, {"monthly_users": 10**13}, {"annual_revenue": 10**16}],
)
def test_a_size_that_can_not_be_is_refused(make, wrong):
    studio = make.studio()
    values = {"annual_revenue": 1, "revenue_currency": "USD", "monthly_users": 1, **wrong}
    with pytest.raises(InputError):
        organisation_declare_size(organisation=studio.organisation, by=studio.head_of_legal, **values)


def test_takes_and_cuts_are_judged_by_the_cards_that_their_records_keep(make):
    studio = make.studio()
    Production.objects.filter(pk=studio.production.pk).update(territories=["US", "DE"])
    studio.production.refresh_from_db()
    shot = make.shot(studio.production)
    take = make.take(
        shot,
        studio.producer,
        generation=make.generation(studio.producer, model_name="hunyuan", model_card=HUNYUAN.as_dict()),
    )
    facts = take_facts(take, make.audit(studio.production, take.asset, take=take))
    assert {part.name for part in facts.components} == {"transformer", "text_encoder"}
    assert "not-excluded-there" in failing(facts)
    cut = make.cut(studio.production, studio.producer)
    for position in (1, 2):
        CutItem.objects.create(
            cut=cut, position=position, take=take, take_in=0, take_out=1, start=position, end=position + 1
        )
    facts = cut_facts(cut, make.audit(studio.production, cut.asset, cut=cut))
    assert len(facts.components) == 2, "each part once, however many takes"
    assert "not-excluded-there" in failing(facts)


def test_an_unlisted_text_encoder_and_an_unpinned_part_are_refused(make, monkeypatch):
    studio = make.studio()
    shot = make.shot(studio.production)
    renders_with(monkeypatch, card(part("transformer", "Apache-2.0", digest="")))
    assert failing(prompt_facts(shot, screenplay_text="")) == {"text-encoder-listed", "digest-on-card"}


def test_data_is_asked_whose_it_is_and_what_made_it(make):
    studio = make.studio()
    work = make.work(studio.organisation)
    asset = make.asset()
    WorkAsset.objects.create(work=work, asset=asset)
    licence = make.licence(work, reservations=["tdm"])
    LicensedAct.objects.create(licence=licence, work=work, act="match")
    shot = make.shot(studio.production)
    take = make.take(shot, studio.producer, generation=make.generation(studio.producer, model_card=LTX.as_dict()))
    ask = {"modalities": {}, "model": "mine", "act": "fine_tune"}
    data = [asset.sha256, take.asset.sha256, "0" * 64]
    facts = train_facts(studio.production, data_sha256=data, base=LTX.as_dict(), **ask)
    assert [one.title for one in facts.works] == ["Harbour"]
    assert facts.works[0].licence.reservations == ("tdm",)
    assert {one.name for one in facts.made_by} == {"transformer", "text_encoder"}
    assert facts.unknown_files == 1
    assert failing(facts) == {"outputs-may-train"}
    assert failing(facts, "copyright/") == {"training-licensed", "training-not-reserved", "no-unknown-files"}
    LicensedAct.objects.create(licence=licence, work=work, act="train")
    facts = train_facts(studio.production, data_sha256=[asset.sha256], **ask)
    assert failing(facts, "copyright/") == failing(facts) == set()


def test_what_nobody_declared_counts_as_unsaid(make):
    studio = make.studio()
    fact = declared_fact(studio.production)
    assert fact.guilds is None
    assert fact.portrays_real_people is None
    assert not any(getattr(fact, name) for name in DECLARABLE if name in type(fact).__slots__)


def test_declarations_become_facts_and_only_what_can_be_declared_is(make):
    studio = make.studio()
    said = {"guilds": ["SAG-AFTRA"], "synthetic_notice_on": "2026-10-01", "script_by": "people", "registered_us": True}
    fact = declared_fact(production_declare_more(production=studio.production, by=studio.producer, **said))
    assert (fact.guilds, fact.script_by, fact.registered_us) == (("SAG-AFTRA",), "people", True)
    assert fact.synthetic_notice_at == "2026-10-01T00:00:00Z"
    fact = declared_fact(production_declare_more(production=studio.production, by=studio.producer, guilds=[]))
    assert (fact.guilds, fact.script_by) == ((), ""), "what is declared anew replaces what was"
    for wrong in ({"guilds": ["Teamsters"]}, {"mood": "fine"}, {"script_by": "owls"}, {"synthetic_notice_on": "soon"},
                  {"nonfiction": "maybe"}):  # fmt: skip
        with pytest.raises(InputError):
            production_declare_more(production=studio.production, by=studio.producer, **wrong)
    with pytest.raises(NotAllowedError):
        production_declare_more(production=studio.production, by=studio.legal_reviewer, guilds=[])


def test_a_cut_that_waits_is_judged_anew_and_one_on_its_way_out_holds_what_was_declared(make):
    studio = make.studio()
    cut = make.cut(studio.production, studio.producer)
    make.audit(studio.production, cut.asset, cut=cut)
    make.case(studio.production, cut=cut, opened_by=studio.producer)
    ask = {"production": studio.production, "by": studio.producer}
    production_declare_more(**ask, guilds=[])
    cut.refresh_from_db()
    assert cut.state == "auditing"
    assert studio.production.jobs.filter(kind="audit_cut", target_id=cut.pk, key__endswith=":replay").count() == 1
    production_declare_more(**ask, guilds=[])
    assert studio.production.jobs.filter(kind="audit_cut", target_id=cut.pk).count() == 1, "nothing has changed"
    other = make.cut(studio.production, studio.producer, state="signing", version=2)
    with pytest.raises(WrongStateError, match="is being signed"):
        production_declare_more(**ask, guilds=["WGA"])
    type(other).objects.filter(pk=other.pk).update(state="released")
    production_declare_more(**ask, guilds=["WGA"])


def test_people_read_what_each_part_asks():
    lines = part_lines(component_facts(HUNYUAN.as_dict()))
    assert lines[0].asks == (
        "commercial use allowed; not in EU, GB, KR; up to 100,000,000 monthly users; "
        "no other model learns from what it makes"
    )
    assert lines[1].asks == "commercial use allowed"
    [ltx, _] = part_lines(component_facts(LTX.as_dict()))
    assert "below 10,000,000 USD of yearly revenue; marks of its making stay" in ltx.asks
    [unread] = part_lines(component_facts({"name": "m", "licence": "Mine", "kind": "trained-model"}))
    assert unread.asks == "nobody has read what it asks"
