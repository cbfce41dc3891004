"""The shot list: every shot in a row, changed where it stands; added, taken out, moved."""

import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import numpy as np
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from auditor.media import sample_frames
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.productions.estimates import render_estimate, speed_measured
from django_site.apps.productions.forms_shots import ShotRowForm
from django_site.apps.productions.gate import CLEAR, gate_lines
from django_site.apps.productions.models import Production, Shot, Take
from django_site.apps.productions.selectors import (
    productions_visible_to,
    screenplay_current,
    shots_current,
    shots_with_takes,
)
from django_site.apps.productions.services.screenplays import screenplay_text
from django_site.apps.productions.services.shots import shot_insert, shot_move, shot_remove, shot_replace
from django_site.apps.training.looks import look_title
from django_site.pages.failures import ANTICIPATED, attempt, sentence
from generator.shots import ShotRequest
from generator.shots.storyboard import write_storyboard

#: Pixels across of a picture on the storyboard.
PANEL_WIDTH = 480
#: What a row's buttons do: name, then what is called with the shot and the person.
_ACTS = {
    "insert": lambda shot, by: shot_insert(after=shot, by=by),
    "remove": lambda shot, by: shot_remove(shot=shot, by=by),
    "earlier": lambda shot, by: shot_move(shot=shot, by=by, earlier=True),
    "later": lambda shot, by: shot_move(shot=shot, by=by, earlier=False),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def shot_list_page(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Saving keeps every row that was changed, as the next version of its shot; ``act`` and a shot's id do more."""
    productions = productions_visible_to(request.user).select_related("organisation", "look_model")
    production = get_object_or_404(productions, pk=production_id)
    shots = shots_with_takes(production)
    posted = request.method == "POST"
    forms = {shot: ShotRowForm(request.POST if posted else None, shot=shot, prefix=str(shot.pk)) for shot in shots}
    if posted:
        require(request.user, "productions.change", production)
        sent = [form for form in forms.values() if form.add_prefix("size") in request.POST]
        if all(form.is_valid() for form in sent) and _saved(request, sent):
            _acted(request, production)
            return redirect("productions:shot_list", production.pk)
    context = _context(production, forms)
    return render(request, "productions/shot_list.html", context, status=400 if context["wrong"] else 200)


@login_required
@require_safe
def board_pdf(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """The storyboard: a panel a shot, with the middle of its newest take, or an empty frame where there is none yet."""
    name, sheets = _board(request, production_id, "pdf")
    return _handed(sheets[0], "application/pdf", f"{name}-storyboard.pdf")


@login_required
@require_safe
def board_png(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """The same as a picture; of several sheets, a ZIP with one picture a sheet."""
    name, sheets = _board(request, production_id, "png")
    if len(sheets) == 1:
        return _handed(sheets[0], "image/png", f"{name}-storyboard.png")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:  # PNG is packed already
        for number, sheet in enumerate(sheets, start=1):
            archive.writestr(zipfile.ZipInfo(f"{name}-storyboard-{number}.png"), sheet)
    return _handed(packed.getvalue(), "application/zip", f"{name}-storyboard.zip")


def _handed(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


def _board(request: HttpRequest, production_id: UUID, form: str) -> tuple[str, list[bytes]]:
    """What its files are called, and its sheets; one for a PDF."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    shots, screenplay = shots_with_takes(production), screenplay_current(production)
    if not shots or screenplay is None:
        raise Http404("there are no shots yet")
    pictures = {str(shot.spec["id"]): next((take for take in shot.takes.all() if take.asset), None) for shot in shots}
    with TemporaryDirectory(prefix="reelproof-board-") as folder:
        path = Path(folder) / f"storyboard.{form}"
        made = write_storyboard(
            [ShotRequest.from_dict(shot.spec) for shot in shots],
            path,
            title=screenplay.title,
            frame=lambda shot: _panel(shot, pictures.get(shot.id)),
        )
        return slugify(screenplay.title) or "film", [sheet.read_bytes() for sheet in made]


def _panel(shot: ShotRequest, take: Take | None) -> np.ndarray:
    """(h, w, 3) uint8 RGB."""
    if take is not None:
        middle = float(take.duration) / 2
        for frame in sample_frames(asset_path(take.asset), fps=0, start=middle, end=middle + 2, max_side=PANEL_WIDTH):
            return frame.pixels
    return np.full((round(PANEL_WIDTH * shot.height / shot.width), PANEL_WIDTH, 3), 226, np.uint8)


def _context(production: Production, forms: dict[Shot, ShotRowForm]) -> dict:
    shots, screenplay, speed = list(forms), screenplay_current(production), speed_measured(production)
    lines = gate_lines(shots, screenplay_text=screenplay_text(screenplay)) if screenplay and shots else {}
    rows = [
        {
            "shot": shot,
            "form": form,
            "take": next(iter(shot.takes.all()), None),
            "gate": lines.get(shot.pk, CLEAR),
            "estimate": render_estimate([shot.spec], speed),
        }
        for shot, form in forms.items()
    ]
    return {
        "production": production,
        "look": look_title(production),
        "rows": rows,
        "wrong": [row for row in rows if row["form"].is_bound and row["form"].errors],
        "seconds": sum(float(shot.spec["duration"]) for shot in shots),
        "estimate": render_estimate([shot.spec for shot in shots], speed),
        "gate_shut": sum(not row["gate"].clear for row in rows),
    }


def _saved(request: HttpRequest, forms: list[ShotRowForm]) -> bool:
    """Each changed row as its shot's next version; a row that the shot's own rules refuse says so."""
    changed = 0
    for form in forms:
        if changes := form.changes():
            try:
                shot_replace(shot=form.shot, changes=changes, by=request.user)
            except ANTICIPATED as error:
                form.add_error(None, sentence(error))
            else:
                changed += 1
    if changed:
        text = ngettext("%(n)d shot has a new version.", "%(n)d shots have a new version.", changed)
        messages.success(request, text % {"n": changed})
    return not any(form.errors for form in forms)


def _acted(request: HttpRequest, production: Production) -> None:
    """What a row's button asks for; the row may have got its next version a moment ago."""
    act, _colon, shot_id = request.POST.get("act", "").partition(":")
    if act not in _ACTS:
        return
    asked = Shot.objects.filter(scene__screenplay__production=production, pk=_uuid(shot_id)).first()
    shot = asked and shots_current(production).filter(scene=asked.scene, position=asked.position).first()
    if shot is None:
        messages.error(request, _("That shot is not in the film any more; look at the list again."))
        return
    attempt(request, lambda: _ACTS[act](shot, request.user))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
