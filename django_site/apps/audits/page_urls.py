"""Addresses of findings, of what reviewers say of them, and of the still pictures that lists show."""

from django.urls import path

from django_site.apps.audits import pages

app_name = "findings"
urlpatterns = [
    path("<uuid:finding_id>/", pages.finding_page, name="finding"),
    path("<uuid:finding_id>/accept/", pages.finding_accept, name="accept"),
    path("<uuid:finding_id>/dismiss/", pages.finding_dismissed, name="dismiss"),
    path("dismissals/<uuid:dismissal_id>/lift/", pages.dismissal_lifted, name="lift"),
    path("picture/<uuid:asset_id>/", pages.asset_picture, name="picture"),
]
