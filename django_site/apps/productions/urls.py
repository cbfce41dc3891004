"""Addresses of productions and of what is made in them."""

from django.urls import path

from django_site.apps.productions.views import authorship, cuts, imports, people, productions, screenplays, shots, takes

app_name = "productions"
urlpatterns = [
    path("", productions.production_list, name="list"),
    path("new/", productions.production_new, name="new"),
    path("<uuid:production_id>/", productions.production_page, name="page"),
    path("<uuid:production_id>/render/", productions.production_render_all, name="render"),
    path("<uuid:production_id>/cut/", cuts.cut_begin, name="cut_begin"),
    path("<uuid:production_id>/import/", imports.import_new, name="import_new"),
    path("<uuid:production_id>/screenplay/", screenplays.screenplay_page, name="screenplay"),
    path("<uuid:production_id>/screenplay/write/", screenplays.screenplay_write_first, name="screenplay_write"),
    path("<uuid:production_id>/people/", people.people_page, name="people"),
    path("<uuid:production_id>/declare/", people.declare, name="declare"),
    path("<uuid:production_id>/authorship/", authorship.authorship_page, name="authorship"),
    path("<uuid:production_id>/authorship/enter/", authorship.contribution_new, name="contribution_new"),
    path("contributions/<uuid:contribution_id>/", authorship.contribution_page, name="contribution"),
    path("takes/<uuid:take_id>/choose/", authorship.take_choice, {"how": "choose"}, name="take_choose"),
    path("takes/<uuid:take_id>/reject/", authorship.take_choice, {"how": "reject"}, name="take_reject"),
    path("<uuid:production_id>/declarations/", people.declare_more, name="declare_more"),
    path("faces/<uuid:face_id>/clear/", people.face_clear, name="face_clear"),
    path("shots/<uuid:shot_id>/cast/", people.shot_cast_view, name="shot_cast"),
    path("shots/<uuid:shot_id>/reference/", people.reference_new, name="reference_new"),
    path("references/<uuid:reference_id>/remove/", people.reference_take_out, name="reference_remove"),
    path("shots/<uuid:shot_id>/", shots.shot_page, name="shot"),
    path("shots/<uuid:shot_id>/render/", shots.shot_render, name="shot_render"),
    path("takes/<uuid:take_id>/", takes.take_page, name="take"),
    path("cuts/<uuid:cut_id>/", cuts.cut_page, name="cut"),
    path("cuts/<uuid:cut_id>/sign/", cuts.cut_sign_again, name="cut_sign"),
    path("imports/<uuid:import_id>/", imports.import_page, name="import"),
]
