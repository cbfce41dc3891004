"""Addresses for other tools."""

from django.urls import path

from django_site.apps.likeness import api

app_name = "api"
urlpatterns = [
    path("openapi.json", api.description, name="description"),
    path("likeness/check", api.check, name="check"),
]
