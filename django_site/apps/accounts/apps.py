from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "django_site.apps.accounts"
    label = "accounts"
