"""Addresses of the review room."""

from django.urls import path

from django_site.apps.reviews.views import cases, queue

app_name = "reviews"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("bulk/", queue.bulk, name="bulk"),
    path("filters/", queue.filter_keep, name="filter_keep"),
    path("filters/<uuid:filter_id>/", queue.filter_change, name="filter_change"),
    path("service-levels/", queue.service_levels, name="service_levels"),
    path("<uuid:case_id>/", cases.case_page, name="case"),
    path("<uuid:case_id>/decide/", cases.case_decide, name="decide"),
    path("<uuid:case_id>/comment/", cases.case_comment, name="comment"),
    path("<uuid:case_id>/take/", queue.take, name="take"),
    path("<uuid:case_id>/hand-over/", queue.hand_over, name="hand_over"),
    path("<uuid:case_id>/give-back/", queue.give_back, name="give_back"),
]
