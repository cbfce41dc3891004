"""The addresses of what is made from released films."""

from django.urls import path

from django_site.apps.provenance import output_views as views

app_name = "outputs"
urlpatterns = [
    path("of/<uuid:cut_id>/", views.output_make, name="make"),
    path("<uuid:output_id>/", views.output_page, name="verdict"),
    path("<uuid:output_id>/film.mp4", views.package, name="package"),
    path("<uuid:output_id>/<str:name>", views.playlist, name="playlist"),
]
