"""Addresses of people and their grants."""

from django.urls import path

from django_site.apps.likeness.views import (
    approvals,
    biometrics,
    claims,
    exports,
    grants,
    media,
    offers,
    people,
    representatives,
)

app_name = "likeness"
urlpatterns = [
    path("", people.people, name="people"),
    path("me/", people.me, name="me"),
    path("clients/", people.clients, name="clients"),
    path("claims/", claims.claims_page, name="claims"),
    path("claims/<uuid:claim_id>/", claims.claim_page, name="claim"),
    path("claims/<uuid:claim_id>/answer/", claims.claim_answer_view, name="claim_answer"),
    path("claims/<uuid:claim_id>/take-back/", claims.claim_take_back_view, name="claim_take_back"),
    path("grants/<uuid:grant_id>/", grants.grant_page, name="grant"),
    path("grants/<uuid:grant_id>/sign/", grants.grant_sign_view, name="sign"),
    path("grants/<uuid:grant_id>/decline/", grants.grant_decline_view, name="decline"),
    path("grants/<uuid:grant_id>/stop/", grants.grant_stop, name="stop"),
    path("grants/<uuid:grant_id>/resume/", grants.grant_resume_view, name="resume"),
    path("grants/<uuid:grant_id>/change/", offers.grant_amend, name="amend"),
    path("grants/<uuid:grant_id>/ask/", approvals.approval_ask, name="ask"),
    path("grants/<uuid:grant_id>/receipt.json", exports.grant_receipt_view, name="grant_receipt"),
    path("approvals/<uuid:approval_id>/", approvals.approval_page, name="approval"),
    path("uses/<uuid:use_id>/clip/", media.use_clip, name="use_clip"),
    path("findings/<uuid:finding_id>/clip/", media.finding_clip, name="finding_clip"),
    path("releases/<uuid:consent_id>/receipt.json", exports.consent_receipt, name="consent_receipt"),
    path("powers/<uuid:representative_id>/proof/", representatives.proof_download, name="proof"),
    path("powers/<uuid:representative_id>/check/", representatives.proof_check, name="proof_check"),
    path("powers/<uuid:representative_id>/end/", representatives.power_end, name="power_end"),
    path("<uuid:subject_id>/", people.subject_page, name="subject"),
    path("<uuid:subject_id>/uses/", people.uses_page, name="uses"),
    path("<uuid:subject_id>/approvals/", approvals.approvals_page, name="approvals"),
    path("<uuid:subject_id>/offer/", offers.grant_offer_view, name="offer"),
    path("<uuid:subject_id>/claim/", claims.claim_new, name="claim_new"),
    path("<uuid:subject_id>/measured/", biometrics.measured_page, name="measured"),
    path("<uuid:subject_id>/measured/release/", biometrics.release_give, name="release"),
    path("<uuid:subject_id>/measured/files/", biometrics.measure, name="measure"),
    path("<uuid:subject_id>/withdraw/", biometrics.biometrics_withdraw, name="withdraw"),
    path("<uuid:subject_id>/representatives/", representatives.representatives_page, name="representatives"),
    path("<uuid:subject_id>/export.json", exports.export_json, name="export_json"),
    path("<uuid:subject_id>/statement.pdf", exports.export_pdf, name="export_pdf"),
]
