"""Addresses of webhooks."""

from django.urls import path

from django_site.apps.accounts import webhook_views as views

app_name = "webhooks"
urlpatterns = [
    path("", views.webhooks, name="list"),
    path("add/", views.add, name="add"),
    path("<uuid:webhook_id>/", views.webhook, name="webhook"),
    path("<uuid:webhook_id>/test/", views.test, name="test"),
    path("<uuid:webhook_id>/rotate/", views.rotate, name="rotate"),
    path("<uuid:webhook_id>/disable/", views.disable, name="disable"),
]
