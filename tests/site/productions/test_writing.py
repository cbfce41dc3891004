"""Who writes screenplays: a model behind a real server as a job, and what becomes of what it writes."""

import json
import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from django_site import wiring
from django_site.apps.corpora.models import LicensedAct
from django_site.apps.corpora.scripts import script_register
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_pending
from django_site.apps.jobs.services import job_cancel
from django_site.apps.productions.models import Contribution, Screenplay, Writing
from django_site.apps.productions.revisions import shares_of
from django_site.apps.productions.services.screenplays import screenplay_revise, screenplay_text, screenplay_write
from django_site.apps.productions.services.writing import writing_request
from django_site.errors import WrongStateError
from django_site.writers import writer_check
from tests.generator.language_models import tiny_model
from tests.generator.test_writers import completion, send, serving, talking

pytestmark = pytest.mark.django_db(transaction=True)
BRIEF = "A lighthouse keeper, Mara, finds a sealed letter on the shore at dusk."


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.SCRIPTS_ROOT = tmp_path / "scripts"
    studio = make.studio()
    studio.production.brief = BRIEF
    studio.production.save()
    return studio


@pytest.fixture
def model(settings, socket_enabled):
    """``model(answers)`` serves a model and makes it the site's writer; what it was asked is in ``.asked``."""
    open_ = []

    def serve(answers):
        manager = serving(answers)
        address, asked = manager.__enter__()
        open_.append(manager)
        settings.WRITER, settings.WRITER_MODEL = f"endpoint:{address}", "storyteller-7b"
        return asked

    yield serve
    for manager in open_:
        manager.__exit__(None, None, None)


def asked_for(studio, **values) -> Writing:
    writing = writing_request(production=studio.production, by=studio.producer, **values)
    run_pending()
    writing.refresh_from_db()
    return writing


def test_a_model_writes_as_a_job_and_is_named_for_what_it_wrote(studio, model, client):
    asked = model(talking)
    writing = writing_request(production=studio.production, by=studio.producer)
    assert writing.screenplay is None
    assert writing.job.state == "queued"
    client.force_login(studio.producer)
    page = client.get(reverse("productions:screenplay", args=[studio.production.pk])).content.decode()
    assert "Being written" in page
    assert "storyteller-7b at 127.0.0.1" in page
    page = client.get(reverse("productions:page", args=[studio.production.pk])).content.decode()
    assert "storyteller-7b at 127.0.0.1 is writing the screenplay." in page
    run_pending()
    writing.refresh_from_db()
    assert (writing.reason, writing.writer) == ("", "storyteller-7b at 127.0.0.1")
    screenplay = writing.screenplay
    assert "I counted" in screenplay_text(screenplay)
    assert ("storyteller-7b at 127.0.0.1", "model") in {(share.name, share.kind) for share in shares_of(screenplay)}
    wrote = Contribution.objects.get(target_id=screenplay.pk, act="wrote")
    assert (wrote.tool, wrote.actor) == ("storyteller-7b at 127.0.0.1", studio.producer)
    assert screenplay.scenes.count() == len(asked) == 3
    assert screenplay.scenes.first().shots.exists()
    page = client.get(reverse("productions:screenplay", args=[studio.production.pk])).content.decode()
    assert "storyteller-7b at 127.0.0.1" in page


def test_a_failure_leaves_the_version_before_and_says_what_to_do(studio, model, client):
    screenplay_write(production=studio.production, by=studio.producer)
    model(lambda handler, body: send(handler, 401, b'{"error": {"message": "bad key"}}'))
    writing = asked_for(studio)
    assert writing.screenplay is None
    assert "check the key" in writing.reason
    assert writing.job.state == "failed"
    assert [one.version for one in Screenplay.objects.all()] == [1]
    client.force_login(studio.producer)
    page = client.get(reverse("productions:screenplay", args=[studio.production.pk])).content.decode()
    assert "check the key" in page
    assert "The version before it is as it was." in page


def test_a_screenplay_that_was_saved_meanwhile_is_not_overtaken(studio, model):
    first = screenplay_write(production=studio.production, by=studio.producer)
    model(talking)
    writing = writing_request(production=studio.production, by=studio.producer)
    text = screenplay_text(first).rstrip() + "\n\nThe keeper smiles.\n"
    screenplay_revise(production=studio.production, fountain=text, by=studio.producer)
    run_pending()
    writing.refresh_from_db()
    assert "version 2 was saved while this was being written" in writing.reason
    assert Screenplay.objects.count() == 2


def test_one_is_written_at_a_time_and_can_be_called_off(studio, model):
    model(talking)
    writing = writing_request(production=studio.production, by=studio.producer)
    with pytest.raises(WrongStateError, match="being written already"):
        writing_request(production=studio.production, by=studio.producer)
    assert Writing.objects.count() == 1
    job_cancel(job=Job.objects.get(pk=writing.job_id), by=studio.producer)
    writing.refresh_from_db()
    assert writing.reason.startswith("Cancelled by")
    assert asked_for(studio).screenplay is not None


def test_words_of_a_registered_script_are_not_kept(studio, model, make):
    words = (
        "The harbour sleeps beneath a copper moon while seven bells are counted by nobody at all, and the old ferryman "
        "sings of drowned cathedrals to the gulls that never learned his name or wished to."
    )
    work = make.work(studio.organisation)
    script_register(work=work, content=(words + "\n").encode(), name="harbour.txt", by=studio.producer)

    def copying(handler, body):
        texts = (words, "Rain on the glass.", "A door that nobody opened.", "The lamp turns once more.")
        scene = [{"kind": "action", "character": "", "parenthetical": "", "text": text} for text in texts]
        send(handler, 200, completion(json.dumps({"elements": scene})))

    model(copying)
    writing = asked_for(studio)
    assert writing.screenplay is None
    assert "Harbour" in writing.reason
    assert re.search("change the brief|license", writing.reason)


def test_the_grammar_writes_at_once_and_by_the_same_rows(studio):
    writing = writing_request(production=studio.production, by=studio.producer, structure="loop")
    assert writing.screenplay.version == 1
    assert writing.job is None
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("ghost", "none of grammar"),
        ("endpoint:", "none of grammar"),
        ("endpoint:http://example.org/v1", "use https"),
        ("endpoint:file:///etc/passwd", "is no address"),
        ("transformers:/nowhere", "config.json"),
    ],
)
def test_a_setting_that_can_not_be_used_is_said_at_the_start(settings, value, says):
    settings.WRITER, settings.WRITER_MODEL = value, "storyteller-7b"
    with pytest.raises(ImproperlyConfigured, match=says):
        writer_check()


def test_an_endpoint_without_a_model_is_said_at_the_start(settings):
    settings.WRITER, settings.WRITER_MODEL = "endpoint:https://example.org/v1", ""
    with pytest.raises(ImproperlyConfigured, match="REELPROOF_WRITER_MODEL"):
        writer_check()


def test_a_licensed_character_may_be_named(studio, make):
    studio.production.brief = "Darth Vader opens a bakery by the sea and finds a letter."
    studio.production.save()
    work = make.work(studio.organisation, title="Darth Vader")
    licence = make.licence(work)
    LicensedAct.objects.create(licence=licence, work=work, act="adapt")
    assert writing_request(production=studio.production, by=studio.producer).screenplay is not None


def test_a_model_on_this_machine_is_opened_by_its_folder_and_known_by_its_weights(settings, tmp_path):
    folder = tiny_model(tmp_path / "storyteller")
    settings.WRITER, settings.WRITER_MODEL, settings.WRITER_LICENCE = f"transformers:{folder}", "", "Apache-2.0"
    card = wiring.screenplay_writer().card
    assert (card.kind, card.name, card.licence) == ("model", "storyteller", "Apache-2.0")
    assert len(card.digest) == 64
    (folder / "model.safetensors").unlink()
    with pytest.raises(ImproperlyConfigured, match=r"\*.safetensors"):
        writer_check()
