"""The ledger's public address."""

from django.urls import path

from django_site.apps.provenance import views

app_name = "ledger"
urlpatterns = [path("", views.ledger_page, name="page")]
