from django.apps import AppConfig


class LikenessConfig(AppConfig):
    name = "django_site.apps.likeness"
    label = "likeness"
