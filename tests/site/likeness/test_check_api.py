"""May this likeness be used thus? Asked by other tools: by name, by face, by voice; answered as every gate answers."""

import json
from datetime import timedelta

import jsonschema
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from django_site import wiring
from django_site.apps.accounts.models import ApiToken, ApiWindow
from django_site.apps.accounts.tokens import token_make, token_of, token_revoke, token_spend
from django_site.apps.audits.models import Asset, Decision
from django_site.apps.likeness.api import DESCRIPTION
from django_site.apps.likeness.services import biometric_consent_record, subject_enrol
from django_site.errors import InputError, NotAllowedError
from tests.clips import ASTRONAUT, COFFEE
from tests.sounds import RATE, resampled, speech, write_wav

pytestmark = pytest.mark.django_db
URL = "/api/likeness/check"
FULL = {"media": ["*"], "separately_signed": True, "counsel_or_union": True}


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.API_REQUESTS_A_MINUTE = 1000
    studio = make.studio()
    studio.performer = make.member(studio.organisation, "performer")
    studio.subject = make.subject(
        studio.organisation, user=studio.performer, stage_name="Lina Vale", aliases=["The Vale"]
    )
    studio.token, studio.secret = token_make(organisation=studio.organisation, name="Editor", by=studio.head_of_legal)
    return studio


@pytest.fixture
def ask(studio, client):
    described = json.loads(DESCRIPTION.read_text())
    answer_schema = {"$ref": "#/components/schemas/Answer", "components": described["components"]}

    def asked(secret: str | None = None, files: dict | None = None, status: int = 200, **given) -> dict:
        headers = {"authorization": f"Bearer {studio.secret if secret is None else secret}"}
        response = (
            client.post(URL, {**given, **files}, headers=headers) if files else client.get(URL, given, headers=headers)
        )
        assert response.status_code == status, response.content
        assert str(status) in described["paths"][URL]["post" if files else "get"]["responses"]
        document = response.json()
        if status == 200:
            jsonschema.validate(document, answer_schema)
        else:
            jsonschema.validate(document, described["components"]["schemas"]["Error"])
        return document

    return asked


def granted(make, studio, **limits):
    return make.grant(
        studio.subject, studio.production, limits={**FULL, **limits}, noticed_at=timezone.now() - timedelta(days=3),
        may_sign_from=timezone.now() - timedelta(seconds=1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "how"),
    [
        ("Lina Vale", "name"),
        ("LINA   VALÉ", "name"),
        ("the vale", "alias"),
        ("a portrait in the style of Lina Vale", "style"),
        ("a voice like Lina Vale's voice", "voice"),
        ("somebody who looks like Lina Vale", "look"),
    ],
)
def test_names_aliases_and_imitations_are_known(ask, said, how):
    answer = ask(name=said)
    assert answer["allowed"] is False
    assert {one["matched_by"] for one in answer["people"]} == {how}
    assert answer["people"][0]["name"] == "Lina Vale"
    assert "has granted no use" in answer["people"][0]["reasons"][0]


def test_nobody_registered_is_no_answer(ask):
    answer = ask(name="Somebody Else")
    assert (answer["registered"], answer["allowed"], answer["people"]) == (False, None, [])


def test_the_answer_is_that_of_the_gates(make, studio, ask):
    grant = granted(make, studio, territories=["US", "DE"], exclusions=["nudity"])
    question = {
        "name": "Lina Vale",
        "production": str(studio.production.pk),
        "territory": "US,DE",
        "media": "streaming",
    }
    answer = ask(**question)
    assert answer["allowed"] is True, answer["people"][0]["reasons"]
    assert (answer["people"][0]["grant"], answer["people"][0]["grant_version"]) == (str(grant.grant), 1)
    for change, why in (
        ({"territory": "US,FR"}, "US"),
        ({"use": "advertising"}, "advertising"),
        ({"act": "fine_tune"}, "fine_tune"),
        ({"content": "nudity"}, "rules out"),
        ({"alteration": "age"}, "age"),
        ({"real_time": "true"}, ""),
        ({"personalised": "true"}, "versions of the film"),
        ({"sublicensee": "Somebody"}, "Somebody"),
        ({"production": ""}, "not for"),
    ):
        refused = ask(**{**question, **change})
        assert refused["allowed"] is False, change
        assert why in " ".join(refused["people"][0]["reasons"]), change
        assert refused["people"][0]["remedies"], "and what to do about it"


def test_bad_questions_are_told_what_is_wrong(ask, make, studio):
    other = make.studio().production
    for given, why in (
        ({}, "one thing"),
        ({"name": "x" * 2001}, "characters"),
        ({"name": "Lina Vale", "use": "wallpaper"}, "wallpaper"),
        ({"name": "Lina Vale", "real_time": "perhaps"}, "true or false"),
        ({"name": "Lina Vale", "personalised": "1"}, "Personalised is true or false"),
        ({"name": "Lina Vale", "production": "nonsense"}, "no production"),
        ({"name": "Lina Vale", "production": str(other.pk)}, "no production"),
    ):
        assert why in ask(status=400, **given)["error"], given


def test_who_works_elsewhere_learns_no_more_than_no(make, studio, ask):
    granted(make, studio)
    elsewhere = make.studio()
    _, secret = token_make(organisation=elsewhere.organisation, name="Tool", by=elsewhere.head_of_legal)
    [person] = ask(secret, name="Lina Vale")["people"]
    assert (person["allowed"], person["person"], person["name"], person["grant"]) == (False, None, None, None)
    assert person["reasons"] == ["A registered person whom you ask about has not allowed this use."]


def test_a_face_is_looked_at_and_nothing_of_it_is_kept(studio, ask, tmp_path):
    from pathlib import Path

    biometric_consent_record(subject=studio.subject, text="Measure my face.", by=studio.performer)
    subject_enrol(
        subject=studio.subject,
        portraits=[ASTRONAUT],
        business_reason="protection",
        source="scan",
        by=studio.legal_reviewer,
    )
    before = (Asset.objects.count(), Decision.objects.count(), sorted(Path("/dev/shm").glob("reelproof-check-*")))
    picture = SimpleUploadedFile("me.png", ASTRONAUT.read_bytes(), "image/png")
    answer = ask(files={"face": picture}, production=str(studio.production.pk))
    assert [(one["name"], one["matched_by"], one["allowed"]) for one in answer["people"]] == [
        ("Lina Vale", "face", False)
    ]
    after = (Asset.objects.count(), Decision.objects.count(), sorted(Path("/dev/shm").glob("reelproof-check-*")))
    assert before == after
    coffee = SimpleUploadedFile("c.png", COFFEE.read_bytes(), "image/png")
    assert "no face was found" in ask(files={"face": coffee}, status=400)["error"].lower()
    broken = SimpleUploadedFile("b.png", b"nothing of a picture", "image/png")
    assert ask(files={"face": broken}, status=400)["error"]
    assert ask(files={"face": coffee, "voice": broken}, status=400)["error"]


def test_a_voice_is_listened_to(studio, ask, tmp_path):
    silence = write_wav(tmp_path / "silence.wav", 0 * speech(5, 6.0))
    assert ask(files={"voice": SimpleUploadedFile("s.wav", silence.read_bytes())}, status=400)["error"]
    spoken = write_wav(tmp_path / "voice.wav", resampled(speech(5, 30.0), 0.8)[: 9 * RATE])
    answer = ask(files={"voice": SimpleUploadedFile("v.wav", spoken.read_bytes())})
    assert answer["registered"] is False, "heard, and like nobody registered"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(studio, client, monkeypatch):
    monkeypatch.setattr("django_site.apps.likeness.api.MAX_BYTES", 100)
    upload = SimpleUploadedFile("a.png", b"x" * 1000)
    headers = {"authorization": f"Bearer {studio.secret}"}
    assert client.post(URL, {"face": upload}, headers=headers).status_code == 413


def test_tokens_open_only_what_they_are_for(studio, ask, client):
    for secret in ("", "nonsense", "rpk_" + "x" * 43, studio.secret[:-1], studio.secret.upper()):
        assert "token" in ask(secret, status=401, name="Lina Vale")["error"]
    assert client.get(URL)["WWW-Authenticate"].startswith("Bearer")
    assert studio.secret not in str(ApiToken.objects.values())
    assert token_of(f"Bearer {studio.secret}", scope="something.else") is None
    ApiToken.objects.filter(pk=studio.token.pk).update(
        created_at=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(seconds=1)
    )
    assert ask(status=401, name="Lina Vale")
    with pytest.raises(NotAllowedError):
        token_make(organisation=studio.organisation, name="x", by=studio.legal_reviewer)
    for days in (0, 4000):
        with pytest.raises(InputError, match="lasts"):
            token_make(organisation=studio.organisation, name="x", by=studio.head_of_legal, days=days)


def test_a_token_is_shown_once_and_revoked_at_once(studio, ask, client):
    client.force_login(studio.head_of_legal, backend="django.contrib.auth.backends.ModelBackend")
    page = client.post(reverse("tokens:make"), {"name": "Colour grading", "days": 30})
    secret = page.content.decode().split('data-value="rpk_')[1].split('"')[0]
    assert page["Cache-Control"] == "no-store"
    assert ask(f"rpk_{secret}", name="Lina Vale")["registered"]
    assert f"rpk_{secret}" not in client.get(reverse("tokens:list")).content.decode()
    token = ApiToken.objects.get(name="Colour grading")
    assert token.last_used_at is not None
    assert client.post(reverse("tokens:revoke", args=[token.pk])).status_code == 302
    assert ask(f"rpk_{secret}", status=401, name="Lina Vale")
    with pytest.raises(Exception, match="already"):
        token_revoke(token=token, by=studio.head_of_legal)


@pytest.mark.usefixtures("one_minute")
def test_questions_are_counted(studio, client, settings):
    settings.API_REQUESTS_A_MINUTE = 3
    headers = {"authorization": f"Bearer {studio.secret}"}
    left = [client.get(URL, {"name": "x"}, headers=headers)["RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = client.get(URL, {"name": "x"}, headers=headers)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    assert token_spend(studio.token, cost=4).allowed is False, "what costs more than is left takes nothing"
    later = timezone.now() + timedelta(minutes=1)
    assert token_spend(studio.token, now=later).remaining == 2
    assert ApiWindow.objects.count() == 1, "old minutes are forgotten"


def test_the_description_is_of_what_is_there(client):
    described = client.get("/api/openapi.json").json()
    assert set(described["paths"]) == {reverse("api:check")}
    assert set(described["paths"][URL]) == {"get", "post"}
    from django_site.apps.likeness.models import Modality
    from django_site.apps.likeness.scope import ACTS
    from django_site.apps.productions.vocabulary import Alteration, ContentTopic, Medium, Use

    asked = {one["name"]: one["schema"] for one in described["paths"][URL]["get"]["parameters"]}
    assert asked["act"]["enum"] == list(ACTS)
    assert asked["use"]["enum"] == Use.values
    assert asked["media"]["items"]["enum"] == Medium.values
    assert asked["content"]["items"]["enum"] == ContentTopic.values
    assert asked["alteration"]["items"]["enum"] == Alteration.values
    person = described["components"]["schemas"]["Person"]["properties"]
    assert person["modality"]["enum"] == Modality.values
    assert wiring.policy_bundle()
