from django.apps import AppConfig


class ProductionsConfig(AppConfig):
    name = "django_site.apps.productions"
    label = "productions"
