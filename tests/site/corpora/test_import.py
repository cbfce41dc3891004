"""``manage.py corpus_import``: works with their licences, again and again, with failures that stop nothing else."""

import io
import zipfile

import cv2
import pytest
from django.core.management import CommandError, call_command

from django_site import wiring
from django_site.apps.corpora.models import LicensedAct, Work
from tests.clips import COFFEE, PHOTOGRAPHS, ROCKET

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = (
    "file,work_id,title,rights_holder,licence,acts,territories,ends\n"
    "coffee.png,cup,Coffee,Rachel Michetti,CC0-1.0,match reproduce,DE FR,2099-12-31\n"
    "cup/rocket.jpg,cup,Coffee,Rachel Michetti,CC0-1.0,match reproduce,DE FR,2099-12-31\n"
    "chelsea.png,,Chelsea,Stefan,Letter of 3 May,match,*,\n"
)


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.INDEX_ROOT = tmp_path / "index"
    return make.studio()


@pytest.fixture
def corpus(tmp_path):
    (tmp_path / "works.csv").write_text(TABLE)
    with zipfile.ZipFile(tmp_path / "works.zip", "w") as archive:
        names = ("coffee.png", COFFEE), ("cup/rocket.jpg", ROCKET), ("chelsea.png", PHOTOGRAPHS / "chelsea.png")
        for name, file in names:
            picture = cv2.resize(cv2.imread(str(file)), (160, 120))
            archive.writestr(name, cv2.imencode(name[-4:], picture)[1].tobytes())
    return tmp_path / "works.zip"


def bring(studio, source, table=None, by=None, organisation=None):
    out = io.StringIO()
    try:
        call_command(
            "corpus_import", str(source), "--licences", str(table or source.with_suffix(".csv")),
            "--organisation", organisation or studio.organisation.name, "--by", by or studio.producer.username, stdout=out,
        )  # fmt: skip
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    return 0, out.getvalue()


def test_works_come_with_files_holders_and_licences_once(studio, corpus):
    status, said = bring(studio, corpus)
    assert (status, said.splitlines()[-1]) == (0, "3 registered, 0 already, 0 refused, 0 unlisted, 0 missing")
    cup, cat = Work.objects.get(title="Coffee"), Work.objects.get(title="Chelsea")
    assert (cup.assets.count(), cup.kind, cup.rights_holder.name) == (2, "photograph", "Rachel Michetti")
    licence = cup.licences.get()
    assert (licence.spdx_id, licence.terms, licence.territories) == ("CC0-1.0", "", ["DE", "FR"])
    assert licence.ends.isoformat() == "2100-01-01T00:00:00+00:00"
    assert set(LicensedAct.objects.filter(work=cup).values_list("act", flat=True)) == {"match", "reproduce"}
    assert (cat.licences.get().spdx_id, cat.licences.get().terms) == ("", "Letter of 3 May")
    assert set(wiring.work_index().titles()) == {str(cup.pk), str(cat.pk)}
    assert bring(studio, corpus)[1].splitlines()[-1].startswith("0 registered, 3 already")
    assert Work.objects.count() == 2


def test_an_owners_reservation_is_kept_with_the_licence(studio, corpus, tmp_path):
    lines = corpus.with_suffix(".csv").read_text().splitlines()
    reserved = tmp_path / "reserved.csv"
    reserved.write_text("\n".join([f"{lines[0]},reservations", *(f"{line},tdm" for line in lines[1:])]) + "\n")
    assert bring(studio, corpus, table=reserved)[0] == 0
    assert Work.objects.get(title="Coffee").licences.get().reservations == ["tdm"]


def test_one_failure_does_not_stop_the_rest(studio, corpus):
    with zipfile.ZipFile(corpus, "a") as archive:
        archive.writestr("broken.png", b"no picture")
        archive.writestr("../climbs.png", b"x")
        archive.writestr("extra.png", b"x")
    table = corpus.with_name("more.csv")
    row = "broken.png,,Broken,B,MIT,match,*,\n"
    ended = TABLE.replace("Letter of 3 May,match,*,", "Letter of 3 May,match,*,2020-01-01")
    table.write_text(ended + row + row.replace("broken.png", "gone.png"))
    status, said = bring(studio, corpus, table)
    assert status == 1
    assert "2 registered, 0 already, 3 refused, 1 unlisted, 1 missing" in said
    assert list(Work.objects.values_list("title", flat=True)) == ["Coffee"]
    assert len(wiring.work_index().titles()) == 1


def test_bad_calls_register_nothing(studio, corpus, make):
    stranger = make.member(make.organisation(), "producer")
    assert bring(studio, corpus, by=stranger.username)[0] == 2
    assert bring(studio, corpus, by="nobody")[0] == 2
    assert bring(studio, corpus, organisation="No such studio")[0] == 2
    corpus.with_suffix(".csv").write_text(TABLE.replace("match,*", "sell,*"))
    status, said = bring(studio, corpus)
    assert status == 2
    assert "line 4, column acts" in said
    assert not Work.objects.exists()
