"""What was learned from a screening."""

from django.urls import URLPattern, path

from django_site.apps.audience import insight_views as views

app_name = "insight"
urlpatterns: list[URLPattern] = [
    path("screening/<uuid:screening_id>/", views.screening_page, name="screening"),
    path("screening/<uuid:screening_id>/read/", views.insight_new, name="new"),
    path("screening/<uuid:screening_id>/<uuid:cut_id>/<int:at>.jpg", views.frame, name="frame"),
    path("<uuid:insight_id>/", views.insight_page, name="insight"),
    path("<uuid:insight_id>/document.json", views.insight_document, name="document"),
    path("suggestion/<uuid:suggestion_id>/", views.suggestion_page, name="suggestion"),
    path("suggestion/<uuid:suggestion_id>/answer/", views.suggestion_answer, name="answer"),
    path("requests/<uuid:production_id>/", views.requests_page, name="requests"),
    path("request/<uuid:request_id>/drop/", views.request_end, name="drop"),
]
