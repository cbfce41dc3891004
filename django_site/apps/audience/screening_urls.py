"""The producers' side of screenings."""

from django.urls import path

from django_site.apps.audience import screening_views as views

app_name = "screenings"
urlpatterns = [
    path("", views.screening_list, name="list"),
    path("new/<uuid:production_id>/", views.screening_new, name="new"),
    path("<uuid:screening_id>/", views.screening_page, name="page"),
    path("<uuid:screening_id>/change/", views.screening_change, name="change"),
    path("<uuid:screening_id>/cuts/", views.arm_new, name="arm"),
    path("<uuid:screening_id>/invite/", views.invite, name="invite"),
    path("<uuid:screening_id>/live/", views.live_page, name="live"),
    path("<uuid:screening_id>/signals.csv", views.signals_csv, name="signals"),
    path("invitations/<uuid:invitation_id>/revoke/", views.revoke, name="revoke"),
]
