"""What the documents say of a film with everything in it: works, people, grants, money, reviewers, claims."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from django_site.apps.likeness.models import Claim, CompensationEntry, ConsentGrant, UseEvent
from django_site.apps.productions.models import Cut, Production, Shot
from django_site.apps.productions.services.contributions import contribution_correct, contribution_enter
from django_site.apps.productions.services.takes import take_choose
from django_site.apps.provenance.binder.contents import binder_documents, cover, cover_sheet
from django_site.apps.provenance.binder.documents import KINDS, document, document_pdf
from django_site.apps.provenance.binder.film import Film
from django_site.apps.provenance.binder.templates import addressees
from django_site.pages import sheets

pytestmark = pytest.mark.django_db(transaction=True)
HOSTILE = "#eval(1) *bold* 日本 =cmd|'/c'"


@pytest.fixture
def film(make):
    """Rows alone: three shots, one of them with a take that was not chosen; a licensed work, an unlicensed one that a
    reviewer judged, a person under a grant, somebody unknown, a claim."""
    studio = make.studio()
    production = studio.production
    Production.objects.filter(pk=production.pk).update(title=f"Tide {HOSTILE}")
    release = make.release(studio)
    cut = release.cut
    subject = make.subject(studio.organisation, stage_name="Eileen", union="SAG-AFTRA")
    limits = {"compensation": {"currency": "USD", "per_release": "40.00"}}
    grant = make.grant(subject, production, limits=limits, ends=timezone.now() + timedelta(days=400))
    casts = ([str(subject.pk)], [], None)
    takes = []
    for number, cast in enumerate(casts, start=1):
        shot = make.shot(production, position=number, cast=cast)
        take = make.take(shot, studio.producer, number=1)
        cut.items.create(position=number, take=take, take_in=0, take_out=2, start=2 * number - 2, end=2 * number)
        takes.append(take)
    newer = make.take(takes[0].shot, studio.producer, number=2)
    take_choose(take=takes[0], by=studio.producer, reason="the light")
    for take, seconds in ((takes[0], 5), (newer, 7)):
        began = timezone.now() - timedelta(seconds=seconds)
        make.job(
            production,
            target_id=take.pk,
            state="done",
            attempt=1,
            started_at=began,
            finished_at=timezone.now(),
            result={},
        )
    audit = cut.audits.get()
    licensed, unlicensed = (
        make.work(studio.organisation, "Licensed"),
        make.work(studio.organisation, f"Unlicensed {HOSTILE}"),
    )
    licence = make.licence(licensed, ends=timezone.now() + timedelta(days=30))
    licence.acts.create(work=licensed, act="reproduce")
    found = [
        audit.findings.create(
            position=place, kind="copy", start=place, end=place + 1, score=0.9, log10_lr=3.2, work=work,
            plain=f"shows {work.title}", curve=[[place, 0.4], [place + 0.5, 0.9], [place + 1, 0.5]],
        )
        for place, work in enumerate((licensed, unlicensed))
    ]  # fmt: skip
    audit.findings.create(position=7, kind="style", start=0, end=1, score=0.5, work=unlicensed, plain="is alike")
    audit.unknown_faces.create(number=1, spans=[[0, 1]], seconds=1, tracks=1, plain="Somebody.")
    UseEvent.objects.create(subject=subject, grant=grant, production=production, cut=cut, kind="release", seconds=2,
                            spans=[["face", 0, 2]], territories=["*"])  # fmt: skip
    CompensationEntry.objects.create(subject=subject, grant=grant, production=production, kind="use", amount="40.00",
                                     currency="USD", basis="release", key="one")  # fmt: skip
    contribution_enter(
        production=production, by=studio.producer, act="composed", note=f"score {HOSTILE}", credited="Ada"
    )
    wrong = contribution_enter(production=production, by=studio.producer, act="designed", note="the coast")
    contribution_correct(contribution=wrong, by=studio.producer, reason="a tool did", void=True)
    claim = Claim.objects.create(subject=subject, production=production, kind="beyond", text="Not in trailers.",
                                 raised_by=studio.performer if hasattr(studio, "performer") else make.user(),
                                 due_at=timezone.now())  # fmt: skip
    cut.refresh_from_db()
    return SimpleNamespace(**{**vars(studio), "production": cut.production}, cut=cut, release=release, grant=grant,
                           subject=subject, found=found, takes=takes, newer=newer, claim=claim)  # fmt: skip


def said(film, slug: str, at=None) -> dict:
    return document(slug, Cut.objects.get(pk=film.cut.pk), at or timezone.now())


def test_chain_of_title_names_every_holder_or_a_gap(film):
    made = said(film, "chain-of-title")
    state = {one["element"]: one["state"] for one in made["elements"]}
    assert state["“Licensed”, found in the film"] == "recorded"
    assert state[f"“Unlicensed {HOSTILE}”, found in the film"] == "gap"
    assert state["Likeness of Eileen"] == "recorded"
    assert state["Title of the film"] == "gap"
    assert sum(one == "gap" for one in state.values()) == len(made["gaps"])


def test_selection_by_a_person_is_told_from_the_rule(film):
    elements = {one["element"]: one for one in said(film, "human-authorship")["elements"]}
    takes = elements["Selection of takes"]
    assert (takes["class"], takes["claim"], takes["by"]) == ("human-selected-and-arranged", True, [str(film.producer)])
    assert {name: takes["evidence"][name] for name in ("rendered", "used", "selected", "rejected")} == {
        "rendered": 4, "used": 3, "selected": 1, "rejected": 1,
    }  # fmt: skip
    assert elements[f"score {HOSTILE}"]["by"] == ["Ada"]
    assert "the coast" not in elements, "what was withdrawn does not stand"
    log = said(film, "human-authorship")["log"]
    assert [(one["void"], one["stands"]) for one in log if one["note"] == "the coast"] == [
        (False, False),
        (True, False),
    ]


def test_what_is_open_is_a_risk_with_its_weight(film):
    risks = [(one["area"], one["level"]) for one in said(film, "eo-schedule")["risks"]]
    assert sorted(risks) == [
        ("claims", "high"), ("disclosure", "medium"), ("people", "low"), ("people", "medium"), ("works", "high"),
        ("works", "low"),
    ]  # fmt: skip
    before = said(film, "eo-schedule", at=film.claim.created_at - timedelta(microseconds=1))
    assert not [one for one in before["risks"] if one["area"] == "claims"]


def test_a_grant_is_told_as_it_stood_at_the_moment(film):
    from django_site.apps.likeness.services import grant_withdraw

    at = timezone.now()
    owner = film.grant.signed_by
    type(film.subject).objects.filter(pk=film.subject.pk).update(user=owner)
    grant_withdraw(grant=ConsentGrant.objects.get(pk=film.grant.pk), by=owner, reason="Enough.")
    film.grant.changes.create(came_from="active", to="withdrawn", reason="Enough.") if not film.grant.changes.filter(
        to="withdrawn"
    ).exists() else None
    now = said(film, "likeness-schedule")
    assert now["people"][0]["grant"]["state"] == "withdrawn"
    assert [one["field"] for one in now["gaps"]].count("people.grant") == 1
    then = said(film, "likeness-schedule", at)["people"][0]["grant"]["state"]
    assert then != "withdrawn"


def test_similarity_keeps_reviewers_and_licences_beside_the_finding(film):
    film.release.decision.cases.get().actions.model.objects.create(
        case=film.release.manifest.intent.case, actor=film.legal_reviewer, role="legal_reviewer", kind="dismiss_finding",
        finding=film.found[1], reason="a stock shot of our own",
    )  # fmt: skip
    made = said(film, "similarity-report")
    first, second, third = made["findings"]
    assert first["licence"]["acts"] == ["reproduce"]
    assert second["licence"] is None
    assert second["reviewers"][0]["reason"] == "a stock shot of our own"
    assert third["judged"] is False
    assert "findings" not in [one["field"] for one in made["gaps"]], "what a reviewer judged is no gap"
    assert ("works", "low") in [
        (one["area"], one["level"]) for one in said(film, "eo-schedule")["risks"] if "dismissed" in one["what"]
    ]


def test_money_and_machine_time_count_what_was_not_used(film):
    [statement] = said(film, "performer-statements")["statements"]
    assert statement["balances"] == {"USD": "40.00"}
    assert statement["entries"][0]["basis"] == "release"
    work = {(one["kind"], one["use"]): one["seconds"] for one in said(film, "energy-and-cost")["work"]}
    assert work[("render_take", "not used")] == pytest.approx(7, abs=1)
    assert work[("render_take", "in the film")] == pytest.approx(5, abs=1)
    takes = said(film, "energy-and-cost")["takes"]
    assert (takes["rendered"], takes["used"], takes["not_used"]) == (4, 3, 1)


def test_disclosures_follow_the_casts_and_the_declarations(film):
    made = said(film, "ai-use")
    fields = [one["field"] for one in made["gaps"]]
    assert "variants.guild.synthetic" in fields, "a shot of which nobody said who is in it"
    assert "variants.guild.justification" in fields
    Production.objects.filter(pk=film.production.pk).update(
        declarations={"guilds": ["SAG-AFTRA"], "synthetic_justification": "a crowd of 1850",
                      "approval_reference": "letter 7", "synthetic_notice_on": "2026-10-01"}
    )  # fmt: skip
    Shot.objects.filter(cast__isnull=True).update(cast=[])
    made = said(film, "ai-use")
    left = {one["field"] for one in made["gaps"]}
    assert left.isdisjoint({"variants.guild.synthetic", "variants.guild.justification", "variants.streamer.approval"})
    assert "letter 7" in str(made["variants"]["streamer"]["answers"])


def test_every_document_of_it_can_be_printed_whatever_the_words(film):
    rows = Film(Cut.objects.get(pk=film.cut.pk), timezone.now())
    documents = binder_documents(addressees()["complete"], rows)
    assert list(documents) == list(KINDS)
    drawn = ("similarity-report", "eo-schedule", "ai-cue-sheet", "energy-and-cost")
    for slug, made in documents.items():
        pdf = document_pdf(made)
        assert pdf.startswith(b"%PDF-1.7"), slug
        assert len(re.findall(rb"/Alt[(<]", pdf)) == (slug in drawn), slug
    for addressee in addressees().values():
        front = cover(addressee, rows, {slug: documents[slug] for slug in addressee.documents})
        assert sheets.sheet_pdf(cover_sheet(front)).startswith(b"%PDF-1.7")
        assert len({(one["what"], one["who"]) for one in front["gaps"]}) == len(front["gaps"])


def test_who_wrote_it_is_a_gap_where_nobody_noted_it(film):
    made = said(film, "human-authorship")
    classes = {one["element"]: one["class"] for one in made["elements"]}
    assert classes["Screenplay"] == "not-on-record"
    assert "Who made this: screenplay." in [one["what"] for one in made["gaps"]]
    sheet = said(film, "registration-worksheet")
    excluded = [one["what"] for one in sheet["excluded"]]
    assert [one.split(",")[0] for one in excluded] == ["pictures by previz", "titles and end card"]
    answers = {one["question"]: one["answer"] for one in said(film, "ai-use")["variants"]["academy"]["answers"]}
    assert answers["Is the screenplay human-authored?"] == "not on record"


def test_what_was_set_aside_is_told_as_it_stood(film, make):
    from django_site.apps.reviews.models import Override

    decision = film.release.manifest.intent.decision
    asked = Override.objects.create(
        case=decision.cases.get(), decision=decision, asset=film.cut.asset, checks=[{"policy": "copyright/x", "check": "y"}],
        facts_sha256=decision.facts_sha256, bundle_sha256=decision.bundle_sha256, requested_by=film.producer,
        reason="Bought since.", evidence="letter 9", expires_at=timezone.now() + timedelta(days=30),
    )  # fmt: skip
    first = timezone.now()
    assert said(film, "decisions", first)["overrides"][0]["state"] == "requested"
    for actor, role in ((film.legal_reviewer, "legal_reviewer"), (film.head_of_legal, "head_of_legal")):
        asked.approvals.create(actor=actor, role=role, reason="Read the letter.")
    [told] = said(film, "decisions")["overrides"]
    assert (told["state"], told["evidence"], len(told["agreed"])) == ("in_force", "letter 9", 2)
    assert said(film, "decisions", first)["overrides"][0]["agreed"] == []
    assert said(film, "decisions", asked.expires_at)["overrides"][0]["state"] == "expired"
    assert ("rules", "medium") in [(one["area"], one["level"]) for one in said(film, "eo-schedule")["risks"]]


def test_what_the_legal_side_keeps_to_itself_stays_there(film):
    case = film.release.manifest.intent.case
    assert said(film, "decisions")["reviews"][0]["reason"] == "Fine."
    type(case).objects.filter(pk=case.pk).update(tier="legal")
    [told] = said(film, "decisions")["reviews"]
    assert (told["act"], told["reason"]) == ("approve", "(kept to the legal side)")
