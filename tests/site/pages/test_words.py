"""Words of registered scripts in a screenplay: told before it is saved, found in the audit of its cut, decided by people."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from django_site import wiring
from django_site.apps.audits.services.auditing import audit_enqueue
from django_site.apps.audits.services.dismissals import finding_dismiss
from django_site.apps.audits.services.words import words_shared
from django_site.apps.corpora.models import IndexSnapshot, LicensedAct, WorkScript
from django_site.apps.corpora.scripts import script_register
from django_site.apps.corpora.services import index_snapshot_record, work_withdraw
from django_site.apps.jobs.models import JobKind
from django_site.apps.jobs.runner import run_job
from django_site.apps.productions.models import Contribution, Screenplay
from django_site.apps.productions.services.screenplays import SharedWordsError, screenplay_revise, screenplay_write
from django_site.errors import InputError, NotAllowedError, WrongStateError
from generator.errors import WordsError

pytestmark = pytest.mark.django_db
SPEECH = (
    "The sea took my father on a Tuesday, and on Wednesday it brought back his boots, laced, as if he had only stepped "
    "out of them to think the matter over."
)
SCRIPT = f"""Title: Harbour

EXT. HARBOUR - DAY

Boats knock against each other.

MARA
{SPEECH}
"""
OTHER = """Title: Tide

EXT. SHORE - DUSK

The keeper finds a letter in a bottle.

KEEPER
{words}
"""


def words(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def studio(world, settings, tmp_path):
    """The world of the pages, with a script of its registered work."""
    settings.SCRIPTS_ROOT = tmp_path / "scripts"
    settings.INDEX_ROOT = tmp_path / "index"
    script_register(work=world.work, content=SCRIPT.encode(), name="harbour.fountain", by=world.producer)
    return world


def save(studio, fountain: str, **fields) -> Screenplay:
    return screenplay_revise(production=studio.production, fountain=fountain, by=studio.producer, **fields)


def test_shared_words_are_read_before_they_are_saved(studio, visit):
    url, typed = reverse("productions:screenplay", args=[studio.production.pk]), OTHER.format(words=SPEECH)
    browser, before = visit("producer"), studio.production.screenplays.count()
    refused = browser.post(url, {"fountain": typed})
    assert refused.status_code == 400
    said = words(refused)
    assert "share 30 words with “Harbour”" in said or "words with “Harbour”" in said
    assert "Not licensed for reproduction or training" in said
    assert "Read both and say so" in said or "read both and say so" in said
    assert "The keeper finds a letter in a bottle." in said, "what was typed is not lost"
    assert studio.production.screenplays.count() == before
    saved = browser.post(url, {"fountain": typed, "words_read": "on"}, follow=True)
    assert "is saved" in words(saved)
    assert "Words of registered scripts" in words(saved)
    assert reverse("corpora:work", args=[studio.work.pk]) in words(saved)
    note = Contribution.objects.filter(act="edited", actor=studio.producer).latest("created_at").note
    assert note == "kept 1 passages of registered scripts"


def test_own_words_and_licensed_ones_pass(studio, make):
    assert save(studio, OTHER.format(words="I never wrote to anybody."))
    licence = make.licence(studio.work, version=2)
    LicensedAct.objects.create(licence=licence, work=studio.work, act="reproduce")
    assert save(studio, OTHER.format(words=SPEECH))


@pytest.mark.django_db(transaction=True)
def test_a_dismissed_passage_is_not_asked_about_again(studio, make, clip):
    from tests.site.pages.conftest import media_asset

    save(studio, OTHER.format(words=SPEECH), words_read=True)
    cut = make.cut(
        studio.production, studio.producer, state="quarantined", version=7, asset=media_asset(make, clip),
        screenplay=studio.production.screenplays.latest("version"),
    )  # fmt: skip
    job = audit_enqueue(
        kind=JobKind.AUDIT_CUT, target=cut, production=studio.production, asset=cut.asset, requested_by=studio.producer
    )
    run_job(job_id=job.pk)
    audit = cut.audits.get()
    finding = audit.findings.get(kind="text")
    assert finding.work == studio.work
    assert SPEECH[:40] in finding.plain
    assert "words" in {detector["name"] for detector in audit.detectors}
    failed = {check["policy"]: check for check in audit.decisions.get().checks if not check["passed"]}
    assert failed["copyright/same-words"]["severity"] == "review"
    finding_dismiss(finding=finding, by=studio.legal_reviewer, reason="a quotation that everybody uses")
    standing, (quieted,) = words_shared(production=studio.production, fountain=OTHER.format(words=SPEECH))
    assert (standing, quieted.reason) == ((), "a quotation that everybody uses")
    assert save(studio, OTHER.format(words=SPEECH))
    longer = SCRIPT.replace("Boats knock against each other.", "Boats knock.").replace("Harbour", "Bay")
    assert words_shared(production=studio.other_production, fountain=longer)[1]


def test_a_script_is_registered_on_the_page_of_its_work(studio, visit, make):
    url, browser = reverse("corpora:script", args=[studio.work.pk]), visit("producer")
    subtitles = "1\n00:00:01,000 --> 00:00:04,000\nNobody comes back from the sea the way he went.\n"
    answer = words(browser.post(url, {"file": SimpleUploadedFile("a/harbour.srt", subtitles.encode())}, follow=True))
    assert "Its words are looked for" in answer
    assert "harbour.srt" in answer
    for name, content, said in (
        ("few.txt", b"too few", "few.txt: 5 words are the least"),
        ("picture.txt", b"\xff\xd8\xff\xe0" + bytes(range(256)), "picture.txt"),
        ("none.txt", b"", "The submitted file is empty"),
    ):
        refused = browser.post(url, {"file": SimpleUploadedFile(name, content)})
        assert refused.status_code == 400, name
        assert said in words(refused)
    assert WorkScript.objects.count() == 2
    with pytest.raises(NotAllowedError):
        script_register(work=studio.work, content=SCRIPT.encode(), name="x", by=studio.outsider)
    with pytest.raises(InputError, match="empty"):
        script_register(work=studio.work, content=b"", name="x", by=studio.producer)


def test_another_script_makes_earlier_decisions_stale_and_a_work_taken_out_is_not_known(studio):
    first = index_snapshot_record()
    assert index_snapshot_record() == first
    text = "A different scene entirely, in which six gulls discuss the price of herring at some length."
    script_register(work=studio.work, content=text.encode(), name="gulls.txt", by=studio.producer)
    assert IndexSnapshot.objects.latest() != first
    with pytest.raises(SharedWordsError):
        save(studio, OTHER.format(words=text))
    work_withdraw(work=studio.work, by=studio.producer, reason="the rights were sold")
    assert wiring.text_library().titles() == {}
    assert save(studio, OTHER.format(words=text))
    with pytest.raises(WrongStateError, match="taken out"):
        script_register(work=studio.work, content=text.encode(), name="gulls.txt", by=studio.producer)


def test_the_machine_does_not_write_what_is_registered(studio):
    studio.production.brief = f"A keeper, Mara, waits in a harbour at dusk. {SPEECH}"
    studio.production.save()
    before = studio.production.screenplays.count()
    with pytest.raises(WordsError, match=r"words of .* in each of"):
        screenplay_write(production=studio.production, by=studio.producer)
    assert studio.production.screenplays.count() == before
