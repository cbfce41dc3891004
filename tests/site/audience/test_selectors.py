"""Reading what was recorded: only of viewers whose consent is in force, and only by who works on the production."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from django_site.apps.audience.models import ViewerConsent
from django_site.apps.audience.playing import film_for, films_of
from django_site.apps.audience.selectors import screening_get, screenings_visible_to, spans_of, viewings_of

pytestmark = pytest.mark.django_db


def test_a_viewing_for_each_viewer_whose_consent_is_in_force(audience) -> None:
    shown = audience.screening(letters="AB")
    first = audience.viewer(shown, groups={"age": "30-39"})
    second = audience.viewer(shown, shown.arms[1])
    withdrawn, expired, silent = audience.viewer(shown), audience.viewer(shown), audience.viewer(shown)
    for came, until in ((first, 6.0), (second, 3.0), (withdrawn, 6.0), (expired, 6.0)):
        audience.watched(came, until)
    audience.event(first, "reaction", 2, 9, value="laugh")
    now = timezone.now()
    ViewerConsent.objects.filter(viewer=withdrawn.viewer).update(withdrawn_at=now)
    ViewerConsent.objects.filter(viewer=expired.viewer).update(
        given_at=now - timedelta(days=2), expires_at=now - timedelta(days=1)
    )
    assert silent.viewer not in {first.viewer}
    one, two = viewings_of(shown.screening)
    assert (one.viewer, one.arm, one.film, dict(one.groups)) == ("Amber 1", "A", str(first.cut.pk), {"age": "30-39"})
    assert (one.watched, one.finished, [r.name for r in one.reactions]) == (((0, 6),), True, ["laugh"])
    assert (two.arm, two.watched, two.finished, two.left_at) == ("B", ((0, 3),), False, 3)


def test_viewings_take_the_same_few_queries(audience, django_assert_max_num_queries) -> None:
    shown = audience.screening()
    for _ in range(5):
        audience.watched(audience.viewer(shown))
    with django_assert_max_num_queries(3):
        assert len(viewings_of(shown.screening)) == 5


def test_scenes_and_shots_lie_as_they_were_cut(audience) -> None:
    cut = audience.screening().cut
    assert [(s.kind, s.label, s.start, s.end) for s in spans_of(cut)] == [
        ("scene", "1 · INT. HOUSE", 0, 4),
        ("scene", "2 · EXT. SHORE", 4, 6),
        ("shot", "1-1", 0, 2),
        ("shot", "1-2", 2, 4),
        ("shot", "1-3", 4, 6),
    ]


def test_a_shot_that_comes_again_has_a_span_each_time(audience, make) -> None:
    from django_site.apps.productions.models import CutItem

    shown = audience.screening()
    first = shown.cut.items.get(position=1)
    CutItem.objects.create(cut=shown.cut, position=4, take=first.take, take_in=0, take_out=1, start=6, end=7)
    spans = spans_of(shown.cut)
    assert [s.id for s in spans if s.label == "1-1"] == [str(first.take.shot_id), f"{first.take.shot_id}~2"]
    assert len({(s.kind, s.id) for s in spans}) == len(spans)


def test_who_does_not_work_on_it_does_not_see_it(audience, make) -> None:
    shown = audience.screening()
    stranger = make.studio().producer
    assert not screenings_visible_to(stranger).exists()
    with pytest.raises(Http404):
        screening_get(stranger, shown.screening.pk)
    assert screening_get(shown.studio.producer, shown.screening.pk) == shown.screening
    assert screening_get(shown.studio.legal_reviewer, shown.screening.pk) == shown.screening


def test_a_recalled_film_is_played_to_nobody(audience) -> None:
    from django_site.apps.provenance.models import Recall

    shown = audience.screening()
    viewer = audience.viewer(shown).viewer
    assert films_of(viewer) == {shown.cut.pk}
    assert film_for(viewer) == shown.cut
    Recall.objects.create(release=shown.cut.release, reason="no", recalled_by=shown.studio.head_of_legal)
    assert films_of(viewer) == set()
    assert film_for(viewer) is None
