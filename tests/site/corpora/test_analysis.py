"""What is measured of registered scripts: only what a licence lets be read, and the others say why not."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from django_site.apps.corpora.analysis import corpus_measured
from django_site.apps.corpora.models import LicensedAct
from django_site.apps.corpora.scripts import script_register
from generator.narrative import write_screenplay

pytestmark = pytest.mark.django_db
SCRIPT = write_screenplay("A lighthouse keeper, Mara, finds a letter at dusk.", seed=7).to_fountain().encode()
SUBTITLES = b"1\n00:00:01,000 --> 00:00:04,000\nThe harbour sleeps beneath a copper moon and nobody counts the bells.\n"


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.SCRIPTS_ROOT = tmp_path / "scripts"
    return make.studio()


def registered(make, studio, title, acts, content=SCRIPT, name="script.fountain", **licence):
    work = make.work(studio.organisation, title=title)
    if acts is not None:
        made = make.licence(work, **licence)
        for act in acts:
            LicensedAct.objects.create(licence=made, work=work, act=act)
    return script_register(work=work, content=content, name=name, by=studio.producer)


def test_only_licensed_scripts_are_measured_and_the_others_say_why_not(make, studio, client):
    registered(make, studio, "Allowed", ["match", "reference"])
    registered(make, studio, "Trained on", ["train"], reservations=["tdm"])
    registered(make, studio, "Bare", None)
    registered(make, studio, "Only matched", ["match"])
    registered(make, studio, "Reserved", ["reference"], reservations=["tdm"])
    long_ago = timezone.now() - timedelta(days=30)
    registered(make, studio, "Over", ["reference"], starts=long_ago, ends=long_ago + timedelta(days=1))
    registered(make, studio, "Subtitles", ["reference"], content=SUBTITLES, name="film.srt")
    gone = registered(make, studio, "Gone", ["reference"])
    type(gone.work).objects.filter(pk=gone.work_id).update(withdrawn_at=timezone.now(), withdrawn_because="sold")
    corpus = corpus_measured(studio.producer)
    assert [one.script.work.title for one in corpus.measured] == ["Allowed", "Trained on"]
    why = {one.script.work.title: one.why for one in corpus.left_out}
    assert why.keys() == {"Bare", "Only matched", "Reserved", "Over", "Subtitles"}
    assert "No licence" in why["Bare"]
    assert "neither a reference nor trained on" in why["Only matched"]
    assert "reserves text and data mining" in why["Reserved"]
    assert "not in force" in why["Over"]
    assert "no scenes" in why["Subtitles"]
    client.force_login(studio.producer)
    page = client.get(reverse("corpora:analysis"))
    text = page.content.decode()
    assert text.count("<svg xmlns") == 3
    assert "style=" not in text.partition("<main")[2]
    assert "MARA" in text
    for one in corpus.left_out:
        assert one.script.work.title in text
    other = client.get(reverse("corpora:analysis"), {"script": str(corpus.measured[1].script.pk)}).content.decode()
    assert '<h2 id="h-shown">Trained on</h2>' in other


def test_a_hostile_title_stays_text_and_nobody_elses_scripts_are_shown(make, studio, client):
    evil = SCRIPT.replace(b"MARA", b"<SCRIPT>ALERT(1)</SCRIPT>")
    registered(make, studio, "<script>alert(1)</script>", ["reference"], content=evil)
    client.force_login(studio.producer)
    assert "<script>alert(1)" not in client.get(reverse("corpora:analysis")).content.decode().lower()
    client.force_login(make.member(make.organisation(), "producer"))
    page = client.get(reverse("corpora:analysis")).content.decode()
    assert "No script may be measured yet" in page
    assert "alert(1)" not in page
