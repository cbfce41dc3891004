from django.apps import AppConfig


class ProductionsConfig(AppConfig):
    name = "django_site.apps.productions"
    label = "productions"

    def ready(self) -> None:
        """A writer that can't be used is said when the site starts, not when the first screenplay is asked for."""
        from django_site.writers import writer_check

        writer_check()
