"""Addresses of the review room."""

from django.urls import path

from django_site.apps.reviews import views

app_name = "reviews"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("<uuid:case_id>/", views.case_page, name="case"),
    path("<uuid:case_id>/decide/", views.case_decide, name="decide"),
    path("<uuid:case_id>/comment/", views.case_comment, name="comment"),
]
