"""The PDFs of a binder with content credentials inside, as an archive beside it, so that the binder stays the same bytes.

A C2PA record holds a label drawn by lot and the time of its making. Inside the binder's own PDFs it would make every binder
another file. So they are handed out twice: plain in the binder, whose index names their bytes, and signed in an archive of
their own, where each record names the plain file as its source. (Records beside PDFs are no way: readers refuse them.)
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.utils import timezone

from auditor.media.types import OnProgress, Progress
from auditor.provenance import Action, Ingredient, ManifestDraft, sign
from django_site import wiring
from django_site.apps.audits.people_facts import moment
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.provenance.binder.index import File, zip_of
from django_site.apps.provenance.models import Release
from django_site.apps.provenance.services.keys import reported

PDF = "application/pdf"
_README = """The PDFs of a clearance binder, each with content credentials (C2PA)

    python -m auditor verify NAME.pdf

or any C2PA reader says who signed a page and whether it was changed since. The same pages without credentials lie in the
binder, whose index names their digests; the record in each page names the digest of the plain one.
"""


def signed_documents(release: Release, title: str, files: Sequence[File], *, on_progress: OnProgress) -> bytes:
    """The archive of the signed PDFs among ``files``. The cover's record names the released film as what it is about.

    Raises ``ProvenanceError`` where a signature can't be made.
    """
    signer, trust, now = reported(wiring.signer(), None, "claim"), wiring.trust_list(), moment(timezone.now())
    film = Ingredient(
        "video/mp4", "inputTo", release.cut.title[:200], path=asset_path(release.manifest.asset), label="film"
    )
    pages = [one for one in files if one.media_type == PDF]
    contents = [("README.txt", _README.encode())]
    with tempfile.TemporaryDirectory(prefix="reelproof-documents-") as name:
        for done, page in enumerate(pages):
            on_progress(Progress("sign documents", done, len(pages), "documents"))
            source, signed = Path(name) / f"{done}.pdf", Path(name) / f"{done}.signed.pdf"
            source.write_bytes(page.content)
            plain = Ingredient(PDF, "inputTo", page.name, data=page.content, label="plain")
            made_from = [plain, *([film] if page.name == "cover.pdf" else [])]
            created = Action(
                "c2pa.created",
                now,
                digital_source_type="digitalCreation",
                ingredients=tuple(one.label for one in made_from),
                description=f"Set from the studio's records: {title}"[:400],
            )
            draft = ManifestDraft(page.title[:200] or page.name, PDF, "digitalCreation", (created,), kind="document")
            sign(source, signed, draft=draft, signer=signer, trust=trust, ingredients=made_from)
            contents.append((page.name, signed.read_bytes()))
    return zip_of(contents)
