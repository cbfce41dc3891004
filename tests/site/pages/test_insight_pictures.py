"""Pictures beside the charts of a screening: of the moments that are shown, and of no others."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_pictures_of_shown_moments_and_of_no_others(world, visit):
    client = visit("producer")
    arguments = [world.screening.pk, world.released_cut.pk]
    response = client.get(reverse("insight:frame", args=[*arguments, world.frame_at]))
    assert response.status_code == 200
    assert response.content[:2] == b"\xff\xd8"
    assert client.get(reverse("insight:frame", args=[*arguments, world.frame_at + 1])).status_code == 404
    # a cut of the same production that the screening does not show
    assert client.get(reverse("insight:frame", args=[arguments[0], world.cut.pk, world.frame_at])).status_code == 404
