"""Addresses of notices."""

from django.urls import path

from django_site.apps.accounts import notice_views as views

app_name = "notices"
urlpatterns = [
    path("", views.notices, name="list"),
    path("read/", views.read_all, name="read_all"),
    path("<uuid:notice_id>/read/", views.read, name="read"),
]
