"""What an audit saw, as facts: the file, what it resembles, and whether all that had to look at it did and still stands."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from auditor.policy.facts import AssetFact, AuditFact, LicenceFact, MatchFact
from django_site import wiring
from django_site.apps.audits.models import MATCH_KINDS, Asset, Audit
from django_site.apps.audits.people_facts import moment
from django_site.apps.corpora.selectors import licence_chosen, licensed_acts_of

#: What must have looked, by the beginning of its name in a report; anything less clears nothing.
REQUIRED_DETECTORS = ("works", "faces")
#: What must have listened to a recording, which has nothing to be looked at.
REQUIRED_LISTENERS = ("sound",)
#: What must have listened as well once a voice is registered.
VOICES = "voices"


def is_sound(asset: Asset) -> bool:
    """A recording without pictures."""
    return asset.media_type.startswith("audio/")


def missing_detectors(names: Iterable[str], *, voices: bool = False, sound: bool = False) -> tuple[str, ...]:
    """The required detectors of which none of these is one; ``voices`` where voices are registered, ``sound`` for a
    recording."""
    names = list(names)
    wanted = (*(REQUIRED_LISTENERS if sound else REQUIRED_DETECTORS), *((VOICES,) if voices else ()))
    return tuple(required for required in wanted if not any(name.startswith(required) for name in names))


def asset_fact(asset: Asset, *, kind: str, origin: str, title: str) -> AssetFact:
    duration = asset.probe.get("duration")
    return AssetFact(
        sha256=asset.sha256,
        kind=kind,
        origin=origin,
        title=title[:200],
        duration=float(duration) if duration else None,
    )


def match_facts(audit: Audit) -> tuple[MatchFact, ...]:
    findings = [
        finding
        for finding in audit.findings.select_related("work__rights_holder").order_by("position")
        if finding.kind in MATCH_KINDS
    ]
    acts = licensed_acts_of({finding.work_id for finding in findings})
    now = timezone.now()
    return tuple(
        MatchFact(
            kind=finding.kind,
            work_id=str(finding.work_id),
            title=finding.work.title,
            start=float(finding.start),
            end=float(finding.end),
            score=finding.score,
            licence=licence_fact(acts.get(str(finding.work_id), []), at=now),
            mirrored=finding.mirrored,
            log10_lr=finding.log10_lr,
            reference_start=None if finding.reference_start is None else float(finding.reference_start),
            reference_end=None if finding.reference_end is None else float(finding.reference_end),
            rights_holder=finding.work.rights_holder.name,
        )
        for finding in findings
    )


def licence_fact(acts, *, at: datetime) -> LicenceFact | None:
    """What the newest licence in force for this work permits; acts that an older one permits are not added to it."""
    chosen = licence_chosen(acts, at=at)
    if chosen is None:
        return None
    licence, permitted, in_force = chosen
    return LicenceFact(
        id=str(licence.pk),
        acts=permitted,
        territories=tuple(licence.territories),
        active=in_force,
        spdx=licence.spdx_id,
        reservations=tuple(str(one) for one in licence.reservations),
        expires=moment(licence.ends),
        name=licence.spdx_id or licence.terms[:200],
    )


def _voices_current(audit: Audit) -> bool:
    """Whether the audit listened for everybody whose voice is registered now; with nobody registered nothing was owed."""
    voices = wiring.voice_gallery().info()
    if voices.subjects == 0:
        return True
    searched = {detector.get("searched_sha256") for detector in audit.detectors if detector["name"].startswith(VOICES)}
    return voices.digest in searched


def audit_fact(audit: Audit) -> AuditFact:
    """What was looked for, and whether index, gallery and the dismissals that it relied on still stand."""
    names = tuple(str(detector["name"]) for detector in audit.detectors)
    current = (
        audit.index_snapshot.digest == wiring.work_index().info().digest
        and audit.gallery_sha256 == wiring.face_gallery().info().digest
        and _voices_current(audit)
        and not audit.dismissals.filter(lifted_at__isnull=False).exists()
    )
    return AuditFact(
        complete=audit.state == "complete",
        index_current=current,
        detectors=names,
        uncleared_people=audit.unknown_faces.filter(cleared_at__isnull=True).count(),
        missing_detectors=missing_detectors(
            names, voices=wiring.voice_gallery().info().subjects > 0, sound=is_sound(audit.asset)
        ),
        index_sha256=audit.index_snapshot.digest,
        report_sha256=audit.report_sha256,
    )
