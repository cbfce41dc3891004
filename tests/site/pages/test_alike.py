"""On pages, what is merely alike stands apart from what is judged, and says what it is not."""

import pytest
from django.urls import reverse

from tests.site.pages.conftest import finding_in

pytestmark = pytest.mark.django_db
STYLE = {
    "kind": "style", "log10_lr": None, "mirrored": False, "region": None, "curve": [], "reference_end": "3.000",
    "measured": {"likeness": 0.61, "unusual": 3.4, "background": 79, "background_as_alike": 0, "looks": 2},
    "plain": "Seconds 1.0 to 2.0 resemble the look of “Harbour” (its second 3.0); this is not evidence of copying.",
}  # fmt: skip


@pytest.fixture
def alike(make, world):
    """A cut in review in which nothing was found but a likeness."""
    cut = make.cut(world.production, world.producer, version=7, asset=world.asset, duration="1.000")
    audit = make.audit(world.production, cut.asset, cut=cut)
    finding = finding_in(make, audit, work=world.work, **STYLE)
    decision = make.decision(world.production, cut=cut, audit=audit)
    return cut, finding, make.case(world.production, cut=cut, decision=decision, opened_by=world.producer)


def test_the_page_of_a_likeness_says_what_it_is_not(alike, visit):
    page = visit("legal_reviewer").get(reverse("findings:finding", args=[alike[1].pk])).content.decode()
    assert "this is not evidence of copying" in page
    assert "nothing follows from this, and no policy looks at it" in page
    assert "How unusual that is" in page
    assert "These rank likeness" in page
    assert "Likelihood ratio" not in page
    assert "The verdict rests on these" not in page
    assert "00:03.0 to" not in page


def test_a_copy_is_shown_as_before(world, visit):
    page = visit("legal_reviewer").get(reverse("findings:finding", args=[world.finding.pk])).content.decode()
    assert "Likelihood ratio" in page
    assert "no policy looks at it" not in page


def test_lists_keep_it_apart(alike, world, make, visit):
    cut, finding, case = alike
    for role, url in (
        ("producer", reverse("productions:cut", args=[cut.pk])),
        ("legal_reviewer", reverse("reviews:case", args=[case.pk])),
    ):
        page = visit(role).get(url).content.decode()
        assert page.count("Resembles, not a copy") == 1
        assert "no evidence of copying" in page
        assert reverse("findings:finding", args=[finding.pk]) in page
    assert "0 findings" in page
    page = visit("producer").get(reverse("productions:cut", args=[cut.pk])).content.decode()
    assert "no copy, scene, sound or words" in page
    assert ">Resembles<" in page, "a lane of its own"
    copy = finding_in(make, finding.audit, work=world.work)
    page = visit("legal_reviewer").get(reverse("reviews:case", args=[case.pk])).content.decode()
    assert "1 finding<" in page
    assert page.index(str(copy.pk)) < page.index("Resembles, not a copy"), "what is judged comes first"
    assert "Resembles, not a copy" not in visit("producer").get(
        reverse("productions:cut", args=[world.cut.pk])
    ).content.decode()  # fmt: skip
