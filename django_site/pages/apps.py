from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "django_site.pages"
    label = "pages"
