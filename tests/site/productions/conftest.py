"""A film as rows: shots, cleared takes and a cut with its timeline, without rendering anything."""

from fractions import Fraction

import pytest

from django_site.apps.productions.services.timelines import shot_clip, take_media
from generator.edit import Card, Clip, Sound, Timeline, Track, Transition
from generator.edit import Media as File
from generator.edit.document import as_document


@pytest.fixture
def filmed(make):
    """``filmed(studio, shots=3)``: a cut of so many shots of two seconds at twelve frames, with rain under the first."""

    def filmed(studio, shots: int = 3):
        takes = [make.take(make.shot(studio.production, n), studio.producer) for n in range(1, shots + 1)]
        clips = [Clip("title", Card("title", "Tidewater"), 24)]
        for take in takes:
            media, provenance = take_media(take)
            clips.append(Clip(shot_clip(take.shot), media, 24, provenance=provenance))
        clips.append(Clip("end", Card("end", "", ("Made by nobody.",)), 36))
        rain = Sound("bed:s1-01", "s1-01", File("ab" * 32, "rain.wav", 96), fit=True, label="rain")
        timeline = Timeline(
            "Tidewater", Fraction(12), 96, 54, tuple(clips),
            tuple(Transition() for _ in range(len(clips) + 1)), tracks=(Track("ambience", (rain,)),),
        )  # fmt: skip
        cut = make.cut(studio.production, studio.producer, timeline=as_document(timeline))
        return cut, takes

    return filmed
