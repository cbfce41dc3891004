"""Making binders: asked for by a person, made by a job, stored by digest, with an entry in the ledger."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from auditor.canonical import canonical_json
from auditor.media.types import OnProgress, Progress, no_progress
from auditor.provenance import Signer
from django_site import wiring
from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.people_facts import moment as rfc3339
from django_site.apps.audits.services.assets import asset_record, file_store
from django_site.apps.jobs.models import JobKind
from django_site.apps.jobs.services import job_enqueue
from django_site.apps.jobs.work import JobWork
from django_site.apps.productions.models import Cut, CutState
from django_site.apps.provenance.binder.contents import binder_files, made_from
from django_site.apps.provenance.binder.credentials import signed_documents
from django_site.apps.provenance.binder.film import HEAD, LEGAL, PRODUCER, Film, gap
from django_site.apps.provenance.binder.index import File, index_bytes, index_sign, packed
from django_site.apps.provenance.binder.templates import Addressee, addressees
from django_site.apps.provenance.models import Binder, LedgerEntry, TreeHead
from django_site.apps.provenance.services.keys import reported
from django_site.apps.provenance.services.ledger import ledger_append, ledger_head_sign, ledger_public_key
from django_site.apps.provenance.services.proofs import entries_proof
from django_site.errors import InputError, WrongStateError

ZIP = "application/zip"
#: What a cut still lacks in each state before it is released, and who can do it.
_AHEAD: tuple[tuple[str, frozenset[str], str, str], ...] = (
    ("asset", frozenset({"draft", "assembling", "failed"}), "The film is not cut together yet.", PRODUCER),
    (
        "audit",
        frozenset({"draft", "assembling", "failed", "quarantined", "auditing"}),
        "It was not audited yet.",
        PRODUCER,
    ),
    ("stopped", frozenset({"stopped", "rejected"}), "It was stopped; another cut is needed.", PRODUCER),
    (
        "review",
        frozenset({"draft", "assembling", "failed", "quarantined", "auditing", "needs_review"}),
        "Reviewers have not approved it yet.",
        LEGAL,
    ),
    (
        "signing",
        frozenset(set(CutState.values) - {"released", "recalled", "stopped", "rejected"}),
        "It is not signed and released yet.",
        HEAD,
    ),
    (
        "recalled",
        frozenset({"recalled"}),
        "It was recalled: no new binder vouches for it. Earlier ones stand below.",
        HEAD,
    ),
)


class UnfinishedFilmError(WrongStateError):
    """A binder was asked for of a film that is not out; ``missing`` lists what it still lacks, with who can do it."""

    def __init__(self, cut: Cut, missing: list[dict[str, str]]) -> None:
        said = " ".join(one["what"] for one in missing)
        super().__init__(f"a binder is made of a released film, and {cut} is {cut.get_state_display().lower()}. {said}")
        self.missing = missing


def unfinished(cut: Cut) -> list[dict[str, str]]:
    """What stands between a cut and a binder; empty for a released film."""
    return [gap(field, what, who) for field, states, what, who in _AHEAD if cut.state in states]


def addressee_named(name: str) -> Addressee:
    """Raises ``InputError``."""
    known = addressees()
    if name not in known:
        raise InputError(f"there is no binder for {name[:40]!r}; choose one of: {', '.join(known)}")
    return known[name]


@transaction.atomic
def binder_request(*, cut: Cut, addressee: str, by: User, at: datetime | None = None) -> Binder:
    """Ask for a binder as of a moment (now, unless said). Asking for the same moment again, or while one is being made,
    gives that binder.

    Raises ``InputError`` for an unknown addressee or a moment that is not past, ``UnfinishedFilmError`` for a film that
    is not out, or was not at that moment.
    """
    require(by, "productions.view", cut.production)
    named = addressee_named(addressee)
    now = timezone.now()
    cut = Cut.objects.select_for_update().select_related("production").get(pk=cut.pk)
    if missing := unfinished(cut):
        raise UnfinishedFilmError(cut, missing)
    moment = at or now
    if moment > now:
        raise InputError("a binder says how things stood: its moment can't lie in the future")
    if moment < cut.release.created_at:
        raise UnfinishedFilmError(cut, [gap("release", "At that moment it was not released yet.", PRODUCER)])
    under_way = Binder.objects.filter(cut=cut, addressee=named.id, asset__isnull=True, reason="").first()
    if at is None and under_way is not None:
        return under_way
    binder, _ = Binder.objects.get_or_create(cut=cut, addressee=named.id, moment=moment, defaults={"made_by": by})
    if binder.asset_id is None:
        tries = f":{binder.job_id}" if binder.job_id and binder.reason else ""
        job = job_enqueue(
            kind=JobKind.MAKE_BINDER,
            key=f"make_binder:{binder.pk}{tries}",
            production=cut.production,
            target_id=binder.pk,
            requested_by=by,
        )
        Binder.objects.filter(pk=binder.pk, asset__isnull=True).update(job=job, reason="")
        binder.refresh_from_db()
    return binder


def binder_make(*, work: JobWork) -> None:
    """Set the documents, write the index, enter its digest into the ledger, sign, store."""
    parts = BinderParts.of(_read(work.job.target_id), on_progress=work.on_progress)
    work.on_progress(Progress("sign and pack", 0, 1, "steps"))
    signer = reported(wiring.signer(), None, "binder")  # opened before the transaction: it may have to be made
    release = parts.binder.cut.release
    records = signed_documents(release, parts.binder.cut.title, parts.files, on_progress=work.on_progress)
    kept = file_store(source=records)
    with work.fenced():
        entry, head = binder_entry(parts.binder, parts.index)
        content = parts.packed(entry, head, signer)
        asset = asset_record(stored=file_store(source=content), media_type=ZIP)
        Binder.objects.filter(pk=parts.binder.pk, asset__isnull=True).update(
            asset=asset,
            credentials=asset_record(stored=kept, media_type=ZIP),
            index_sha256=_sha256(parts.index),
            gaps=len(parts.cover["gaps"]),
            required_gaps=sum(not one["present"] for one in parts.cover["required"]),
            entry=entry,
            made_at=timezone.now(),
            reason="",
        )
        work.finish(asset=str(asset.pk), sha256=asset.sha256, index_sha256=_sha256(parts.index), files=len(parts.files))


def binder_again(binder: Binder) -> bytes:
    """A binder that was made, made again from the rows of its moment: the same bytes, unless something that it rests on was
    changed behind the record's back."""
    binder = _read(binder.pk)
    if binder.entry is None:
        raise WrongStateError("this binder was not made yet; wait for its job, or ask for it again")
    signer = reported(wiring.signer(), None, "binder")
    return BinderParts.of(binder).packed(binder.entry, _head_of(binder.entry), signer)


def _read(binder_id: object) -> Binder:
    rows = Binder.objects.select_related(
        "cut__production__organisation", "cut__asset", "cut__screenplay__asset", "entry"
    )
    return rows.get(pk=binder_id)


@dataclass(frozen=True, slots=True)
class BinderParts:
    """Everything of a binder but its signature and proofs."""

    binder: Binder
    cover: dict[str, Any]
    files: list[File]
    entries: list[LedgerEntry]
    index: bytes

    @classmethod
    def of(cls, binder: Binder, *, on_progress: OnProgress = no_progress) -> "BinderParts":
        """Raises ``UnfinishedFilmError``."""
        addressee = addressee_named(binder.addressee)
        film = Film(binder.cut, binder.moment)
        if film.release is None:
            raise UnfinishedFilmError(binder.cut, unfinished(binder.cut))
        cover, files = binder_files(film, addressee, on_progress=on_progress)
        entries = entries_about(film)
        return cls(binder, cover, files, entries, binder_index(film, addressee, files, entries))

    def packed(self, entry: LedgerEntry, head: TreeHead, signer: Signer) -> bytes:
        """The ZIP."""
        return packed(
            index=self.index,
            signature=index_sign(self.index, signer),
            signer=signer.chain_pem,
            proofs=canonical_json(entries_proof([*self.entries, entry], head=head)),
            files=self.files,
        )


def binder_stopped(*, target_id, reason: str) -> None:
    """A binder that could not be made keeps its row, with the reason."""
    Binder.objects.filter(pk=target_id, asset__isnull=True).update(reason=reason)


def binder_index(film: Film, addressee: Addressee, files: list[File], entries: list[LedgerEntry]) -> bytes:
    """The index's bytes."""
    return index_bytes(
        about={"addressee": addressee.id, "title": addressee.title, "to": addressee.to, "moment": rfc3339(film.at)},
        made_from=made_from(film),
        files=files,
        ledger={"public_key": ledger_public_key(), "leaves": [one.leaf_sha256 for one in entries]},
    )


def binder_entry(binder: Binder, index: bytes) -> tuple[LedgerEntry, TreeHead]:
    """The ledger's entry with the digest of this index, and the head under which it is proven: both are written once,
    so that the same binder has the same proofs for ever."""
    digest = _sha256(index)
    earlier = Binder.objects.filter(cut=binder.cut, index_sha256=digest).exclude(pk=binder.pk).first()
    if earlier is not None and earlier.entry is not None:
        entry = earlier.entry
    else:
        entry = ledger_append(
            kind="binder",
            event={"binder": binder.pk, "cut": binder.cut_id, "addressee": binder.addressee, "index_sha256": digest},
        )
        ledger_head_sign()
    return entry, _head_of(entry)


def _head_of(entry: LedgerEntry) -> TreeHead:
    """The first head that covers an entry: it stays the first."""
    head = TreeHead.objects.filter(size__gt=entry.seq).order_by("size").first()
    if head is None:
        raise WrongStateError("no signed head covers the binder's entry; ask for the binder again")
    return head


def entries_about(film: Film) -> list[LedgerEntry]:
    """The ledger's entries that the binder rests on: decisions, reviews, grants, signing, release; as of the moment."""
    decisions = [str(one.pk) for one in film.decisions]
    if film.release is not None:
        decisions.append(str(film.release.decision_id))
    actions = [str(one.pk) for one in film.review_actions]
    grants = sorted({str(one.grant) for one in film.grants})
    about = Q(kind="decision", event__decision__in=decisions)
    about |= Q(kind__startswith="review_", event__action__in=actions)
    about |= Q(kind__startswith="override", event__override__in=[str(one.pk) for one in film.overrides])
    about |= Q(kind__startswith="grant_", event__grant__in=grants)
    about |= Q(kind__in=["signed", "released", "recalled"], event__cut=str(film.cut.pk))
    return list(LedgerEntry.objects.filter(about, created_at__lte=film.at).order_by("seq"))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
