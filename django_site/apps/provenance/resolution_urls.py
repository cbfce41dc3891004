"""The addresses of C2PA's Soft Binding Resolution API, as the standard names them."""

from django.urls import path

from django_site.apps.provenance import resolution_api

app_name = "resolution"
urlpatterns = [
    path("openapi.json", resolution_api.description, name="description"),
    path("matches/byBinding", resolution_api.by_binding, name="by_binding"),
    path("matches/byContent", resolution_api.by_content, name="by_content"),
    path("matches/byReference", resolution_api.by_reference, name="by_reference"),
    path("manifests/<str:manifest_id>", resolution_api.manifest_store, name="manifest"),
    path("services/supportedAlgorithms", resolution_api.supported_algorithms, name="algorithms"),
]
