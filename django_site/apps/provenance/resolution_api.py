"""C2PA's Soft Binding Resolution API (C2PA 2.4, "Soft Binding Resolution API"): which manifest belongs to a watermark, a
fingerprint or a file, and the manifest itself. Public, as what it tells of is; ``resolution_openapi.json`` describes it.

Only what was released is ever answered. What was recalled since is answered with a mark, so that a copy of it is known for
what it is. Nothing that is sent is kept, and nothing is fetched: an address in place of a file is refused.
"""

import base64
import binascii
import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from auditor.errors import AuditorError, BadInputError
from auditor.provenance import ISCC
from auditor.recovery import Means
from auditor.recovery.records import embedded_record
from auditor.watermark import PAYLOAD_BYTES
from django_site import wiring
from django_site.apps.accounts.tokens import Allowance
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.provenance.bodies import BodyTooLargeError, body_file
from django_site.apps.provenance.resolution_allowance import FILE_COST, client_of, resolution_spend
from django_site.apps.provenance.services.recovery import (
    RecoveredRelease,
    manifests_out,
    recover,
    recovered_releases,
)
from django_site.errors import SiteError
from django_site.pages.failures import sentence, status_of

DESCRIPTION = Path(__file__).with_name("resolution_openapi.json")
#: What a soft binding's value may be long; ours have 64 characters at most.
MAX_VALUE = 1000
#: What GET may be asked in one address; longer values go by POST.
MAX_QUERY = 2000
MAX_RESULTS = 100
#: Bytes of a file that is looked at for anybody.
MAX_FILE_BYTES = 128 * 1024**2
#: How much of a JSON document is read.
_MAX_JSON = 16 * 1024
#: Which algorithm's name stands behind a means, where one does: ``alg`` of byContent asks for one.
_MEANS_OF: dict[Means, str] = {"iscc": ISCC}


class RefusedError(Exception):
    """A question that is not answered: with which status, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def _answer(document: dict[str, Any], status: int = 200) -> JsonResponse:
    response = JsonResponse(document, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _open(*methods: str, cost: int = 1) -> Callable:
    """Count the request, say failures as JSON, and let pages of others read what GET answers."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @wraps(view)
        def asked(request: HttpRequest, **found: Any) -> HttpResponseBase:
            if request.method == "OPTIONS":
                response: HttpResponseBase = HttpResponse(status=204)
            elif request.method not in methods:
                response = _answer({"error": f"Use {' or '.join(methods)} here."}, 405)
            else:
                response = _counted(request, view, found, cost)
            response["Allow"] = ", ".join((*methods, "OPTIONS"))
            if "GET" in methods:
                response["Access-Control-Allow-Origin"] = "*"
                response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
                response["Access-Control-Expose-Headers"] = "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"
            response["X-Content-Type-Options"] = "nosniff"
            response["Cross-Origin-Resource-Policy"] = "cross-origin"
            return response

        return asked

    return decorate


def _counted(request: HttpRequest, view: Callable, found: dict[str, Any], cost: int) -> HttpResponseBase:
    allowance: Allowance = resolution_spend(client_of(request), cost=cost if request.method == "POST" else 1)
    if not allowance.allowed:
        counted = f"You may ask {allowance.limit} times a minute, and a file counts as {FILE_COST}"
        said = f"{counted}; ask again in {allowance.resets_in} s."
        response: HttpResponseBase = _answer({"error": said}, 429)
    else:
        try:
            response = view(request, **found)
        except RefusedError as error:
            response = _answer({"error": str(error)}, error.status)
        except BodyTooLargeError as error:
            response = _answer({"error": sentence(error)}, 413)
        except (SiteError, AuditorError) as error:
            response = _answer({"error": sentence(error)}, status_of(error))
    for name, value in allowance.headers().items():
        response[name] = value
    return response


@require_safe
def description(request: HttpRequest) -> HttpResponse:
    """The description that this API was written to, for programs."""
    document = json.loads(DESCRIPTION.read_text())
    document["servers"] = [{"url": request.build_absolute_uri(reverse("resolution:description")).rpartition("/")[0]}]
    response = _answer(document)
    response["Access-Control-Allow-Origin"] = "*"
    return response


@_open("GET", "HEAD")
def supported_algorithms(request: HttpRequest) -> HttpResponse:
    """What can be asked for by value."""
    watermarker = wiring.watermarker()
    return _answer({"watermarks": [{"alg": watermarker.alg}] if watermarker else [], "fingerprints": [{"alg": ISCC}]})


@_open("GET", "POST")
def by_binding(request: HttpRequest) -> HttpResponse:
    """Manifests by the value of a watermark or a fingerprint."""
    if request.method == "GET":
        if len(request.META.get("QUERY_STRING", "")) > MAX_QUERY:
            raise RefusedError(414, f"The address is longer than {MAX_QUERY} characters; ask by POST.")
        given: Any = request.GET
    else:
        given = _document(request)
    alg, value = str(given.get("alg") or ""), str(given.get("value") or "")
    if not alg or not value:
        raise RefusedError(400, "Say 'alg', a soft binding algorithm, and 'value', its value in base64.")
    if len(value) > MAX_VALUE:
        raise RefusedError(400, f"The value has {len(value)} characters; at most {MAX_VALUE} are read.")
    index, watermarker = wiring.recovery_index(), wiring.watermarker()
    if alg == ISCC:
        try:
            found = recovered_releases(index.find_code(_text(value)))
        except BadInputError as error:
            raise RefusedError(400, sentence(error)) from None
    elif watermarker is not None and alg == watermarker.alg:
        found = _by_payload(alg, _payload(value))
    else:
        raise RefusedError(400, f"The algorithm {alg[:60]!r} is not known here; see services/supportedAlgorithms.")
    return _matches(request, found)


@_open("POST", cost=FILE_COST)
def by_content(request: HttpRequest) -> HttpResponse:
    """Manifests by the file itself, which is the body of the request."""
    alg = request.GET.get("alg", "")
    known = {ISCC, *([wiring.watermarker().alg] if wiring.watermarker() else [])}
    if alg and alg not in known:
        raise RefusedError(400, f"The algorithm {alg[:60]!r} is not known here; see services/supportedAlgorithms.")
    kind = (request.content_type or "").partition("/")[0]
    if kind not in ("image", "audio", "video", "application"):
        raise RefusedError(415, "Send the file itself as the body, with its own Content-Type: image, audio or video.")
    with body_file(request, limit=MAX_FILE_BYTES) as path:
        try:
            found = recover(path, thorough=bool(alg))
        except AuditorError as error:
            raise RefusedError(415, sentence(str(error).replace(path.name, "The file"))) from None
    if alg:
        found = [one for one in found if alg in _algorithms(one)]
    return _matches(request, found)


@_open("POST")
def by_reference(request: HttpRequest) -> HttpResponse:
    """An address in place of a file: refused, because nothing is fetched from others' servers on anybody's word."""
    raise RefusedError(501, "Nothing is fetched from other addresses here. Send the file itself to matches/byContent.")


@_open("GET", "HEAD")
def manifest_store(request: HttpRequest, manifest_id: str) -> HttpResponse:
    """The manifest store in which the manifest of this id is the active one."""
    active = request.GET.get("returnActiveManifest", "false").lower()
    if active not in ("true", "false"):
        raise RefusedError(400, "returnActiveManifest is true or false.")
    if active == "true":
        raise RefusedError(400, "A manifest alone can't be checked: its ingredients are in the store. Ask without it.")
    manifest = manifests_out().filter(label=manifest_id).select_related("asset", "sidecar", "intent").first()
    if manifest is None:
        raise RefusedError(404, "No manifest of this id was released here.")
    store = embedded_record(asset_path(manifest.asset))
    if store is None and manifest.sidecar is not None:
        store = asset_path(manifest.sidecar).read_bytes()
    if store is None:
        raise RefusedError(404, "The record of this manifest can't be handed out apart from its file.")
    response = HttpResponse(store, content_type="application/c2pa")
    response["Content-Disposition"] = f'attachment; filename="reelproof-{manifest.asset.sha256[:12]}.c2pa"'
    response["Cache-Control"] = "public, no-cache"
    if _recalled(manifest):
        response["Reelproof-Recalled"] = "true"
    return response


def _recalled(manifest: Any) -> bool:
    release = getattr(manifest.intent.cut, "release", None)
    return release is not None and hasattr(release, "recall")


def _matches(request: HttpRequest, found: list[RecoveredRelease]) -> HttpResponse:
    given = request.GET.get("maxResults", "10")
    if not given.isdigit() or not 1 <= int(given) <= MAX_RESULTS:
        raise RefusedError(400, f"maxResults is a number from 1 to {MAX_RESULTS}.")
    matches = []
    for one in found[: int(given)]:
        recall = getattr(one.release, "recall", None)
        matches.append(
            {
                "manifestId": one.manifest.label,
                "similarityScore": round(100 * min(1.0, max(0.0, one.found.score))),
                # Beyond the standard: by which means and how sure, and whether its maker took it back.
                "by": one.found.by,
                "plain": one.found.plain,
                "release": request.build_absolute_uri(reverse("verify:release", args=[one.release.pk])),
                **({"recalled": recall.created_at.isoformat()} if recall is not None else {}),
            }
        )
    return _answer({"matches": matches})


def _by_payload(alg: str, payload: bytes) -> list[RecoveredRelease]:
    from auditor.recovery import Recovered

    plain = f"The watermark {payload.hex()} is the output's."
    return recovered_releases(
        tuple(
            Recovered(manifest_id, "watermark", 1.0, 1.0, "share of the code's bits", 0.0, plain)
            for manifest_id in wiring.recovery_index().find_payload(alg, payload)
        )
    )


def _algorithms(one: RecoveredRelease) -> set[str]:
    means = {one.found.by, *one.found.also}
    names = {_MEANS_OF[mean] for mean in means if mean in _MEANS_OF}
    watermarker = wiring.watermarker()
    return names | ({watermarker.alg} if watermarker and "watermark" in means else set())


def _document(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise RefusedError(415, 'Send JSON, {"alg": …, "value": …}, as application/json.')
    if int(request.headers.get("Content-Length") or 0) > _MAX_JSON:
        raise RefusedError(413, f"At most {_MAX_JSON // 1024} KiB of JSON are read.")
    try:
        document = json.loads(request.read(_MAX_JSON))
    except ValueError:
        raise RefusedError(400, "This is no JSON.") from None
    if not isinstance(document, dict):
        raise RefusedError(400, 'Send an object, {"alg": …, "value": …}.')
    return document


def _text(value: str) -> str:
    """A fingerprint's value: base64 of its text, as the API has it, or the text itself, as manifests state it."""
    if value.startswith("ISCC:"):
        return value
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        raise RefusedError(400, "The value is no base64.") from None


def _payload(value: str) -> bytes:
    """A watermark's value: base64 of its hexadecimal text or of its bytes, or the text as manifests state it."""
    for text in (value, *_decoded(value)):
        try:
            payload = bytes.fromhex(text)
        except ValueError:
            continue
        if len(payload) == PAYLOAD_BYTES:
            return payload
    raise RefusedError(400, f"The value is no watermark of ours: {PAYLOAD_BYTES} bytes in hexadecimal, in base64.")


def _decoded(value: str) -> list[str]:
    try:
        raw = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except binascii.Error:
        return []
    return [raw.hex(), raw.decode("ascii", "replace")]
