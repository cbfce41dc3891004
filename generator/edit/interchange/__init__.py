"""Timelines for other programs, and back: OpenTimelineIO, CMX 3600 lists, FCPXML; captions as WebVTT and SubRip.

What comes in is a stranger's: it is bounded, it opens no file (clips are matched to takes that the caller hands over, by
digest or name), and what it claims about a take gives way to what is known of it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from generator.edit.interchange.captions import read_captions, with_captions, write_srt, write_vtt
from generator.edit.interchange.edl import edl_rate_said, read_edl, write_edl
from generator.edit.interchange.fcpxml import read_fcpxml, write_fcpxml
from generator.edit.interchange.library import NAMESPACE, Library
from generator.edit.interchange.matching import READABLE, Matched, Unmatched, left_out, matched
from generator.edit.interchange.otio import read_otio, write_otio
from generator.edit.timeline import Timeline

#: How a timeline is written, by the ending of the file's name.
WRITERS: Mapping[str, Callable[[Timeline], str]] = MappingProxyType(
    {".otio": write_otio, ".edl": write_edl, ".fcpxml": write_fcpxml, ".vtt": write_vtt, ".srt": write_srt}
)

__all__ = [
    "NAMESPACE",
    "READABLE",
    "WRITERS",
    "Library",
    "Matched",
    "Unmatched",
    "edl_rate_said",
    "left_out",
    "matched",
    "read_captions",
    "read_edl",
    "read_fcpxml",
    "read_otio",
    "with_captions",
    "write_edl",
    "write_fcpxml",
    "write_otio",
    "write_srt",
    "write_vtt",
]
