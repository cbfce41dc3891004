"""People who recur in a film and resemble nobody registered: kept as seconds and a picture, cleared by the makers."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from auditor.report import UnknownPerson
from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.models import Audit, UnknownFace, UnknownFaceBasis
from django_site.apps.audits.services.assets import asset_record, file_store
from django_site.apps.audits.storage import StoredFile
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.errors import InputError, WrongStateError

#: A clearance is carried over to another audit of the same file where this much of the shorter time on screen is shared.
SAME_STRETCH = 0.5


def pictures_store(people: Sequence[UnknownPerson]) -> tuple[StoredFile | None, ...]:
    """The pictures on disk; before the transaction that refers to them."""
    return tuple(file_store(source=one.picture_jpeg) if one.picture_jpeg else None for one in people)


def strangers_record(
    *, audit: Audit, people: Sequence[UnknownPerson], pictures: Sequence[StoredFile | None]
) -> list[UnknownFace]:
    """Rows for the people of a report. Who was cleared in an earlier audit of the same file in the same seconds stays so."""
    earlier = list(
        UnknownFace.objects.filter(
            audit__asset=audit.asset, audit__production=audit.production, cleared_at__isnull=False
        ).order_by("-cleared_at")
    )
    made = []
    for one, picture in zip(people, pictures, strict=True):
        spans = [span.as_list() for span in one.spans]
        known = next((face for face in earlier if _shared(face.spans, spans) >= SAME_STRETCH), None)
        cleared = (
            {"basis": known.basis, "note": known.note, "cleared_by": known.cleared_by, "cleared_at": known.cleared_at}
            if known
            else {}
        )
        made.append(
            UnknownFace.objects.create(
                audit=audit,
                number=one.number,
                spans=spans,
                seconds=round(one.seconds, 3),
                tracks=one.tracks,
                plain=one.plain,
                picture=asset_record(stored=picture, media_type="image/jpeg") if picture else None,
                **cleared,
            )
        )
    return made


def _shared(one: Sequence[Sequence[float]], other: Sequence[Sequence[float]]) -> float:
    """Share of the shorter of two sets of stretches that both cover, 0..1."""
    both = sum(max(0.0, min(a[1], b[1]) - max(a[0], b[0])) for a in one for b in other)
    shorter = min(sum(span[1] - span[0] for span in spans) for spans in (one, other))
    return both / shorter if shorter > 0 else 0.0


@transaction.atomic
def stranger_clear(*, face: UnknownFace, basis: str, note: str, by: User) -> UnknownFace:
    """Say on what ground this person may be shown. Raises ``InputError`` without a ground or where the paper is."""
    require(by, "productions.change", face.audit.production)
    if basis not in UnknownFaceBasis.values:
        raise InputError("choose the ground on which this person may be shown")
    if len(note.strip()) < 3:
        raise InputError("say where the release or licence lies, or how you know: reviewers and insurers will ask")
    open_still = UnknownFace.objects.filter(pk=face.pk, cleared_at__isnull=True)
    if not open_still.update(basis=basis, note=note.strip(), cleared_by=by, cleared_at=timezone.now()):
        raise WrongStateError("this face was cleared already; open the page again")
    face.refresh_from_db()
    ledger_append(
        kind="unknown_face_cleared",
        event={"audit": face.audit_id, "number": face.number, "basis": basis, "by": by.pseudonym},
    )
    return face
