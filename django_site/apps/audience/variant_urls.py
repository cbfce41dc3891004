"""Versions of a film that suit a viewer."""

from django.urls import path

from django_site.apps.audience import variant_views as views

app_name = "variants"
urlpatterns = [
    path("<uuid:release_id>/", views.film, name="film"),
    path("<uuid:release_id>/rules/", views.rules, name="rules"),
    path("<uuid:release_id>/rules.json", views.rules_file, name="rules_file"),
    path("<uuid:release_id>/make/", views.make, name="make"),
    path("<uuid:release_id>/captions/", views.captions, name="captions"),
    path("<uuid:release_id>/shown/", views.shown, name="shown"),
    path("version/<uuid:variant_id>/begin/", views.begin, name="begin"),
]
