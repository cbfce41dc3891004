"""Addresses of the review room."""

from django.urls import path

from django_site.apps.reviews.views import cases

app_name = "reviews"
urlpatterns = [
    path("", cases.queue, name="queue"),
    path("<uuid:case_id>/", cases.case_page, name="case"),
    path("<uuid:case_id>/decide/", cases.case_decide, name="decide"),
    path("<uuid:case_id>/comment/", cases.case_comment, name="comment"),
]
