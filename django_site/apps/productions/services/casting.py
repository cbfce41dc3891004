"""Who is meant to be in a film, and what the makers say of it: what grants of likeness are compared with."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from auditor.likeness import FaceTracker
from auditor.media import MediaError, probe, sample_frames
from django_site import wiring
from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.models import Asset, Zone
from django_site.apps.audits.services.assets import asset_record, file_store
from django_site.apps.likeness.models import Subject
from django_site.apps.productions.models import Production, Reference, Shot, VoiceCasting
from django_site.apps.productions.selectors import shots_current
from django_site.apps.productions.services.shots import shot_replace
from django_site.apps.productions.vocabulary import Alteration, ContentTopic, Medium
from django_site.apps.productions.voices import character_key, speaking_in
from django_site.apps.reviews.held import refuse_if_held
from django_site.errors import InputError
from django_site.pages.names import file_label

#: Pixels of the longer side at which a reference picture is searched for faces.
REFERENCE_SIDE = 1280
#: As many pictures as anybody looks at for one shot.
MAX_REFERENCES = 12


def shot_cast(
    *,
    shot: Shot,
    cast: Sequence[Subject] | None,
    by: User,
    content: Sequence[str] = (),
    alterations: Sequence[str] = (),
) -> Shot:
    """Say who is in a shot, as its next version: its takes were made for others. An empty cast says that everybody in it is
    synthetic: whoever resembles somebody registered is stopped then. ``None`` says nothing."""
    _known(content, ContentTopic, "topic")
    _known(alterations, Alteration, "alteration")
    people = {
        "cast": None if cast is None else [str(subject.pk) for subject in cast],
        "content": list(content),
        "alterations": list(alterations),
    }
    same = all(getattr(shot, name) == value for name, value in people.items())
    return shot if same else shot_replace(shot=shot, changes={}, by=by, people=people)


def voice_cast(*, production: Production, character: str, subject: Subject | None, by: User) -> None:
    """Say whose voice a character speaks with; ``None`` takes the person's voice away, and a synthesiser's own, which is
    nobody's, speaks. The gate asks for a grant of the voice before the next take, and each cut asks again."""
    require(by, "productions.change", production)
    key = character_key(character)
    if key not in speaking_in(shots_current(production)) and subject is not None:
        raise InputError(f"{key or 'nobody'} says nothing in this film; choose somebody who speaks")
    refuse_if_held(production)
    with transaction.atomic():
        VoiceCasting.objects.filter(production=production, character=key).delete()
        if subject is not None:
            VoiceCasting.objects.create(production=production, character=key, subject=subject, said_by=by)


def production_declare(
    *,
    production: Production,
    by: User,
    media: Sequence[str],
    languages: Sequence[str],
    content: Sequence[str] = (),
    real_time: bool = False,
    sublicensee: str = "",
) -> Production:
    """Say how the film is meant to be seen and what it touches. Raises ``InputError``; releases are judged by it as it
    stands then."""
    require(by, "productions.change", production)
    _known(media, Medium, "medium")
    _known(content, ContentTopic, "topic")
    if not media or not languages:
        raise InputError("name at least one medium and one language; grants are compared with them")
    Production.objects.filter(pk=production.pk).update(
        media=list(media),
        languages=list(languages),
        content=list(content),
        real_time=real_time,
        sublicensee=sublicensee.strip(),
    )
    production.refresh_from_db()
    return production


def _known(values: Sequence[str], choices, what: str) -> None:
    if unknown := [value for value in values if value not in choices.values]:
        raise InputError(f"{unknown[0]!r} is no {what} that we know; use one of: {', '.join(choices.values)}")


def reference_add(*, shot: Shot, source: Path | BinaryIO, name: str, by: User) -> Reference:
    """Keep a picture that the shot is to be made after, with whom it resembles. The gate decides whether it may be used.

    Raises ``MediaError`` or ``InputError``, and keeps nothing then.
    """
    production = shot.scene.screenplay.production
    require(by, "productions.change", production)
    if shot.references.count() >= MAX_REFERENCES:
        raise InputError(f"a shot takes {MAX_REFERENCES} reference pictures; take one out first")
    stored = file_store(source=source)
    try:
        path = wiring.zone(Zone.QUARANTINE).path(stored.sha256)
        info = probe(path)
        if not info.media_type.startswith("image/"):
            raise InputError(f"{file_label(name)} is not a picture; a shot is made after pictures")
        people, unknown = faces_in(path)
    except (MediaError, InputError) as error:
        if not Asset.objects.filter(sha256=stored.sha256).exists():
            wiring.zone(Zone.QUARANTINE).remove(stored.sha256)
        raise type(error)(str(error).replace(stored.sha256, file_label(name))) from None
    with transaction.atomic():
        asset = asset_record(stored=stored, media_type=info.media_type, probe=info.as_dict())
        reference, _ = Reference.objects.update_or_create(
            shot=shot,
            asset=asset,
            defaults={
                "production": production,
                "name": file_label(name),
                "people": people,
                "unknown_faces": unknown,
                "gallery_sha256": wiring.face_gallery().info().digest,
                "added_by": by,
            },
        )
    return reference


def faces_in(path: Path) -> tuple[list[dict], int]:
    """Whom a picture resembles, as ``{"subject", "score"}``, and how many faces resemble nobody registered."""
    tracker = FaceTracker(wiring.face_gallery())
    for frame in sample_frames(path, fps=0, max_side=REFERENCE_SIDE):
        tracker.observe(frame)
        break
    tracks = tracker.conclude(path, probe(path))
    people = [{"subject": one.subject_id, "score": round(one.score, 4)} for one in tracks if one.subject_id]
    return people, sum(one.subject_id is None for one in tracks)


def reference_remove(*, reference: Reference, by: User) -> None:
    """Take a picture out of a shot. Takes that were made after it keep it in their record."""
    require(by, "productions.change", reference.production)
    refuse_if_held(reference.production)
    reference.delete()


def references_refresh(shot: Shot) -> None:
    """Look again at pictures that were looked at before somebody was registered."""
    today = wiring.face_gallery().info().digest
    for reference in shot.references.exclude(gallery_sha256=today).select_related("asset"):
        people, unknown = faces_in(wiring.zone(Zone(reference.asset.zone)).checked(reference.asset.sha256))
        Reference.objects.filter(pk=reference.pk).update(people=people, unknown_faces=unknown, gallery_sha256=today)
