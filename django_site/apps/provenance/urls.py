"""The public addresses: verify a file, look at what was released."""

from django.urls import path

from django_site.apps.provenance import views

app_name = "verify"
urlpatterns = [
    path("", views.verify_page, name="file"),
    path("<uuid:release_id>/", views.released_page, name="release"),
    path("<str:sha256>/", views.digest_page, name="digest"),
]
