"""A studio with registered works: some that models may learn from, some that they may not."""

import pytest

from auditor.media import probe
from django_site.apps.corpora.models import WorkAsset
from django_site.apps.corpora.services import licence_add
from django_site.apps.training.services.planning import training_confirm, training_plan
from tests.clips import ASTRONAUT, BIKES, BUNNY, CAR, COFFEE, ROCKET

#: A look that learns within seconds: the smallest networks that there are, and few frames.
TINY = {
    "channels": 8, "blocks": 1, "critic_channels": 8, "patch": 32, "batch": 1, "report_every": 1, "sample_every": 2,
    "checkpoint_every": 2, "threads": 1, "max_side": 160,
}  # fmt: skip
DRAWN = {"shots": 3, "frames_per_shot": 2, "width": 96, "height": 54}


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.INDEX_ROOT, settings.TRAINING_ROOT = tmp_path / "index", tmp_path / "training"
    settings.KEYS_ROOT = tmp_path / "keys"
    studio = make.studio()
    studio.performer = make.member(studio.organisation, "performer")

    def work(title, media, acts, **terms):
        """As registering leaves it, but for the index, which no training asks."""
        info = probe(media)
        row = make.work(studio.organisation, title)
        asset = make.asset(media, info.media_type, probe=info.as_dict())
        WorkAsset.objects.create(work=row, asset=asset)
        licence_add(work=row, acts=acts, by=studio.producer, **{"spdx_id": "CC0-1.0", **terms})
        return row

    studio.bikes = work("Bikes", BIKES, ["match", "train"])
    studio.rocket = work("Rocket", ROCKET, ["match", "train"])
    studio.car = work("Car", CAR, ["match", "train"])
    studio.film = work("Film", BUNNY, ["match", "train"])
    studio.coffee = work("Coffee", COFFEE, ["match"])
    studio.bunny = work("Bunny", ASTRONAUT, ["match"], spdx_id="", terms="All rights reserved", reservations=["tdm"])
    return studio


@pytest.fixture
def planned(studio):
    """``planned(name="harbour-dusk", **fields)``: a small training on the works that may be learned from."""

    def planned(**fields):
        values = {
            "kind": "look", "name": "harbour-dusk",
            "works": [one.pk for one in (studio.bikes, studio.rocket, studio.car, studio.film)], "renders": DRAWN,
            "steps": 4, "seed": 3, "settings": TINY,
        }  # fmt: skip
        return training_plan(production=studio.production, by=studio.producer, **{**values, **fields})

    return planned


@pytest.fixture
def confirmed(studio, planned):
    """The same, confirmed: a worker would begin it."""

    def confirmed(**fields):
        return training_confirm(run=planned(**fields), by=studio.producer)

    return confirmed
