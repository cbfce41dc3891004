"""What is dismissed is folded, never hidden; saying so and taking it back work from the page."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_what_was_kept_quiet_is_shown_with_its_reason_where_the_audit_is(world, visit, make):
    """On the film's page for everybody who may see it, and in the case; it leads to the finding only whom may see that."""
    from auditor.media import Interval
    from auditor.report import Finding as Found
    from auditor.report import Quieted

    again = Found("copy", Interval(0.2, 0.8), 0.9, "it looks <b>alike</b>", work_id=str(world.work.pk))
    entry = Quieted(again, str(world.dismissal.pk), "x", "y", "z").as_dict()
    cut = make.cut(world.production, world.producer, version=9, asset=world.asset, duration="1.000")
    audit = make.audit(world.production, cut.asset, cut=cut, report={"dismissed": [entry]})
    audit.dismissals.set([world.dismissal])
    case = make.case(
        world.production,
        cut=cut,
        decision=make.decision(world.production, cut=cut, audit=audit),
        opened_by=world.producer,
    )
    for role, url in (
        ("producer", reverse("productions:cut", args=[cut.pk])),
        ("legal_reviewer", reverse("reviews:case", args=[case.pk])),
    ):
        page = visit(role).get(url).content.decode()
        assert "1 false alarm was kept quiet" in page
        assert "our own stock footage" in page
        assert "it looks &lt;b&gt;alike&lt;/b&gt;" in page
        assert reverse("findings:finding", args=[world.dismissal.finding_id]) in page


def test_the_page_says_what_the_work_is_licensed_for(world, visit, make):
    from datetime import timedelta

    from django.utils import timezone

    from django_site.apps.corpora.models import LicensedAct, Work

    def page() -> str:
        return visit("producer").get(reverse("findings:finding", args=[world.finding.pk])).content.decode()

    def licence(*acts, **fields):
        version = world.work.licences.count() + 1
        made = make.licence(world.work, version=version, **fields)
        for act in acts:
            LicensedAct.objects.filter(work=world.work, act=act, current=True).update(current=False)
            LicensedAct.objects.create(licence=made, work=world.work, act=act)

    assert "Not licensed for reproduction or training: its licence permits only being searched for copies" in page()
    licence("train", "reproduce", territories=["DE"])
    assert "Licensed for reproduction and training in DE (Holder, CC0-1.0)." in page()
    now = timezone.now()
    world.work.licences.update(starts=now - timedelta(days=2), ends=now - timedelta(days=1))
    assert "Not licensed: its licence (Holder, CC0-1.0) ended at" in page()
    world.work.licences.update(starts=now + timedelta(days=2), ends=None)
    assert "Not licensed: its licence begins at" in page()
    LicensedAct.objects.all().delete()
    world.work.licences.update(starts=now - timedelta(days=2))
    assert "its licence permits nothing (Holder, CC0-1.0)." in page()
    named = ("organisation", "rights_holder", "kind")
    other = Work.objects.create(title="Another", **{name: getattr(world.work, name) for name in named})
    world.work.licences.update(work=other)  # a licence that a model learned under is never deleted
    assert "Not licensed: no licence is known for it" in page()


def test_a_dismissal_from_the_page_and_back(world, visit):
    browser = visit("legal_reviewer")
    url = reverse("findings:finding", args=[world.dismissal.finding_id])
    page = browser.get(url).content.decode()
    assert "Dismissed as a false alarm" in page
    assert "our own stock footage" in page
    lift = reverse("findings:lift", args=[world.dismissal.pk])
    assert lift in page
    assert lift not in visit("producer").get(url).content.decode()
    refused = browser.post(lift, {"reason": " ", "page": "' OR 1"}, follow=True).content.decode()
    assert "Say why it is taken back" in refused
    taken = browser.post(lift, {"reason": "it is not ours", "page": str(world.finding.pk)})
    assert taken.url == reverse("findings:finding", args=[world.finding.pk])
    page = browser.get(url).content.decode()
    assert "Dismissed as a false alarm" not in page
    assert "it is not ours" in page
    dismiss = reverse("findings:dismiss", args=[world.dismissal.finding_id])
    long = browser.post(dismiss, {"reason": "x" * 2001})
    assert long.status_code == 400
    assert 'data-open="1"' in long.content.decode()
    blank = browser.post(dismiss, {"reason": "the frames of this row are no pictures"})
    assert blank.status_code == 409
    assert "the frames of this row are no pictures" in blank.content.decode(), "an error never loses the reason"
