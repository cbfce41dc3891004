"""Cuts: begun when every shot has a take that may be shown, assembled into quarantine, then audited as a whole."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from auditor.media import probe
from django_site import wiring
from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.facts import edit_facts
from django_site.apps.audits.models import Outcome
from django_site.apps.audits.services.assets import asset_path, asset_record, file_store
from django_site.apps.audits.services.auditing import audit_enqueue
from django_site.apps.audits.services.decisions import decide_and_record, reason_of
from django_site.apps.jobs.models import JobKind
from django_site.apps.jobs.services import job_enqueue
from django_site.apps.jobs.work import JobWork
from django_site.apps.productions.models import (
    ContributionAct,
    Cut,
    CutItem,
    CutState,
    Production,
    Take,
)
from django_site.apps.productions.selectors import USABLE_TAKE_STATES, screenplay_current, takes_usable
from django_site.apps.productions.services.contributions import contribution_record
from django_site.apps.productions.states import cut_move
from django_site.errors import WrongStateError
from generator.edit import DISCLOSURE_CARD, assemble

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
    chosen = [take.pk for take in takes]
    for cut in production.cuts.exclude(state__in=_OVER):
        if list(cut.items.order_by("position").values_list("take", flat=True)) == chosen:
            return cut
    return _begin(production, takes, by, tool=ASSEMBLER)


def cut_request(*, production: Production, by: User) -> Cut:
    """Cut what there is, on a person's word. Raises ``WrongStateError`` naming what is missing."""
    require(by, "productions.change", production)
    with transaction.atomic():
        Production.objects.select_for_update().get(pk=production.pk)
        takes = takes_usable(production)
        missing = sum(take is None for take in takes)
        if not takes or missing:
            raise WrongStateError(
                f"{missing or 'all'} of {len(takes)} shots have no cleared take yet; render or replace them"
            )
        return _begin(production, takes, by)


def _begin(production: Production, takes: list[Take], by: User, *, tool: str = "") -> Cut:
    screenplay = screenplay_current(production)
    cut = Cut.objects.create(
        production=production,
        screenplay=screenplay,
        version=(production.cuts.aggregate(last=Max("version"))["last"] or 0) + 1,
        title=screenplay.title,
        edited_by=by,
    )
    for position, take in enumerate(takes, start=1):
        CutItem.objects.create(cut=cut, position=position, take=take, take_in=0, take_out=take.duration)
    rendered = Take.objects.filter(shot__in=[take.shot_id for take in takes], asset__isnull=False).count()
    contribution_record(
        production=production,
        actor=by,
        act=ContributionAct.ARRANGED,
        target=cut,
        tool=tool,
        note="begun by itself when every shot had a take" if tool else "asked for this cut",
        measure={"takes": {"used": len(takes), "rendered": rendered}, "rule": "the newest usable take of each shot"},
    )
    job_enqueue(
        kind=JobKind.ASSEMBLE_CUT,
        key=f"assemble_cut:{cut.pk}",
        production=production,
        target_id=cut.pk,
        requested_by=by,
    )
    return cut


def cut_assemble(*, work: JobWork) -> None:
    """Cut the takes together with titles and the disclosure card; owe the audit of the whole."""
    cut = Cut.objects.select_related("production__organisation", "edited_by").get(pk=work.job.target_id)
    items = list(cut.items.select_related("take__asset", "take__generation").order_by("position"))
    barred = [str(item.take) for item in items if item.take.state not in USABLE_TAKE_STATES]
    if barred:
        raise WrongStateError(f"{', '.join(barred)} may not be shown any more; the film needs other takes")
    _consents_stand(cut)
    with work.fenced():
        cut_move(cut, CutState.ASSEMBLING)
    sources = [_as_media_file(item.take, work) for item in items]
    made = assemble(
        sources,
        work.directory / "cut.mp4",
        title=cut.title,
        credits=_credits(cut, items),
        on_progress=work.on_progress,
        cancelled=work.cancelled,
    )
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


def _as_media_file(take: Take, work: JobWork):
    """The take's file under a name that says what it is; a link, not a copy."""
    link = work.directory / f"take-{take.pk}.mp4"
    if not link.exists():
        link.symlink_to(asset_path(take.asset))
    return link


def cut_failed(*, target_id, reason: str) -> None:
    """A cut that could not be assembled, or was called off."""
    cut = Cut.objects.get(pk=target_id)
    if cut.state in (CutState.DRAFT, CutState.ASSEMBLING):
        cut_move(cut, CutState.FAILED, reason=reason)
