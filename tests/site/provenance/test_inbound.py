"""Files from outside keep what they say about themselves: on their page, and in the chain of what is made with them."""

import pytest
from django.test import Client
from django.urls import reverse

from auditor.media import probe
from auditor.provenance import Action, DevelopmentAuthority, FileSigner, ManifestDraft, TrustList, sign, verify
from django_site import wiring
from django_site.apps.audits.services.assets import asset_path, asset_store
from django_site.apps.jobs.runner import run_pending
from django_site.apps.productions.models import Cut, ImportedMedia, Reference
from django_site.apps.productions.selectors import shots_current
from django_site.apps.productions.services.screenplays import screenplay_write
from django_site.apps.productions.services.takes import production_render
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.services import case_approve
from tests.clips import BIKES, COFFEE

pytestmark = pytest.mark.django_db(transaction=True)


def signed_by(directory, source, media_type, signer, trust):
    out = directory / f"signed{source.suffix}"
    draft = ManifestDraft(
        "From outside <b>", media_type, "digitalCapture", (Action("c2pa.created", "2026-11-01T00:00:00Z"),),
        kind="still" if media_type.startswith("image/") else "cut",
    )  # fmt: skip
    sign(source, out, draft=draft, signer=signer, trust=trust)
    return out


def test_the_page_of_an_imported_file_says_what_its_record_says(studio, tmp_path):
    stranger = DevelopmentAuthority.create(tmp_path / "stranger")
    theirs = signed_by(
        tmp_path, BIKES, "video/mp4", FileSigner.open(stranger.identity_directory), TrustList.open(stranger.directory)
    )
    client = Client()
    client.force_login(studio.producer)
    for path, says in ((theirs, "signer unknown"), (BIKES, "No credentials")):
        asset = asset_store(source=path, media_type="video/mp4", probe=probe(path).as_dict())
        imported = ImportedMedia.objects.create(
            production=studio.production, asset=asset, name=path.name, imported_by=studio.producer
        )
        page = client.get(reverse("productions:import", args=[imported.pk])).content.decode()
        assert "What the file says about itself" in page
        assert says in page


def test_a_signed_reference_keeps_its_record_down_the_chain_of_the_film(studio, make, tmp_path):
    reference = signed_by(tmp_path, COFFEE, "image/png", wiring.signer(), wiring.trust_list())
    screenplay_write(production=studio.production, by=studio.producer, scenes=1)
    for shot in shots_current(studio.production):
        Reference.objects.create(
            production=studio.production, shot=shot, name="coffee.png", gallery_sha256=make.digest(),
            asset=asset_store(source=reference, media_type="image/png"), added_by=studio.producer,
        )  # fmt: skip
    production_render(production=studio.production, by=studio.producer)
    run_pending()
    case_approve(case=Case.objects.get(), by=studio.legal_reviewer, reason="Fine.")
    run_pending()
    cut = Cut.objects.get()
    assert cut.state == "released", cut.reason
    report = verify(asset_path(cut.release.manifest.asset), trust=wiring.trust_list())
    assert report.state == "Trusted", report.reasons
    kept = [link for link in report.chain if link.media_type == "image/png"]
    assert {(link.depth, link.relationship, link.state) for link in kept} == {(2, "inputTo", "Trusted")}
