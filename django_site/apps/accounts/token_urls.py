"""Addresses of API tokens."""

from django.urls import path

from django_site.apps.accounts import token_views as views

app_name = "tokens"
urlpatterns = [
    path("", views.tokens, name="list"),
    path("make/", views.make, name="make"),
    path("<uuid:token_id>/revoke/", views.revoke, name="revoke"),
]
