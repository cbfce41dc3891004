"""The main job, end to end, through the same services that the pages call."""

import resource
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from auditor.media.types import Progress
from auditor.provenance import verify
from django_site import wiring
from django_site.apps.accounts.models import Role
from django_site.apps.audits.models import Decision, Finding
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.audits.services.decisions import failed_checks
from django_site.apps.jobs.models import Job, JobKind
from django_site.apps.jobs.runner import run_pending
from django_site.apps.productions.models import CutState, ImportedMedia, ImportState, Production
from django_site.apps.productions.services.declaring import production_declare_more
from django_site.apps.productions.services.imports import media_import
from django_site.apps.productions.services.productions import member_add, production_create
from django_site.apps.productions.services.screenplays import screenplay_text, screenplay_write
from django_site.apps.productions.services.takes import production_render
from django_site.apps.provenance.models import Release
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.services import case_approve
from django_site.demo.foreign import ForeignClip, make_hidden_copy, make_stolen_face
from django_site.demo.studio import Studio, open_studio
from django_site.errors import WrongStateError

BRIEF = (
    "At dusk a lighthouse keeper on a rocky coast sees a small sailing boat drift towards the reef as a storm gathers. "
    "She lights the lamp, walks down to the shore with a lantern, and guides the stranger in through the fog. "
    "By morning the sea is calm, and the boat is gone."
)
#: Another seed films the same brief differently; with this one the two characters are dressed apart.
SEED = 4
SITE = "http://127.0.0.1:8000"
_STAGES = {
    JobKind.RENDER_TAKE: "render",
    JobKind.AUDIT_TAKE: "audit takes",
    JobKind.ASSEMBLE_CUT: "assemble",
    JobKind.AUDIT_CUT: "audit cut",
    JobKind.SIGN_CUT: "sign and release",
    JobKind.AUDIT_IMPORT: "audit imports",
}


class Display(Protocol):
    """Where the story is told."""

    def stage(self, name: str) -> None: ...

    def progress(self, what: str, progress: Progress) -> None: ...

    def say(self, line: str) -> None: ...


@dataclass(slots=True)
class Told:
    """What happened, in figures."""

    production: Production
    release: Release
    film: Path
    verification: dict[str, Any]
    stopped: list[dict[str, Any]]
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def verify_address(self) -> str:
        return f"{SITE}/verify/{self.release.pk}"

    def as_summary(self) -> dict[str, Any]:
        """The document ``var/demo/summary.json``."""
        return {
            "film": str(self.film),
            "verify": self.verification,
            "verify_page": self.verify_address,
            "trust": str(wiring.settings.SIGNING_ROOT / "root.pem"),
            "stopped": self.stopped,
            "seconds": {stage: round(value, 2) for stage, value in self.seconds.items()},
            "peak_rss_mb": peak_rss_mb(),
        }


def tell(directory: Path, display: Display, *, brief: str = BRIEF, **production_format: Any) -> Told:
    """Run it all; files for people go to ``directory``. Raises ``SiteError`` where anything did not go as it must."""
    seconds: dict[str, float] = {}
    clock = _Clock(seconds, display)
    with clock("register"):
        studio = open_studio(display.say)
    with clock("write"):
        production = _begin(studio, brief, directory, display, production_format)
    with clock("Gate 1"):
        takes = production_render(production=production, by=studio.people["producer"])
        refused = [take for take in takes if take.state == "stopped"]
        if refused:
            raise WrongStateError(f"Gate 1 stopped {len(refused)} of {len(takes)} takes: {refused[0].reason}")
    _work(production, seconds, display)
    with clock("review"):
        _approve(production, studio, display)
    _work(production, seconds, display)
    release = Release.objects.filter(cut__production=production).select_related("cut").first()
    if release is None:
        cut = production.cuts.order_by("-version").first()
        raise WrongStateError(
            f"the cut was not released but is {cut.state if cut else 'missing'}: {cut and cut.reason}"
        )
    with clock("verify"):
        film, verification = _read_again(release, directory)
        display.say(f"released; a fresh reader says {verification['state']}")
    with clock("make foreign clips"):
        clips = [
            make_hidden_copy(directory / "foreign" / "hidden-copy.mp4"),
            make_stolen_face(directory / "foreign" / "stolen-face.mp4"),
        ]
    imports = [
        media_import(production=production, source=clip.path, name=clip.path.name, by=studio.people["producer"])
        for clip in clips
    ]
    _work(production, seconds, display)
    stopped = [_stopped(imported, clip, directory) for imported, clip in zip(imports, clips, strict=True)]
    return Told(production, release, film, verification, stopped, seconds)


def _begin(studio: Studio, brief: str, directory: Path, display: Display, production_format: dict) -> Production:
    producer = studio.people["producer"]
    production = production_create(
        organisation=studio.organisation,
        title="The Keeper",
        brief=brief,
        by=producer,
        **{"seed": SEED, **production_format},
    )
    for login, role in (("reviewer", Role.LEGAL_REVIEWER), ("head", Role.HEAD_OF_LEGAL)):
        member_add(production=production, user=studio.people[login], role=role, by=producer)
    production_declare_more(
        production=production, by=producer, guilds=[], script_by="machine", portrays_real_people=False
    )
    screenplay = screenplay_write(production=production, by=producer)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "screenplay.fountain").write_text(screenplay_text(screenplay))
    shots = sum(scene.shots.count() for scene in screenplay.scenes.all())
    display.say(f"“{screenplay.title}”: {screenplay.scenes.count()} scenes, {shots} shots")
    return production


def _work(production: Production, seconds: dict[str, float], display: Display) -> None:
    """Do the production's jobs in this process until none is owed; a job that fails ends the story with its reason."""
    running: dict[str, Any] = {"job": None, "since": 0.0}

    def note(job: Job, progress: Progress) -> None:
        if running["job"] != job.pk:
            running.update(job=job.pk)
            display.stage(_STAGES[JobKind(job.kind)])
        display.progress(str(job.get_kind_display()), progress)

    run_pending(on_progress=note)
    for job in production.jobs.exclude(state="queued"):
        if job.state in ("failed", "cancelled"):
            raise WrongStateError(f"{job.get_kind_display()} {job.state}: {job.reason}")
    totals: dict[str, float] = {}
    for job in production.jobs.filter(state="done"):
        stage = _STAGES[JobKind(job.kind)]
        totals[stage] = totals.get(stage, 0.0) + (job.finished_at - job.started_at).total_seconds()
    seconds.update(totals)


def _approve(production: Production, studio: Studio, display: Display) -> None:
    """People decide: the reviewer, and where two must agree the head of legal."""
    cut = production.cuts.order_by("-version").first()
    if cut is None or cut.state != CutState.NEEDS_REVIEW:
        raise WrongStateError(
            f"the cut does not await review but is {cut.state if cut else 'missing'}: {cut and cut.reason}"
        )
    for login in ("reviewer", "head"):
        case = Case.objects.get(cut=cut)
        if case.state != "open":
            break
        case_approve(
            case=case,
            by=studio.people[login],
            reason="Nothing of anybody's was found; the notice card tells the audience how it was made.",
        )
        display.say(f"{studio.people[login]} approved")


def _read_again(release: Release, directory: Path) -> tuple[Path, dict[str, Any]]:
    """Copy the released film to where people look for it, and verify the copy with a reader that knows nothing of us."""
    film = directory / "film.mp4"
    shutil.copyfile(asset_path(release.manifest.asset), film)
    return film, verify(film, trust=wiring.trust_list()).as_dict()


def _stopped(imported: ImportedMedia, clip: ForeignClip, directory: Path) -> dict[str, Any]:
    """Why the clip was stopped, where, and the evidence as pictures side by side."""
    imported.refresh_from_db()
    if imported.state != ImportState.STOPPED:
        raise WrongStateError(f"{clip.path.name} holds {clip.what} and was not stopped but is {imported.state}")
    decision = Decision.objects.filter(imported=imported).latest("created_at")
    checks = [check for check in failed_checks(decision) if check["severity"] == "block"]
    findings = Finding.objects.filter(audit=decision.audit)
    return {
        "file": str(clip.path),
        "policy": checks[0]["policy"],
        "reason": checks[0]["plain"],
        "cite": checks[0]["cite"],
        "remedy": checks[0]["remedy"],
        "segments": [[float(finding.start), float(finding.end)] for finding in findings],
        "hidden": [clip.start, clip.end],
        "evidence": [
            str(path) for finding in findings for path in _evidence(finding, directory / "evidence" / clip.path.stem)
        ],
    }


def _evidence(finding: Finding, directory: Path) -> Iterator[Path]:
    """Each pair of frames as one picture: left the clip, right the work that it shows."""
    from PIL import Image

    directory.mkdir(parents=True, exist_ok=True)
    for frame in finding.evidence.select_related("query", "reference"):
        sides = [Image.open(asset_path(asset)) for asset in (frame.query, frame.reference) if asset]
        height = min(side.height for side in sides)
        sides = [side.resize((round(side.width * height / side.height), height)) for side in sides]
        pair = Image.new("RGB", (sum(side.width for side in sides) + 8 * (len(sides) - 1), height), "white")
        left = 0
        for side in sides:
            pair.paste(side, (left, 0))
            left += side.width + 8
        path = directory / f"{finding.position}-{frame.position}.jpg"
        pair.save(path, quality=90)
        yield path


class _Clock:
    """Seconds of each stage, told to the display as it begins."""

    def __init__(self, seconds: dict[str, float], display: Display) -> None:
        self._seconds = seconds
        self._display = display

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        self._display.stage(stage)
        started = time.perf_counter()
        yield
        self._seconds[stage] = self._seconds.get(stage, 0.0) + time.perf_counter() - started


def peak_rss_mb() -> int:
    """The largest resident set of this process or any child so far, in MB."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    usage = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round(max(usage) / unit)
