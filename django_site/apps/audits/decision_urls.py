"""Addresses of decisions."""

from django.urls import path

from django_site.apps.audits import rule_views

app_name = "decisions"
urlpatterns = [path("<uuid:decision_id>/", rule_views.decision_page, name="decision")]
