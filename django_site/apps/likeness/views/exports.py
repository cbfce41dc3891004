"""Everything about a person, to be taken along: JSON, a PDF, and receipts of what they agreed to."""

import hashlib
import json
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.likeness.models import BiometricConsent, CustodyAct, CustodyEvent, Subject
from django_site.apps.likeness.receipts import biometric_receipt, grant_receipt
from django_site.apps.likeness.selectors import subjects_visible_to
from django_site.apps.likeness.statement_pdf import statement_pdf
from django_site.apps.likeness.statements import person_document
from django_site.apps.likeness.views.common import grant_for, subject_for


@login_required
@require_safe
def export_json(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """All of it, for other programs."""
    subject = subject_for(request.user, subject_id, "likeness.stop")
    return _handed_out(request, subject, _json(person_document(subject)), "application/json", "json")


@login_required
@require_safe
def export_pdf(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """All of it, to be read and printed."""
    subject = subject_for(request.user, subject_id, "likeness.stop")
    return _handed_out(request, subject, statement_pdf(person_document(subject)), "application/pdf", "pdf")


def _handed_out(request: HttpRequest, subject: Subject, content: bytes, media_type: str, suffix: str) -> HttpResponse:
    if request.method == "GET":
        CustodyEvent.objects.create(
            subject=subject,
            asset_sha256=hashlib.sha256(content).hexdigest(),
            act=CustodyAct.EXPORTED,
            actor=request.user,
            note=f"statement as {suffix}",
        )
    return _download(content, media_type, f"statement-{timezone.localdate().isoformat()}.{suffix}")


@login_required
@require_safe
def consent_receipt(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """The receipt of a release to be measured."""
    consents = BiometricConsent.objects.filter(subject__in=subjects_visible_to(request.user))
    consent = get_object_or_404(consents.select_related("subject__organisation", "given_by"), pk=consent_id)
    require(request.user, "likeness.view", consent.subject)
    return _download(_json(biometric_receipt(consent)), "application/json", f"receipt-{consent.pk}.json")


@login_required
@require_safe
def grant_receipt_view(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """The receipt of one version of a grant."""
    grant = grant_for(request.user, grant_id)
    require(request.user, "likeness.view", grant.subject)
    return _download(_json(grant_receipt(grant)), "application/json", f"receipt-{grant.pk}.json")


def _json(document: dict) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=False).encode()


def _download(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
