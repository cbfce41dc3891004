from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "django_site.apps.reviews"
    label = "reviews"
