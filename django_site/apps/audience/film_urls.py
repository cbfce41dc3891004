"""The public page of a released film, and claims about it."""

from django.urls import path

from django_site.apps.audience.films import views

app_name = "films"
urlpatterns = [
    path("<uuid:release_id>/", views.film, name="film"),
    path("<uuid:release_id>/edit/", views.page_edit, name="edit"),
    path("<uuid:release_id>/claim/", views.claim_new, name="claim_new"),
    path("claims/<uuid:claim_id>/", views.claim_page, name="claim"),
    path("claims/<str:token>/", views.claim_status, name="claim_status"),
]
