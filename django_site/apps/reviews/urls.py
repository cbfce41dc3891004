"""Addresses of the review room."""

from django.urls import path

from django_site.apps.reviews.views import cases, overrides, requests

app_name = "reviews"
urlpatterns = [
    path("", cases.queue, name="queue"),
    path("requests/", requests.requests, name="requests"),
    path("requests/<uuid:request_id>/answer/", requests.answer, name="answer"),
    path("requests/<uuid:request_id>/drop/", requests.drop, name="drop"),
    path("overrides/ask/<uuid:decision_id>/", overrides.override_ask, name="override_ask"),
    path("overrides/<uuid:override_id>/agree/", overrides.agree, name="override_agree"),
    path("overrides/<uuid:override_id>/decline/", overrides.decline, name="override_decline"),
    path("overrides/<uuid:override_id>/withdraw/", overrides.withdraw, name="override_withdraw"),
    path("<uuid:case_id>/", cases.case_page, name="case"),
    path("<uuid:case_id>/decide/", cases.case_decide, name="decide"),
    path("<uuid:case_id>/change/", requests.change, name="change"),
    path("<uuid:case_id>/comment/", cases.case_comment, name="comment"),
]
