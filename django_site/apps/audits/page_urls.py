"""Addresses of findings and of the still pictures that lists show."""

from django.urls import path

from django_site.apps.audits import pages

app_name = "findings"
urlpatterns = [
    path("<uuid:finding_id>/", pages.finding_page, name="finding"),
    path("picture/<uuid:asset_id>/", pages.asset_picture, name="picture"),
]
