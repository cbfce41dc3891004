"""Addresses of people and their grants."""

from django.urls import path, re_path

from django_site.apps.likeness import impact_views, money_views, retention_views
from django_site.apps.likeness.views import (
    approvals,
    biometrics,
    claims,
    exports,
    grants,
    media,
    offers,
    people,
    registering,
    representatives,
)

app_name = "likeness"
urlpatterns = [
    path("", people.people, name="people"),
    path("me/", people.me, name="me"),
    path("register/", registering.register, name="register"),
    path("strikes/", registering.strikes, name="strikes"),
    path("strikes/<uuid:strike_id>/over/", registering.strike_over, name="strike_over"),
    path("<uuid:subject_id>/record/", registering.record, name="record"),
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
    # what the end of a consent reaches
    path("grants/<uuid:grant_id>/reach/", impact_views.impact, name="impact"),
    path("grants/<uuid:grant_id>/reach/jobs/", impact_views.impact_jobs, name="impact_jobs"),
    path("grants/<uuid:grant_id>/reach/go-on/", impact_views.impact_go_on, name="impact_go_on"),
    re_path(
        r"^grants/(?P<grant_id>[0-9a-f-]{36})/reach\.(?P<form>csv|json)$", impact_views.impact_file, name="impact_file"
    ),
    path("<uuid:subject_id>/reach/", impact_views.impact_subject, name="impact_subject"),
    # money
    path("<uuid:subject_id>/statement/", money_views.subject_money, name="money"),
    path("<uuid:subject_id>/statement/enter/", money_views.money_enter, name="money_enter"),
    re_path(
        r"^(?P<subject_id>[0-9a-f-]{36})/statement\.(?P<form>csv|json)$",
        money_views.subject_money_file,
        name="money_file",
    ),
    path("productions/<uuid:production_id>/statement/", money_views.production_money, name="production_money"),
    path("productions/<uuid:production_id>/receipts/", money_views.receipts_enter, name="receipts"),
    re_path(
        r"^productions/(?P<production_id>[0-9a-f-]{36})/statement\.(?P<form>csv|json)$",
        money_views.production_money_file,
        name="production_money_file",
    ),
    # how long biometrics are kept
    path("retention/", retention_views.retention, name="retention"),
    path("retention/schedule/<uuid:organisation_id>/", retention_views.schedule, name="schedule"),
    path("grants/<uuid:grant_id>/odrl/", impact_views.grant_odrl_file, name="odrl"),
]
