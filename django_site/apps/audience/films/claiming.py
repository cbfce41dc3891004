"""Claims about released films by anybody: raised on the film's page, decided as a case, answered with reasons.

What a claim must say, that its receipt is confirmed, and that whoever raised it is told the decision, its reasons and what
they can do about it, follows art. 16 of Regulation (EU) 2022/2065 (Digital Services Act) and 17 U.S.C. § 512(c)(3): what it
is about, where in the film, who says so, and that they say so in good faith.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from django_site.apps.accounts.models import NoticeKind, User
from django_site.apps.accounts.notices import legal_tell, letter_send, producers_tell
from django_site.apps.accounts.permissions import require
from django_site.apps.audience.film_models import FilmClaim, FilmClaimKind, FilmClaimOutcome
from django_site.apps.productions.models import CutState
from django_site.apps.provenance.models import Release
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.apps.reviews.withdrawals import withdrawal_cases_open
from django_site.errors import InputError, WrongStateError

#: Most claims about a film that wait for an answer; beyond it somebody floods it, and those that are there say enough.
MAX_OPEN = 100
#: After the answer, how long name, address and words are kept: a court may be asked (three years are the regular
#: limitation period of German law, BGB § 195).
KEPT = timedelta(days=3 * 365)


def claim_file(*, release: Release, values: Mapping[str, Any], now: datetime | None = None) -> tuple[FilmClaim, str]:
    """Raise a claim. Returns it with the secret part of its address, which nobody keeps.

    ``values`` are ``kind``, ``name``, ``email``, ``capacity``, ``about``, ``link``, ``text``, ``start``, ``end`` (seconds
    of the film). Raises ``WrongStateError`` for a film that was recalled or has too many open claims, ``InputError`` for a
    stretch outside the film.
    """
    now = now or timezone.now()
    with transaction.atomic():
        release = Release.objects.select_for_update().select_related("cut__production__organisation").get(pk=release.pk)
        cut = release.cut
        if cut.state != CutState.RELEASED:
            raise WrongStateError(
                "this film was recalled: nobody is handed it any more, so there is nothing to take back"
            )
        if release.film_claims.filter(outcome="").count() >= MAX_OPEN:
            raise WrongStateError(
                "so many claims about this film wait already that no more are taken; write to the makers"
            )
        _check_stretch(values, float(cut.duration))
        kind, about = FilmClaimKind(values["kind"]), str(values["about"]).strip()
        (case,) = withdrawal_cases_open(
            cuts=[cut], reason=_("Somebody claims: %(kind)s (%(about)s).") % {"kind": kind.label, "about": about[:120]},
            opened_by=None,
        )  # fmt: skip
        token = secrets.token_urlsafe(32)
        claim = FilmClaim.objects.create(
            release=release, case=case, kind=kind, about=about, token_sha256=_digest(token), due_at=case.due_at,
            created_at=now, **{name: values.get(name) or "" for name in ("name", "email", "capacity", "link", "text")},
            start=values.get("start"), end=values.get("end"),
        )  # fmt: skip
        ledger_append(kind="film_claim_raised", event={"claim": claim.pk, "cut": cut.pk, "kind": str(kind)})
        _tell(claim, token)
    return claim, token


def _check_stretch(values: Mapping[str, Any], duration: float) -> None:
    start, end = values.get("start"), values.get("end")
    if (start is None) != (end is None):
        raise InputError("say from when to when in the film, or leave both empty")
    if start is not None and not 0 <= float(start) < float(end) <= duration + 0.5:  # type: ignore[arg-type]
        raise InputError(f"from {start} s to {end} s does not lie within the film's {duration:.1f} s")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def claim_by_token(token: str) -> FilmClaim | None:
    """The claim whose secret address this is."""
    rows = FilmClaim.objects.select_related("release__cut__production__organisation", "case")
    return rows.filter(token_sha256=_digest(token)).first()


def _tell(claim: FilmClaim, token: str) -> None:
    cut = claim.release.cut
    url = reverse("films:claim", args=[claim.pk])
    text = _("Claim %(ref)s about %(film)s: %(kind)s. Answer it by %(due)s.") % {
        "ref": claim.reference, "film": cut.title, "kind": claim.get_kind_display(),
        "due": date_format(claim.due_at, "j F Y, H:i e"),
    }  # fmt: skip
    legal_tell(cut.production.organisation, kind=NoticeKind.CLAIM, text=text, url=url, key=f"film-claim:{claim.pk}")
    producers_tell(
        [cut.production], kind=NoticeKind.CLAIM, url=reverse("productions:cut", args=[cut.pk]),
        text=_("Somebody claims something about %(film)s; the legal side looks at it.") % {"film": cut.title},
        key=f"film-claim:{claim.pk}:producers",
    )  # fmt: skip
    letter_send(
        address=claim.email,
        text=_("We have your claim %(ref)s about %(film)s. People look at it, and answer by %(due)s.") % {
            "ref": claim.reference, "film": cut.title, "due": date_format(claim.due_at, "j F Y, H:i e"),
        },
        url=reverse("films:claim_status", args=[token]),
    )  # fmt: skip


def claim_answer(*, claim: FilmClaim, by: User, outcome: str, answer: str) -> FilmClaim:
    """Answer a claim, once, with reasons that whoever raised it reads. What becomes of the film is decided in its case.
    Raises ``InputError`` for no reasons or an unknown outcome, ``WrongStateError`` where it was answered."""
    require(by, "reviews.decide", claim.release.cut.production)
    if outcome not in FilmClaimOutcome.values:
        raise InputError(f"a claim is answered with one of {', '.join(FilmClaimOutcome.values)}, not {outcome[:20]!r}")
    if len(answer.strip()) < 20:
        raise InputError("give the reasons, in a sentence or two: whoever raised the claim reads them (DSA, art. 17)")
    with transaction.atomic():
        waiting = FilmClaim.objects.filter(pk=claim.pk, outcome="")
        if not waiting.update(outcome=outcome, answer=answer.strip(), answered_by=by, answered_at=timezone.now()):
            raise WrongStateError("this claim was answered already; the answer stands as it is")
        claim.refresh_from_db()
        ledger_append(
            kind="film_claim_answered",
            event={"claim": claim.pk, "cut": claim.release.cut_id, "outcome": outcome, "by": by.pseudonym},
        )
        letter_send(
            address=claim.email,
            text=_("Your claim %(ref)s about %(film)s was answered: %(outcome)s.\n\n%(answer)s") % {
                "ref": claim.reference, "film": claim.release.cut.title, "outcome": claim.get_outcome_display(),
                "answer": claim.answer,
            },
        )  # fmt: skip
    return claim


def claims_forget(*, now: datetime | None = None) -> int:
    """Take names, addresses and words out of claims that were answered long ago. Called by the sweeper."""
    long_over = (now or timezone.now()) - KEPT
    old = FilmClaim.objects.filter(answered_at__lt=long_over, erased_at__isnull=True)
    return old.update(
        name="", email="", capacity="", link="", text="", about="(erased)", erased_at=now or timezone.now()
    )
