"""What a production cost in time, energy, money and work."""

from django.urls import URLPattern

app_name = "economy"
urlpatterns: list[URLPattern] = []
