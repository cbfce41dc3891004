"""Addresses of the corpus."""

from django.urls import path

from django_site.apps.corpora import import_views, views

app_name = "corpora"
urlpatterns = [
    path("", views.work_list, name="list"),
    path("analysis/", views.analysis_page, name="analysis"),
    path("imports/", import_views.import_list, name="imports"),
    path("imports/new/", import_views.import_new, name="import_new"),
    path("imports/<uuid:import_id>/", import_views.import_page, name="import"),
    path("imports/<uuid:import_id>/confirm/", import_views.import_confirm, name="import_confirm"),
    path("imports/<uuid:import_id>/go-on/", import_views.import_resume, name="import_resume"),
    path("imports/<uuid:import_id>/discard/", import_views.import_discard, name="import_discard"),
    path("<uuid:work_id>/", views.work_page, name="work"),
    path("<uuid:work_id>/replace/", views.work_replaced, name="replace"),
    path("<uuid:work_id>/script/", views.work_script, name="script"),
    path("<uuid:work_id>/terms/", views.work_terms, name="terms"),
    path("<uuid:work_id>/licences/<uuid:licence_id>/end/", views.licence_ended, name="licence_end"),
    path("<uuid:work_id>/take-out/", views.work_taken_out, name="take_out"),
]
