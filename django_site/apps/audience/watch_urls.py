"""What invited viewers see: no account, no tracker."""

from django.urls import URLPattern

app_name = "watch"
urlpatterns: list[URLPattern] = []
