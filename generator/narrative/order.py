"""The order of telling: out of order, in a loop, inside a frame, along branches."""

from dataclasses import replace
from typing import TYPE_CHECKING

from generator.narrative.model import Choice
from generator.narrative.structures import FIRST, TRUNK, Beat, Structure

if TYPE_CHECKING:
    from generator.narrative.plan import PlannedScene

_TIMES = ("FIRST", "SECOND", "THIRD", "FOURTH", "FIFTH", "SIXTH", "SEVENTH", "EIGHTH")


def told_in_order(
    chosen: Structure, beats: tuple[Beat, ...], scenes: "list[PlannedScene]"
) -> "tuple[PlannedScene, ...]":
    """The scenes as they are told, with their story time, captions and choices. ``scenes`` are in the order of the beats."""
    if chosen.order == "anachronic":
        return _anachronic(scenes)
    if chosen.order == "loop":
        return _loop(scenes)
    if chosen.order == "frame":
        return _frame(scenes)
    if chosen.order == "branching":
        return _branching(beats, scenes)
    return tuple(scenes)


def _anachronic(scenes: "list[PlannedScene]") -> "tuple[PlannedScene, ...]":
    """The later half is told first and alternates with the earlier one, which explains it; the last scene stays last."""
    half = len(scenes) // 2
    early, late = scenes[:half], scenes[half:]
    told: list[PlannedScene] = []
    while early or late:
        if late and (len(late) > 1 or not early):
            told.append(late.pop(0))
        if early:
            told.append(early.pop(0))
    return tuple(replace(s, told=n + 1, caption=f"DAY {s.story_time}") for n, s in enumerate(told))


def _loop(scenes: "list[PlannedScene]") -> "tuple[PlannedScene, ...]":
    """Each round begins where a scene wakes up again; story time starts anew with it. The last scene is another day."""
    told: list[PlannedScene] = []
    rounds, time = 0, 0
    for number, scene in enumerate(scenes):
        if number == 0 or scene.function == "again":
            rounds, time = rounds + 1, 0
            scene = replace(scene, caption=f"THE {_TIMES[min(rounds, len(_TIMES)) - 1]} TIME")
        time += 1
        if number == len(scenes) - 1 and scene.function == "image":
            scene, time = replace(scene, caption="THE NEXT DAY"), max(s.story_time for s in told) + 1
        told.append(replace(scene, story_time=time))
    return tuple(told)


def _frame(scenes: "list[PlannedScene]") -> "tuple[PlannedScene, ...]":
    """The frame happens after all that it tells of."""
    inner = [scene for scene in scenes if scene.function != "telling"]
    ranks = {scene.id: rank + 1 for rank, scene in enumerate(inner)}
    told: list[PlannedScene] = []
    outer, opened = len(inner), False
    for scene in scenes:
        if scene.function == "telling":
            outer += 1
            told.append(replace(scene, story_time=outer, caption="" if told else "TONIGHT"))
            continue
        told.append(replace(scene, story_time=ranks[scene.id], caption="" if opened else "YEARS BEFORE"))
        opened = True
    return tuple(told)


def _branching(beats: tuple[Beat, ...], scenes: "list[PlannedScene]") -> "tuple[PlannedScene, ...]":
    """A trunk, and two ways on from it. Every scene but the two ends leads on."""
    ways = [0 if beat.at < TRUNK else 1 if beat.at <= FIRST else 2 for beat in beats]
    trunk = [s for s, way in zip(scenes, ways, strict=True) if way == 0]
    first = [s for s, way in zip(scenes, ways, strict=True) if way == 1]
    second = [s for s, way in zip(scenes, ways, strict=True) if way == 2]
    told: list[PlannedScene] = []
    for way in (trunk, first, second):
        start = 0 if way is trunk else len(trunk)
        for number, scene in enumerate(way):
            following = way[number + 1 : number + 2]
            choices: tuple[Choice, ...] = (Choice("go on", following[0].id),) if following else ()
            if way is trunk and not following:
                choices = (Choice("{deed}", first[0].id), Choice("{against}", second[0].id))
            told.append(replace(scene, story_time=start + number + 1, choices=choices))
    return tuple(replace(scene, told=n + 1) for n, scene in enumerate(told))
