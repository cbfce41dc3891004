"""What is measured of a person: the release, the pictures and recordings, and destroying all of it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.likeness.forms import MeasureForm, ReleaseForm, WithdrawForm
from django_site.apps.likeness.models import LikenessSource, Modality, Subject
from django_site.apps.likeness.reading import erasure_consequences
from django_site.apps.likeness.releases import release_text
from django_site.apps.likeness.services import (
    biometric_consent_record,
    biometric_consent_withdraw,
    subject_enrol,
    text_sha256,
    voice_enrol,
)
from django_site.apps.likeness.uploads import MAX_BYTES, handed_in, said_of
from django_site.apps.likeness.views.common import stand, subject_for
from django_site.apps.provenance.uploads import BoundedUpload
from django_site.errors import InputError, NotAllowedError
from django_site.pages.failures import ANTICIPATED, attempt, sentence

#: What is measured, in the order of the page.
_MODALITIES = (Modality.FACE, Modality.VOICE)


@login_required
@require_safe
def measured_page(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Face and voice: whether there is a release, what is held, and how to end it."""
    return _page(request, subject_for(request.user, subject_id))


def _page(request: HttpRequest, subject: Subject, *, status: int = 200, **forms) -> HttpResponse:
    consents = list(subject.biometric_consents.select_related("given_by").order_by("-given_at"))
    counts = dict.fromkeys(_MODALITIES, 0)
    for modality in subject.templates.values_list("modality", flat=True):
        counts[Modality(modality)] += 1
    kinds = []
    for modality in _MODALITIES:
        standing = next((one for one in consents if one.modality == modality and one.withdrawn_at is None), None)
        text = release_text(subject, modality)
        kinds.append(
            {
                "modality": modality,
                "label": modality.label,
                "standing": standing,
                "held": counts[modality],
                "text": text,
                "text_sha256": text_sha256(text),
                "release": forms.get(f"release_{modality}")
                or ReleaseForm(
                    initial={"modality": modality, "text_sha256": text_sha256(text)}, auto_id=f"id_{modality}_%s"
                ),
                "measure": forms.get(f"measure_{modality}")
                or MeasureForm(initial={"modality": modality}, auto_id=f"id_{modality}_%s"),
                "results": forms.get("results", []) if forms.get("results_of") == modality else [],
            }
        )
    held = {modality for modality, count in counts.items() if count}
    stands = {one.modality for one in consents if one.withdrawn_at is None}
    context = stand(
        request,
        subject,
        kinds=kinds,
        past=[one for one in consents if one.withdrawn_at],
        custody=list(subject.custody.select_related("actor").order_by("-created_at", "-id")[:30]),
        erasable=bool(held or stands),
        consequences=erasure_consequences(subject, None),
        withdraw_form=forms.get("withdraw_form") or WithdrawForm(),
    )
    return render(request, "likeness/measured.html", context, status=status)


@login_required
@require_POST
def release_give(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """The person agrees to be measured; the digest says which text stood on the screen."""
    subject = subject_for(request.user, subject_id, "likeness.grant")
    form = ReleaseForm(request.POST)
    modality = request.POST.get("modality", "")
    form.auto_id = f"id_{modality}_%s"
    if not form.is_valid():
        named = modality if modality in Modality.values else Modality.FACE
        return _page(request, subject, status=400, **{f"release_{named}": form})
    modality = Modality(form.cleaned_data["modality"])
    text = release_text(subject, modality)

    def give():
        if form.cleaned_data["text_sha256"] != text_sha256(text):
            raise InputError("the text on your screen is not the text of today; read it again and agree then")
        return biometric_consent_record(subject=subject, text=text, by=request.user, modality=modality)

    attempt(
        request,
        give,
        done=_("You agreed. Hand in pictures or recordings whenever you like; you can end this at any time."),
    )
    return redirect("likeness:measured", subject.pk)


@csrf_exempt  # the token is checked one step further in, when the bounded handler stands ready to read the body
@login_required
@require_POST
def measure(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Hand in pictures or recordings."""
    request.upload_handlers = [BoundedUpload(request, limit=MAX_BYTES)]
    return _measure(request, subject_id)


@csrf_protect
def _measure(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Each file by itself: a bad one is named with the reason and the remedy, and the good ones stay."""
    subject = subject_for(request.user, subject_id, "likeness.grant")
    form = MeasureForm(request.POST, request.FILES)
    named = request.POST.get("modality", "")
    modality = Modality(named) if named in _MODALITIES else Modality.FACE
    form.auto_id = f"id_{modality}_%s"
    if getattr(request, "upload_refused", False):
        form.add_error(
            "files",
            _("The files are larger than %(limit)d MB together; hand in fewer, or shorter ones.")
            % {"limit": MAX_BYTES // 1_000_000},
        )
        return _page(request, subject, status=413, **{f"measure_{modality}": form})
    if not form.is_valid():
        return _page(request, subject, status=400, **{f"measure_{modality}": form})
    results = [
        _measured(request, subject, modality, upload, form.cleaned_data["reason"])
        for upload in form.cleaned_data["files"]
    ]
    if all(good for _name, good, _said in results):
        messages.success(request, _("Measured and sealed. The files stay with your record; see the custody log."))
        return redirect("likeness:measured", subject.pk)
    return _page(request, subject, status=400, results=results, results_of=modality, **{f"measure_{modality}": form})


def _measured(request: HttpRequest, subject: Subject, modality: Modality, upload, reason: str) -> tuple[str, bool, str]:
    """``(name, whether it was kept, what to say)``."""
    with handed_in(upload) as (path, name):
        try:
            if modality == Modality.VOICE:
                voice_enrol(
                    subject=subject,
                    recordings=[path],
                    business_reason=reason,
                    source=LikenessSource.INDEPENDENT,
                    by=request.user,
                )
            else:
                subject_enrol(
                    subject=subject,
                    portraits=[path],
                    business_reason=reason,
                    source=LikenessSource.INDEPENDENT,
                    by=request.user,
                )
        except NotAllowedError:
            raise
        except ANTICIPATED as error:
            said = sentence(said_of(error, path=path, name=name))
            return name, False, said if name in said else f"{name}: {said}"
    return name, True, _("measured and sealed")


@login_required
@require_POST
def biometrics_withdraw(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Destroy the measurements, of the face, the voice or both."""
    subject = subject_for(request.user, subject_id, "likeness.stop")
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _page(request, subject, status=400, withdraw_form=form)
    modality = Modality(form.cleaned_data["modality"]) if form.cleaned_data["modality"] else None
    attempt(
        request,
        lambda: biometric_consent_withdraw(
            subject=subject, by=request.user, reason=form.cleaned_data["reason"], modality=modality
        ),
        done=_("Your consent is withdrawn, and the measurements are destroyed with their key."),
    )
    return redirect("likeness:measured", subject.pk)
