"""Works that a film is merely like: on the record, and nothing follows from it."""

import json
import shutil
from types import SimpleNamespace

import pytest

from auditor.resemblance import ResemblanceLibrary
from django_site import wiring
from django_site.apps.audits.models import Finding
from django_site.apps.audits.services.repeating import audits_repeat_for_work
from django_site.apps.corpora.services import licence_withdraw, work_register
from django_site.apps.jobs.runner import run_pending
from django_site.apps.productions.services.imports import media_import
from django_site.apps.provenance.services.standing import licences_changed_at
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.services import case_open
from django_site.apps.reviews.withdrawals import released_under_licence
from tests.auditor.resemblance.conftest import film, in_look, write_picture
from tests.clips import ASTRONAUT, COFFEE, PHOTOGRAPHS, still


@pytest.fixture
def studio(make):
    studio = make.studio()
    studio.work = make.work(studio.organisation)
    return studio


def found(make, studio, kind: str, **target) -> Finding:
    audit = make.audit(studio.production, make.asset(), **target)
    return Finding.objects.create(
        audit=audit, position=0, kind=kind, start=1, end=3, score=0.99, plain="x", work=studio.work
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "counts"), [("copy", True), ("style", False), ("semantic", False)])
def test_only_what_is_judged_has_consequences(make, studio, kind, counts):
    """A place in the queue, another audit, a stale decision, a recall."""
    cut = make.cut(studio.production, studio.producer)
    finding = found(make, studio, kind, cut=cut)
    assert finding.merely_alike is not counts
    decision = make.decision(studio.production, cut=cut, audit=finding.audit, outcome="review")
    case = case_open(decision=decision, opened_by=studio.producer, cut=cut)
    assert case.risk == (1.99 if counts else 1.0)

    licence = make.licence(studio.work)
    assert (licences_changed_at(cut) >= licence.created_at) is counts
    assert audits_repeat_for_work(work=studio.work) == int(counts)

    released = make.cut(studio.production, studio.producer, version=2)
    found(make, studio, kind, cut=released)
    type(released).objects.filter(pk=released.pk).update(state="released")
    assert released_under_licence(licence) == ([released] if counts else [])


@pytest.mark.django_db
def test_a_licence_that_ends_opens_no_case_for_a_film_that_is_merely_alike(make, studio):
    released = make.cut(studio.production, studio.producer)
    found(make, studio, "style", cut=released)
    type(released).objects.filter(pk=released.pk).update(state="released")
    licence_withdraw(licence=make.licence(studio.work), by=studio.head_of_legal, reason="it ran out")
    assert not Case.objects.exists()


@pytest.fixture
def corpus(make, settings, tmp_path):
    """Two registered pictures, one of them in coarse squares, and a film in the same squares that shows something else."""
    settings.INDEX_ROOT, settings.RESEMBLANCE_ROOT = tmp_path / "index", tmp_path / "resemblance"
    studio = make.studio()
    squares = film(tmp_path / "squares.mp4", ASTRONAUT, "pixels")
    for title, media in (("All in squares", squares), ("Coffee", COFFEE)):
        work_register(
            organisation=studio.organisation, title=title, kind="clip", rights_holder="Holder", media=[media],
            acts=["match"], by=studio.head_of_legal, spdx_id="CC-BY-3.0", source="x",
        )  # fmt: skip

    def audited(name: str):
        picture = write_picture(tmp_path / name, in_look("pixels", still(PHOTOGRAPHS / "chelsea.png")[:, len(name) :]))
        with picture.open("rb") as stream:
            imported = media_import(production=studio.production, source=stream, name=name, by=studio.producer)
        run_pending()
        imported.refresh_from_db()
        return imported, imported.audits.latest("created_at")

    return SimpleNamespace(studio=studio, audited=audited, library=settings.RESEMBLANCE_ROOT)


def unseen(audit) -> str:
    (line,) = [line for line in audit.report["cannot_detect"] if "similar style or content" in line]
    return line


@pytest.mark.django_db(transaction=True)
def test_the_whole_way_through_real_audits(corpus):
    imported, audit = corpus.audited("without.png")
    assert (imported.state, audit.state) == ("cleared", "complete"), imported.reason
    assert "no library of looks is configured" in unseen(audit)

    ResemblanceLibrary.build(corpus.library, wiring.work_index())
    imported, audit = corpus.audited("with.png")
    assert (imported.state, audit.state) == ("cleared", "complete"), "being alike asks nobody"
    finding = audit.findings.get(kind="style")
    assert str(finding.work) == "All in squares"
    assert finding.log10_lr is None
    assert "this is not evidence of copying" in finding.plain
    assert finding.evidence.count() == 1
    assert {"style", "semantic"} <= {detector["name"] for detector in audit.detectors}
    assert audit.decisions.get().facts["matches"] == []
    assert "ranked against unrelated pictures" in unseen(audit)

    for path in corpus.library.glob("media/*/style.npy"):
        path.write_bytes(b"damaged")
    document = json.loads((corpus.library / "library.json").read_text())
    (corpus.library / "library.json").write_text(json.dumps(document))  # another file: the process looks again
    imported, audit = corpus.audited("broken.png")
    assert (imported.state, audit.state) == ("cleared", "complete"), "a damaged library of looks stops nothing"
    assert not audit.findings.exists()
    assert "can't be used" in unseen(audit)
    assert str(corpus.library) not in unseen(audit), "paths of the server are nobody's business"
    shutil.rmtree(corpus.library)
