"""Importing a corpus on the site: looked through, confirmed, registered; stopped and gone on with; and a work's own file."""

import io
import json
import tarfile
import zipfile
from datetime import timedelta

import cv2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from django_site import wiring
from django_site.apps.audits.models import Asset
from django_site.apps.corpora import importing
from django_site.apps.corpora.imports import corpus_bring_in, corpus_confirm, corpus_discard, corpus_resume
from django_site.apps.corpora.models import CorpusImport, Licence, Work
from django_site.apps.corpora.services import work_replace, work_withdraw
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_job, run_pending
from django_site.apps.jobs.services import job_cancel
from django_site.errors import InputError, NotAllowedError, WrongStateError
from tests.clips import COFFEE, PHOTOGRAPHS, ROCKET

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = (
    "file,work_id,title,rights_holder,licence,acts,territories,ends\n"
    "coffee.png,cup,Coffee,Rachel Michetti,CC0-1.0,match reproduce,DE FR,2099-12-31\n"
    "cup/rocket.jpg,cup,Coffee,Rachel Michetti,CC0-1.0,match reproduce,DE FR,2099-12-31\n"
    "chelsea.png,,Chelsea,Stefan,Letter of 3 May,match,*,\n"
    "broken.png,,Broken,Stefan,Letter of 3 May,match,*,\n"
    "gone.png,,Gone,Stefan,Letter of 3 May,match,*,\n"
)
FILES = {"coffee.png": COFFEE, "cup/rocket.jpg": ROCKET, "chelsea.png": PHOTOGRAPHS / "chelsea.png"}


def picture(path, suffix: str, side: int = 120) -> bytes:
    return cv2.imencode(suffix, cv2.resize(cv2.imread(str(path)), (side, side)))[1].tobytes()


def zipped(extra: dict[str, bytes] | None = None) -> io.BytesIO:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, file in FILES.items():
            archive.writestr(name, picture(file, name[-4:]))
        for name, data in {"broken.png": b"no picture", "extra.png": b"x", **(extra or {})}.items():
            archive.writestr(name, data)
    content.seek(0)
    return content


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.INDEX_ROOT = tmp_path / "index"
    settings.CORPORA_ROOT = None
    return make.studio()


def bring(studio, archive=None, table: str | None = TABLE, **fields):
    listed = {"table": table.encode(), "table_name": "works.csv"} if table else {}
    values = {"archive": archive or zipped(), "archive_name": "works.zip", **listed, **fields}
    corpus = corpus_bring_in(organisation=studio.organisation, by=studio.producer, **values)
    run_pending()
    corpus.refresh_from_db()
    return corpus


def outcomes(corpus, *, preview: bool = False) -> dict[str, str]:
    return dict(corpus.files.filter(preview=preview).values_list("file", "outcome"))


def browser(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_the_preview_says_what_the_import_then_does(studio):
    corpus = bring(studio, zipped({"../climbs.png": b"x"}))
    assert corpus.state == "ready"
    assert not Work.objects.exists()
    assert wiring.work_index().titles() == {}
    would = outcomes(corpus, preview=True)
    assert would == {
        "coffee.png": "addable", "cup/rocket.jpg": "addable", "chelsea.png": "addable", "broken.png": "refused",
        "extra.png": "unlisted", "../climbs.png": "refused", "gone.png": "missing",
    }  # fmt: skip
    reasons = dict(corpus.files.values_list("file", "reason"))
    assert "climbs out" in reasons["../climbs.png"]
    assert reasons["gone.png"] == "the table lists it, but it is not in works.zip"
    assert not any("/" + "tmp" in reason or "quarantine" in reason for reason in reasons.values())
    corpus_confirm(corpus=corpus, by=studio.legal_reviewer)
    run_pending()
    corpus.refresh_from_db()
    did = outcomes(corpus)
    assert {name: outcome.replace("registered", "addable") for name, outcome in did.items()} == would
    assert (corpus.state, corpus.archive, corpus.confirmed_by) == ("done", None, studio.legal_reviewer)
    assert set(wiring.work_index().titles()) == {str(pk) for pk in Work.objects.values_list("pk", flat=True)}
    cup = Work.objects.get(title="Coffee")
    assert cup.assets.count() == 2
    assert corpus.files.get(preview=False, file="coffee.png").work == cup
    assert Job.objects.filter(state="done", organisation=studio.organisation, production=None).count() == 2
    assert not Asset.objects.filter(media_type="application/octet-stream").exists()
    assert corpus.table is not None


def test_importing_the_same_again_finds_everything_there(studio):
    corpus_confirm(corpus=bring(studio), by=studio.producer)
    run_pending()
    again = bring(studio)
    assert set(outcomes(again, preview=True).values()) == {"already", "refused", "unlisted", "missing"}
    with pytest.raises(WrongStateError, match="nothing of this corpus"):
        corpus_confirm(corpus=again, by=studio.producer)
    corpus_discard(corpus=again, by=studio.producer)
    again.refresh_from_db()
    assert (again.state, again.archive) == ("discarded", None)


def test_without_a_table_every_file_is_a_work_without_a_licence(studio):
    corpus = bring(studio, table=None, rights_holder="  Stefan  Coast ")
    corpus_confirm(corpus=corpus, by=studio.producer)
    run_pending()
    assert sorted(Work.objects.values_list("title", "rights_holder__name")) == [
        ("chelsea", "Stefan Coast"), ("coffee", "Stefan Coast"), ("rocket", "Stefan Coast")
    ]  # fmt: skip
    assert not Licence.objects.exists()
    page = words(browser(studio.producer).get(reverse("corpora:import", args=[corpus.pk])))
    assert "3 works were added" in page
    assert "No licence." in page


def test_a_cancelled_import_goes_on_where_it_stopped(studio, monkeypatch):
    corpus = bring(studio)
    corpus_confirm(corpus=corpus, by=studio.producer)
    job = Job.objects.get(kind="import_corpus")
    register = importing.work_register

    def register_and_call_off(**values):
        work = register(**values)
        job_cancel(job=job, by=studio.producer)
        return work

    with monkeypatch.context() as patch:
        patch.setattr(importing, "work_register", register_and_call_off)
        run_pending()
    corpus.refresh_from_db()
    job.refresh_from_db()
    assert (corpus.state, job.state) == ("stopped", "cancelled")
    assert "Cancelled by" in corpus.reason
    assert list(Work.objects.values_list("title", flat=True)) == ["Coffee"]
    first = Work.objects.get().pk
    corpus_resume(corpus=corpus, by=studio.producer)
    run_pending()
    corpus.refresh_from_db()
    assert corpus.state == "done"
    assert sorted(Work.objects.values_list("title", flat=True)) == ["Chelsea", "Coffee"]
    assert Work.objects.get(title="Coffee").pk == first
    assert set(outcomes(corpus).values()) == {"registered", "refused", "unlisted", "missing"}


def test_a_late_worker_registers_nothing_once_another_has_the_job(studio, monkeypatch):
    corpus = bring(studio)
    corpus_confirm(corpus=corpus, by=studio.producer)
    job = Job.objects.get(kind="import_corpus")
    register = importing.work_register

    def register_and_lose_the_job(**values):
        work = register(**values)
        Job.objects.filter(pk=job.pk).update(attempt=F("attempt") + 1)
        return work

    with monkeypatch.context() as patch:
        patch.setattr(importing, "work_register", register_and_lose_the_job)
        run_job(job_id=job.pk)
    corpus.refresh_from_db()
    assert (corpus.state, list(Work.objects.values_list("title", flat=True))) == ("importing", ["Coffee"])
    assert not corpus.files.filter(preview=False).exists()
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    run_pending()
    corpus.refresh_from_db()
    assert corpus.state == "done"
    assert sorted(Work.objects.values_list("title", flat=True)) == ["Chelsea", "Coffee"]
    assert set(wiring.work_index().titles()) == {str(pk) for pk in Work.objects.values_list("pk", flat=True)}


def test_a_worker_that_died_between_rows_and_index_leaves_nothing_half_done(studio):
    corpus_confirm(corpus=bring(studio), by=studio.producer)
    run_pending()
    cat = Work.objects.get(title="Chelsea")
    wiring.work_index().remove(str(cat.pk))  # as if the worker had died before the index was written
    again = bring(studio, zipped({"note.txt": b"another archive"}), TABLE + "note.txt,,Note,S,MIT,none,*,\n")
    assert str(cat.pk) not in wiring.work_index().titles()  # looking through it registers nothing
    CorpusImport.objects.filter(pk=again.pk).update(state="stopped", reason="The worker died.", confirmed_by=studio.producer,
                                                    confirmed_at=again.created_at)  # fmt: skip
    again.refresh_from_db()
    corpus_resume(corpus=again, by=studio.producer)
    run_pending()
    assert str(cat.pk) in wiring.work_index().titles()
    assert Work.objects.count() == 2


def test_what_is_no_archive_is_not_kept(studio):
    with pytest.raises(InputError, match=r"works\.rar: no \.zip and no \.tar"):
        bring(studio, io.BytesIO(b"Rar!\x1a\x07\x01\x00"), archive_name="works.rar")
    assert not Asset.objects.exists()


def test_a_damaged_archive_says_so_and_can_be_discarded(studio):
    corpus = bring(studio, io.BytesIO(b"PK\x03\x04 and nothing that follows"))
    assert corpus.state == "stopped"
    assert corpus.reason.startswith("works.zip: no readable zip")
    page = words(browser(studio.producer).post(reverse("corpora:import_discard", args=[corpus.pk]), follow=True))
    assert "It is discarded" in page


def test_a_bomb_is_refused_whole(studio):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("chelsea.png", bytes(80 * 1024 * 1024))
    content.seek(0)
    corpus = bring(studio, content)
    assert corpus.state == "stopped"
    assert "looks like a bomb" in corpus.reason
    assert not Work.objects.exists()


def test_a_folder_of_the_server_is_one_that_settings_allow(studio, settings, tmp_path, make):
    assert b'name="folder"' not in browser(studio.producer).get(reverse("corpora:import_new")).content
    settings.CORPORA_ROOT = tmp_path / "corpora"
    slug = studio.organisation.name.lower().replace(" ", "-")
    home = tmp_path / "corpora" / slug
    (home / "stills").mkdir(parents=True)
    (home / "stills" / "chelsea.png").write_bytes(picture(FILES["chelsea.png"], ".png"))
    (home / "secret").symlink_to(tmp_path)
    with tarfile.open(home / "more.tar", "w") as archive:
        archive.add(home / "stills" / "chelsea.png", "chelsea.png")
    for name in ("..", "secret", "../other", str(tmp_path), "stills/chelsea.png"):
        with pytest.raises(InputError, match="does not lie ready"):
            corpus_bring_in(organisation=studio.organisation, by=studio.producer, folder=name, rights_holder="Stefan")
    page = browser(studio.producer).get(reverse("corpora:import_new"))
    assert [value for value, _ in page.context["form"].fields["folder"].choices] == ["", "more.tar", "stills"]
    for name in ("stills", "more.tar"):
        corpus = corpus_bring_in(
            organisation=studio.organisation, by=studio.producer, folder=name, table=TABLE.encode(), table_name="t.csv"
        )
        run_pending()
        assert outcomes(corpus, preview=True)["chelsea.png"] == "addable"
    stranger = make.member(make.organisation(studio.organisation.name + "!"), "producer")
    assert b'name="folder"' not in browser(stranger).get(reverse("corpora:import_new")).content


def test_the_form_says_what_is_wrong_beside_its_field(studio):
    client, url = browser(studio.producer), reverse("corpora:import_new")
    empty = client.post(url, {})
    assert empty.status_code == 400
    assert "Give an archive of the works" in words(empty)
    assert "Say whose the works are, or bring a table" in words(empty)
    bad = TABLE.replace("match,*,\nbroken", "sell,*,\nbroken")
    archive = SimpleUploadedFile("works.zip", zipped().read())
    wrong = client.post(url, {"archive": archive, "table": SimpleUploadedFile("works.csv", bad.encode())})
    assert wrong.status_code == 400
    [said] = wrong.context["form"].errors["table"]
    assert said.startswith("works.csv: line 4, column acts")
    archive.seek(0)
    good = client.post(
        url, {"archive": archive, "table": SimpleUploadedFile("works.json", json.dumps([
            {"file": "chelsea.png", "title": "Cat", "rights_holder": "S", "licence": "MIT", "acts": ["match"],
             "territories": ["*"]}]).encode())}, follow=True,
    )  # fmt: skip
    assert "It is being looked through" in words(good)
    run_pending()
    corpus = CorpusImport.objects.get()
    page = words(client.get(reverse("corpora:import", args=[corpus.pk])))
    assert "1 work would be added" in page
    assert "only being searched for copies" in page
    only = words(client.get(reverse("corpora:import", args=[corpus.pk]) + "?q=unlisted"))
    assert "coffee.png" in only
    assert "chelsea.png" not in only
    assert "works.zip" in words(client.get(reverse("corpora:list")))


def test_strangers_bring_nothing(studio, make):
    outsider = make.member(make.organisation(), "producer")
    with pytest.raises(NotAllowedError):
        corpus_bring_in(organisation=studio.organisation, by=outsider, archive=zipped(), rights_holder="X")
    corpus = bring(studio)
    for act in (corpus_confirm, corpus_resume, corpus_discard):
        with pytest.raises(NotAllowedError):
            act(corpus=corpus, by=outsider)
    job = Job.objects.get()
    assert browser(outsider).post(reverse("jobs:cancel", args=[job.pk])).status_code == 404


@pytest.fixture
def cat(studio):
    corpus_confirm(corpus=bring(studio), by=studio.producer)
    run_pending()
    return Work.objects.get(title="Chelsea")


def test_a_work_gets_another_file_and_old_findings_keep_theirs(studio, cat):
    old = cat.assets.get()
    client, url = browser(studio.producer), reverse("corpora:replace", args=[cat.pk])
    new = picture(ROCKET, ".png", 200)
    refused = client.post(url, {"file": SimpleUploadedFile("new.png", new)})
    assert refused.status_code == 400
    assert "register the file as a work of its own" in words(refused)
    answer = client.post(url, {"file": SimpleUploadedFile("new.png", new), "covered": "on"}, follow=True)
    assert "The new file is being read" in words(answer)
    with pytest.raises(WrongStateError, match="being replaced"):
        work_withdraw(work=cat, by=studio.producer, reason="sold")
    run_pending()
    now = cat.assets.get(replaced_at=None)
    old.refresh_from_db()
    assert old.replaced_at is not None
    assert wiring.work_index().assets()[str(cat.pk)] == {now.asset.sha256}
    with pytest.raises(WrongStateError, match="this very file"):
        work_replace(work=cat, source=io.BytesIO(new), by=studio.producer)


def test_a_replacement_that_is_called_off_changes_nothing(studio, cat):
    before = wiring.work_index().assets()[str(cat.pk)]
    row = work_replace(work=cat, source=io.BytesIO(picture(ROCKET, ".png", 200)), by=studio.producer)
    job_cancel(job=Job.objects.get(target_id=row.pk), by=studio.producer)
    run_pending()
    assert wiring.work_index().assets()[str(cat.pk)] == before
    assert cat.assets.count() == 1
    refused = browser(studio.producer).post(
        reverse("corpora:replace", args=[cat.pk]), {"file": SimpleUploadedFile("a.png", b"none"), "covered": "on"}
    )
    assert refused.status_code == 400
    assert cat.assets.count() == 1


def test_a_work_that_is_taken_out_is_not_found_and_says_why(studio, cat):
    url = reverse("corpora:take_out", args=[cat.pk])
    client = browser(studio.producer)
    assert client.post(url, {"reason": ""}).status_code == 400
    page = words(client.post(url, {"reason": "The rights were sold."}, follow=True))
    assert "Taken out: nothing is compared with it any more. The rights were sold." in page
    assert str(cat.pk) not in wiring.work_index().titles()
    assert "is out already" in words(client.post(url, {"reason": "again"}, follow=True))
    assert outcomes(bring(studio, zipped({"n.txt": b""})), preview=True)["chelsea.png"] == "addable"
