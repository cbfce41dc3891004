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
