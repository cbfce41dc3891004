"""Addresses of trainings and of models of our own."""

from django.urls import path

from django_site.apps.training import views

app_name = "training"
urlpatterns = [
    path("ours/", views.model_list, name="list"),
    path("ours/<uuid:model_id>/", views.model_page, name="model"),
    path("ours/<uuid:model_id>/go-on/", views.reach_resume, name="reach_go_on"),
    path("ours/<uuid:model_id>/bundle.zip", views.model_bundle, name="bundle"),
    path("ours/<uuid:model_id>/<str:name>", views.model_file, name="file"),
    path("train/", views.train_new, name="new"),
    path("runs/<uuid:run_id>/", views.run_page, name="run"),
    path("runs/<uuid:run_id>/change/", views.run_change, name="change"),
    path("runs/<uuid:run_id>/live/", views.run_live, name="live"),
    path("runs/<uuid:run_id>/samples/<int:step>.png", views.run_sample, name="sample"),
    path("looks/<uuid:production_id>/", views.look_page, name="look"),
]
