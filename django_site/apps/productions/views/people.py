"""Who is in a production: cast, grants and what they lack, people nobody knows, and what the makers declare."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.audits.models import UnknownFace
from django_site.apps.audits.services.strangers import stranger_clear
from django_site.apps.productions.forms import CastForm, ClearForm, DeclaredForm, ReferenceForm
from django_site.apps.productions.forms_declare import DeclareMoreForm
from django_site.apps.productions.models import Production, Reference
from django_site.apps.productions.people import people_of, subjects_castable, unknown_faces_of
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.productions.services.casting import (
    production_declare,
    reference_add,
    reference_remove,
    shot_cast,
    voice_cast,
)
from django_site.apps.productions.services.declaring import production_declare_more
from django_site.apps.productions.views.shots import shots_visible_to
from django_site.apps.productions.voices import characters_of
from django_site.pages.failures import ANTICIPATED, attempt, sentence


def _context(production: Production, **forms) -> dict:
    declared = {
        name: getattr(production, name) for name in ("media", "languages", "content", "real_time", "sublicensee")
    }
    return {
        "production": production,
        "people": people_of(production),
        "faces": unknown_faces_of(production),
        "characters": characters_of(production),
        "castable": subjects_castable(production),
        "clear_form": ClearForm(),
        "form": DeclaredForm(initial=declared),
        "declared_form": DeclareMoreForm(production=production),
        **forms,
    }


@login_required
@require_safe
def people_page(request: HttpRequest, production_id: UUID) -> HttpResponse:
    production = get_object_or_404(
        productions_visible_to(request.user).select_related("organisation"), pk=production_id
    )
    return render(request, "productions/people.html", _context(production))


@login_required
@require_POST
def declare(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Say how the film is meant to be seen and what it touches."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    require(request.user, "productions.change", production)
    form = DeclaredForm(request.POST)
    if not form.is_valid():
        return render(request, "productions/people.html", _context(production, form=form), status=400)
    attempt(
        request,
        lambda: production_declare(production=production, by=request.user, **form.cleaned_data),
        done=_("Saved. Shots are judged by it from now on, and so is the release."),
    )
    return redirect("productions:people", production.pk)


@login_required
@require_POST
def declare_more(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Say what rules ask of the whole production: agreements, prizes, credits, what it portrays."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    require(request.user, "productions.change", production)
    form = DeclareMoreForm(request.POST, production=production)
    if not form.is_valid():
        return render(request, "productions/people.html", _context(production, declared_form=form), status=400)
    attempt(
        request,
        lambda: production_declare_more(production=production, by=request.user, **form.said),
        done=_("Saved. The next cut is judged by it."),
    )
    return redirect("productions:people", production.pk)


@login_required
@require_POST
def face_clear(request: HttpRequest, face_id: UUID) -> HttpResponse:
    """Say on what ground somebody whom nobody knows may be shown."""
    faces = UnknownFace.objects.filter(audit__production__in=productions_visible_to(request.user))
    face = get_object_or_404(faces.select_related("audit__production"), pk=face_id)
    production = face.audit.production
    require(request.user, "productions.change", production)
    form = ClearForm(request.POST)
    if not form.is_valid():
        context = _context(production, clear_form=form, clearing=face.pk)
        return render(request, "productions/people.html", context, status=400)
    attempt(
        request,
        lambda: stranger_clear(face=face, by=request.user, **form.cleaned_data),
        done=_("Cleared. Reviewers see the ground and your note."),
    )
    return redirect("productions:people", production.pk)


@login_required
@require_POST
def voice_cast_view(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Say whose voice a character speaks with."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    require(request.user, "productions.change", production)
    chosen = request.POST.get("subject", "")
    subject = next((one for one in subjects_castable(production) if str(one.pk) == chosen), None)
    if chosen and subject is None:
        messages.error(
            request, _("Nobody of that name has granted this production anything; ask them for a grant first.")
        )
        return redirect("productions:people", production.pk)
    said = request.POST.get("character", "")
    attempt(
        request,
        lambda: voice_cast(production=production, character=said, subject=subject, by=request.user),
        done=_("Saved: the next take and cut are judged by it."),
    )
    return redirect("productions:people", production.pk)


def cast_context(shot, **forms) -> dict:
    """What a shot's page says of the people in it."""
    production = shot.scene.screenplay.production
    return {
        "cast_form": CastForm(shot=shot, people=subjects_castable(production)),
        "reference_form": ReferenceForm(),
        "references": shot.references.select_related("asset").order_by("created_at"),
        **forms,
    }


@login_required
@require_POST
def shot_cast_view(request: HttpRequest, shot_id: UUID) -> HttpResponse:
    """Say who is in the shot: its next version."""
    from django_site.apps.productions.views.shots import shot_context

    shot = get_object_or_404(shots_visible_to(request.user), pk=shot_id)
    production = shot.scene.screenplay.production
    require(request.user, "productions.change", production)
    form = CastForm(request.POST, shot=shot, people=subjects_castable(production))
    if not form.is_valid():
        return render(request, "productions/shot.html", shot_context(shot, cast_form=form), status=400)
    if not shot.current:
        messages.error(request, _("This version was replaced already; change the current one."))
        return redirect("productions:shot", shot.pk)
    said = {"content": form.cleaned_data["content"], "alterations": form.cleaned_data["alterations"]}
    made = attempt(
        request,
        lambda: shot_cast(shot=shot, cast=form.cast, by=request.user, **said),
        done=_("Saved: who is in the shot counts from its next take."),
    )
    return redirect("productions:shot", (made or shot).pk)


@login_required
@require_POST
def reference_new(request: HttpRequest, shot_id: UUID) -> HttpResponse:
    """Add a picture that the shot is to be made after."""
    from django_site.apps.productions.views.shots import shot_context

    shot = get_object_or_404(shots_visible_to(request.user), pk=shot_id)
    require(request.user, "productions.change", shot.scene.screenplay.production)
    form = ReferenceForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["picture"]
        try:
            reference_add(shot=shot, source=upload.file, name=upload.name, by=request.user)
        except ANTICIPATED as error:
            form.add_error("picture", sentence(error))
        else:
            messages.success(request, _("The picture is kept; whom it resembles is said beside it."))
            return redirect("productions:shot", shot.pk)
    return render(request, "productions/shot.html", shot_context(shot, reference_form=form), status=400)


@login_required
@require_POST
def reference_take_out(request: HttpRequest, reference_id: UUID) -> HttpResponse:
    """Take a picture out of a shot."""
    references = Reference.objects.filter(production__in=productions_visible_to(request.user))
    reference = get_object_or_404(references.select_related("production", "shot"), pk=reference_id)
    require(request.user, "productions.change", reference.production)
    shot_id = reference.shot_id
    attempt(
        request,
        lambda: reference_remove(reference=reference, by=request.user),
        done=_("Taken out. Takes that were made after it keep it in their record."),
    )
    return redirect("productions:shot", shot_id)
