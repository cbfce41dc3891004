"""What each use is worth under its grant, what was paid, and the statements that say so.

The ledger of money is append-only: a use is valued once under a key of its own, a mistake is mended by a correction, a
payment is a negative entry. Amounts are decimals, rounded half to even to a hundredth (IEEE 754 ``roundTiesToEven``, which
Python calls ``ROUND_HALF_EVEN``: over many entries it favours neither side). Currencies are never added together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from django_site.apps.accounts.models import NoticeKind, User
from django_site.apps.accounts.notices import notice_send
from django_site.apps.accounts.permissions import require
from django_site.apps.likeness.models import (
    CompensationEntry,
    CompensationKind,
    ConsentGrant,
    Subject,
    UseEvent,
    UseKind,
)
from django_site.apps.likeness.scope import ANY
from django_site.apps.productions.models import Production
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.errors import InputError, WrongStateError

CENT = Decimal("0.01")
#: What the column holds: twelve digits before the point.
LARGEST = Decimal("999999999999.99")


def rounded(amount: Decimal) -> Decimal:
    """To a hundredth, half to even."""
    return amount.quantize(CENT, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Due:
    """One amount that a use makes due: under which term, how much, and how it came about."""

    term: str
    amount: Decimal
    basis: str


def uses_value(*, kind: str, seconds: Decimal, territories: Iterable[str], terms: Mapping[str, str]) -> list[Due]:
    """What one use is worth under the ``compensation`` of a grant's scope; a pure function.

    A render earns ``per_render``. A release earns ``per_release``, ``per_territory`` for each territory (``["*"]``,
    everywhere, is one: the parties agreed a price for "everywhere", not for two hundred countries), and ``per_second`` for
    each second on screen in the released film. A training earns ``per_training``. Terms that are silent earn nothing.
    Seconds are not paid for takes: most of them are never shown. The price of a scan is due once (see ``scan_record``).
    """
    due = []

    def add(term: str, count: Decimal | int, basis: str) -> None:
        if term in terms and (amount := rounded(Decimal(terms[term]) * Decimal(count))) > 0:
            due.append(Due(term, amount, basis))

    def at(term: str) -> str:
        return f"{Decimal(terms.get(term, '0')):.2f} {terms.get('currency', '')}"

    if kind == UseKind.RENDER:
        add("per_render", 1, f"one take at {at('per_render')}")
    elif kind == UseKind.TRAIN:
        add("per_training", 1, f"one model trained at {at('per_training')}")
    elif kind == UseKind.RELEASE:
        add("per_release", 1, f"one film released at {at('per_release')}")
        places = sorted(set(territories))
        if ANY in places:
            add("per_territory", 1, f"released everywhere, which counts once, at {at('per_territory')}")
        elif places:
            named = ", ".join(places[:20]) + (" …" if len(places) > 20 else "")
            add("per_territory", len(places), f"{len(places)} territories ({named}) at {at('per_territory')} each")
        add("per_second", seconds, f"{seconds.normalize():f} s on screen at {at('per_second')} a second")
    return due


def compensation_record(*, use: UseEvent) -> list[CompensationEntry]:
    """Enter what a use is worth, once: called for the same use again it adds nothing. In the caller's transaction, so that a
    use and what it earns stand together or not at all. Returns the new entries."""
    terms = use.grant.scope.get("compensation", {})
    if "currency" not in terms:
        return []
    due = uses_value(
        kind=use.kind, seconds=Decimal(use.seconds), territories=use.territories or _territories(use), terms=terms
    )
    return [
        entry
        for one in due
        if (
            entry := _enter(
                key=f"use:{use.pk}:{one.term}",
                subject_id=use.subject_id,
                grant=use.grant,
                use=use,
                production_id=use.production_id,
                kind=CompensationKind.USE,
                amount=one.amount,
                currency=terms["currency"],
                basis=one.basis,
            )
        )
    ]


def _territories(use: UseEvent) -> list[str]:
    """A release that names none is shown where its production is meant to be."""
    return list(use.production.territories) if use.kind == UseKind.RELEASE else []


def scan_record(*, subject: Subject) -> list[CompensationEntry]:
    """The person was measured for the first time: every standing grant that prices a scan owes it, once for the grant,
    whichever version of it. Called after an enrolment, and when a grant that prices one comes into force."""
    if not subject.likeness_assets.exists():
        return []
    entries = []
    for grant in subject.grants.filter(state__in=["active", "signed", "suspended"]):
        terms = grant.scope.get("compensation", {})
        if "scan" in terms and Decimal(terms["scan"]) > 0:
            entry = _enter(
                key=f"scan:{grant.grant}",
                subject_id=subject.pk,
                grant=grant,
                kind=CompensationKind.SCAN,
                amount=rounded(Decimal(terms["scan"])),
                currency=terms["currency"],
                basis=f"scan at {Decimal(terms['scan']):.2f} {terms['currency']}",
            )
            entries += [entry] if entry else []
    return entries


def _enter(*, key: str, **fields: Any) -> CompensationEntry | None:
    """A new entry, or ``None`` where it stands already."""
    if abs(fields["amount"]) > LARGEST:
        raise InputError(f"{fields['amount']} {fields['currency']} is more than one entry can hold; check the figures")
    entry, created = CompensationEntry.objects.get_or_create(key=key, defaults=fields)
    return entry if created else None


# receipts, corrections and payments: by people


@transaction.atomic
def receipts_report(
    *,
    production: Production,
    period: str,
    amount: Decimal,
    currency: str,
    basis: str,
    by: User,
) -> list[CompensationEntry]:
    """A producer reports what a production took in within a period (e.g. ``2026-Q3``): each grant under which somebody is in
    a released film of it earns its percentage, once for the grant and period.

    ``basis`` is ``gross_receipts`` or ``net_receipts``; a grant on the other basis earns nothing from this report. Raises
    ``InputError`` for figures that can't be, ``WrongStateError`` where this was reported before with another figure.
    """
    require(by, "productions.change", production)
    period, currency, amount = _checked(period, currency, amount)
    if amount <= 0:
        raise InputError("receipts are more than nothing; a mistake is mended by a correction")
    if basis not in ("gross_receipts", "net_receipts"):
        raise InputError("say whether these are gross_receipts or net_receipts: grants name the one that counts")
    shown = UseEvent.objects.filter(production=production, kind=UseKind.RELEASE).order_by()
    grants = ConsentGrant.objects.filter(pk__in=shown.values("grant")).select_related("subject").order_by("-version")
    entries, seen = [], set()
    for grant in grants:
        terms = grant.scope.get("compensation", {})
        if grant.grant in seen or terms.get("residual_basis") != basis or "residual_percent" not in terms:
            continue
        seen.add(grant.grant)  # the newest version under which the film is out
        share = rounded(amount * Decimal(terms["residual_percent"]) / 100)
        said = f"{terms['residual_percent']} % of {amount} {currency} {basis.replace('_', ' ')} in {period}"
        key = f"residual:{grant.grant}:{production.pk}:{period}:{basis}:{currency}"
        standing = CompensationEntry.objects.filter(key=key).first()
        if standing is not None and standing.basis != said:
            raise WrongStateError(
                f"{period} was reported before ({standing.basis}); enter the difference as a correction with its reason"
            )
        entry = _enter(
            key=key,
            subject_id=grant.subject_id,
            grant=grant,
            production_id=production.pk,
            kind=CompensationKind.RESIDUAL,
            amount=share,
            currency=currency,
            basis=said,
            entered_by=by,
        )
        entries += [entry] if entry else []
    _told(entries, NoticeKind.MONEY)
    return entries


@transaction.atomic
def correction_enter(
    *,
    grant: ConsentGrant,
    amount: Decimal,
    currency: str,
    reason: str,
    by: User,
    reference: str,
    production: Production | None = None,
    use: UseEvent | None = None,
) -> CompensationEntry | None:
    """Mend a mistake by another entry, more or less; nothing is ever changed. ``reference`` makes it one correction however
    often it is sent. Returns ``None`` where it stands already."""
    require(by, "likeness.money", grant.subject)
    reference, currency, amount = _checked(reference, currency, amount)
    if amount == 0 or not reason.strip():
        raise InputError("a correction needs an amount other than nothing, and its reason")
    entry = _enter(
        key=f"correction:{grant.grant}:{reference}",
        subject_id=grant.subject_id,
        grant=grant,
        use=use,
        production_id=production.pk if production else use.production_id if use else None,
        kind=CompensationKind.CORRECTION,
        amount=amount,
        currency=currency,
        basis=reason.strip()[:500],
        entered_by=by,
    )
    _told([entry] if entry else [], NoticeKind.MONEY)
    return entry


@transaction.atomic
def payment_enter(
    *,
    grant: ConsentGrant,
    amount: Decimal,
    currency: str,
    reference: str,
    by: User,
    production: Production | None = None,
) -> CompensationEntry | None:
    """Note that something was paid: ``amount`` as a positive figure, ``reference`` that of the transfer, once. Returns
    ``None`` where it stands already."""
    require(by, "likeness.money", grant.subject)
    reference, currency, amount = _checked(reference, currency, amount)
    if amount <= 0:
        raise InputError("a payment is more than nothing; money that came back is a correction")
    entry = _enter(
        key=f"payment:{grant.grant}:{reference}",
        subject_id=grant.subject_id,
        grant=grant,
        production_id=production.pk if production else None,
        kind=CompensationKind.PAYMENT,
        amount=-amount,
        currency=currency,
        basis=f"paid, reference {reference}",
        entered_by=by,
    )
    _told([entry] if entry else [], NoticeKind.MONEY)
    return entry


def _checked(name: str, currency: str, amount: Decimal) -> tuple[str, str, Decimal]:
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise InputError("give a period or reference of at most 60 characters: it makes this one entry, not two")
    if len(currency) != 3 or not (currency.isascii() and currency.isupper() and currency.isalpha()):
        raise InputError(f"{currency!r} is not a currency; give the three letters of ISO 4217, e.g. USD")
    amount = Decimal(amount)
    if not amount.is_finite() or abs(amount) > LARGEST or amount != rounded(amount):
        raise InputError("give an amount with at most two decimals")
    return name, currency, amount


def _told(entries: Iterable[CompensationEntry], kind: NoticeKind) -> None:
    """On the record (ids and the digest of nothing personal), and to the person."""
    for entry in entries:
        ledger_append(kind="compensation_entered", event={"entry": entry.pk, "grant": entry.grant.grant})
        person = entry.subject.user
        if person is not None:
            text = _("%(kind)s of %(amount)s %(currency)s: %(basis)s.") % {
                "kind": entry.get_kind_display(),
                "amount": f"{abs(entry.amount):,.2f}",
                "currency": entry.currency,
                "basis": entry.basis.rstrip("."),
            }
            notice_send(users=[person], kind=kind, text=text, key=f"money:{entry.pk}")
