"""Assembling a cut: its timeline with the takes that may be shown, the sound that its shots ask for, labels and the mark."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from django.utils import timezone

from auditor.media import probe
from django_site import wiring
from django_site.apps.audits.facts import edit_facts
from django_site.apps.audits.models import Outcome
from django_site.apps.audits.services.assets import asset_path, asset_record, file_store
from django_site.apps.audits.services.auditing import audit_enqueue
from django_site.apps.audits.services.decisions import decide_and_record, reason_of
from django_site.apps.jobs.models import JobKind
from django_site.apps.jobs.work import JobWork
from django_site.apps.productions.labelling import labels_asked_for
from django_site.apps.productions.models import Cut, CutItem, CutState, ImportedMedia, Take
from django_site.apps.productions.selectors import USABLE_TAKE_STATES
from django_site.apps.productions.services.sounds import sounds_decoded, sounds_stand
from django_site.apps.productions.services.timelines import shot_clip, take_media, timeline_of
from django_site.apps.productions.states import cut_move
from django_site.apps.productions.voices import speakers_for
from django_site.apps.provenance.services.watermarks import cut_marker, watermark_confirm
from django_site.errors import WrongStateError
from generator.edit import DISCLOSURE_CARD, Card, Encoding, Timeline, plain_timeline, render
from generator.edit.document import as_document
from generator.edit.operations import set_card
from generator.edit.rescoring import rescored
from generator.edit.soundtrack import Soundtrack, soundtrack
from generator.shots import ShotRequest


def cut_assemble(*, work: JobWork) -> None:
    """Cut the takes together with titles, sound and the disclosure card; owe the audit of the whole."""
    cut = Cut.objects.select_related("production__organisation", "edited_by", "based_on").get(pk=work.job.target_id)
    items = list(cut.items.select_related("take__asset", "take__generation", "take__shot__scene").order_by("position"))
    barred = [str(item.take) for item in items if item.take.state not in USABLE_TAKE_STATES]
    if barred:
        raise WrongStateError(f"{', '.join(barred)} may not be shown any more; the film needs other takes")
    sounds = sounds_stand(cut)
    _consents_stand(cut)
    with work.fenced():
        cut_move(cut, CutState.ASSEMBLING)
    files = {item.take.asset.sha256: _as_media_file(item.take, work) for item in items}
    if cut.timeline is None:
        timeline, _files = plain_timeline(
            [files[item.take.asset.sha256] for item in items],
            title=cut.title,
            credits=_credits(cut, items),
            ids=[shot_clip(item.take.shot) for item in items],
            provenance=[take_media(item.take)[1] for item in items],
        )
    else:
        timeline = _credited(timeline_of(cut), _credits(cut, items))
    heard = _heard_anew(cut, timeline, items, work)
    labels = labels_asked_for(cut.production, [item.take.generation for item in items])
    marked = cut_marker(cut=cut)
    played, placed = sounds_decoded(heard.timeline, sounds, work.directory, cancelled=work.cancelled)
    made = render(
        played,
        {**files, **heard.files, **placed},
        work.directory / "cut.mp4",
        encoding=Encoding(video=cut.video),
        labels=[one.label for one in labels],
        mark=marked[1] if marked else None,
        on_progress=work.on_progress,
        cancelled=work.cancelled,
    )
    if marked:
        watermark_confirm(watermark=marked[0], film=made.path)
    info = probe(made.path)
    stored = file_store(source=made.path)
    with work.fenced():
        asset = asset_record(stored=stored, media_type=info.media_type, probe=info.as_dict())
        for item, placed in zip(items, made.items, strict=True):
            CutItem.objects.filter(pk=item.pk).update(start=round(placed.start, 3), end=round(placed.end, 3))
        cut_move(
            cut,
            CutState.QUARANTINED,
            asset=asset,
            duration=round(info.duration, 3),
            audience_notice=DISCLOSURE_CARD,
            labels=[one.as_burnt(info.duration) for one in labels],
            timeline=as_document(heard.timeline),
            sound={**(asdict(made.loudness) if made.loudness else {}), **_said(heard), **_from_outside(sounds)},
            reason="",
        )
        audit_enqueue(
            kind=JobKind.AUDIT_CUT,
            target=cut,
            production=cut.production,
            asset=asset,
            requested_by=cut.edited_by,
        )
        work.finish(asset=str(asset.pk), sha256=asset.sha256, seconds=round(info.duration, 3))


def _credited(timeline: Timeline, credits: Sequence[str]) -> Timeline:
    """The end card names what made the takes that are shown now."""
    return set_card(timeline, timeline.clips[-1].id, timeline.clips[-1].source.title, credits)


def _heard_anew(cut: Cut, timeline: Timeline, items: list[CutItem], work: JobWork) -> Soundtrack:
    """The sound that the shots ask for, with what was changed of it by hand."""
    shots = {}
    clips = [clip for clip in timeline.clips if not isinstance(clip.source, Card)]
    for clip, item in zip(clips, items, strict=True):
        shot = ShotRequest.from_dict(item.take.generation.parameters)
        shots[clip.id] = replace(shot, dialogue=()) if "~" in clip.id else shot
    fresh = soundtrack(
        timeline,
        shots,
        work.directory / "sound",
        seed=cut.production.seed,
        speakers=speakers_for(cut.production, shots),
        on_progress=work.on_progress,
        cancelled=work.cancelled,
    )
    if cut.based_on is None:
        return fresh
    heard = _once(fresh.timeline)
    return replace(fresh, timeline=rescored(heard, edited=timeline, before=timeline_of(cut.based_on)))


def _once(timeline: Timeline) -> Timeline:
    """Of a clip that was split, lines and effects are heard in the first part; ambience goes on under all of them."""
    tracks = (
        replace(
            track,
            sounds=tuple(sound for sound in track.sounds if not (sound.id.startswith("fx:") and "~" in sound.clip)),
        )
        for track in timeline.tracks
    )
    return replace(timeline, tracks=tuple(tracks))


def _said(sound: Soundtrack) -> dict:
    return {"lines": [asdict(line) for line in sound.lines], "notes": list(sound.notes)}


def _from_outside(sounds: Sequence[ImportedMedia]) -> dict:
    """What is known of the sounds from outside, as it was said when the cut was made."""
    return {
        "placed": [
            {
                "import": str(one.pk),
                "sha256": one.asset.sha256,
                "title": one.rights.title,
                "owner": one.rights.owner,
                "basis": one.rights.basis,
                "licence": one.rights.licence,
            }
            for one in sounds
        ]
    }


def _consents_stand(cut: Cut) -> None:
    """Before takes are cut together: do the consents of everybody in them stand now? A no is recorded."""
    asked = edit_facts(cut)
    if wiring.policy_bundle().decide(asked.as_facts(), at=timezone.now()).outcome != Outcome.BLOCK:
        return
    decision = decide_and_record(facts=asked, actor=cut.edited_by, production=cut.production, cut=cut)
    raise WrongStateError(reason_of(decision))


def _credits(cut: Cut, items: list[CutItem]) -> tuple[str, ...]:
    models = dict.fromkeys(f"{one.model_name} {one.model_version}" for one in (item.take.generation for item in items))
    return (cut.title, f"{cut.production.organisation}", *(f"Pictures: {model}" for model in models))


def _as_media_file(take: Take, work: JobWork) -> Path:
    """The take's file under a name that says what it is; a link, not a copy."""
    link = work.directory / f"take-{take.pk}.mp4"
    if not link.exists():
        link.symlink_to(asset_path(take.asset))
    return link
