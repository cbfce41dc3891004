"""``/api/likeness/check``: may this face, voice or name be used thus? For other tools, with a token.

A name is asked for by GET; a picture or a recording by POST, as a multipart file. What is sent is held in memory while it is
looked at, and nothing of it is kept: no file, no vector, no row. ``openapi.json`` beside this file describes it all.
"""

import json
import logging
import tempfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from auditor.errors import AuditorError
from auditor.media import sample_frames
from auditor.policy import names_in
from django_site import wiring
from django_site.apps.accounts.tokens import token_of, token_spend
from django_site.apps.likeness.checking import UseAnswer, use_check
from django_site.apps.likeness.selectors import registered_names
from django_site.errors import InputError, SiteError
from django_site.pages.failures import sentence, status_of

logger = logging.getLogger(__name__)

DESCRIPTION = Path(__file__).with_name("openapi.json")
#: Bytes of a picture or recording: a minute of WAV in studio quality, or any photograph.
MAX_BYTES = 32 * 1024**2
#: Faces looked at in one picture, the largest first, and pixels of its longer side.
MAX_FACES, SIDE = 10, 1024
#: What looking at a picture or listening to a recording costs of a token's requests.
LOOK_COST = 10
#: Characters of a name or a sentence about one.
MAX_TEXT = 2000
#: A folder in memory where the system has one; the decoders read files, and none of these may touch a disk.
_MEMORY = Path("/dev/shm")  # noqa: S108
#: What is asked about where somebody is named thus.
_MODALITIES = {
    "name": ("face",),
    "alias": ("face",),
    "look": ("face",),
    "voice": ("voice",),
    "style": ("face", "voice"),
}


class _InMemory(MemoryFileUploadHandler):
    """Takes uploads into memory, whatever their size up to ours; never into a temporary file."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None) -> None:  # noqa: N803
        self.activated = content_length <= MAX_BYTES


def _answer(document: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> JsonResponse:
    response = JsonResponse(document, status=status, headers=headers)
    response["Cache-Control"] = "no-store"
    return response


def _with_token(scope: str) -> Callable:
    """Ask for a token, count the request, and say failures as JSON."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def asked(request: HttpRequest) -> HttpResponse:
            token = token_of(request.headers.get("Authorization", ""), scope=scope)
            if token is None:
                refusal = {"error": "A valid token is needed: Authorization: Bearer rpk_…"}
                return _answer(refusal, 401, {"WWW-Authenticate": 'Bearer realm="reelproof"'})
            allowance = token_spend(token, cost=1 if request.method == "GET" else LOOK_COST)
            if not allowance.allowed:
                said = f"This token may ask {allowance.limit} times a minute; ask again in {allowance.resets_in} s."
                return _answer({"error": said}, 429, allowance.headers())
            try:
                response = view(request, token)
            except (SiteError, AuditorError) as error:
                response = _answer({"error": sentence(error)}, status_of(error))
            for name, value in allowance.headers().items():
                response[name] = value
            return response

        return asked

    return decorate


@csrf_exempt
@require_http_methods(["GET", "POST"])
@_with_token("likeness.check")
def check(request: HttpRequest, token) -> HttpResponse:
    """See the description. A person who is not registered is no answer: ``allowed`` is null then."""
    if request.method == "POST":
        request.upload_handlers = [_InMemory(request)]
        if int(request.headers.get("Content-Length") or 0) > MAX_BYTES:
            return _answer({"error": f"At most {MAX_BYTES // 1024**2} MiB; send a smaller picture or recording."}, 413)
    given = request.GET if request.method == "GET" else request.POST
    found = _people(request, given)
    asked = _asked(given)
    modalities: dict[str, set[str]] = {}
    for subject_id, modality, _how in found:
        modalities.setdefault(subject_id, set()).add(modality)
    people = []
    for subject_id, wanted in modalities.items():
        hows = {modality: how for one, modality, how in found if one == subject_id}
        answers = use_check(organisation=token.organisation, subjects={subject_id: wanted}, **asked)
        people += [_said(answer, hows[answer.modality]) for answer in answers]
    return _answer(
        {
            "asked": asked,
            "registered": bool(people),
            "allowed": all(one["allowed"] for one in people) if people else None,
            "plain": _plain(people),
            "people": people,
        }
    )


def _plain(people: list[dict[str, Any]]) -> str:
    if not people:
        return "Nobody who is registered here is meant; that says nothing about people who are not."
    if all(one["allowed"] for one in people):
        return "Everybody who is meant has allowed this use."
    return "Not allowed: somebody who is meant has not allowed this use."


def _said(answer: UseAnswer, how: str) -> dict[str, Any]:
    return {
        "person": answer.subject_id or None,
        "name": answer.display_name or None,
        "modality": answer.modality,
        "matched_by": how,
        "allowed": answer.allowed,
        "outcome": answer.outcome,
        "reasons": list(answer.reasons),
        "remedies": list(answer.remedies),
        "grant": answer.grant or None,
        "grant_version": answer.grant_version,
    }


def _list(given, name: str) -> list[str]:
    """A list, given once with commas or several times."""
    return [part.strip() for text in given.getlist(name) for part in text.split(",") if part.strip()][:100]


def _flag(given, name: str) -> bool:
    flag = given.get(name, "false").lower()
    if flag not in ("true", "false"):
        raise InputError(f"{name} is true or false, not {flag!r}")
    return flag == "true"


def _asked(given) -> dict[str, Any]:
    return {
        "act": given.get("act", "render"),
        "use": given.get("use", "film"),
        "media": _list(given, "media"),
        "territories": _list(given, "territory"),
        "languages": _list(given, "language"),
        "production_id": given.get("production", ""),
        "content": _list(given, "content"),
        "alterations": _list(given, "alteration"),
        "real_time": _flag(given, "real_time"),
        "personalised": _flag(given, "personalised"),
        "model": given.get("model", "")[:200],
        "sublicensee": given.get("sublicensee", "")[:200],
    }


def _people(request: HttpRequest, given) -> list[tuple[str, str, str]]:
    """Who is meant: (subject id, modality, how), each once."""
    text, files = given.get("name", "").strip(), request.FILES if request.method == "POST" else {}
    sources = bool(text) + len(files)
    if sources != 1 or set(files) - {"face", "voice"}:
        raise InputError("ask about one thing: name=…, or a file as face or voice (a POST of multipart/form-data)")
    if text:
        return _named(text)
    [(kind, upload)] = files.items()
    root = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=root, prefix="reelproof-check-") as folder:
        path = Path(folder) / kind
        path.write_bytes(upload.read())
        return _seen(path) if kind == "face" else _heard(path)


def _named(text: str) -> list[tuple[str, str, str]]:
    """By name, alias, "in the style of", "sounds like". A style may be of the face or the voice: both are asked about."""
    if len(text) > MAX_TEXT:
        raise InputError(f"the name has {len(text)} characters, more than {MAX_TEXT}; ask about one person")
    people = {}
    for mention in names_in({"prompt": text}, registered_names()):
        for modality in _MODALITIES[mention.manner]:
            people.setdefault((mention.subject_id, modality), mention.manner)
    return [(subject_id, modality, how) for (subject_id, modality), how in people.items()]


def _seen(path: Path) -> list[tuple[str, str, str]]:
    encoder, gallery = wiring.face_encoder(), wiring.face_gallery()
    frame = next(iter(sample_frames(path, fps=1.0, max_side=SIDE)), None)
    if frame is None:
        raise InputError("the picture holds no image; send a JPEG or PNG")
    faces = sorted(encoder.detect(frame.pixels), key=lambda face: -face.pixels)[:MAX_FACES]
    if not faces:
        raise InputError("no face was found in the picture; send one that shows the face larger and from the front")
    found = {near.subject_id for face in faces if (near := gallery.nearest(encoder.encode(frame.pixels, face)))}
    return [(subject_id, "face", "face") for subject_id in sorted(found)]


def _heard(path: Path) -> list[tuple[str, str, str]]:
    from auditor.likeness.recordings import encode_recordings

    [recording] = encode_recordings([path], wiring.voice_encoder())
    return [(near.subject_id, "voice", "voice") for near in wiring.voice_gallery().resembling(recording.vector)]


@require_safe
def description(request: HttpRequest) -> HttpResponse:
    """The OpenAPI description, for everybody."""
    return JsonResponse(json.loads(DESCRIPTION.read_text()))
