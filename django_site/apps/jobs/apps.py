from django.apps import AppConfig
from django.conf import settings


class JobsConfig(AppConfig):
    name = "django_site.apps.jobs"
    label = "jobs"

    def ready(self) -> None:
        """The filesystem broker expects its folders; other brokers need nothing."""
        options = getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {})
        for name in ("data_folder_in", "data_folder_out", "control_folder"):
            if name in options:
                (settings.BROKER_ROOT).mkdir(parents=True, exist_ok=True, mode=0o700)
                type(settings.BROKER_ROOT)(options[name]).mkdir(parents=True, exist_ok=True)
