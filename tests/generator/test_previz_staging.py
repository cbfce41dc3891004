"""Staging: who does what in a shot, animals that walk, and cameras that keep to one side of the axis."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.backends.previz import animals, cinematography, staging, terrain
from generator.backends.previz.acting import Performance
from generator.backends.previz.axis import MARGIN, Axis
from generator.backends.previz.direction import Part, direct
from generator.backends.previz.frames import prepare, render_frame
from generator.backends.previz.people import figure, look_of
from generator.backends.previz.posture import FOREARM, STAND, UPPER_ARM, joint, mixed
from generator.backends.previz.rooms import ROOMS
from generator.lexicon import ANIMALS, INTERIORS, PLACES
from generator.shots import Line
from generator.shots.planner import LENSES
from tests.generator.shots import shot

NOISE = terrain.noise_texture()
SHOT = shot(
    slugline="EXT. QUAY - DAY",
    description="Mara waits.",
    size="medium",
    lens_mm=50.0,
    duration=2.0,
    characters=("MARA", "JON"),
    roles=("keeper", "brother"),
    seed=3,
    fps=4,
    place="harbour",
    elements=("boat",),
    mood="calm",
    focus="MARA",
)
MOVES = (
    "static", "dolly in", "dolly out", "pan left", "pan right", "tilt up", "tilt down", "crane up", "crane down",
    "orbit left", "orbit right", "handheld", "track",
)  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    moves=st.lists(st.sampled_from(MOVES), min_size=2, max_size=3),
    sizes=st.lists(st.sampled_from(("wide", "full", "medium", "close-up")), min_size=3, max_size=3),
    place=st.sampled_from((("harbour", False), ("desert", False), ("road", False), ("kitchen", True), ("train", True))),
    deeds=st.sampled_from(("Mara waits.", "Mara runs to Jon.", "Jon turns and walks away.", "They dance.")),
)
def test_no_camera_of_a_scene_crosses_the_line_between_two_people(
    seed: int, moves: list[str], sizes: list[str], place: tuple[str, bool], deeds: str
) -> None:
    kind, interior = place
    heading = f"{'INT' if interior else 'EXT'}. {kind.upper()} - DAY"
    base = dataclasses.replace(SHOT, seed=seed, place=kind, interior=interior, slugline=heading, description=deeds)
    axes, sides = set(), []
    for number, move in enumerate(moves):
        size = sizes[number]
        shot = dataclasses.replace(
            base,
            id=f"s1-{number:02d}",
            move=move,  # type: ignore[arg-type]
            size=size,  # type: ignore[arg-type]
            lens_mm=LENSES[size],  # type: ignore[index]
            focus=("MARA", "JON")[number % 2],
        )
        stage = staging.build(shot)
        assert stage.axis is not None
        axes.add((stage.axis.a, stage.axis.b, stage.axis.side))
        camera = cinematography.path(stage, shot, cinematography.scout(stage, shot, NOISE))
        sides += [stage.axis.distance(*camera(n / 4)[[0, 2]]) for n in range(9)]
    assert len(axes) == 1, "the shots of one scene share one axis"
    assert min(sides) >= MARGIN - 1e-9, (min(sides), moves, sizes)


def test_reverse_shots_look_over_the_line_from_one_side_so_that_eyelines_meet() -> None:
    looks = []
    for name in ("MARA", "JON"):
        ready = prepare(dataclasses.replace(SHOT, focus=name))
        camera = ready.camera_at(1.0)
        (ax, az), (bx, bz) = ready.stage.axis.a, ready.stage.axis.b  # type: ignore[union-attr]
        along = np.array([bx - ax, 0.0, bz - az]) * (1.0 if name == "MARA" else -1.0)
        looks.append(float(along @ camera[3:6]))
    # Mara looks to one side of the frame, Jon to the other
    assert looks[0] * looks[1] < 0.0


@given(
    a=st.tuples(st.floats(-9, 9), st.floats(-9, 9)),
    turn=st.floats(0, 6.3),
    side=st.sampled_from((-1.0, 1.0)),
    eye=st.tuples(st.floats(-50, 50), st.floats(-50, 50)),
)
def test_a_place_across_the_line_is_brought_back_and_others_stay(
    a: tuple[float, float], turn: float, side: float, eye: tuple[float, float]
) -> None:
    axis = Axis(a, (a[0] + np.cos(turn), a[1] + np.sin(turn)), side)
    kept = axis.kept(*eye)
    assert axis.distance(*kept) >= MARGIN - 1e-6
    if axis.distance(*eye) >= MARGIN:
        assert kept == eye


@pytest.mark.parametrize(
    ("words", "deeds"),
    [
        ("Mara waves to the boat.", {"MARA": ("wave",)}),
        ("Mara reads the letter while Jon points at the sea.", {"MARA": ("read",), "JON": ("point",)}),
        ("Jon kneels. Mara turns and runs.", {"JON": ("kneel",), "MARA": ("turn", "run")}),
        ("Mara and Jon sit down.", {"MARA": ("sit",), "JON": ("sit",)}),
        ("They walk along the quay.", {"MARA": ("walk",), "JON": ("walk",)}),
        ("Her brother waits.", {"JON": ("look",), "MARA": ()}),
        ("The desert holds its warmth.", {"MARA": ()}),
        ("There is a row of names. The work goes on. The sea runs high.", {"MARA": (), "JON": ()}),
        ("Mara waits. The light turns. Then she waves.", {"MARA": ("look", "wave")}),
        ("Walks along the quay.", {"MARA": ("walk",)}),
        ("A dog runs ahead.", {"dog": ("run",), "MARA": ()}),
    ],
)
def test_the_verbs_of_a_description_become_deeds_of_their_subjects(
    words: str, deeds: dict[str, tuple[str, ...]]
) -> None:
    parts = direct(dataclasses.replace(SHOT, description=words))
    for name, expected in deeds.items():
        assert parts[name].deeds == expected


def test_what_is_held_is_in_the_hand_and_whoever_speaks_moves_the_mouth() -> None:
    shot = dataclasses.replace(
        SHOT,
        description="Mara holds up a lantern.",
        dialogue=(Line("MARA", "Who is there?"), Line("JON", "Nobody.")),
    )
    parts = direct(shot)
    assert parts["MARA"].prop == "lantern"
    (start, end), (later, _) = parts["MARA"].speaks[0], parts["JON"].speaks[0]
    assert start < end < later
    speaker = Performance(parts["MARA"], 2.0, 0.0)
    mouths = [speaker.posture(t).mouth for t in np.linspace(2.0 * start, 2.0 * end, 20)]
    assert max(mouths) > 0.2
    assert speaker.posture(1.97).mouth == 0.0


@settings(max_examples=60, deadline=None)
@given(
    deeds=st.lists(
        st.sampled_from(
            ("walk", "run", "sit", "kneel", "wave", "point", "read", "turn", "dance", "drink", "row", "bow")
        ),
        max_size=3,
        unique=True,
    ),
    time=st.floats(0.0, 2.0),
)
def test_figures_keep_their_bones_and_move_without_jumps(deeds: list[str], time: float) -> None:
    acting = Performance(Part(tuple(deeds)), 2.0, 0.4)
    look = look_of("MARA", "keeper", 1)
    here, soon = (figure(look, acting.posture(t)) for t in (time, time + 1 / 120))
    assert len(here) == len(soon)
    places = np.array([part.at for part in here])
    assert np.abs(places).max() < 2.4
    assert places[:, 1].min() > -0.25
    assert np.abs(np.array([part.at for part in soon]) - places).max() < 0.16


@given(goal=st.tuples(*[st.floats(-2, 2)] * 3))
def test_a_joint_bends_without_stretching_its_bones(goal: tuple[float, float, float]) -> None:
    middle, end = joint((0.0, 0.0, 0.0), goal, UPPER_ARM, FOREARM, (0.0, 0.0, 1.0))
    assert np.linalg.norm(middle) == pytest.approx(UPPER_ARM, abs=1e-6)
    assert np.linalg.norm(np.subtract(end, middle)) == pytest.approx(FOREARM, abs=2e-3)


def test_a_mixed_posture_lies_between() -> None:
    acting = Performance(Part(("kneel",)), 2.0, 0.0).posture(2.0)
    half = mixed(STAND, acting, 0.5)
    assert acting.lift < half.lift < STAND.lift


@pytest.mark.parametrize("name", sorted(animals.SPECIES))
def test_a_walking_animal_sets_its_feet_on_the_ground_in_turn(name: str) -> None:
    species = animals.SPECIES[name]
    low = []
    for time in np.linspace(0.0, 2.0, 24):
        parts = animals.quadruped(species, "walk", float(time))
        hoofs = [part.at[1] for part in parts if part.at[1] < species.height * 0.16]
        assert len(hoofs) >= 2, "at least two feet are down at a walk"
        low.append(min(hoofs))
        assert min(part.at[1] for part in parts) > -0.02
    assert max(low) < species.height * 0.12
    still = np.array([part.at for part in animals.quadruped(species, "stand", 0.0)])
    walking = np.array([part.at for part in animals.quadruped(species, "walk", 0.3)])
    assert np.abs(still - walking).max() > 0.03


def test_every_animal_and_every_place_of_the_lexicon_can_be_staged() -> None:
    assert set(animals.SPECIES) | {"birds"} == set(ANIMALS)
    assert set(INTERIORS) == set(ROOMS)
    pictures = []
    for place in PLACES:
        shot = dataclasses.replace(
            SHOT,
            place=place,
            slugline=f"EXT. {place} - DAY",
            duration=0.25,
            size="wide",
            lens_mm=32.0,
            width=64,
            height=36,
        )
        pictures.append(render_frame(shot, 0).astype(float))
    for place in INTERIORS:
        shot = dataclasses.replace(
            SHOT,
            place=place,
            interior=True,
            slugline=f"INT. {place} - DAY",
            duration=0.25,
            size="full",
            width=64,
            height=36,
        )
        pictures.append(render_frame(shot, 0).astype(float))
    apart = [np.abs(a - b).mean() for n, a in enumerate(pictures) for b in pictures[:n]]
    assert min(apart) > 5.0, "no two kinds of place look alike"
    assert np.median(apart) > 25.0


def test_animals_of_a_shot_are_seen_and_a_white_horse_is_white() -> None:
    field = dataclasses.replace(
        SHOT,
        place="field",
        slugline="EXT. FIELD - DAY",
        elements=("horse",),
        focus="horse",
        size="full",
        characters=(),
        roles=(),
    )
    brown, white = (
        render_frame(dataclasses.replace(field, description=words), 4).astype(float)
        for words in ("A horse grazes.", "A white horse grazes.")
    )
    changed = np.abs(brown - white).mean(axis=2) > 25.0
    assert changed.mean() > 0.01
    assert white[changed].mean() > brown[changed].mean() + 20.0


def test_nobody_stands_before_the_thing_of_an_insert() -> None:
    shot = dataclasses.replace(
        SHOT,
        interior=True,
        place="room",
        slugline="INT. ROOM - DAY",
        description="Mara reads the letter.",
        elements=("letter",),
        focus="letter",
        size="insert",
        lens_mm=60.0,
    )
    for seed in range(4):
        ready = prepare(dataclasses.replace(shot, seed=seed))
        eye, far = np.array(ready.setup.eye), ready.setup.distance
        for model in ready.stage.moving:
            here = model(1.0)
            if here.name in shot.characters:
                assert np.hypot(here.at[0] - eye[0], here.at[2] - eye[2]) > far


@pytest.mark.parametrize("place", sorted(ROOMS))
def test_whoever_walks_in_a_room_stays_in_it(place: str) -> None:
    shot = dataclasses.replace(
        SHOT,
        interior=True,
        place=place,
        slugline=f"INT. {place} - DAY",
        duration=6.0,
        description="They run. Jon walks.",
    )
    stage = staging.build(shot)
    wide, _, deep = ROOMS[place].half
    for model in stage.moving:
        for time in np.linspace(0.0, 6.0, 13):
            here = model(float(time)).at
            assert abs(here[0]) <= wide - 0.3
            assert abs(here[2]) <= deep - 0.3


def test_beasts_stay_out_of_the_house() -> None:
    room = dataclasses.replace(SHOT, interior=True, place="room", elements=("horse", "cat"))
    names = staging.build(room).names()
    assert "cat" in names
    assert "horse" not in names
