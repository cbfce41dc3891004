"""Every address of the site for everybody who might ask: one table, and an address missing from it fails the test."""

import pytest
from django.db import transaction
from django.urls import URLPattern, get_resolver, reverse

from tests.site.pages.conftest import ROLES

pytestmark = pytest.mark.django_db

PAGE = (
    "302 200 404 200 200 404 404"  # of a production: its producer and its reviewers; nobody else learns that it exists
)
WRITE = "302 302 404 403 403 404 404"  # by its producer alone
PUBLIC = "200 200 200 200 200 200 200"
OWN = "302 200 200 200 200 200 200"  # one's own view of something: everybody who is signed in
SAME = "302 302 302 302 302 302 302"
GONE = "302 404 404 404 404 404 404"
ACCOUNT = "200 302 302 302 302 302 302"  # for those who are not signed in yet

PERSON = "302 404 404 200 200 200 404"  # of a registered person: themselves and the legal side
LEGAL = "302 403 403 200 200 403 403"  # the legal side of any organisation
ONLY = "302 404 404 403 403 200 404"  # theirs alone; the legal side sees the person and may not do this
THEIRS = "302 404 404 403 403 400 404"  # the same, refused because nothing was filled in

HEAD = "302 403 404 403 200 404 404"  # of a production, for the head of its legal side alone
CASE = "302 403 404 302 302 404 404"  # done to a case by those who may decide it

#: name: (method, how its address is made, statuses in the order of ROLES)
#: anonymous, producer of it, producer of another production, reviewer, head of legal, performer, outsider
TABLE: dict[str, tuple[str, dict[str, str], str]] = {
    "home": ("get", {}, OWN),
    "healthz": ("get", {}, PUBLIC),
    "audits:media": ("get", {"asset_id": "asset"}, "404 200 404 200 200 404 404"),
    "decisions:decision": ("get", {"decision_id": "decision"}, PAGE),
    "models:list": ("get", {}, OWN),
    "training:list": ("get", {}, OWN),
    "training:new": ("get", {}, "302 200 200 403 403 403 403"),
    "training:run": ("get", {"run_id": "training"}, PAGE),
    "training:live": ("get", {"run_id": "training"}, PAGE),
    "training:sample": ("get", {"run_id": "training", "step": "=20"}, PAGE),
    "training:change": ("post", {"run_id": "training"}, WRITE),
    "training:model": ("get", {"model_id": "trained"}, PAGE),
    "training:file": ("get", {"model_id": "trained", "name": "=lineage.json"}, PAGE),
    "training:bundle": ("get", {"model_id": "trained"}, PAGE),
    # nothing was left half done there
    "training:reach_go_on": ("post", {"model_id": "trained"}, "302 302 404 302 302 404 404"),
    "training:look": ("get", {"production_id": "production"}, PAGE),
    "policies:list": ("get", {}, OWN),
    "policies:rule": ("get", {"area": "=copyright", "name": "=same-scene"}, OWN),
    "policies:drafts": ("get", {}, LEGAL),
    "policies:draft_new": ("get", {}, LEGAL),
    "policies:draft": ("get", {"draft_id": "draft"}, "302 404 404 200 200 404 404"),
    "findings:finding": ("get", {"finding_id": "finding"}, PAGE),
    "findings:accept": ("post", {"finding_id": "finding"}, "302 403 404 302 302 404 404"),
    "findings:dismiss": ("post", {"finding_id": "finding"}, "302 403 404 400 400 404 404"),
    "findings:lift": ("post", {"dismissal_id": "dismissal"}, "302 403 404 302 302 404 404"),
    "findings:picture": ("get", {"asset_id": "asset"}, "404 200 404 200 200 404 404"),
    "productions:shot_list": ("get", {"production_id": "production"}, PAGE),
    "productions:screenplay_fdx": ("get", {"production_id": "production", "version": "=1"}, PAGE),
    "productions:compare": ("get", {"shot_id": "shot"}, PAGE),
    "productions:board": ("get", {"production_id": "production"}, PAGE),
    "productions:board_png": ("get", {"production_id": "production"}, PAGE),
    "productions:timeline_export": (
        "get",
        {"production_id": "production", "ending": "=otio"},
        "302 404 404 404 404 404 404",
    ),
    "productions:timeline": ("get", {"production_id": "production"}, PAGE),
    "productions:timeline_change": ("post", {"production_id": "production"}, "302 400 404 403 403 404 404"),
    "productions:voice_cast": ("post", {"production_id": "production"}, "302 302 404 403 403 404 404"),
    "productions:sound_new": ("get", {"production_id": "production"}, "302 200 404 403 403 404 404"),
    "productions:sound_withdraw": ("post", {"import_id": "imported"}, "302 404 404 404 404 404 404"),
    "productions:timeline_import": ("get", {"production_id": "production"}, "302 200 404 403 403 404 404"),
    "productions:running": ("post", {"production_id": "production"}, "302 400 404 403 403 404 404"),
    "jobs:production": ("get", {"production_id": "production"}, PAGE),
    "jobs:target": ("get", {"target_id": "take"}, PAGE),
    "jobs:cancel": ("post", {"job_id": "job"}, WRITE),
    "ledger:page": ("get", {}, PUBLIC),
    "resolution:description": ("get", {}, PUBLIC),
    "resolution:algorithms": ("get", {}, PUBLIC),
    "resolution:by_binding": ("get", {}, "400 400 400 400 400 400 400"),
    "resolution:by_content": ("post", {}, "415 415 415 415 415 415 415"),
    "resolution:by_reference": ("post", {}, "501 501 501 501 501 501 501"),
    "resolution:manifest": ("get", {"manifest_id": "=urn:c2pa:none"}, "404 404 404 404 404 404 404"),
    "likeness:people": ("get", {}, OWN),
    "likeness:me": ("get", {}, "302 404 404 404 404 302 404"),
    "likeness:clients": ("get", {}, OWN),
    "likeness:register": ("get", {}, "302 200 200 200 200 403 200"),
    "likeness:record": ("get", {"subject_id": "subject"}, "302 404 404 200 200 403 404"),
    "likeness:strikes": ("get", {}, "302 403 403 403 200 403 403"),
    "likeness:strike_over": ("post", {"strike_id": "strike"}, "302 403 403 403 302 403 403"),
    "likeness:subject": ("get", {"subject_id": "subject"}, PERSON),
    "likeness:uses": ("get", {"subject_id": "subject"}, PERSON),
    "likeness:use_clip": ("get", {"use_id": "use"}, PERSON),
    "likeness:finding_clip": ("get", {"finding_id": "sighting"}, PERSON),
    "likeness:measured": ("get", {"subject_id": "subject"}, PERSON),
    "likeness:release": ("post", {"subject_id": "subject"}, THEIRS),
    "likeness:measure": ("post", {"subject_id": "subject"}, THEIRS),
    "likeness:withdraw": ("post", {"subject_id": "subject"}, THEIRS),
    "likeness:consent_receipt": ("get", {"consent_id": "consent"}, PERSON),
    "likeness:export_json": ("get", {"subject_id": "subject"}, ONLY),
    "likeness:export_pdf": ("get", {"subject_id": "subject"}, ONLY),
    "likeness:representatives": ("get", {"subject_id": "subject"}, PERSON),
    "likeness:proof": ("get", {"representative_id": "representative"}, PERSON),
    "likeness:proof_check": ("post", {"representative_id": "representative"}, "302 404 404 302 302 403 404"),
    "likeness:power_end": ("post", {"representative_id": "representative"}, "302 404 404 302 302 302 404"),
    # the producer of a production that the grant names reads it, and nobody else's
    "likeness:grant": ("get", {"grant_id": "grant"}, "302 200 404 200 200 200 404"),
    "likeness:sign": ("post", {"grant_id": "grant"}, "302 403 404 403 403 400 404"),
    "likeness:decline": ("post", {"grant_id": "grant"}, "302 403 404 403 403 400 404"),
    "likeness:stop": ("post", {"grant_id": "grant"}, "302 403 404 403 403 400 404"),
    "likeness:resume": ("post", {"grant_id": "grant"}, "302 403 404 403 403 302 404"),
    "likeness:amend": ("get", {"grant_id": "standing"}, "302 403 404 403 403 200 404"),
    "likeness:ask": ("get", {"grant_id": "standing"}, "302 200 404 403 403 403 404"),
    "likeness:grant_receipt": ("get", {"grant_id": "standing"}, "302 403 404 200 200 200 404"),
    # whoever produces for the organisation that registered a person may offer them a grant
    "likeness:offer": ("get", {"subject_id": "subject"}, "302 200 200 200 200 403 404"),
    "likeness:approvals": ("get", {"subject_id": "subject"}, PERSON),
    "likeness:approval": ("get", {"approval_id": "approval"}, PERSON),
    "likeness:claim_new": ("get", {"subject_id": "subject"}, ONLY),
    "likeness:claims": ("get", {}, OWN),
    "likeness:claim": ("get", {"claim_id": "claim"}, PERSON),
    "likeness:claim_answer": ("post", {"claim_id": "claim"}, "302 404 404 400 400 403 404"),
    "likeness:claim_take_back": ("post", {"claim_id": "claim"}, "302 404 404 403 403 302 404"),
    "likeness:impact": ("get", {"grant_id": "grant"}, "302 404 404 200 200 200 404"),
    "likeness:impact_jobs": ("get", {"grant_id": "grant"}, "302 404 404 200 200 200 404"),
    "likeness:impact_go_on": ("post", {"grant_id": "grant"}, "302 404 404 302 302 302 404"),
    "likeness:impact_file": ("get", {"grant_id": "grant", "form": "=csv"}, "302 404 404 200 200 200 404"),
    "likeness:impact_subject": ("get", {"subject_id": "subject"}, "302 404 404 200 200 200 404"),
    "likeness:money": ("get", {"subject_id": "subject"}, "302 404 404 200 200 200 404"),
    "likeness:money_enter": ("post", {"subject_id": "subject"}, "302 404 404 400 400 403 404"),
    "likeness:money_file": ("get", {"subject_id": "subject", "form": "=csv"}, "302 404 404 200 200 200 404"),
    "likeness:production_money": ("get", {"production_id": "production"}, PAGE),
    "likeness:receipts": ("post", {"production_id": "production"}, "302 400 404 403 403 404 404"),
    "likeness:production_money_file": ("get", {"production_id": "production", "form": "=json"}, PAGE),
    "likeness:retention": ("get", {}, "302 403 403 200 200 403 403"),
    "likeness:schedule": ("get", {"organisation_id": "organisation"}, PUBLIC),
    "api:check": ("get", {}, "401 401 401 401 401 401 401"),
    "api:description": ("get", {}, PUBLIC),
    "organisation:page": ("get", {}, "302 200 200 200 200 403 200"),
    "webhooks:list": ("get", {}, "302 403 403 403 200 403 403"),
    "webhooks:add": ("post", {}, "302 403 403 403 400 403 403"),
    "webhooks:webhook": ("get", {"webhook_id": "webhook"}, "302 403 403 403 200 403 403"),
    "webhooks:test": ("post", {"webhook_id": "webhook"}, "302 403 403 403 302 403 403"),
    "webhooks:rotate": ("post", {"webhook_id": "webhook"}, "302 403 403 403 200 403 403"),
    "webhooks:disable": ("post", {"webhook_id": "webhook"}, "302 403 403 403 302 403 403"),
    "tokens:list": ("get", {}, "302 403 403 403 200 403 403"),
    "tokens:make": ("post", {}, "302 403 403 403 400 403 403"),
    "tokens:revoke": ("post", {"token_id": "token"}, "302 403 403 403 302 403 403"),
    "likeness:odrl": ("get", {"grant_id": "grant"}, "302 404 404 200 200 200 404"),
    "notices:list": ("get", {}, OWN),
    "notices:read": ("post", {"notice_id": "notice"}, "302 302 404 404 404 404 404"),
    "notices:read_all": ("post", {}, SAME),
    "productions:list": ("get", {}, OWN),
    "productions:new": ("get", {}, "302 200 200 403 403 403 200"),
    "productions:page": ("get", {"production_id": "production"}, PAGE),
    "productions:render": ("post", {"production_id": "production"}, WRITE),
    "productions:cut_begin": ("post", {"production_id": "production"}, WRITE),
    "productions:import_new": ("get", {"production_id": "production"}, "302 200 404 403 403 404 404"),
    "productions:people": ("get", {"production_id": "production"}, PAGE),
    "productions:declare": ("post", {"production_id": "production"}, "302 400 404 403 403 404 404"),
    # everything in it may stay unsaid
    "productions:declare_more": ("post", {"production_id": "production"}, WRITE),
    "productions:face_clear": ("post", {"face_id": "face"}, "302 400 404 403 403 404 404"),
    "productions:shot_cast": ("post", {"shot_id": "shot"}, "302 400 404 403 403 404 404"),
    "productions:reference_new": ("post", {"shot_id": "shot"}, "302 400 404 403 403 404 404"),
    "productions:reference_remove": ("post", {"reference_id": "reference"}, WRITE),
    "productions:authorship": ("get", {"production_id": "production"}, PAGE),
    "productions:contribution_new": ("post", {"production_id": "production"}, "302 400 404 403 403 404 404"),
    "productions:contribution": ("get", {"contribution_id": "contribution"}, PAGE),
    "productions:take_choose": ("post", {"take_id": "take"}, WRITE),
    "productions:take_reject": ("post", {"take_id": "take"}, WRITE),
    "productions:screenplay": ("get", {"production_id": "production"}, PAGE),
    "productions:screenplay_write": ("post", {"production_id": "production"}, WRITE),
    "productions:brief": ("post", {"production_id": "production"}, WRITE),
    "productions:shot": ("get", {"shot_id": "shot"}, PAGE),
    "productions:shot_render": ("post", {"shot_id": "shot"}, WRITE),
    "productions:take": ("get", {"take_id": "take"}, PAGE),
    "productions:cut": ("get", {"cut_id": "cut"}, PAGE),
    "productions:cut_sign": ("post", {"cut_id": "cut"}, WRITE),
    "productions:import": ("get", {"import_id": "imported"}, PAGE),
    "reviews:queue": ("get", {}, OWN),
    "reviews:case": ("get", {"case_id": "case"}, PAGE),
    "reviews:decide": ("post", {"case_id": "case"}, "302 403 404 400 400 404 404"),
    "reviews:requests": ("get", {}, OWN),
    "reviews:answer": ("post", {"request_id": "change"}, "302 400 404 403 403 404 404"),  # nothing was written
    "reviews:drop": ("post", {"request_id": "change"}, "302 403 404 302 302 404 404"),
    "reviews:change": ("post", {"case_id": "case"}, "302 403 404 400 400 404 404"),
    "reviews:override_ask": ("get", {"decision_id": "stopping"}, PAGE),
    # who asked and who may not review is refused; from the head of legal a reason is wanted, on the case's page
    "reviews:override_agree": ("post", {"override_id": "override"}, "302 403 404 403 302 404 404"),
    "reviews:override_decline": ("post", {"override_id": "override"}, "302 403 404 302 302 404 404"),
    "reviews:override_withdraw": ("post", {"override_id": "override"}, "302 403 404 302 403 404 404"),
    "reviews:comment": ("post", {"case_id": "case"}, "302 302 404 302 302 404 404"),
    "reviews:take": ("post", {"case_id": "case"}, CASE),
    "reviews:hand_over": ("post", {"case_id": "case"}, CASE),
    "reviews:give_back": ("post", {"case_id": "case"}, CASE),
    "reviews:bulk": ("post", {}, "302 400 400 400 400 400 400"),
    "reviews:filter_keep": ("post", {}, SAME),
    "reviews:filter_change": ("post", {"filter_id": "saved_filter"}, "302 404 404 302 404 404 404"),
    "reviews:tier": ("post", {"case_id": "case"}, CASE),
    "reviews:readers": ("post", {"case_id": "case"}, "302 403 404 403 302 404 404"),
    "reviews:access_case": ("get", {"case_id": "case"}, HEAD),
    "reviews:access_case_file": ("get", {"case_id": "case"}, HEAD),
    "reviews:access_production": ("get", {"production_id": "production"}, HEAD),
    "reviews:access_production_file": ("get", {"production_id": "production"}, HEAD),
    "reviews:holds": ("get", {}, "302 403 403 403 200 403 403"),
    "reviews:hold_place": ("post", {}, "302 403 403 403 400 403 403"),
    "reviews:hold_lift": ("post", {"hold_id": "hold"}, "302 404 404 404 302 404 404"),
    "reviews:statistics": ("get", {}, LEGAL),
    "reviews:service_levels": ("get", {}, "302 403 403 403 200 403 403"),
    "verify:file": ("get", {}, PUBLIC),
    "verify:here": ("get", {}, PUBLIC),
    "verify:trust": ("get", {}, PUBLIC),
    "verify:graph": ("get", {"release_id": "release"}, PUBLIC),
    "verify:badge": ("get", {"release_id": "release"}, PUBLIC),
    "verify:card": ("get", {"release_id": "release"}, PUBLIC),
    "verify:release": ("get", {"release_id": "release"}, PUBLIC),
    "verify:disclosure": ("get", {"release_id": "release"}, PUBLIC),
    "verify:credits": ("get", {"release_id": "release"}, PUBLIC),
    "verify:mark": ("get", {"release_id": "release", "letters": "=AI"}, PUBLIC),
    "outputs:make": ("post", {"cut_id": "released_cut"}, WRITE),
    "outputs:verdict": ("get", {"output_id": "stream"}, PUBLIC),
    "outputs:package": ("get", {"output_id": "stream"}, PUBLIC),
    "outputs:playlist": ("get", {"output_id": "stream", "name": "=film.m3u8"}, PUBLIC),
    "signing:page": ("get", {}, "302 403 403 403 200 403 403"),
    "signing:uses": ("get", {}, "302 403 403 403 200 403 403"),
    "signing:time": ("post", {"cut_id": "cut"}, "302 404 404 403 403 404 404"),  # nothing waits for a time stamp there
    "verify:digest": ("get", {"sha256": "release.manifest.asset.sha256"}, SAME),
    "binder:page": ("get", {"production_id": "production"}, PAGE),
    # whoever may read it may have it made: its producer and its reviewers; without naming a cut there is none
    "binder:make": ("post", {"production_id": "production"}, "302 404 404 404 404 404 404"),
    "binder:binder": ("get", {"binder_id": "binder"}, PAGE),
    "binder:download": ("get", {"binder_id": "binder"}, PAGE),
    "binder:credentials": ("get", {"binder_id": "binder"}, PAGE),
    "binder:file": ("get", {"binder_id": "binder", "name": "=01-decisions.pdf"}, PAGE),
    "corpora:list": ("get", {}, OWN),
    "corpora:work": ("get", {"work_id": "work"}, "302 200 200 200 200 404 404"),
    "corpora:replace": ("post", {"work_id": "work"}, "302 400 400 400 400 404 404"),
    "corpora:script": ("post", {"work_id": "work"}, "302 400 400 400 400 404 404"),
    "corpora:terms": ("post", {"work_id": "work"}, "302 400 400 400 400 404 404"),
    "corpora:licence_end": ("post", {"work_id": "work", "licence_id": "licence"}, "302 400 400 400 400 404 404"),
    "corpora:take_out": ("post", {"work_id": "work"}, "302 400 400 400 400 404 404"),
    "corpora:analysis": ("get", {}, OWN),
    "corpora:imports": ("get", {}, OWN),
    "corpora:import_new": ("get", {}, "302 200 200 200 200 403 200"),
    "corpora:import": ("get", {"import_id": "corpus"}, "302 200 200 200 200 404 404"),
    "corpora:import_confirm": ("post", {"import_id": "corpus"}, "302 302 302 302 302 404 404"),
    "corpora:import_resume": ("post", {"import_id": "corpus"}, "302 302 302 302 302 404 404"),
    "corpora:import_discard": ("post", {"import_id": "corpus"}, "302 302 302 302 302 404 404"),
    # allauth's own; that nobody signs up is a test of its own below
    "account_login": ("get", {}, ACCOUNT),
    "account_logout": ("get", {}, OWN),
    "account_inactive": ("get", {}, PUBLIC),
    "account_signup": ("get", {}, ACCOUNT),
    "account_reauthenticate": ("get", {}, "302 200 200 200 200 200 200"),
    "account_request_reauthentication_code": ("get", {}, SAME),
    "account_confirm_reauthentication_code": ("get", {}, SAME),
    "account_email": ("get", {}, OWN),
    "account_confirm_email": ("get", {"key": "=nothing"}, PUBLIC),
    "account_email_verification_sent": ("get", {}, PUBLIC),
    "account_change_password": ("get", {}, OWN),
    "account_set_password": ("get", {}, SAME),
    "account_reset_password": ("get", {}, PUBLIC),
    "account_reset_password_done": ("get", {}, PUBLIC),
    "account_reset_password_from_key": ("get", {"uidb36": "=1", "key": "=x-y"}, PUBLIC),
    "account_reset_password_from_key_done": ("get", {}, PUBLIC),
    "account_confirm_login_code": ("get", {}, SAME),
    "mfa_index": ("get", {}, OWN),
    "mfa_authenticate": ("get", {}, SAME),
    "mfa_reauthenticate": ("get", {}, SAME),
    "mfa_activate_totp": ("get", {}, SAME),
    "mfa_deactivate_totp": ("get", {}, GONE),
    "mfa_view_recovery_codes": ("get", {}, GONE),
    "mfa_generate_recovery_codes": ("get", {}, SAME),
    "mfa_download_recovery_codes": ("get", {}, GONE),
    "mfa_list_webauthn": ("get", {}, OWN),
    "mfa_add_webauthn": ("get", {}, SAME),
    "mfa_edit_webauthn": ("get", {"pk": "=1"}, SAME),  # asks for the password first
    "mfa_remove_webauthn": ("get", {"pk": "=1"}, SAME),
    "mfa_reauthenticate_webauthn": ("get", {}, SAME),
    "mfa_login_webauthn": ("get", {}, SAME),  # the options of the ceremony are JSON, and only for who asks for JSON
    # versions of a film
    "variants:film": ("get", {"release_id": "release"}, PAGE),
    "variants:rules": ("post", {"release_id": "release"}, WRITE),
    "variants:rules_file": ("get", {"release_id": "release"}, PAGE),
    "variants:make": ("post", {"release_id": "release"}, WRITE),
    "variants:captions": ("post", {"release_id": "release"}, WRITE),
    "variants:shown": ("post", {"release_id": "release"}, "302 400 404 403 403 404 404"),  # no arm was named
    "variants:begin": ("post", {"variant_id": "variant"}, WRITE),
    "watch:wishes": ("get", {}, SAME),  # who has no seat is asked for their code
    "watch:translated": ("get", {"cut_id": "released_cut", "language": "=de"}, SAME),
}


def named_addresses(resolver=None, space: str = "") -> set[str]:
    """The names of every address that the site answers."""
    names = set()
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            names.add(space + (entry.name or f"unnamed: {entry.pattern}"))
        else:
            names |= named_addresses(entry, space + (f"{entry.namespace}:" if entry.namespace else ""))
    return names


def address(world, name: str, arguments: dict[str, str]) -> str:
    def value(source: str):
        if source.startswith("="):
            return source[1:]
        thing = world
        for step in source.split("."):
            thing = getattr(thing, step)
        return getattr(thing, "pk", thing)

    return reverse(name, kwargs={key: value(source) for key, source in arguments.items()})


def test_every_address_is_in_the_table():
    assert named_addresses() - TABLE.keys() == set()
    assert TABLE.keys() - named_addresses() == set()


def test_who_gets_what(world, visit):
    wrong = []
    for name, (method, arguments, statuses) in TABLE.items():
        url = address(world, name, arguments)
        for role, expected in zip(ROLES, statuses.split(), strict=True):
            with transaction.atomic():
                response = getattr(visit(role), method)(url)
                b"".join(response) if response.streaming else None
                transaction.set_rollback(True)
            if response.status_code != int(expected):
                wrong.append(f"{role} {method} {name}: {response.status_code}, not {expected}")
    assert wrong == []


def test_reading_addresses_take_no_post_and_writing_ones_no_get(world, visit):
    both = {"productions:new", "productions:import_new", "productions:screenplay", "productions:shot", "verify:file"}
    both |= {"corpora:import_new", "api:check", "policies:draft_new", "resolution:by_binding"}
    both |= {"corpora:import_new", "likeness:amend", "likeness:ask", "likeness:offer", "likeness:approval"}
    both |= {"likeness:claim_new", "likeness:representatives"}
    both |= {"reviews:service_levels", "productions:shot_list", "productions:timeline_import"}
    both |= {"productions:sound_new", "training:new", "training:look", "watch:wishes"}
    both |= {"likeness:register", "likeness:record", "likeness:strikes", "organisation:page"}
    both |= {"productions:contribution", "organisation:page", "reviews:override_ask"}
    both |= {"likeness:register", "likeness:record", "likeness:strikes"}
    for name, (method, arguments, _) in TABLE.items():
        if name.startswith(("account_", "mfa_")) or name in both:
            continue
        other = "post" if method == "get" else "get"
        role = "producer" if name != "likeness:me" else "performer"
        assert getattr(visit(role), other)(address(world, name, arguments)).status_code in (405, 404), name


@pytest.mark.parametrize("role", ["legal_reviewer", "head_of_legal"])
@pytest.mark.parametrize(
    "name", ["productions:screenplay", "productions:shot", "productions:import_new", "productions:shot_list"]
)
def test_reviewers_read_and_do_not_write(world, visit, role, name):
    url = address(world, name, TABLE[name][1])
    assert visit(role).post(url, {"fountain": "INT. A - DAY\n\nB."}).status_code == 403


def test_nobody_signs_up(visit):
    client = visit("anonymous")
    page = client.get(reverse("account_signup"))
    assert "form" not in page.content.decode().split("<main")[1].split("</main>")[0]
    values = {"email": "a@example.org", "username": "a", "password1": "correct horse", "password2": "correct horse"}
    assert client.post(reverse("account_signup"), values).wsgi_request.user.is_anonymous


def test_a_form_without_its_token_is_refused(world, visit):
    for name, (method, arguments, _) in TABLE.items():
        if method == "post" and not name.startswith("resolution:"):  # a public API looks at nobody's session
            client = visit("producer", enforce_csrf_checks=True)
            assert client.post(address(world, name, arguments)).status_code == 403, name
    assert visit("anonymous", enforce_csrf_checks=True).post(reverse("verify:file")).status_code == 403
