"""The public addresses: verify a file, look at what was released."""

from django.urls import path

from django_site.apps.provenance import disclosure_views, views

app_name = "verify"
urlpatterns = [
    path("", views.verify_page, name="file"),
    path("here.json", views.here_page, name="here"),
    path("trust.pem", views.trust_page, name="trust"),
    path("<uuid:release_id>/", views.released_page, name="release"),
    path("<uuid:release_id>/disclosure/", disclosure_views.disclosure_page, name="disclosure"),
    path("<uuid:release_id>/disclosure/credits.txt", disclosure_views.credits_file, name="credits"),
    path("<uuid:release_id>/disclosure/<str:letters>.svg", disclosure_views.mark_file, name="mark"),
    path("<uuid:release_id>/graph/", views.graph_page, name="graph"),
    path("<uuid:release_id>/badge.svg", views.badge_image, name="badge"),
    path("<uuid:release_id>/card/", views.card_page, name="card"),
    path("<str:sha256>/", views.digest_page, name="digest"),
]
