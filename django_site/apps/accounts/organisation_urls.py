"""The address of one's organisation."""

from django.urls import path

from django_site.apps.accounts import organisation_views as views

app_name = "organisation"
urlpatterns = [path("", views.organisation, name="page")]
