"""Addresses of the corpus."""

from django.urls import path

from django_site.apps.corpora import views

app_name = "corpora"
urlpatterns = [
    path("", views.work_list, name="list"),
    path("<uuid:work_id>/", views.work_page, name="work"),
]
