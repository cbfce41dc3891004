"""One contract for every registry of consent: a file, and a service, which is our own site asked over a real socket."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from auditor.canonical import canonical_json
from auditor.errors import BadInputError, UnavailableError
from auditor.likeness.registry import (
    ConsentRegistry,
    FileConsentRegistry,
    HttpConsentRegistry,
    Person,
    Question,
    RegistryError,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)
YES, NO = Person(name="Yara Yes"), Person(name="Nora No")


def document(**changes) -> dict:
    return {
        "registry": "https://registry.example.org",
        "issued": "2026-11-01T00:00:00Z",
        "expires": "2026-12-01T00:00:00Z",
        "people": [
            {"names": ["Yara Yes"], "identifiers": ["isni:1"], "statements": [{"state": "allowed", "uses": ["film"]}]},
            {"names": ["Nora No"], "identifiers": ["isni:2"], "statements": [{"state": "refused", "note": "Never."}]},
        ],
        **changes,
    }


def written(folder: Path, content: dict | bytes) -> Path:
    path = folder / "registry.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


@pytest.fixture
def file_registry(tmp_path):
    return FileConsentRegistry(written(tmp_path, document()), now=NOW)


@pytest.fixture
def http_registry(live_server, transactional_db):
    from django.utils import timezone

    from django_site.apps.accounts.tokens import token_make
    from tests.site.conftest import Make

    make = Make()
    studio = make.studio()
    yes = make.subject(studio.organisation, legal_name="Yara Yes")
    make.subject(studio.organisation, legal_name="Nora No")
    make.grant(
        yes, studio.production, noticed_at=timezone.now() - timedelta(days=3),
        may_sign_from=timezone.now() - timedelta(seconds=1),
        limits={"modalities": ["face"], "separately_signed": True, "counsel_or_union": True},
    )  # fmt: skip
    _, secret = token_make(organisation=studio.organisation, name="Other house", by=studio.head_of_legal)
    registry = HttpConsentRegistry(f"{live_server.url}/api/likeness/check", token=secret)
    registry.production = str(studio.production.pk)
    return registry


@pytest.fixture(
    params=["file_registry", pytest.param("http_registry", marks=[pytest.mark.server, pytest.mark.enable_socket])]
)
def registry(request) -> ConsentRegistry:
    return request.getfixturevalue(request.param)


def question(registry, **fields) -> Question:
    return Question(use="film", production=getattr(registry, "production", ""), **fields)


def test_a_refusal_is_said_with_its_source_and_moment(registry):
    [said] = registry.lookup(NO, question(registry))
    assert said.refuses
    assert said.source in said.plain
    assert said.checked_at.tzinfo is not None


def test_a_permission_is_said_and_refuses_nothing(registry):
    [said] = registry.lookup(YES, question(registry))
    assert (said.state, said.refuses) == ("allowed", False)


def test_who_is_not_known_has_no_statement(registry):
    assert registry.lookup(Person(name="Ulla Unknown"), question(registry)) == ()


def test_other_names_are_asked_for_too(registry):
    [said] = registry.lookup(Person(name="Somebody", aliases=("nora  NO",)), question(registry))
    assert said.refuses


# of the file alone


def test_a_refusal_counts_where_it_touches_and_a_permission_where_it_covers(tmp_path):
    statements = [
        {"state": "allowed", "uses": ["film"], "territories": ["US", "DE"], "modalities": ["face"]},
        {"state": "withdrawn", "uses": ["advertising"], "territories": ["FR"]},
        {"state": "refused", "uses": ["game"], "until": "2026-11-10T00:00:00Z"},
    ]
    people = [{"identifiers": ["isni:3"], "statements": statements}]
    registry = FileConsentRegistry(written(tmp_path, document(people=people)), now=NOW)

    def states(**fields) -> list[str]:
        return [one.state for one in registry.lookup(Person(identifiers=("isni:3",)), Question(**fields))]

    assert states(use="film", territories=("DE",)) == ["allowed"]
    assert states(use="film", territories=("DE", "FR")) == []
    assert states(use="film") == [], "everywhere is more than two countries"
    assert states(use="advertising") == ["withdrawn"], "everywhere has France in it"
    assert states(use="advertising", territories=("US",)) == []
    assert states(use="game") == [], "it lasted until the tenth"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[]", "is not of type"),
        ({}, "required"),
        (document(people=[{"statements": []}]), "people.0"),
        (document(people=[{"names": ["x"], "statements": [{"state": "perhaps"}]}]), "perhaps"),
        (document(expires="2026-11-20T00:00:00Z"), "expired"),
        (document(expires="soon"), "not a moment"),
        (document(expires="2027-01-01T00:00:00"), "without a zone"),
        (document(more=1), "more"),
    ],
)
def test_a_file_that_can_not_be_relied_on_is_refused(tmp_path, content, why):
    with pytest.raises(RegistryError, match=why):
        FileConsentRegistry(written(tmp_path, content), now=NOW).lookup(NO, Question(use="film"))


def test_a_file_that_is_not_there_can_not_be_asked(tmp_path):
    with pytest.raises(UnavailableError, match=r"gone\.json can't be read"):
        FileConsentRegistry(tmp_path / "gone.json").lookup(NO, Question(use="film"))


def test_a_signed_file_is_read_only_as_it_was_signed(tmp_path):
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signed = document(signature=key.sign(canonical_json(document())).hex())
    registry = FileConsentRegistry(written(tmp_path, signed), public_key=public, now=NOW)
    assert registry.lookup(NO, Question(use="film"))[0].refuses
    changed = {**signed, "people": signed["people"][:1]}
    for content in (document(), changed, {**signed, "signature": "0" * 128}):
        with pytest.raises(RegistryError, match="not signed by the key"):
            FileConsentRegistry(written(tmp_path, content), public_key=public, now=NOW).lookup(NO, Question(use="film"))


# of the service alone


@pytest.mark.server
@pytest.mark.enable_socket
def test_a_service_that_refuses_or_is_away_says_so(http_registry, live_server):
    wrong = HttpConsentRegistry(http_registry.url, token="rpk_wrong")
    with pytest.raises(UnavailableError, match="401"):
        wrong.lookup(NO, Question(use="film"))
    with pytest.raises(RegistryError, match="no JSON"):
        HttpConsentRegistry(f"{live_server.url}/verify/", token="x").lookup(NO, Question(use="film"))
    with pytest.raises(UnavailableError):
        HttpConsentRegistry("http://127.0.0.1:9/check", token="x", timeout=1).lookup(NO, Question(use="film"))


def test_tokens_travel_over_tls_alone():
    for url in ("http://registry.example.org/check", "ftp://registry.example.org", "file:///etc/passwd"):
        with pytest.raises(BadInputError, match="https"):
            HttpConsentRegistry(url, token="x")
