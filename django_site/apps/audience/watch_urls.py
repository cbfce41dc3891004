"""What invited viewers see: no account, no tracker."""

from django.urls import path

from django_site.apps.audience import watch_views as views
from django_site.apps.audience import wish_views

app_name = "watch"
urlpatterns = [
    path("", views.enter, name="enter"),
    path("consent/", views.consent, name="consent"),
    path("play/", views.play, name="play"),
    path("film/<uuid:cut_id>.mp4", views.film, name="film"),
    path("film/<uuid:cut_id>/<str:kind>.vtt", views.track, name="track"),
    path("film/<uuid:cut_id>/in/<str:language>.vtt", wish_views.translated, name="translated"),
    path("signals/", views.signals, name="signals"),
    path("answers/", views.answers, name="answers"),
    path("version/", wish_views.wishes, name="wishes"),
    path("mine/", views.mine, name="mine"),
    path("mine/end/", views.withdraw, name="withdraw"),
    path("again/<str:token>/", views.again, name="again"),
    path("<str:code>/", views.join, name="join"),
]
