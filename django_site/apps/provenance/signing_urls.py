"""The addresses of signing: certificates and the uses of their keys."""

from django.urls import path

from django_site.apps.provenance import signing_views as views

app_name = "signing"
urlpatterns = [
    path("", views.signing_page, name="page"),
    path("key-uses.csv", views.key_uses_csv, name="uses"),
    path("time/<uuid:cut_id>/", views.try_time_again, name="time"),
]
