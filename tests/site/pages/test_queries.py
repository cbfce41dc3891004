"""A page asks the database as often for many rows as for few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.site.pages.conftest import dismissal_of, finding_in

pytestmark = pytest.mark.django_db


def more_productions(world, make):
    for _ in range(4):
        made = make.production(world.organisation, world.producer)
        make.cut(made, world.producer)


def more_cases(world, make):
    for version in range(10, 14):
        cut = make.cut(world.production, world.producer, version=version)
        audit = make.audit(world.production, cut.asset, cut=cut)
        make.case(world.production, cut=cut, decision=make.decision(world.production, cut=cut, audit=audit))


def more_works(world, make):
    from django_site.apps.corpora.models import LicensedAct

    for number in range(4):
        work = make.work(world.organisation, f"Work {number}")
        LicensedAct.objects.create(licence=make.licence(work), work=work, act="match")


def more_people(world, make):
    for number in range(4):
        make.grant(make.subject(world.organisation, legal_name=f"Person {number}"), world.production)


def more_entries(world, make):
    from django_site.apps.provenance.services.ledger import ledger_append

    for number in range(4):
        ledger_append(kind="test", event={"number": number})


def more_takes(world, make):
    for shot in world.screenplay.scenes.first().shots.all():
        for number in range(5, 8):
            make.take(shot, world.producer, number=number)
    for name in ("b.mp4", "c.mp4"):
        world.production.imports.create(asset=make.asset(), name=name, imported_by=world.producer)


def more_jobs(world, make):
    for number in range(5, 9):
        make.job(world.production, target_id=make.take(world.shot, world.producer, number=number).pk)


def more_findings(world, make):
    for number in range(4):
        finding_in(make, world.finding.audit, work=make.work(world.organisation, f"Work {number}"))


def more_dismissed(world, make):
    audit = world.finding.audit
    for number in range(4):
        found = finding_in(make, audit, work=make.work(world.organisation, f"Work {number}"))
        dismissal_of(make, found, world.head_of_legal)


def more_reached(world, make):
    from django_site.apps.audits.models import Finding

    first = world.shot.takes.count() + 10
    for number in range(first, first + 4):
        take = make.take(world.shot, world.producer, number=number)
        audit = make.audit(world.production, take.asset, take=take)
        Finding.objects.create(
            audit=audit, position=0, kind="face", start=0, end=1, score=0.6, plain="x", subject=world.subject
        )


def more_notices(world, make):
    from django_site.apps.accounts.notices import notice_send

    for number in range(4):
        notice_send(users=[world.producer], kind="other", text=f"Notice {number}.")


def more_held(world, make):
    for _ in range(4):
        hold = {"matter": "Another", "reason": "A claim.", "placed_by": world.head_of_legal}
        world.production.holds.create(**hold)
        make.case(make.production(world.organisation, world.producer), world.producer).holds.create(**hold)


def more_looked(world, make):
    for _ in range(4):
        world.case.accesses.create(user=make.member(world.organisation, "legal_reviewer"))
        make.user().accesses.create(asset=world.asset)


def more_assigned(world, make):
    more_cases(world, make)
    for case in world.production.cases.filter(state="open"):
        case.assignments.create(to=make.member(world.organisation, "legal_reviewer"), by=world.head_of_legal)


def more_related(world, make):
    for version in range(20, 24):
        cut = make.cut(world.production, world.producer, version=version)
        audit = make.audit(world.production, world.finding.audit.asset, cut=cut)
        finding_in(make, audit, work=world.work)
        decision = make.decision(world.production, cut=cut, audit=audit)
        make.case(world.production, cut=cut, decision=decision, state="rejected", closed_at=timezone.now())


def more_messages(world, make):
    for _ in range(4):
        world.webhook.deliveries.create(event="case.opened", body="{}", next_try_at=timezone.now())


PAGES = [
    ("home", "producer", None, more_productions),
    ("home", "legal_reviewer", None, more_cases),
    ("productions:list", "producer", None, more_productions),
    ("productions:page", "producer", "production", more_takes),
    ("productions:page", "producer", "production", more_jobs),
    ("productions:cut", "producer", "cut", more_findings),
    ("findings:finding", "legal_reviewer", "finding", more_findings),
    ("findings:finding", "legal_reviewer", "finding", more_dismissed),
    ("reviews:queue", "legal_reviewer", None, more_cases),
    ("reviews:queue", "legal_reviewer", None, more_assigned),
    ("reviews:case", "legal_reviewer", "case", more_findings),
    ("reviews:case", "head_of_legal", "case", more_related),
    ("reviews:holds", "head_of_legal", None, more_held),
    ("reviews:access_case", "head_of_legal", "case", more_looked),
    ("reviews:access_production", "head_of_legal", "production", more_looked),
    ("reviews:statistics", "legal_reviewer", None, more_related),
    ("webhooks:webhook", "head_of_legal", "webhook", more_messages),
    ("corpora:list", "producer", None, more_works),
    ("likeness:people", "legal_reviewer", None, more_people),
    ("likeness:impact", "legal_reviewer", "grant", more_reached),
    ("notices:list", "producer", None, more_notices),
    ("ledger:page", "anonymous", None, more_entries),
    ("jobs:production", "producer", "production", more_jobs),
]
#: Most queries that any of these pages may need.
CEILING = 45


@pytest.mark.parametrize(("name", "role", "about", "more"), PAGES, ids=[f"{p[0]}-{p[3].__name__}" for p in PAGES])
def test_more_rows_are_no_more_queries(world, visit, make, name, role, about, more):
    url = reverse(name, args=[getattr(world, about).pk] if about else [])
    client = visit(role)
    if more is more_reached:
        more(world, make)  # a group that was empty asks nothing
    client.get(url)  # what is made once a process (policies, index) is made here

    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url).status_code == 200
        return [query["sql"] for query in caught.captured_queries]

    few = queries()
    more(world, make)
    many = queries()
    assert len(many) <= len(few), "\n".join(many)
    assert len(many) <= CEILING
