from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "django_site.apps.jobs"
    label = "jobs"
