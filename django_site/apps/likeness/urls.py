"""Addresses of people and their grants."""

from django.urls import path, re_path

from django_site.apps.likeness import impact_views, money_views, retention_views, views

app_name = "likeness"
urlpatterns = [
    path("", views.people, name="people"),
    path("me/", views.me, name="me"),
    path("<uuid:subject_id>/", views.subject_page, name="subject"),
    path("<uuid:subject_id>/withdraw/", views.biometrics_withdraw, name="withdraw"),
    path("grants/<uuid:grant_id>/", views.grant_page, name="grant"),
    path("grants/<uuid:grant_id>/sign/", views.grant_sign_view, name="sign"),
    path("grants/<uuid:grant_id>/stop/", views.grant_stop, name="stop"),
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
]
