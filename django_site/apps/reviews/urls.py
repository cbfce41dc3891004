"""Addresses of the review room."""

from django.urls import path

from django_site.apps.reviews.views import cases, holds, overrides, queue, requests, statistics

app_name = "reviews"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("bulk/", queue.bulk, name="bulk"),
    path("filters/", queue.filter_keep, name="filter_keep"),
    path("filters/<uuid:filter_id>/", queue.filter_change, name="filter_change"),
    path("holds/", holds.holds, name="holds"),
    path("holds/place/", holds.place, name="hold_place"),
    path("holds/<uuid:hold_id>/lift/", holds.lift, name="hold_lift"),
    path("access/<uuid:production_id>/", holds.access_production, name="access_production"),
    path("access/<uuid:production_id>.csv", holds.access_production_file, name="access_production_file"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("service-levels/", queue.service_levels, name="service_levels"),
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
    path("<uuid:case_id>/tier/", holds.tier, name="tier"),
    path("<uuid:case_id>/readers/", holds.readers, name="readers"),
    path("<uuid:case_id>/access/", holds.access_case, name="access_case"),
    path("<uuid:case_id>/access.csv", holds.access_case_file, name="access_case_file"),
    path("<uuid:case_id>/take/", queue.take, name="take"),
    path("<uuid:case_id>/hand-over/", queue.hand_over, name="hand_over"),
    path("<uuid:case_id>/give-back/", queue.give_back, name="give_back"),
]
