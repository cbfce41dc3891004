"""What is made from a released film: asked for by a person, made by a job, signed with the film as its parent, handed out.

A picture or a package of a film shows nothing that the film does not show, so it stands on the film's own decision. What a
film's decision may not foresee is asked anew: whether the consents of everybody in it stand now. A trailer is another use
than the film: it is audited and decided on by itself. A recalled film has no more of it handed out.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.utils import timezone

from auditor.canonical import sha256_json
from auditor.media import Progress, probe
from auditor.provenance import Action, Ingredient, ManifestDraft, TimestampUnavailableError, verify
from django_site import wiring
from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.facts import edit_facts
from django_site.apps.audits.models import Asset, Outcome, Zone
from django_site.apps.audits.people_facts import moment
from django_site.apps.audits.services.assets import asset_path, asset_record, file_store
from django_site.apps.jobs.models import JobKind
from django_site.apps.jobs.services import job_enqueue
from django_site.apps.jobs.work import JobWork
from django_site.apps.productions.models import CutState
from django_site.apps.provenance.models import (
    IntentKind,
    IntentState,
    Manifest,
    Output,
    OutputKind,
    Release,
    SigningIntent,
)
from django_site.apps.provenance.services.draft import cut_disclosure, cut_source_type
from django_site.apps.provenance.services.making import (
    CAPTION_TYPES,
    MAX_BEST,
    Made,
    captions_there,
    make_file,
    playlists,
)
from django_site.apps.provenance.services.release import files_of, handing_out
from django_site.apps.provenance.services.signed import intent_await_time, intent_reopen, intent_sign, intents_due
from django_site.apps.provenance.services.trailers import trailer_judge, trailer_make, trailer_statements
from django_site.errors import InputError, NotTrustedError, WrongStateError

#: Most outputs of one release that are under way or made; more is a mistake or an attack on the disk.
MAX_OUTPUTS = 200
#: Seconds of a trailer unless said, and the bounds: shorter is a still, longer than two and a half minutes is refused by
#: cinemas (NATO's guidelines of 2014 ask for two).
TRAILER_SECONDS, TRAILER_LEAST, TRAILER_MOST = 15, 3, 150
#: What carries no record by itself: it is read with the one beside it.
TEXTS = (OutputKind.CAPTIONS, OutputKind.DESCRIPTIONS)


def _parameters(release: Release, kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    if kind == OutputKind.TRAILER:
        return {"seconds": _trailer_seconds(given)}
    if kind == OutputKind.CAPTIONS:
        ending = str(given.get("format") or "vtt")
        if ending not in CAPTION_TYPES:
            raise InputError(f"captions are written as {' or '.join(CAPTION_TYPES)}, not as {ending[:20]!r}")
        if given.get("language"):  # somebody else's words for it: kept by digest (``audience.CaptionTrack``)
            return {"format": "vtt", "language": str(given["language"]), "sha256": str(given["sha256"])}
        return {"format": ending}
    if kind != OutputKind.STILL:
        return {}
    if given.get("best"):
        place = str(given["best"])
        if not place.isdecimal() or not 1 <= int(place) <= MAX_BEST:
            raise InputError(f"the best stills are numbered 1 to {MAX_BEST}; {place[:20]!r} is none of them")
        return {"best": int(place)}
    try:
        at = round(float(given.get("seconds", "")), 2)
    except (TypeError, ValueError):
        raise InputError("say at how many seconds of the film the still is taken, for example 3.5") from None
    if not 0 <= at < float(release.cut.duration):
        raise InputError(f"the still lies at {at:g} s, but the film ends at {float(release.cut.duration):g} s")
    return {"seconds": at}


def _trailer_seconds(given: Mapping[str, Any]) -> int:
    try:
        seconds = round(float(given.get("seconds") or TRAILER_SECONDS))
    except (TypeError, ValueError, OverflowError):
        raise InputError("say how many seconds the trailer lasts, for example 15") from None
    if not TRAILER_LEAST <= seconds <= TRAILER_MOST:
        raise InputError(f"a trailer lasts {TRAILER_LEAST} to {TRAILER_MOST} seconds; {seconds} is not among them")
    return seconds


@transaction.atomic
def output_request(*, release: Release, kind: str, by: User, parameters: Mapping[str, Any] | None = None) -> Output:
    """Ask for something to be made. What was made or is under way is given back; what failed is tried again.

    Raises ``NotAllowedError``, ``InputError`` for an unknown kind or a moment outside the film, ``WrongStateError`` for a
    recalled film, or one whose people do not agree any more.
    """
    require(by, "productions.change", release.cut.production)
    if kind not in OutputKind.values:
        raise InputError(f"{str(kind)[:40]!r} can't be made of a film; choose one of: {', '.join(OutputKind.values)}")
    release = Release.objects.select_for_update().select_related("cut__production").get(pk=release.pk)
    _require_out(release)
    wanted = _parameters(release, kind, parameters or {})
    if kind == OutputKind.CAPTIONS:
        captions_there(release.cut, wanted)
    digest = sha256_json(wanted)
    output = Output.objects.filter(release=release, kind=kind, parameters_sha256=digest).first()
    if output is None:
        if release.outputs.count() >= MAX_OUTPUTS:
            raise WrongStateError(f"{MAX_OUTPUTS} things were made of this film; that is as many as are kept")
        output = Output.objects.create(
            release=release, kind=kind, parameters=wanted, parameters_sha256=digest, made_by=by
        )
    elif output.manifest_id is not None or not output.reason:
        return output
    tries = f":{output.job_id}" if output.job_id else ""
    job = job_enqueue(
        kind=JobKind.MAKE_OUTPUT,
        key=f"make_output:{output.pk}{tries}",
        production=release.cut.production,
        target_id=output.pk,
        requested_by=by,
    )
    Output.objects.filter(pk=output.pk).update(job=job, reason="")
    output.refresh_from_db()
    return output


def _require_out(release: Release) -> None:
    if release.cut.state != CutState.RELEASED:
        raise WrongStateError("the film was recalled: nothing more is made of it")
    now = wiring.policy_bundle().decide(edit_facts(release.cut).as_facts(), at=timezone.now())
    if now.outcome == Outcome.BLOCK:
        why = " ".join(check.plain for check in now.stopping[:2])
        raise WrongStateError(f"nothing more is made of this film: {why}")


def output_make(*, work: JobWork) -> None:
    """Make it, sign it, read it back, hand it out. Where no time stamp is to be had, it waits for one."""
    output = Output.objects.select_related(
        "release__cut__production", "release__manifest__asset", "release__manifest__intent__case", "release__decision"
    ).get(pk=work.job.target_id)
    release = output.release
    _require_out(release)
    work.on_progress(Progress("make", 0, 2, "steps"))
    film = work.directory / "film.mp4"
    film.symlink_to(asset_path(release.manifest.asset))
    intent = SigningIntent.objects.filter(output=output, state=IntentState.OPEN).select_related("asset").first()
    now = moment(timezone.now())
    if output.kind == OutputKind.TRAILER:
        made = trailer_make(work=work, output=output, film=film, now=now)
    else:
        made = make_file(output.kind, film, release.cut, output.parameters, work.directory, now=now)
    if intent is None:
        asset = _stored(work, output, made)
        if output.kind == OutputKind.TRAILER:
            trailer_judge(work=work, output=output, asset=asset)
        intent = _intent(work, output, asset)
    work.on_progress(Progress("sign", 1, 2, "steps"))
    draft, ingredients = _draft(output, made, film, now)
    try:
        manifest = intent_sign(work=work, intent=intent, draft=draft, ingredients=ingredients, beside=True)
    except TimestampUnavailableError as error:
        with work.fenced():
            intent_await_time(intent=intent, why=error)
            Output.objects.filter(pk=output.pk).update(reason=str(error))
            work.finish(awaiting="time stamp", tried=intent.waited)
        return
    companions = playlists(asset_path(manifest.asset)) if output.kind == OutputKind.STREAM else {}
    _hand_out(work, output, intent, manifest, companions)


def _stored(work: JobWork, output: Output, made: Made) -> Asset:
    """The bytes that will be signed, in quarantine, and what of the film is in them."""
    info = probe(made.path).as_dict() if made.media_type.startswith("video/") else {}
    stored = file_store(source=made.path)
    with work.fenced():
        asset = asset_record(stored=stored, media_type=made.media_type, probe=info)
        output.asset, output.contents = asset, dict(made.contents)
        Output.objects.filter(pk=output.pk).update(asset=asset, contents=output.contents)
    return asset


def _intent(work: JobWork, output: Output, asset: Asset) -> SigningIntent:
    """Written before anything is signed, with the bytes that will be."""
    with work.fenced():
        return SigningIntent.objects.create(
            kind=IntentKind.OUTPUT,
            output=output,
            cut=output.release.cut,
            asset=asset,
            case=output.release.manifest.intent.case,
            decision=output.release.decision,
            requested_by=output.made_by,
        )


def _draft(output: Output, made: Made, film: Any, now: str) -> tuple[ManifestDraft, list[Ingredient]]:
    cut = output.release.cut
    parent = Ingredient("video/mp4", "parentOf", cut.title[:200], path=film, label="film")
    draft = ManifestDraft(
        title=f"{output.get_kind_display()}: {cut.title}"[:200],
        media_type=made.media_type,
        digital_source_type=cut_source_type(cut),
        actions=(Action("c2pa.opened", now, ingredients=("film",)), *made.did),
        model=cut_disclosure(cut),
        kind=made.kind,
        **(trailer_statements(output) if output.kind == OutputKind.TRAILER else {}),
    )
    return draft, [parent]


def _hand_out(
    work: JobWork, output: Output, intent: SigningIntent, manifest: Manifest, companions: Mapping[str, str]
) -> None:
    path = wiring.zone(Zone(manifest.asset.zone)).checked(manifest.asset.sha256)
    beside = asset_path(manifest.sidecar) if output.kind in TEXTS and manifest.sidecar else None
    reread = verify(path, trust=wiring.trust_list(), sidecar=beside)
    if reread.state != "Trusted":
        raise NotTrustedError(f"the signed file reads {reread.state}: {' '.join(one.plain for one in reread.reasons)}")
    with handing_out(files_of(manifest)) as mark_released, work.fenced():
        release = Release.objects.select_for_update().select_related("cut").get(pk=output.release_id)
        _require_out(release)
        Output.objects.filter(pk=output.pk).update(manifest=manifest, companions=dict(companions), reason="")
        mark_released()
        SigningIntent.objects.filter(pk=intent.pk).update(state=IntentState.SIGNED)
        work.finish(output=str(output.pk), sha256=manifest.asset.sha256, state=manifest.state)


def outputs_settle() -> int:
    """Try again where something waits for a time stamp and its time to wait is over. Called by the sweeper."""
    tried = 0
    for intent in intents_due(IntentKind.OUTPUT):
        with suppress(WrongStateError), transaction.atomic():
            intent_reopen(intent=intent)
            job = job_enqueue(
                kind=JobKind.MAKE_OUTPUT,
                key=f"make_output:{intent.output_id}:time-{intent.waited}",
                production=intent.cut.production,
                target_id=intent.output_id,
                requested_by=intent.requested_by,
            )
            Output.objects.filter(pk=intent.output_id).update(job=job, reason="")
            tried += 1
    return tried


def output_stopped(*, target_id, reason: str) -> None:
    """It was not made; asking again tries again."""
    Output.objects.filter(pk=target_id, manifest__isnull=True).update(reason=reason)
    SigningIntent.objects.filter(output=target_id, state=IntentState.OPEN).update(
        state=IntentState.ABANDONED, reason=reason
    )


def outputs_of(release: Release) -> list[Output]:
    """What was made of a release and may be handed out, newest first; nothing of a recalled film."""
    if release.cut.state != CutState.RELEASED:
        return []
    made = release.outputs.filter(manifest__isnull=False)
    return list(made.select_related("manifest__asset", "manifest__sidecar").order_by("-created_at"))


def stills_request(*, release: Release, by: User, count: int = 3) -> list[Output]:
    """Ask for the film's best frames by measure."""
    return [
        output_request(release=release, kind=OutputKind.STILL, by=by, parameters={"best": place})
        for place in range(1, count + 1)
    ]
