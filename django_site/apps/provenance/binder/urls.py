"""Addresses of binders; included under productions/."""

from django.urls import path

from django_site.apps.provenance.binder import views

app_name = "binder"
urlpatterns = [
    path("<uuid:production_id>/binder/", views.binder_page, name="page"),
    path("<uuid:production_id>/binder/make/", views.binder_new, name="make"),
    path("binders/<uuid:binder_id>/", views.binder_view, name="binder"),
    path("binders/<uuid:binder_id>/zip/", views.binder_download, name="download"),
    path("binders/<uuid:binder_id>/credentials/", views.binder_credentials, name="credentials"),
    path("binders/<uuid:binder_id>/files/<str:name>", views.binder_file, name="file"),
]
