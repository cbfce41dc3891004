"""Every address of the site."""

from django.urls import include, path

from django_site.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("media/", include("django_site.apps.audits.urls")),
]
