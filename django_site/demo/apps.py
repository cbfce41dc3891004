from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Only in the development settings: it makes people with known passwords."""

    name = "django_site.demo"
    label = "demo"
