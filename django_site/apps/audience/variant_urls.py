"""Versions of a film that suit a viewer."""

from django.urls import URLPattern

app_name = "variants"
urlpatterns: list[URLPattern] = []
