"""What may never be true of versions is refused by the database itself. Run on PostgreSQL too (``test_postgresql.py``)."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from django_site.apps.audience.variant_models import CaptionTrack, Variant, VariantGraph
from django_site.apps.productions.models import Cut
from django_site.apps.provenance.models import Recall

pytestmark = pytest.mark.django_db


def refused(write, match: str | None = None) -> None:
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        write()


@pytest.fixture
def studio(make):
    return make.studio()


@pytest.fixture
def graph(make, studio):
    return graph_of(make, studio, make.release(studio))


def graph_of(make, studio, release, **fields):
    values = {
        "production": studio.production, "version": 1, "document": {"format": "x"}, "document_sha256": make.digest("rules"),
        "made_by": studio.producer,
    }  # fmt: skip
    return VariantGraph.objects.create(parent=release, **{**values, **fields})


def variant_of(make, graph, **fields):
    values = {
        "position": 0, "key": "length=short;", "answers": [{"preferences": {}, "path": {}}],
        "timeline_sha256": make.digest(fields.get("key", "")), "seconds": "3.000",
    }  # fmt: skip
    return Variant.objects.create(graph=graph, **{**values, **fields})


def test_nothing_is_played_that_is_not_out(make, studio, graph):
    waiting = make.cut(studio.production, studio.producer, version=7)
    variant = variant_of(make, graph, cut=waiting)
    mine = Variant.objects.filter(pk=variant.pk)
    refused(lambda: mine.update(playable=True), "only after it was released")
    refused(lambda: variant_of(make, graph, key="other", playable=True), "released|variant_played_has_cut")
    Cut.objects.filter(pk=waiting.pk).update(state="released")
    refused(lambda: mine.update(playable=True), "only after it was released")


def test_a_released_version_is_played_while_its_parent_is_out(make, studio, graph):
    variant = variant_of(make, graph, cut=make.release(studio, version=2).cut)
    mine = Variant.objects.filter(pk=variant.pk)
    mine.update(playable=True)
    mine.update(playable=False)
    parent = variant_of(make, graph, key=";", is_parent=True, playable=True)
    Recall.objects.create(release=graph.parent, reason="because", recalled_by=studio.head_of_legal)
    Cut.objects.filter(pk=graph.parent.cut_id).update(state="recalled", reason="because")
    refused(lambda: mine.update(playable=True), "while its parent is")
    refused(lambda: Variant.objects.filter(pk=parent.pk).update(playable=True), "while its parent is")
    mine.update(playable=False)


def test_a_version_belongs_to_the_production_of_its_film(make, studio, graph):
    other = make.studio()
    foreign = make.cut(other.production, other.producer)
    refused(lambda: variant_of(make, graph, cut=foreign), "cut of the production")
    variant = variant_of(make, graph)
    refused(lambda: Variant.objects.filter(pk=variant.pk).update(cut=foreign), "cut of the production")
    refused(lambda: graph_of(make, other, graph.parent, version=2), "belong to the production")


def test_rules_stand_once_versions_are_made_by_them(make, studio, graph):
    mine = VariantGraph.objects.filter(pk=graph.pk)
    mine.update(document_sha256=make.digest("others"))
    mine.update(state="made", made_at=timezone.now())
    refused(lambda: mine.update(document_sha256=make.digest("more")), "rules by which versions were made stand")
    refused(lambda: mine.update(state="draft", made_at=None), "rules by which versions were made stand")
    refused(lambda: graph_of(make, studio, graph.parent, version=1))
    graph_of(make, studio, graph.parent, version=2)
    refused(lambda: graph_of(make, studio, graph.parent, version=3))


def test_a_version_is_there_once_and_says_what_leads_to_it(make, studio, graph):
    variant = variant_of(make, graph)
    refused(lambda: variant_of(make, graph, timeline_sha256=make.digest("else")))
    refused(lambda: variant_of(make, graph, key="else", timeline_sha256=variant.timeline_sha256))
    refused(lambda: variant_of(make, graph, key="else", answers=[]))
    refused(lambda: variant_of(make, graph, key="else", seconds="0"))
    cut = make.cut(studio.production, studio.producer, version=8)
    refused(lambda: variant_of(make, graph, key="else", is_parent=True, cut=cut))
    variant_of(make, graph, key="one", cut=cut)
    refused(lambda: variant_of(make, graph, key="two", cut=cut))


def test_captions_have_a_language_and_say_something(make, studio, graph):
    def track(**fields):
        values = {"language": "de", "text": "WEBVTT", "text_sha256": make.digest("text"), "cues": 1, "made": "people"}
        return CaptionTrack.objects.create(release=graph.parent, brought_by=studio.producer, **{**values, **fields})

    track()
    refused(track)
    refused(lambda: track(language="German!"))
    refused(lambda: track(language="fr", cues=0))
    refused(lambda: track(language="fr", made="magic"))
    track(language="pt-BR", made="machine_checked")
