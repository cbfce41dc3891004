from django.apps import AppConfig


class CorporaConfig(AppConfig):
    name = "django_site.apps.corpora"
    label = "corpora"
