"""From works to a signed film and back: a look is trained by the real engine, published, used, and withdrawn."""

import json
import zipfile
from io import BytesIO

import pytest
from django.urls import reverse

from auditor.provenance import verify
from django_site import wiring
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.corpora.services import licence_withdraw
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_job, run_pending
from django_site.apps.productions.models import Cut, Take
from django_site.apps.productions.services.screenplays import screenplay_write
from django_site.apps.productions.services.takes import production_render
from django_site.apps.provenance.models import LedgerEntry
from django_site.apps.provenance.services.ledger_checks import ledger_verify
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.services import case_approve
from django_site.apps.training.looks import look_choose, looks_shipped, model_folder
from django_site.apps.training.models import TrainedModel
from django_site.apps.training.services import running
from django_site.apps.training.services.running import training_accept
from generator.backends.looks import Look
from generator.models.registry import verify_signature
from generator.training.lineage import read_lineage

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_look_is_trained_used_signed_and_withdrawn(studio, confirmed, settings, tmp_path, client):
    settings.SIGNING_ROOT, settings.LEDGER_HEADS = tmp_path / "signing", tmp_path / "heads.jsonl"
    settings.TRAINING_SAMPLES = 4
    run = confirmed()
    assert run_job(job_id=Job.objects.get(target_id=run.pk).pk)
    run.refresh_from_db()
    if running.memory_suspect(run):  # four steps teach nothing; four samples tell little: a reviewer may let it out
        run = training_accept(
            run=run, by=studio.legal_reviewer, reason="Looked at the pairs: nothing of them is there."
        )
        assert run_job(job_id=Job.objects.filter(target_id=run.pk).latest("created_at").pk)
        run.refresh_from_db()
    assert run.state == "done", run.reason
    model = TrainedModel.objects.get()
    bundle = model_folder(model)

    # what it is, by its own documents
    lineage = read_lineage(bundle / "lineage.json")
    assert lineage.weights_sha256 == model.weights_sha256
    assert set(lineage.work_ids) == {str(row.work_id) for row in run.works.all()}
    assert lineage.document["set_sha256"] == run.set_sha256
    key = tmp_path / "key.pub"
    key.write_text(model.public_key)
    verify_signature(bundle, bundle / "model.sig", key)
    assert Look.open(bundle).name == "harbour-dusk"
    assert LedgerEntry.objects.get(kind="model_published").event["weights_sha256"] == model.weights_sha256

    # what people read of it
    client.force_login(studio.producer, backend="django.contrib.auth.backends.ModelBackend")
    said = client.get(reverse("training:model", args=[model.pk])).content.decode()
    for wanted in ("Bikes", "Rocket", "It holds, by the key of this site.", "What it makes", "Nearest work"):
        assert wanted in said, wanted
    packed = b"".join(client.get(reverse("training:bundle", args=[model.pk])))
    names = {name.partition("/")[2] for name in zipfile.ZipFile(BytesIO(packed)).namelist()}
    assert {"look.onnx", "lineage.json", "card.yaml", "bom.cdx.json", "model.sig", "README.md"} <= names
    bill = json.loads((bundle / "bom.cdx.json").read_text())
    assert bill["bomFormat"] == "CycloneDX"

    # used for a film that goes out
    type(studio.production).objects.filter(pk=studio.production.pk).update(
        territories=["US", "DE"], width=64, height=36, fps=8, total_seconds=3
    )
    studio.production.refresh_from_db()
    screenplay_write(production=studio.production, by=studio.producer, scenes=1)
    look_choose(production=studio.production, value=f"own:{model.pk}", by=studio.producer)
    production_render(production=studio.production, by=studio.producer)
    run_pending()
    assert {take.generation.trained_model for take in Take.objects.all()} == {model}
    assert {take.record["weights_sha256"] for take in Take.objects.all()} == {Look.open(bundle).network.sha256}
    case_approve(case=Case.objects.get(cut__isnull=False), by=studio.legal_reviewer, reason="Fine.")
    run_pending()
    cut = Cut.objects.get()
    assert cut.state == "released", cut.reason
    assert verify(asset_path(cut.release.manifest.asset), trust=wiring.trust_list()).state == "Trusted"

    # and withdrawn
    licence_withdraw(licence=studio.car.licences.get(), by=studio.legal_reviewer, reason="The archive sold it.")
    model.refresh_from_db()
    assert model.state == "flagged"
    run_pending()
    case = Case.objects.get(kind="withdrawal")
    assert (case.cut, case.state) == (cut, "open")
    assert {take.state for take in Take.objects.all()} == {"stopped"}
    assert "The archive sold it." in Take.objects.first().reason
    said = client.get(reverse("training:model", args=[model.pk])).content.decode()
    assert "It may be used no more." in said
    assert ledger_verify().faults == ()


def test_shipped_looks_open_and_are_offered(studio):
    for name, folder in looks_shipped().items():
        assert Look.open(folder).name == name
