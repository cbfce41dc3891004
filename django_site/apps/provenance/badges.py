"""A released film's state for other people's pages: a badge that links here and a card in a frame. No tracker, no cookie;
the state is read from the file itself, not from a row that says so."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from django_site.apps.provenance.models import Release
from django_site.apps.provenance.verdicts import HEADLINES, release_verdict
from django_site.pages.states import look

#: Seconds that a state is kept, here and by browsers: a page with a badge may be looked at by thousands.
KEPT_SECONDS = 60
#: Fills by tone, with white words on them at 4.5 to 1 or better (WCAG 2.2, 1.4.3).
_FILLS = {"trusted": "#12603a", "stop": "#94231c", "ask": "#734a00"}
_OTHER = "#4d535f"
#: Width of a character of the badge's 11-pixel type, rounded up for the widest common fonts.
_CHARACTER = 7


@dataclass(frozen=True, slots=True)
class Badge:
    state: str
    word: str
    tone: str
    recalled: bool


def badge_of(release: Release) -> Badge:
    """The badge of a release, read from its file at most a minute ago; a recall shows at once."""
    if release.cut.state == "recalled":
        return Badge("recalled", _("Recalled by its maker"), "stop", True)
    key = f"badge:{release.pk}:{release.manifest.asset.sha256}"
    state = cache.get(key)
    if state is None:
        state = release_verdict(release).report.state
        cache.set(key, state, KEPT_SECONDS)
    return Badge(state, str(HEADLINES[state][0]), look("verify", state)[0], False)


def badge_snippets(release: Release, absolute: Callable[[str], str]) -> list[tuple[str, str]]:
    """``(name, HTML)`` of the ways to show a release's state elsewhere; ``absolute`` makes an address of a path."""
    page, image, card = (
        absolute(reverse(f"verify:{name}", args=[release.pk])) for name in ("release", "badge", "card")
    )
    words = _("Provenance of this film")
    badge = format_html('<a href="{}"><img src="{}" alt="{}" height="28"></a>', page, image, words)
    frame = format_html('<iframe src="{}" title="{}" width="440" height="230" loading="lazy"></iframe>', card, words)
    # plain text again: the page shows them, and escapes them as it does any text
    return [(_("A badge with a link"), badge + ""), (_("A card in a frame"), frame + "")]


def badge_svg(badge: Badge) -> SafeString:
    """The badge as a drawing: two words side by side, and a sentence for those who can't see it."""
    name, word = "Reelproof", badge.word
    left, right = len(name) * _CHARACTER + 34, len(word) * _CHARACTER + 18
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="28" viewBox="0 0 {width} 28" role="img" '
        'aria-label="{said}"><title>{said}</title><rect width="{width}" height="28" rx="3" fill="#1c1f26"/>'
        '<path d="M{left} 0h{inner}a3 3 0 0 1 3 3v22a3 3 0 0 1-3 3H{left}z" fill="{fill}"/>'
        '<path d="M9 14.5l4 4 8-9" fill="none" stroke="#ffffff" stroke-width="2"/>'
        '<g fill="#ffffff" font-family="DejaVu Sans,Verdana,sans-serif" font-size="11">'
        '<text x="27" y="18">{name}</text><text x="{at}" y="18">{word}</text></g></svg>',
        width=left + right,
        left=left,
        inner=right - 3,
        at=left + 9,
        fill=_FILLS.get(badge.tone, _OTHER),
        name=name,
        word=word,
        said=_("Reelproof: %(word)s") % {"word": word},
    )
