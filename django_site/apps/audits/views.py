"""Serving the bytes of assets: to whom the selectors show them, with ranges, and inert in the browser."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from django_site.apps.audits.selectors import assets_visible_to, is_public
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.reviews.services import access_log
from django_site.ranges import file_response

#: What a browser may be told that a file is; anything else is handed over as bytes to save.
SUFFIXES = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "text/plain": "txt",
    "text/vtt": "vtt",
    "application/x-subrip": "srt",
    "application/c2pa": "c2pa",
}


@require_safe
def asset_media(request: HttpRequest, asset_id) -> HttpResponseBase:
    """The file of an asset. One that the person may not see does not exist for them: 404, whatever the reason."""
    asset = assets_visible_to(request.user).filter(pk=asset_id).first()
    if asset is None:
        raise Http404("no such file")
    known = asset.media_type in SUFFIXES
    media_type = asset.media_type if known else "application/octet-stream"
    if media_type == "text/plain":
        media_type = "text/plain; charset=utf-8"
    response = file_response(request, asset_path(asset), sha256=asset.sha256, media_type=media_type)
    released = is_public(asset)
    if not released:
        access_log(user=request.user, asset=asset)
    name = f"reelproof-{asset.sha256[:12]}.{SUFFIXES.get(asset.media_type, 'bin')}"
    response["Content-Disposition"] = f'{"inline" if known else "attachment"}; filename="{name}"'
    # Asked again each time, answered by the tag alone: a film that is recalled is not handed out from a cache.
    response["Cache-Control"] = "public, no-cache" if released else "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
