"""Captions that a viewer may choose: of the film that they see, in other languages, signed."""

from dataclasses import dataclass

from django.utils.translation import get_language_info

from django_site.apps.audience.variant_models import CaptionTrack
from django_site.apps.audits.selectors import is_public
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.productions.models import Cut


@dataclass(frozen=True, slots=True)
class Offered:
    """A language of captions, and what it calls itself."""

    language: str
    name: str


def language_name(code: str) -> str:
    """What a language calls itself, as far as we know it."""
    try:
        return str(get_language_info(code)["name_local"])
    except KeyError:
        return code


def tracks_of(cut: Cut) -> list[Offered]:
    """The languages beside the film's own, by code."""
    codes = _signed(cut).values_list("language", flat=True).distinct().order_by("language")
    return [Offered(code, language_name(code)) for code in codes]


def translated_text(cut: Cut, language: str) -> str | None:
    """The newest signed captions of a film in a language; ``None`` where there are none, or they were withdrawn."""
    rows = _signed(cut).filter(language=language).select_related("output__manifest__asset").order_by("-created_at")
    for track in rows:
        asset = track.output.manifest.asset
        if is_public(asset):
            return asset_path(asset).read_text(encoding="utf-8")
    return None


def _signed(cut: Cut):
    return CaptionTrack.objects.filter(release__cut=cut, output__manifest__isnull=False)
