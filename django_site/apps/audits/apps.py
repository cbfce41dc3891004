from django.apps import AppConfig


class AuditsConfig(AppConfig):
    name = "django_site.apps.audits"
    label = "audits"
