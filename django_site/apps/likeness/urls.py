"""Addresses of people and their grants."""

from django.urls import path

from django_site.apps.likeness import views

app_name = "likeness"
urlpatterns = [
    path("", views.people, name="people"),
    path("me/", views.me, name="me"),
    path("<uuid:subject_id>/", views.subject_page, name="subject"),
    path("<uuid:subject_id>/withdraw/", views.biometrics_withdraw, name="withdraw"),
    path("grants/<uuid:grant_id>/", views.grant_page, name="grant"),
    path("grants/<uuid:grant_id>/sign/", views.grant_sign_view, name="sign"),
    path("grants/<uuid:grant_id>/stop/", views.grant_stop, name="stop"),
]
