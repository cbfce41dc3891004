"""Addresses of the cards of models."""

from django.urls import path

from django_site.apps.audits import model_views

app_name = "models"
urlpatterns = [path("", model_views.model_list, name="list")]
