"""Voices that people lend: asked for at the gate, at the cut and at the release, as faces are; all others are nobody's."""

from types import SimpleNamespace

import pytest
from django.urls import reverse

from django_site.apps.audits.facts import edit_facts, prompt_facts
from django_site.apps.audits.people_facts import people_found
from django_site.apps.audits.services.uses import uses_record
from django_site.apps.likeness.models import UseKind
from django_site.apps.productions.gate import gate_lines
from django_site.apps.productions.models import Shot, VoiceCasting
from django_site.apps.productions.services.assembling import _consents_stand
from django_site.apps.productions.services.casting import voice_cast
from django_site.apps.productions.services.takes import take_request
from django_site.apps.productions.voices import characters_of, speakers_for, voices_lent
from django_site.apps.provenance.services.draft import _heard
from django_site.apps.provenance.services.standing import subjects_seen
from django_site.errors import InputError, NotAllowedError, WrongStateError
from generator.shots.model import Line
from tests.generator.shots import shot as made_of

pytestmark = pytest.mark.django_db
VOICE = {"modalities": ["face", "voice"]}


@pytest.fixture
def studio(make, filmed, client):
    studio = make.studio()
    studio.cut, studio.takes = filmed(studio)
    studio.shots = [take.shot for take in studio.takes]
    Shot.objects.filter(pk=studio.shots[0].pk).update(
        spec=made_of(dialogue=(Line("Mara", "Who goes there?"),)).as_dict()
    )
    studio.shots[0].refresh_from_db()
    studio.subject = make.subject(studio.organisation)
    client.force_login(studio.producer)
    studio.people = reverse("productions:people", args=[studio.production.pk])
    studio.save = reverse("productions:voice_cast", args=[studio.production.pk])
    return studio


def lend(studio, subject=None):
    voice_cast(
        production=studio.production, character="mara (V.O.)", subject=subject or studio.subject, by=studio.producer
    )


def test_a_character_speaks_with_nobodys_voice_until_somebody_lends_one(studio, client, make):
    page = client.get(studio.people).content.decode()
    assert "MARA" in page
    assert "synthesised, nobody" in page
    client.post(studio.save, {"character": "MARA", "subject": str(studio.subject.pk)})
    assert not VoiceCasting.objects.exists(), "who granted nothing can't be chosen"
    make.grant(studio.subject, studio.production, limits=VOICE)
    client.post(studio.save, {"character": "MARA", "subject": str(studio.subject.pk)})
    assert VoiceCasting.objects.get().subject == studio.subject
    assert "lent by" in client.get(studio.people).content.decode()
    client.post(studio.save, {"character": "MARA", "subject": ""})
    assert characters_of(studio.production)[0].subject is None


def test_only_who_speaks_has_a_voice_and_only_who_may_changes_it(studio):
    with pytest.raises(InputError, match="says nothing in this film"):
        voice_cast(production=studio.production, character="IVO", subject=studio.subject, by=studio.producer)
    with pytest.raises(NotAllowedError):
        voice_cast(production=studio.production, character="MARA", subject=studio.subject, by=studio.legal_reviewer)
    assert not VoiceCasting.objects.exists()


def test_the_gate_refuses_a_voice_without_a_grant_and_says_who_can_fix_it(studio, make):
    lend(studio)
    lines = gate_lines(studio.shots, screenplay_text="")
    assert [lines[shot.pk].clear for shot in studio.shots] == [False, True, True]
    line = lines[studio.shots[0].pk]
    assert "The lines of MARA are spoken in a voice lent by Eileen Marsh" in line.plain
    assert line.who_can_fix
    refused = take_request(shot=studio.shots[0], by=studio.producer)
    assert refused.state == "stopped"
    assert "no grant in force covers the voice of Eileen Marsh" in refused.reason
    make.grant(studio.subject, studio.production)
    assert not gate_lines(studio.shots, screenplay_text="")[studio.shots[0].pk].clear, (
        "a grant of the face is no grant of it"
    )
    make.grant(studio.subject, studio.production, limits=VOICE)
    voices = [one for one in prompt_facts(studio.shots[0], screenplay_text="").people if one.modality == "voice"]
    assert [(one.how, one.grant.active) for one in voices] == [("cast", True)]
    assert not [one for one in prompt_facts(studio.shots[1], screenplay_text="").people if one.modality == "voice"]


def test_takes_are_not_cut_together_without_it(studio, make):
    for take in studio.takes:
        make.audit(studio.production, take.asset, take=take)
    for place, take in enumerate(studio.takes, start=1):
        studio.cut.items.create(position=place, take=take, take_in=0, take_out=2)
    _consents_stand(studio.cut)
    lend(studio)
    assert [one.modality for one in edit_facts(studio.cut).people] == ["voice"]
    with pytest.raises(WrongStateError, match="lent by Eileen Marsh"):
        _consents_stand(studio.cut)


def test_a_cut_is_judged_by_the_voices_that_it_was_made_with(studio, make):
    studio.cut.items.create(position=1, take=studio.takes[0], take_in=0, take_out=2, start=2, end=4)
    line = {"clip": "s1-01", "character": "Mara", "text": "Who?", "synthesiser": "espeak-ng 1.51", "start": 2.3, "end": 3.1,
            "subject": str(studio.subject.pk)}  # fmt: skip
    type(studio.cut).objects.filter(pk=studio.cut.pk).update(sound={"lines": [line], "notes": []})
    studio.cut.refresh_from_db()
    audit = make.audit(studio.production, studio.cut.asset, cut=studio.cut)
    facts = people_found(audit, studio.production)
    assert [(one.modality, one.subject_id, one.grant) for one in facts] == [("voice", str(studio.subject.pk), None)]
    assert subjects_seen(studio.cut) == {str(studio.subject.pk)}
    assert "in the voices of people who granted them" in _heard(studio.cut.sound)
    make.grant(studio.subject, studio.production, limits=VOICE)
    used = uses_record(audit=audit, kind=UseKind.RELEASE, cut=studio.cut)
    assert [(use.subject, float(use.seconds), use.spans) for use in used] == [
        (studio.subject, 0.8, [["voice", 2.3, 3.1]])
    ]


def test_the_synthesiser_speaks_for_the_person_and_says_so(studio):
    lend(studio)
    said = SimpleNamespace(dialogue=(Line("Mara", "Who?"), Line("IVO", "Me.")))
    speakers = speakers_for(studio.production, {"s1-01": said})
    assert {name: one.subject for name, one in speakers.items()} == {"Mara": str(studio.subject.pk)}
    assert [one.characters for one in voices_lent(studio.production, studio.shots)] == [("MARA",)]
