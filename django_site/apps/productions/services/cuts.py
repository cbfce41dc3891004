"""Cuts: begun when every shot has a take that may be shown, assembled into quarantine, then audited as a whole."""

from django.db import transaction
from django.db.models import Max

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.jobs.models import JobKind
from django_site.apps.jobs.services import job_enqueue
from django_site.apps.productions.models import (
    ContributionAct,
    Cut,
    CutItem,
    CutState,
    Production,
    Take,
)
from django_site.apps.productions.selectors import screenplay_current, takes_usable
from django_site.apps.productions.services.contributions import contribution_record
from django_site.apps.productions.services.sounds import placed_sounds
from django_site.apps.productions.services.timelines import (
    clip_shot,
    shots_on,
    takes_for,
    timeline_fitted,
    timeline_of,
)
from django_site.apps.productions.states import cut_move
from django_site.apps.productions.vocabulary import VideoCodec
from django_site.errors import InputError, WrongStateError
from generator.edit import Card, Clip, EditError, Timeline
from generator.edit.document import as_document

#: What puts takes in the screenplay's order when the last of them is cleared.
ASSEMBLER = "Reelproof assembler"
#: Cuts in these states are over; the same takes may be cut again.
_OVER = (CutState.FAILED, CutState.STOPPED, CutState.REJECTED)


@transaction.atomic
def cut_assemble_when_ready(*, production: Production, by: User) -> Cut | None:
    """Begin the cut if every current shot has a take that may be shown and these takes aren't cut yet.

    The production's row is locked: two workers that finish the last two takes at once begin one cut, not two or none.
    """
    Production.objects.select_for_update().get(pk=production.pk)
    takes = takes_usable(production)
    if not takes or any(take is None for take in takes):
        return None
    edited = _edited_before(production)
    shown = takes if edited is None else _takes_on(edited[0], production)
    chosen = [take.pk for take in shown]
    for cut in production.cuts.filter(variant__isnull=True).exclude(state__in=_OVER):
        if list(cut.items.order_by("position").values_list("take", flat=True)) == chosen:
            return cut
    if edited is None:
        return _begin(production, takes, by, tool=ASSEMBLER)
    return cut_begin(production, timeline=edited[0], base=edited[1], by=by, tool=ASSEMBLER)


def _edited_before(production: Production) -> tuple[Timeline, Cut] | None:
    """The timeline that a person cut last, with the takes that may be shown now, and the cut that it was based on. ``None``
    where nobody edited yet, or where too much has changed for it to be fitted."""
    kept = production.cuts.filter(based_on__timeline__isnull=False, timeline__isnull=False, variant__isnull=True)
    last = kept.exclude(state__in=_OVER).select_related("based_on").order_by("-version").first()
    if last is None:
        return None
    timeline = timeline_of(last)
    try:
        fitted = timeline_fitted(timeline, production, known=shots_on(timeline) | shots_on(timeline_of(last.based_on)))
    except (EditError, WrongStateError):
        return None
    return fitted, last.based_on


def cut_request(*, production: Production, by: User, video: str = "") -> Cut:
    """Cut every shot whole and in order, on a person's word, encoded as ``video`` (as the cut before, unless said). Raises
    ``InputError`` for another codec, ``WrongStateError`` naming what is missing."""
    if video and video not in VideoCodec.values:
        raise InputError(f"a film is encoded as {' or '.join(VideoCodec.values)}, not as {video[:20]!r}")
    require(by, "productions.change", production)
    with transaction.atomic():
        Production.objects.select_for_update().get(pk=production.pk)
        takes = takes_usable(production)
        missing = sum(take is None for take in takes)
        if not takes or missing:
            raise WrongStateError(
                f"{missing or 'all'} of {len(takes)} shots have no cleared take yet; render or replace them"
            )
        return _begin(production, takes, by, video=video)


def _begin(production: Production, takes: list[Take], by: User, *, tool: str = "", video: str = "") -> Cut:
    cut = _created(production, screenplay_current(production).title, by, **({"video": video} if video else {}))
    for position, take in enumerate(takes, start=1):
        CutItem.objects.create(cut=cut, position=position, take=take, take_in=0, take_out=take.duration)
    return _owed(cut, takes, by, tool, {"rule": "the newest usable take of each shot"})


def cut_begin(
    production: Production,
    *,
    timeline: Timeline,
    base: Cut,
    by: User,
    tool: str = "",
    title: str = "",
    measure: dict | None = None,
) -> Cut:
    """Begin the cut of a timeline that was worked on from ``base``'s; ``title`` where it is called otherwise. In the
    caller's transaction, which holds the production. Raises ``WrongStateError`` for a clip whose take may not be shown,
    no take at all, or a sound that may not be heard."""
    takes = _takes_on(timeline, production)
    if not takes:
        raise WrongStateError("there is no take on the timeline; a film needs one")
    placed_sounds(production, timeline)
    cut = _created(production, title or timeline.title, by, timeline=as_document(timeline), based_on=base)
    for position, (clip, take) in enumerate(zip(_clips(timeline), takes, strict=True), start=1):
        CutItem.objects.create(
            cut=cut,
            position=position,
            take=take,
            take_in=round(float(clip.start / timeline.rate), 3),
            take_out=round(float(clip.end / timeline.rate), 3),
        )
    return _owed(cut, takes, by, tool, {"rule": f"the timeline of {base}, edited", **(measure or {})})


def _clips(timeline: Timeline) -> list[Clip]:
    return [clip for clip in timeline.clips if not isinstance(clip.source, Card)]


def _takes_on(timeline: Timeline, production: Production) -> list[Take]:
    """The takes that a timeline shows, clip by clip."""
    may = takes_for(production)
    takes = []
    for clip in _clips(timeline):
        fitting = [take for take in may.get(clip_shot(clip), []) if take.asset.sha256 == clip.source.sha256]
        if not fitting:
            raise WrongStateError(f"clip {clip.id} shows a take that may not be shown; choose another")
        takes.append(fitting[0])
    return takes


def _created(production: Production, title: str, by: User, **fields) -> Cut:
    before = production.cuts.order_by("-version").values_list("video", flat=True).first()
    if before is not None:
        fields.setdefault("video", before)
    return Cut.objects.create(
        production=production,
        screenplay=screenplay_current(production),
        version=(production.cuts.aggregate(last=Max("version"))["last"] or 0) + 1,
        title=title,
        edited_by=by,
        **fields,
    )


def _owed(cut: Cut, takes: list[Take], by: User, tool: str, measure: dict) -> Cut:
    rendered = Take.objects.filter(shot__in=[take.shot_id for take in takes], asset__isnull=False).count()
    contribution_record(
        production=cut.production,
        actor=by,
        act=ContributionAct.ARRANGED,
        target=cut,
        tool=tool,
        note="begun by itself when every shot had a take" if tool else "asked for this cut",
        measure={"takes": {"used": len(takes), "rendered": rendered}, **measure},
    )
    job_enqueue(
        kind=JobKind.ASSEMBLE_CUT,
        key=f"assemble_cut:{cut.pk}",
        production=cut.production,
        target_id=cut.pk,
        requested_by=by,
    )
    return cut


def cut_failed(*, target_id, reason: str) -> None:
    """A cut that could not be assembled, or was called off."""
    cut = Cut.objects.get(pk=target_id)
    if cut.state in (CutState.DRAFT, CutState.ASSEMBLING):
        cut_move(cut, CutState.FAILED, reason=reason)
