"""Addresses of live progress."""

from django.urls import path

from django_site.apps.jobs import views

app_name = "jobs"
urlpatterns = [
    path("production/<uuid:production_id>/", views.production_jobs, name="production"),
    path("of/<uuid:target_id>/", views.target_jobs, name="target"),
    path("<uuid:job_id>/cancel/", views.cancel, name="cancel"),
]
