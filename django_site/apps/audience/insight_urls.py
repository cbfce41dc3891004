"""What was learned from a screening."""

from django.urls import URLPattern

app_name = "insight"
urlpatterns: list[URLPattern] = []
