from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "django_site.apps.training"
    label = "training"
