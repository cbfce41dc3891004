"""Addresses of the rules and of drafts of them."""

from django.urls import path, re_path

from django_site.apps.audits import rule_views

app_name = "policies"
urlpatterns = [
    path("", rule_views.rule_list, name="list"),
    path("drafts/", rule_views.draft_list, name="drafts"),
    path("drafts/new/", rule_views.draft_new, name="draft_new"),
    path("drafts/<uuid:draft_id>/", rule_views.draft_page, name="draft"),
    re_path(r"^(?P<area>[a-z]{1,40})/(?P<name>[a-z0-9-]{1,60})/$", rule_views.rule_page, name="rule"),
]
