"""The public page of a released film, and claims about it."""

from django.urls import URLPattern

app_name = "films"
urlpatterns: list[URLPattern] = []
