"""Models of our own: planned, trained, looked at; and which look a production has."""

import zipfile
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_site import wiring
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.facts import train_facts
from django_site.apps.jobs.models import Job, JobKind, JobState
from django_site.apps.jobs.panel import panel_of_target
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.training.curves import curves_of, losses_read, sample_path, samples_read
from django_site.apps.training.forms import TrainingForm, people_sent, works_sent
from django_site.apps.training.kinds import TRAININGS, missing_packages, models_added, training_estimate
from django_site.apps.training.looks import look_choose, looks_offered, model_folder, run_folder
from django_site.apps.training.models import ModelKind, RunState, TrainedModel, TrainingRun
from django_site.apps.training.offered import MAX_WORKS, works_offered
from django_site.apps.training.reading import made_with, model_reading
from django_site.apps.training.selectors import models_visible_to, people_offered, productions_to_train, runs_visible_to
from django_site.apps.training.services.planning import facts_asked, training_confirm, training_plan
from django_site.apps.training.services.running import (
    memory_suspect,
    training_accept,
    training_cancel,
    training_discard,
    training_pause,
    training_resume,
)
from django_site.apps.training.services.withdrawing import model_reach_go_on
from django_site.apps.training.standing import model_barred
from django_site.errors import NotAllowedError
from django_site.pages.failures import ANTICIPATED, attempt, sentence
from django_site.pages.paging import keyset_page

#: Files of a bundle that are handed out one by one, and as what.
FILES = {
    "lineage.json": "application/json",
    "quality.json": "application/json",
    "memorisation.json": "application/json",
    "bom.cdx.json": "application/json",
    "card.yaml": "text/plain; charset=utf-8",
    "README.md": "text/plain; charset=utf-8",
    "samples.png": "image/png",
    "quality.png": "image/png",
    "memorisation.png": "image/png",
    "bundle.json": "application/json",
    "model.sig": "application/octet-stream",
}
#: What they are called on the page, in the order in which they are offered.
_FILES_SAID = [
    ("lineage.json", gettext_lazy("Lineage: works, licences, settings, energy (JSON)")),
    ("bom.cdx.json", gettext_lazy("Bill of materials (CycloneDX)")),
    ("card.yaml", gettext_lazy("Model card")),
    ("quality.json", gettext_lazy("Measurements")),
    ("model.sig", gettext_lazy("Signature")),
    ("README.md", gettext_lazy("Read me")),
]
_WORKING = (RunState.QUEUED, RunState.RUNNING)
_CHANGES = {
    "confirm": (training_confirm, "It is being trained. You can leave this page; it goes on."),
    "pause": (training_pause, "It stops after the step at work; go on with it whenever you like."),
    "cancel": (training_cancel, "It is cancelled."),
    "resume": (training_resume, "It goes on from its last checkpoint."),
    "discard": (training_discard, "It is put aside."),
}


@login_required
@require_safe
def model_list(request: HttpRequest) -> HttpResponse:
    """Trainings and the models that came of them, newest first."""
    runs = runs_visible_to(request.user).exclude(state=RunState.DISCARDED).select_related("production", "model")
    page = keyset_page(runs, order=("-id",), cursor=request.GET.get("after", ""))
    may = productions_to_train(request.user).exists()
    return render(request, "training/list.html", {"page": page, "may_train": may, "missing": missing_packages()})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def train_new(request: HttpRequest) -> HttpResponse:
    """Plan a training: first for what, then from what. Nothing is learned before the plan is read and confirmed."""
    productions = list(productions_to_train(request.user)[:200])
    if not productions:
        raise NotAllowedError("only producers have models trained; ask the producer of a production")
    asked = request.POST if request.method == "POST" else request.GET
    production = next((one for one in productions if str(one.pk) == asked.get("production", "")), productions[0])
    bases = tuple(models_added().names())
    kinds = [kind for kind in TRAININGS if kind != ModelKind.LORA or bases]
    kind = asked.get("kind", "") if asked.get("kind", "") in kinds else str(ModelKind.LOOK)
    shared = asked.get("shared", "") == "1"
    form = TrainingForm(request.POST or None, production=production, kind=kind, bases=bases)
    query = asked.get("q", "").strip()
    sent = set(request.POST.getlist("works"))
    works = works_offered(production, shared=shared, query=query, chosen=[UUID(one) for one in sent if _is_uuid(one)])
    people = people_offered(
        production,
        model=request.POST.get("name", ""),
        shared=shared,
        chosen=frozenset(request.POST.getlist("people")),
    )
    if request.method == "POST" and form.is_valid():
        try:
            run = training_plan(
                production=production,
                by=request.user,
                kind=kind,
                name=form.cleaned_data["name"],
                works=works_sent(request.POST, works),
                people=people_sent(request.POST, people),
                shared=shared,
                renders=form.renders,
                steps=form.cleaned_data["steps"],
                seed=form.cleaned_data["seed"],
                base=form.cleaned_data.get("base", ""),
            )
        except NotAllowedError:
            raise
        except ANTICIPATED as error:
            form.add_error(None, sentence(error))
        else:
            return redirect("training:run", run.pk)
    context = {
        "form": form,
        "productions": productions,
        "production": production,
        "kinds": [TRAININGS[one] for one in kinds],
        "kind": kind,
        "training": TRAININGS[kind],
        "shared": shared,
        "query": query,
        "works": works,
        "most": MAX_WORKS,
        "allowed": sum(one.allowed for one in works),
        "people": people,
        "estimate": training_estimate(kind, TRAININGS[kind].steps),
        "missing": missing_packages(),
        "all_works": bool(request.POST.get("all_works")),
    }
    return render(request, "training/new.html", context, status=400 if form.errors else 200)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _run(request: HttpRequest, run_id: UUID) -> TrainingRun:
    rows = runs_visible_to(request.user).select_related(
        "production__organisation", "organisation", "asked_by", "confirmed_by", "decision", "model"
    )
    return get_object_or_404(rows, pk=run_id)


@login_required
@require_safe
def run_page(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """A training: before it is confirmed what it will learn from, while it runs how far it is, afterwards how it ended."""
    run = _run(request, run_id)
    context = {
        "run": run,
        "model": getattr(run, "model", None),
        "works": run.works.select_related("work", "licence"),
        "people": run.people.select_related("subject", "grant"),
        "panel": panel_of_target(request.user, run.pk),
        "working": run.state in _WORKING,
        "stopping": run.state not in _WORKING and _active(run),
        "may_change": request.user.has_perm("productions.change", run.production),
        "suspect": memory_suspect(run),
        "may_accept": request.user.has_perm("reviews.decide", run.production),
        "estimate": training_estimate(run.kind, run.steps),
        "missing": missing_packages(),
        "kind": TRAININGS[run.kind],
        **_live(run, request),
    }
    if run.state == RunState.PLANNED:
        facts = train_facts(run.production, **facts_asked(run))
        decision = wiring.policy_bundle().decide(facts.as_facts(), at=timezone.now())
        context |= {"against": decision.stopping, "allowed": decision.outcome == "allow"}
    return render(request, "training/run.html", context)


def _active(run: TrainingRun) -> bool:
    return Job.objects.filter(target_id=run.pk, state__in=(JobState.QUEUED, JobState.RUNNING)).exists()


def _live(run: TrainingRun, request: HttpRequest) -> dict[str, Any]:
    """The curves, and the samples of the step that is asked for, the latest if none is."""
    folder = run_folder(run.pk)
    samples = samples_read(folder)
    asked = request.GET.get("sample", "")
    shown = next((one for one in samples if str(one.step) == asked), samples[-1] if samples else None)
    curves = curves_of(losses_read(folder))
    seconds = curves.seconds if curves else 0.0
    return {
        "curves": curves,
        "samples": samples,
        "shown": shown,
        "latest": shown is not None and shown is samples[-1],
        "watt_hours": seconds * settings.WORKER_WATTS / 3600,
        "watts": settings.WORKER_WATTS,
        "poll": run.state in _WORKING,
    }


@login_required
@require_safe
def run_live(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Curves and samples alone, for htmx."""
    run = _run(request, run_id)
    response = render(request, "training/live.html", {"run": run, **_live(run, request)})
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_safe
def run_sample(request: HttpRequest, run_id: UUID, step: int) -> HttpResponseBase:
    """A sheet of samples as a picture."""
    run = _run(request, run_id)
    try:
        path = sample_path(run_folder(run.pk), step)
        return _handed(path, "image/png")
    except (*ANTICIPATED, OSError) as error:
        raise Http404("no such samples") from error


def _handed(path: Path, media_type: str, *, save_as: str = "") -> HttpResponseBase:
    response = FileResponse(path.open("rb"), content_type=media_type)
    if save_as:
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=save_as)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@login_required
@require_POST
def run_change(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Confirm, pause, go on with, cancel or discard a training."""
    run = _run(request, run_id)
    if request.POST.get("do") == "accept":
        require(request.user, "reviews.decide", run.production)
        attempt(
            request,
            lambda: training_accept(run=run, by=request.user, reason=request.POST.get("reason", "")),
            done=_("It is published with your reason in its card."),
        )
        return redirect("training:run", run.pk)
    require(request.user, "productions.change", run.production)
    change, done = _CHANGES.get(request.POST.get("do", ""), (None, ""))
    if change is None:
        messages.error(request, _("Choose what shall be done with it."))
        return redirect("training:run", run.pk)
    attempt(request, lambda: change(run=run, by=request.user), done=_(done))
    return redirect("training:run", run.pk)


def _model(request: HttpRequest, model_id: UUID) -> TrainedModel:
    rows = models_visible_to(request.user).select_related(
        "run__production", "run__decision", "run__confirmed_by", "organisation", "entry"
    )
    return get_object_or_404(rows, pk=model_id)


@login_required
@require_safe
def model_page(request: HttpRequest, model_id: UUID) -> HttpResponse:
    """A model: what it learned from, who allowed it, how good it is, what it remembers, what was made with it."""
    model = _model(request, model_id)
    jobs = Job.objects.filter(kind=JobKind.WITHDRAW_MODEL, target_id=model.pk).order_by("-created_at")
    last = jobs.first()
    failed = last is not None and last.state in (JobState.FAILED, JobState.CANCELLED)
    context = {
        "model": model,
        "run": model.run,
        "works": model.run.works.select_related("work", "licence"),
        "people": model.run.people.select_related("subject", "grant"),
        "flags": model.flags.select_related("work", "subject", "by", "entry"),
        "barred": model_barred(model),
        "made": made_with(model, request.user),
        "reading": model_reading(model),
        "files": [(name, said) for name, said in _FILES_SAID if (model_folder(model) / name).is_file()],
        "panel": panel_of_target(request.user, model.pk),
        "may_go_on": failed and request.user.has_perm("training.answer", model.organisation),
    }
    return render(request, "training/model.html", context)


@login_required
@require_safe
def model_file(request: HttpRequest, model_id: UUID, name: str) -> HttpResponseBase:
    """A file of the bundle: its lineage, bill of materials, card, measurements, samples, signature."""
    model = _model(request, model_id)
    path = model_folder(model) / name
    if name not in FILES or not path.is_file():
        raise Http404("no such file")
    save = "" if FILES[name] == "image/png" else f"{model.name}-v{model.version}-{name}"
    return _handed(path, FILES[name], save_as=save)


@login_required
@require_safe
def model_bundle(request: HttpRequest, model_id: UUID) -> HttpResponseBase:
    """The whole bundle with its weights and signature, as one archive."""
    model = _model(request, model_id)
    folder = model_folder(model)
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    if not files:
        raise Http404("the files of this model are not here")
    packed = TemporaryFile()  # noqa: SIM115 - handed over, closed with the response
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:  # weights do not pack
        for path in files:
            archive.write(path, f"{model.name}-v{model.version}/{path.relative_to(folder).as_posix()}")
        archive.writestr(f"{model.name}-v{model.version}.pub.pem", model.public_key)
    packed.seek(0)
    response = FileResponse(packed, content_type="application/zip")
    name = f"{model.name}-v{model.version}.zip"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_POST
def reach_resume(request: HttpRequest, model_id: UUID) -> HttpResponse:
    """Take up a second look at what the model made that came to nothing."""
    model = _model(request, model_id)
    require(request.user, "training.answer", model.organisation)
    attempt(request, lambda: model_reach_go_on(model=model, by=request.user), done=_("It goes on where it stopped."))
    return redirect("training:model", model.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def look_page(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Which look the takes of a production have from now on."""
    rows = productions_visible_to(request.user).select_related("organisation", "look_model")
    production = get_object_or_404(rows, pk=production_id)
    if request.method == "POST":
        require(request.user, "productions.change", production)
        value = request.POST.get("look", "")
        chosen = attempt(
            request,
            lambda: look_choose(production=production, value=value, by=request.user),
            done=_("Takes that are asked for from now on have this look. Those that there are stay as they are."),
        )
        if chosen is not None:
            return redirect("productions:page", production.pk)
        return redirect("training:look", production.pk)
    offers = looks_offered(production)
    may = request.user.has_perm("productions.change", production)
    return render(request, "training/look.html", {"production": production, "offers": offers, "may_change": may})
