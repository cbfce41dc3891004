"""What a viewer is told of the film that they watch: its credential, what it discloses where they are, its words."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from django_site.apps.audience.captions import Offered, tracks_of
from django_site.apps.audience.models import Viewer
from django_site.apps.audience.playing import cuts_playable, films_of
from django_site.apps.audits.selectors import is_public
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.productions.models import Cut
from django_site.apps.provenance.disclosing import Disclosure, disclosure_of
from django_site.apps.provenance.models import Output, OutputKind, Release
from django_site.apps.provenance.services.making import captioned, description_track
from django_site.errors import InputError
from generator.edit.interchange import WRITERS

#: Kinds of words that a player shows beside a film, by the name in their address.
TRACKS = {"captions": OutputKind.CAPTIONS, "descriptions": OutputKind.DESCRIPTIONS}


@dataclass(frozen=True, slots=True)
class Told:
    """A film as its viewer meets it. ``lines`` are the words that the rules of their place want said, with whose rule."""

    cut: Cut
    release: Release
    disclosure: Disclosure
    captions: str
    descriptions: str
    #: Languages of captions beside the film's own.
    translated: tuple[Offered, ...] = ()

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        """Language, words and source of each label of the viewer's place, each words once."""
        seen: dict[str, tuple[str, str, str]] = {}
        for rule in self.disclosure.rules:
            for code, words in rule.words.items():
                seen.setdefault(words, (code, words, rule.cite))
        return list(seen.values())


def told_to(viewer: Viewer, cut: Cut, *, address: str) -> Told:
    """Everything that is said around the film; ``address`` is its public page."""
    release = cut.release
    return Told(
        cut,
        release,
        disclosure_of(release, address=address, territories=[viewer.territory]),
        reverse("watch:track", args=[cut.pk, "captions"]) if _has_captions(cut) else "",
        reverse("watch:track", args=[cut.pk, "descriptions"]),
        tuple(tracks_of(cut)),
    )


def _has_captions(cut: Cut) -> bool:
    try:
        captioned(cut)
    except InputError:
        return False
    return True


def film_played(viewer: Viewer, cut_id) -> Cut | None:
    """The cut, where this viewer may play it now."""
    if cut_id not in films_of(viewer):
        return None
    return cuts_playable().filter(pk=cut_id).select_related("release__manifest__asset", "production").first()


def track_text(cut: Cut, kind: str) -> str:
    """WebVTT of what is said, or of what is seen: as it was signed, where somebody had it made; else from the released
    cut's own timeline and shot list, of which the signed one is made too. Raises ``InputError`` for a film without."""
    made = Output.objects.filter(release=cut.release, kind=TRACKS[kind], manifest__isnull=False)
    for output in made.select_related("asset", "manifest__asset"):
        asset = output.manifest.asset
        own = output.parameters.get("format", "vtt") == "vtt" and "language" not in output.parameters
        if own and is_public(asset):
            return asset_path(asset).read_text(encoding="utf-8")
    if kind == "captions":
        return WRITERS[".vtt"](captioned(cut))
    items = cut.items.filter(start__isnull=False).select_related("take__shot").order_by("position")
    if not items:
        raise InputError(_("this film has no shots that could be described"))
    return description_track(list(items))
