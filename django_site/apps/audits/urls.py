"""Addresses of stored files."""

from django.urls import path

from django_site.apps.audits import views

app_name = "audits"
urlpatterns = [path("<uuid:asset_id>/", views.asset_media, name="media")]
