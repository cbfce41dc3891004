"""What viewers may ask for before the film, and what they get."""

from collections.abc import Mapping
from typing import Any

from django_site.apps.audience.captions import tracks_of
from django_site.apps.audience.models import Viewer
from django_site.apps.audience.variant_rules import plan_of, said
from django_site.apps.audience.variants_played import version_for
from django_site.errors import InputError

#: In ``Viewer.preferences``: that they were asked, so that they are asked once.
ASKED = "asked"
#: In ``Viewer.preferences``: the language of captions; beside the names of rules, of which none holds a capital.
CAPTIONS = "CAPTIONS"


def wishes_offered(viewer: Viewer) -> list[dict[str, Any]]:
    """The questions of a viewer's arm: ``{"id", "name", "options": [{"id", "name", "chosen"}]}``. Empty where there is
    nothing to ask for."""
    graph = viewer.arm.graph
    if graph is None:
        return []
    return [
        {
            "id": rule.id,
            "name": rule.name,
            "options": [
                {
                    "id": one.id,
                    "name": one.name,
                    "chosen": viewer.preferences.get(rule.id, rule.options[0].id) == one.id,
                }
                for one in rule.options
            ],
        }
        for rule in plan_of(graph).graph.preferences
    ]


def wishes_owed(viewer: Viewer) -> bool:
    """Whether the viewer is to be asked before the film."""
    return viewer.arm.graph_id is not None and not viewer.preferences.get(ASKED) and bool(wishes_offered(viewer))


def viewer_wish(*, viewer: Viewer, given: Mapping[str, str]) -> Viewer:
    """Keep what a viewer asks for, with their seat and as long as that. Raises ``InputError`` for an answer that is not
    offered; then what they asked for before stands."""
    wished: dict[str, Any] = {ASKED: True}
    for rule in wishes_offered(viewer):
        answer = given.get(rule["id"]) or next((one["id"] for one in rule["options"] if one["chosen"]), "")
        if answer not in [one["id"] for one in rule["options"]]:
            raise InputError(f"{rule['name']} can't be {answer[:40]!r}; choose one of the answers")
        wished[rule["id"]] = answer
    if language := given.get(CAPTIONS, ""):
        if language not in [one.language for one in tracks_of(viewer.arm.cut)]:
            raise InputError(f"there are no captions in {language[:40]!r}; choose one of the languages")
        wished[CAPTIONS] = language
    Viewer.objects.filter(pk=viewer.pk).update(preferences=wished)
    viewer.preferences = wished
    return viewer


def version_told(viewer: Viewer) -> dict[str, str]:
    """What the page says of the version: what was asked for, and why it is another, where it is."""
    graph = viewer.arm.graph
    if graph is None:
        return {}
    version = version_for(graph, viewer.preferences)
    plan = plan_of(graph)
    asked = plan.answers({str(k): str(v) for k, v in viewer.preferences.items()})
    only = type(asked)(asked.preferences)
    return {"name": said(plan.graph, only), "why": version.why}
