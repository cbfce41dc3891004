"""What a production cost in time, energy, money and work."""

from django.urls import path

from django_site.apps.audience.economy import views

app_name = "economy"
urlpatterns = [
    path("<uuid:production_id>/", views.report, name="report"),
    path("<uuid:production_id>/report.pdf", views.report_pdf, name="pdf"),
    path("<uuid:production_id>/report.json", views.report_json, name="json"),
    path("<uuid:production_id>/assumptions/", views.assumptions, name="assumptions"),
    path("<uuid:production_id>/entries/", views.cost_new, name="cost_new"),
    path("entries/<uuid:entry_id>/strike/", views.strike, name="strike"),
]
