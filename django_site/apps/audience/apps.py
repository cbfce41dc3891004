from django.apps import AppConfig


class AudienceConfig(AppConfig):
    name = "django_site.apps.audience"
    label = "audience"
