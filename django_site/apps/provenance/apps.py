from django.apps import AppConfig


class ProvenanceConfig(AppConfig):
    name = "django_site.apps.provenance"
    label = "provenance"
