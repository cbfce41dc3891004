"""Timelines and takes: which take a clip may show, and what becomes of a timeline when takes and shots change."""

from collections.abc import Collection

from django_site.apps.productions.models import Cut, Production, Shot, Take
from django_site.apps.productions.selectors import USABLE_TAKE_STATES, shots_current, takes_ranked
from django_site.errors import WrongStateError
from generator.edit import Card, Clip, Media, Provenance, Timeline
from generator.edit import operations as edits
from generator.edit.document import from_document


def newest_timeline(production: Production) -> Cut | None:
    """The newest cut that keeps its timeline; not one of the versions that viewers choose between, which follow from it."""
    kept = production.cuts.filter(timeline__isnull=False, asset__isnull=False, variant__isnull=True)
    return kept.order_by("-version").first()


def timeline_of(cut: Cut) -> Timeline:
    return from_document(cut.timeline)


def shots_on(timeline: Timeline) -> set[str]:
    """The shots that a timeline shows, as their clips are called."""
    return {clip_shot(clip) for clip in timeline.clips if not isinstance(clip.source, Card)}


def clip_shot(clip: Clip) -> str:
    """The shot that a clip shows, as ``s<scene>-<position>``: halves of a clip that was split show the same."""
    return clip.id.split("~", 1)[0]


def shot_clip(shot: Shot) -> str:
    """A shot keeps its clip when another take or version replaces it."""
    return f"s{shot.scene.position}-{shot.position:02d}"


def take_media(take: Take) -> tuple[Media, Provenance]:
    """A take as a clip shows it, and where it comes from."""
    record = take.generation
    media = Media(take.asset.sha256, f"{take.shot}-take-{take.number}.mp4", take.frames)
    return media, Provenance(card=record.model_sha256, seed=record.seed, shot=str(take.shot_id))


def takes_for(production: Production) -> dict[str, list[Take]]:
    """Takes of the current shots that may be shown, by clip, that which stands for the shot first."""
    takes: dict[str, list[Take]] = {}
    rows = Take.objects.filter(shot__in=shots_current(production), state__in=USABLE_TAKE_STATES)
    for take in rows.select_related("shot__scene", "asset", "generation"):
        takes.setdefault(shot_clip(take.shot), []).append(take)
    return {clip: takes_ranked(several) for clip, several in takes.items()}


def timeline_fitted(timeline: Timeline, production: Production, *, known: Collection[str]) -> Timeline:
    """The timeline with takes that may be shown: a clip whose take may not, shows the newest of its shot; shots that are
    gone go; shots that are new (not among ``known`` clips) come after the one before them. Raises ``WrongStateError``
    naming a shot without a take."""
    takes = takes_for(production)
    row = [shot_clip(shot) for shot in shots_current(production)]
    for clip in timeline.clips:
        if isinstance(clip.source, Card):
            continue
        shot = clip_shot(clip)
        if shot not in row:
            timeline = edits.delete(timeline, clip.id)
        elif clip.source.sha256 not in {take.asset.sha256 for take in takes.get(shot, [])}:
            timeline = _retaken(timeline, clip, _newest(takes, shot))
    for place, shot in enumerate(row):
        if shot in known or timeline.index(shot) is not None:
            continue
        media, provenance = take_media(_newest(takes, shot))
        before = [n for n, clip in enumerate(timeline.clips) if clip_shot(clip) in row[:place]]
        at = before[-1] + 1 if before else min(1, len(timeline.clips) - 1)
        timeline = edits.insert(timeline, Clip(shot, media, media.frames, provenance=provenance), at)
    return timeline


def _newest(takes: dict[str, list[Take]], shot: str) -> Take:
    if not takes.get(shot):
        raise WrongStateError(f"shot {shot} has no cleared take; render it, or take it out")
    return takes[shot][0]


def _retaken(timeline: Timeline, clip: Clip, take: Take) -> Timeline:
    """Another take where this one stood: as much of it as there is."""
    media, provenance = take_media(take)
    if clip.end > media.frames:
        start = min(clip.start, media.frames - 1)
        index = timeline.index(clip.id)
        beside = [timeline.transitions[index], timeline.transitions[index + 1]]
        for transition, of in zip(beside, (clip.id, _after(timeline, clip)), strict=True):
            if transition.frames:
                timeline = edits.set_transition(timeline, of, "cut")
        timeline = edits.trim(timeline, clip.id, start=start, frames=min(clip.frames, media.frames - start))
    return edits.retake(timeline, clip.id, media, provenance)


def _after(timeline: Timeline, clip: Clip) -> str:
    index = timeline.index(clip.id) + 1
    return timeline.clips[index].id if index < len(timeline.clips) else ""
