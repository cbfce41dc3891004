"""Sign a file: its history kept, its source untouched, and nothing at the destination that was not read back as Trusted.

::

    output = sign(Path("cut.mp4"), Path("signed.mp4"), draft=draft, signer=signer, trust=trust, ingredients=shots)
    output.sha256, output.verification.state          # always "Trusted": anything else raises
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from auditor.canonical import sha256_file
from auditor.provenance import sniff
from auditor.provenance.boxes import MAX_BOXES, boxes_between
from auditor.provenance.draft import Ingredient, ManifestDraft
from auditor.provenance.errors import DraftError, HistoryError, SigningError
from auditor.provenance.organisation import OrganisationIdentity
from auditor.provenance.signers import Signer
from auditor.provenance.timestamps import TimestampSource
from auditor.provenance.trust import TrustList
from auditor.provenance.verifying import verify
from auditor.provenance.writing import (
    BESIDE_ONLY,
    Job,
    SignedOutput,
    check_certificates,
    check_paths,
    deliver,
    open_ingredient,
)

__all__ = ["SignedOutput", "sign"]

#: KiB of the pictures under one hash of a localisable film. Long films have larger ones, for each hash is carried in the
#: record and taken apart by every reader: 8192 of them make it 270 kB longer, and place a change in a film of two hours and
#: 4 GB to half a MiB, which is a second.
_LEAF_KB = 16
_MOST_LEAVES = 8192
#: Above this size a film is made localisable without being asked: hashed as one, it would take the library 600 MB of memory,
#: and hashed apart 160 MB.
_LONG_BYTES = 1 << 30
#: Names by which the library knows a type.
_NATIVE = {"application/zip": "application/x-zip"}


def sign(
    source: Path,
    destination: Path,
    *,
    draft: ManifestDraft,
    signer: Signer,
    trust: TrustList,
    ingredients: Sequence[Ingredient] = (),
    organisation: OrganisationIdentity | None = None,
    timestamps: TimestampSource | None = None,
    localisable: bool | None = None,
    sidecar: Path | None = None,
    unknown_signers: bool = False,
) -> SignedOutput:
    """Sign ``source`` into ``destination`` (replaced whole, or not touched).

    ``organisation`` is asserted beside the claim, ``timestamps`` says when it was signed. ``localisable`` has every 16 KiB
    of the pictures (more in long films) hashed apart, so that a change can be placed; that takes an MP4 with one ``mdat``
    box and no fragments, and some readers written in pure TypeScript can't read it. Left out, it is done for such files
    above 1 GiB, which take a quarter of the memory then. ``sidecar`` names a file for a second record, bound to the bytes of
    ``source`` as they are, for copies from which the embedded one was stripped.
    ``unknown_signers`` lets ingredients pass whose record is intact but whose signer is not on the trust list: the result
    then reads as Valid, and says of which ingredient that is so.
    Captions (WebVTT, SubRip) can hold no record: they are copied, and their record is the sidecar, by default
    ``destination`` with ``.c2pa`` added.

    Raises ``DraftError`` for a draft that is not in the vocabulary or not of the file's kind, ``HistoryError`` where the
    source is already signed and is not among ``ingredients`` as ``parentOf``, ``IdentityError`` where a certificate has
    expired or is not valid yet, ``TimestampUnavailableError`` where there is no time stamp to be had, ``SigningError`` where
    the library can't sign, ``RereadError`` where the result or anything in its chain does not read as Trusted under
    ``trust``, or lacks the organisation or the time stamp that was asked for.
    """
    source, destination = Path(source), Path(destination)
    kind = check_paths(source, destination)
    media_type = _NATIVE.get(draft.media_type, draft.media_type)
    if kind != media_type:
        raise DraftError(
            f"{source.name} is {kind or 'no media file that can be signed'}, but the draft says {draft.media_type}"
        )
    if sniff.is_bmff(kind):
        _check_whole(source)
    check_certificates(signer, organisation)
    leaf_kb = _leaf_kb(source, kind, asked=localisable)
    digests = [_digest(entry) for entry in ingredients]
    _keep_history(source, ingredients, digests)
    job = Job(
        source=source,
        media_type=media_type,
        definition=draft.definition(list(zip(ingredients, digests, strict=True))),
        signer=signer,
        trust=trust,
        ingredients=ingredients,
        organisation=organisation,
        timestamps=timestamps,
        leaf_kb=leaf_kb,
        unknown_signers=unknown_signers,
    )
    return deliver(job, destination, sidecar)


def _check_whole(source: Path) -> None:
    """Raises ``SigningError`` where the file ends inside a box, or holds something between two: cut off, or damaged."""
    size = source.stat().st_size
    with source.open("rb") as stream:
        boxes = list(boxes_between(stream, 0, size))
    end = boxes[-1].end if boxes else 0
    if end != size and len(boxes) < MAX_BOXES:
        raise SigningError(
            f"{source.name} is damaged or cut off at byte {end} of {size}; get the whole file, then sign it"
        )


def _leaf_kb(source: Path, kind: str | None, *, asked: bool | None) -> int:
    """How many KiB of the pictures go under one hash, 0 for all. Raises ``SigningError`` where several were asked for and
    the file is not one ``mdat`` box without fragments: several of those confuse the library's own reader."""
    size = source.stat().st_size
    if asked is False or (asked is None and size < _LONG_BYTES):
        return 0
    with source.open("rb") as stream:
        found = list(boxes_between(stream, 0, size)) if kind == "video/mp4" else []
    media = [box for box in found if box.kind == "mdat"]
    if len(media) != 1 or any(box.kind == "moof" for box in found):
        if asked is None:
            return 0
        raise SigningError(
            f"{source.name} can't be signed so that changes can be placed: that takes an MP4 with one mdat box and no "
            "fragments; sign it without that, or write it anew as plain MP4"
        )
    leaf = _LEAF_KB
    while media[0].bytes > leaf * 1024 * _MOST_LEAVES:
        leaf *= 2
    return leaf


def _digest(ingredient: Ingredient) -> str:
    digest = hashlib.sha256()
    with open_ingredient(ingredient) as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _keep_history(source: Path, ingredients: Sequence[Ingredient], digests: Sequence[str]) -> None:
    """Refuse to sign over a record that the source carries, intact or damaged, unless it comes along as the parent."""
    with source.open("rb") as stream:
        if sniff.media_type(stream.read(sniff.HEAD_BYTES)) in BESIDE_ONLY:
            return
    parents = [digest for entry, digest in zip(ingredients, digests, strict=True) if entry.relationship == "parentOf"]
    earlier = verify(source, trust=None)
    if earlier.state == "NoCredentials" and all(reason.code != "manifest.remote" for reason in earlier.reasons):
        return
    if earlier.state == "Unreadable" and earlier.manifest_label is None and not parents:
        raise HistoryError(f"{source.name} can't be read, so its history can't be kept: {earlier.reasons[0].plain}")
    if sha256_file(source) not in parents:
        who = f" by {earlier.signer}" if earlier.signer else ""
        raise HistoryError(
            f"{source.name} is already signed{who}; pass it as a parentOf ingredient so that its history is kept, not erased"
        )
