"""The files of what is made from a released film: pictures, sheets, captions, description tracks, packages for streaming."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from PIL import Image

from auditor.media import sample_frames
from auditor.provenance import Action
from django_site.apps.audience.variant_models import CaptionTrack
from django_site.apps.productions.models import Cut, CutItem
from django_site.apps.productions.services.timelines import timeline_of
from django_site.apps.provenance.models import OutputKind
from django_site.errors import InputError
from generator.edit.interchange import WRITERS
from generator.edit.packaging import dash_manifest, fragment, hls_playlist, read_package
from generator.edit.released import Stretch, film_stills
from generator.edit.sheets import Cell, contact_sheet
from generator.edit.timeline import Timeline

#: Pixels on the longer side of a picture of a contact sheet, and of a still at most.
CELL_SIDE, STILL_SIDE = 480, 4096
#: Frames of a film that are ranked: more of them look alike.
MAX_BEST = 6
#: Caption formats by their endings: W3C's WebVTT, and SubRip.
CAPTION_TYPES = {"vtt": "text/vtt", "srt": "application/x-subrip"}


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was made, and what was done to make it, for its record."""

    path: Path
    media_type: str
    kind: str
    did: tuple[Action, ...]
    companions: Mapping[str, str] = field(default_factory=dict)
    #: What of the film is in it, as it is kept with the output.
    contents: Mapping[str, Any] = field(default_factory=dict)


def make_file(kind: str, film: Path, cut: Cut, parameters: Mapping[str, Any], directory: Path, *, now: str) -> Made:
    """Make a file of this kind from the released ``film`` of ``cut``. Raises ``InputError``, ``MediaError`` or
    ``EditError``."""
    makers = {
        OutputKind.STILL: _still,
        OutputKind.STORYBOARD: _sheet,
        OutputKind.CAPTIONS: _captions,
        OutputKind.DESCRIPTIONS: _descriptions,
        OutputKind.STREAM: _stream,
    }
    return makers[OutputKind(kind)](film, cut, parameters, directory, now)


def _frame(film: Path, at: float, side: int) -> Image.Image:
    for frame in sample_frames(film, fps=0, start=at, end=at + 2.0, max_side=side):
        return Image.fromarray(frame.pixels)
    raise InputError(f"the film has no picture at {at:g} s; choose a moment within it")


def _still(film: Path, cut: Cut, parameters: Mapping[str, Any], directory: Path, now: str) -> Made:
    if "best" in parameters:
        at, score = _best(film, cut, int(parameters["best"]))
    else:
        at, score = float(parameters["seconds"]), None
    path = directory / "still.png"
    _frame(film, at, STILL_SIDE).save(path, "PNG")
    did = (
        Action("c2pa.edited", now, description=f"The picture at {at:g} s"),
        Action("c2pa.converted", now, description="PNG"),
    )
    return Made(path, "image/png", "still", did, contents={"seconds": at} | ({"score": score} if score else {}))


def stretches(cut: Cut, *, but: Collection[UUID] = ()) -> list[Stretch]:
    """The shots as the film shows them, named by the place of each in the cut; without takes that are left out."""
    return [
        Stretch(str(item.position), float(item.start), float(item.end))
        for item in _shown(cut)
        if item.take_id not in but
    ]


def _best(film: Path, cut: Cut, place: int) -> tuple[float, float]:
    """Where the frame is that comes in this place by measure, and how good it is."""
    found = film_stills(film, stretches(cut), count=MAX_BEST)
    if len(found) < place:
        raise InputError(f"the film has {len(found)} frames worth showing; ask for one of these, or for a moment")
    return round(found[place - 1].seconds, 3), found[place - 1].score


def _shown(cut: Cut) -> list[CutItem]:
    return list(cut.items.select_related("take__shot__scene").filter(start__isnull=False).order_by("position"))


def _sheet(film: Path, cut: Cut, parameters: Mapping[str, Any], directory: Path, now: str) -> Made:
    cells = []
    for item in _shown(cut):
        middle = float(item.start + item.end) / 2
        spec = item.take.shot.spec
        heading = f"{item.position}. {item.take.shot.scene.heading}"
        lines = (f"{float(item.start):.1f} to {float(item.end):.1f} s · {spec.get('size', '')}", _described(spec))
        cells.append(Cell(_frame(film, middle, CELL_SIDE), heading, lines))
    path = directory / "sheet.png"
    contact_sheet(cells, title=cut.title, subtitle=f"Cut, version {cut.version}").save(path, "PNG")
    did = (
        Action("c2pa.edited", now, description=f"{len(cells)} pictures of the film on one sheet, with captions"),
        Action("c2pa.converted", now, description="PNG"),
    )
    return Made(path, "image/png", "storyboard", did)


def _described(spec: Mapping[str, Any]) -> str:
    return " ".join(str(spec.get("description") or spec.get("prompt") or "").split())


def _descriptions(film: Path, cut: Cut, parameters: Mapping[str, Any], directory: Path, now: str) -> Made:
    path = directory / "descriptions.vtt"
    path.write_text(description_track(_shown(cut)), encoding="utf-8")
    did = (Action("c2pa.edited", now, description="A track that says in words what each shot shows"),)
    return Made(path, "text/vtt", "captions", did)


def description_track(items: Sequence[CutItem]) -> str:
    """WebVTT with a cue a shot, for people who don't see the picture (kind ``descriptions``)."""
    cues = ["WEBVTT", "", "NOTE What each shot shows, from the shot list.", ""]
    for item in items:
        words = _described(item.take.shot.spec).replace("-->", "→").replace("&", "&amp;").replace("<", "&lt;")
        cues += [str(item.position), f"{_clock(item.start)} --> {_clock(item.end)}", words or "–", ""]
    return "\n".join(cues)


def _clock(seconds: Any) -> str:
    millis = round(float(seconds) * 1000)
    return f"{millis // 3_600_000:02d}:{millis // 60_000 % 60:02d}:{millis // 1000 % 60:02d}.{millis % 1000:03d}"


def captioned(cut: Cut) -> Timeline:
    """The timeline of a cut in which something is said. Raises ``InputError`` where nothing is."""
    timeline = timeline_of(cut) if cut.timeline else None
    if timeline is None or not timeline.cues:
        raise InputError("nothing is said in this film, so it has no captions; a description track says what is seen")
    return timeline


def captions_there(cut: Cut, parameters: Mapping[str, Any]) -> str:
    """The captions that are asked for, in another language as they were brought. Raises ``InputError`` where there are
    none."""
    if "language" in parameters:
        track = CaptionTrack.objects.filter(
            release__cut=cut, language=parameters["language"], text_sha256=parameters["sha256"]
        ).first()
        if track is None:
            raise InputError("these captions were never brought to this film; bring them first")
        return track.text
    return WRITERS[f".{parameters['format']}"](captioned(cut))


def _captions(film: Path, cut: Cut, parameters: Mapping[str, Any], directory: Path, now: str) -> Made:
    """What is said in the film, as it was cut: the captions of its timeline."""
    ending = parameters["format"]
    text = captions_there(cut, parameters)
    count = text.count("-->")
    path = directory / f"captions.{ending}"
    path.write_text(text, encoding="utf-8")
    said = f"{count} captions: what is said in the film, and when"
    if "language" in parameters:
        said = f"{count} captions in the language {parameters['language']}: what is said in the film, and when"
    did = (Action("c2pa.edited", now, description=said),)
    return Made(path, CAPTION_TYPES[ending], "captions", did, contents={"captions": count})


def _stream(film: Path, cut: Cut, parameters: Mapping[str, Any], directory: Path, now: str) -> Made:
    path = directory / "fragments.mp4"
    fragment(film, path)
    did = (Action("c2pa.repackaged", now, description="Put into fragments for streaming; nothing was encoded again"),)
    return Made(path, "video/mp4", "package", did)


def playlists(signed: Path) -> dict[str, str]:
    """The texts by which players find the fragments of a signed package that is called ``film.mp4`` beside them."""
    package = read_package(signed)
    return {"film.m3u8": hls_playlist(package, "film.mp4"), "film.mpd": dash_manifest(package, "film.mp4")}
