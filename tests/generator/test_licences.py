"""Terms of licences that cards state, and that the generator and the policies speak of them in the same words."""

import json
from dataclasses import fields
from typing import get_args

import pytest

from auditor.policy.components import ComponentFact
from auditor.policy.terms import ComponentRole, RuledOut
from generator.backends import LicenceTerms, ModelCard, ModelComponent
from generator.backends.licences import TERMS
from generator.backends.model import Role
from generator.backends.previz import PrevizBackend


@pytest.mark.parametrize("identifier", TERMS)
def test_terms_say_where_and_when_they_were_read(identifier: str) -> None:
    terms = TERMS[identifier]
    assert terms.source
    assert len(terms.read_on) == len("2026-11-27")
    assert terms.territories, "a licence that runs nowhere allows nothing"
    assert set(terms.prohibited_uses) <= set(get_args(RuledOut))
    assert (terms.revenue_ceiling is None) == (terms.revenue_currency is None)


def test_the_licences_that_bite_are_known_by_what_they_ask() -> None:
    assert TERMS["LicenseRef-Tencent-Hunyuan-Community"].excluded_territories == ("EU", "GB", "KR")
    assert TERMS["LicenseRef-Tencent-Hunyuan-Community"].users_ceiling == 100_000_000
    assert TERMS["LicenseRef-LTX-2-Community"].revenue_ceiling == 10_000_000
    assert not TERMS["LicenseRef-LTX-2-Community"].outputs_train_others
    assert not TERMS["CC-BY-NC-4.0"].commercial_use
    assert TERMS["Apache-2.0"].commercial_use


def test_generator_and_policies_name_roles_and_terms_alike() -> None:
    assert get_args(Role) == get_args(ComponentRole)
    facts = {field.name for field in fields(ComponentFact)}
    assert {field.name for field in fields(LicenceTerms)} - facts == {"read_on"}


def test_a_card_survives_json() -> None:
    made = PrevizBackend().card.as_dict()
    assert json.loads(json.dumps(made)) == made
    assert made["components"][0]["terms"]["territories"] == ["*"]
    part = ModelComponent("vae", "vae", "MIT", "ab" * 32, True, None)
    card = ModelCard("m", "1", "MIT", "ab" * 32, "", True, "trained-model", components=(part,))
    assert card.as_dict()["components"][0]["terms"] is None
