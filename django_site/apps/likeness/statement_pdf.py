"""The person's document as a sheet to be read and printed; ``pages.sheets`` sets it."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from django_site.apps.likeness.models import ApprovalState, ClaimKind, ClaimState, CompensationKind, GrantState, UseKind
from django_site.pages.sheets import deed, facts, moment, part, sheet_pdf, table, text


def statement_pdf(document: dict[str, Any]) -> bytes:
    """The statement of ``statements.person_document``."""
    return sheet_pdf(_laid_out(document))


def _laid_out(document: dict[str, Any]) -> dict[str, Any]:
    subject = document["subject"]
    name = subject["stage_name"] or subject["legal_name"]
    parts = [
        _about(document),
        _uses(document),
        *_grants(document),
        _approvals(document),
        _claims(document),
        _money(document),
        _biometrics(document),
        _speakers(document),
    ]
    made = moment(document["made_at"])
    return {
        "title": _("Statement for %(name)s") % {"name": name},
        "author": subject["organisation"]["name"],
        "language": get_language() or "en",
        "standfirst": _("What is held about you, what you allowed, and how it was used. Made on %(when)s.")
        % {"when": made},
        "footer": _("%(when)s · %(name)s") % {"name": name, "when": made},
        "parts": [part for part in parts if part],
    }


def _about(document: dict[str, Any]) -> dict[str, Any]:
    subject = document["subject"]
    return part(
        _("About you"),
        facts(
            (_("Legal name"), subject["legal_name"]),
            (_("Stage name"), subject["stage_name"]),
            (_("Other names"), ", ".join(subject["aliases"])),
            (_("Union"), subject["union"]),
            (_("Registered by"), subject["organisation"]["name"]),
            (_("Identity made sure of"), subject["identity_method"]),
            (_("Record"), subject["id"]),
        ),
    )


def _uses(document: dict[str, Any]) -> dict[str, Any]:
    rows = [
        [
            moment(use["created_at"]),
            use["production"]["title"],
            str(UseKind(use["kind"]).label) + (f": {use['what']}" if use["what"] else ""),
            f"{float(use['seconds']):.1f} s",
            ", ".join(use["territories"]).replace("*", _("everywhere")) or "–",
        ]
        for use in reversed(document["uses"])
    ]
    head = [_("When"), _("Production"), _("Use"), _("Shown or heard"), _("Where")]
    return part(_("Who used you"), *table(head, [3, 4, 3, 2, 2], rows, _("No use was recorded.")))


def _grants(document: dict[str, Any]) -> list[dict[str, Any]]:
    parts = [part(_("What you allowed"))]
    if not document["grants"]:
        return [part(_("What you allowed"), text(_("Nothing was asked for, and nothing was allowed.")))]
    for grant in reversed(document["grants"]):
        signature = grant["signature"]
        state = GrantState(grant["state"]).label
        heading = _("Version %(version)d of grant %(id)s: %(state)s") % {
            "version": grant["version"],
            "id": f"…{grant['grant'][-12:]}",
            "state": str(state).lower(),
        }
        parts.append(
            part(
                heading,
                deed(grant["summary"].splitlines()),
                facts(
                    (_("Why it stands so"), grant["reason"]),
                    (_("Offered"), moment(grant["noticed_at"])),
                    (_("Signed"), moment(signature["created_at"]) if signature else _("no")),
                    (_("Signed as"), signature["role"] if signature else ""),
                    (_("From"), signature["address"] if signature else ""),
                    (_("Known by"), signature["authenticated_by"] if signature else ""),
                    (_("Digest of the text"), grant["text_sha256"]),
                    (_("Digest of what was shown"), grant["shown_sha256"]),
                ),
                level=2,
            )
        )
        parts.append(
            part(
                _("The exact text"),
                deed(grant["text"].splitlines()),
                level=2,
            )
        )
    return parts


def _approvals(document: dict[str, Any]) -> dict[str, Any]:
    rows = [
        [
            moment(one["created_at"]),
            one["production"]["title"],
            one["description"],
            str(ApprovalState(one["state"]).label),
        ]
        for one in reversed(document["approvals"])
    ]
    head = [_("Asked"), _("Production"), _("For what"), _("Answer")]
    return part(_("Single uses that you were asked about"), *table(head, [3, 3, 6, 2], rows, _("None.")))


def _claims(document: dict[str, Any]) -> dict[str, Any]:
    rows = [
        [
            moment(one["created_at"]),
            f"{ClaimKind(one['kind']).label}: {one['text']}",
            str(ClaimState(one["state"]).label),
            one["answer"] or _("due %(when)s") % {"when": moment(one["due_at"])},
        ]
        for one in reversed(document["claims"])
    ]
    head = [_("Raised"), _("Claim"), _("State"), _("Answer")]
    return part(_("Claims"), *table(head, [3, 6, 2, 5], rows, _("You raised none.")))


def _money(document: dict[str, Any]) -> dict[str, Any]:
    rows = [
        [
            moment(one["created_at"]),
            str(CompensationKind(one["kind"]).label),
            one["basis"],
            f"{one['amount']} {one['currency']}",
        ]
        for one in document["compensation"]
    ]
    due = ", ".join(f"{amount} {currency}" for currency, amount in document["compensation_due"].items())
    head = [_("When"), _("Kind"), _("How it came about"), _("Amount")]
    return part(
        _("Money"),
        facts((_("Due to you"), due or _("nothing"))),
        *table(head, [3, 2, 6, 3], rows, _("Nothing was entered.")),
    )


def _biometrics(document: dict[str, Any]) -> dict[str, Any]:
    rows = [
        [one["modality"], one["purpose"], moment(one["given_at"]), moment(one["withdrawn_at"]) or _("stands")]
        for one in document["biometric_consents"]
    ]
    held = len(document["biometrics"])
    head = [_("Of"), _("For"), _("Given"), _("Withdrawn")]
    custody = [
        [moment(one["created_at"]), one["act"], one["asset_sha256"], one["note"]]
        for one in reversed(document["custody"])
    ]
    return part(
        _("What is measured of you"),
        facts((_("Measurements held"), held)),
        *table(head, [2, 6, 3, 3], rows, _("You gave no consent to be measured.")),
        *(table([_("When"), _("Act"), _("Digest"), _("Note")], [3, 2, 6, 4], custody, "") if custody else []),
    )


def _speakers(document: dict[str, Any]) -> dict[str, Any]:
    rows = [
        [
            one["name"],
            one["kind"],
            _("signs and stops") if one["may_sign"] else _("stops"),
            (moment(one["ended_at"]) and _("ended"))
            or (_("stands") if one["proof_checked_at"] else _("proof not checked")),
        ]
        for one in document["representatives"]
    ]
    head = [_("Name"), _("As"), _("May"), _("State")]
    return part(_("Who speaks for you"), *table(head, [5, 2, 3, 3], rows, _("Nobody but you.")))
