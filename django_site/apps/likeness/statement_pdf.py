"""The person's document as a PDF to be read and printed: tagged (PDF/UA-1, ISO 14289-1), and the same bytes for the same
document. Set by typst with the fonts that it carries; nothing is fetched, and no text is ever read as markup."""

import json
import unicodedata
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from django_site.apps.likeness.models import ApprovalState, ClaimKind, ClaimState, CompensationKind, GrantState, UseKind

_SOURCE = Path(__file__).with_name("statement.typ")
#: Rows of one table in print; the JSON export has all of them, and the page says so.
MAX_ROWS = 400
#: Code points below this are Latin, Greek, Cyrillic, Armenian and Hebrew, which the serif has or the probe below tells.
_PLAIN_BELOW = 0x250


def statement_pdf(document: dict[str, Any]) -> bytes:
    """The statement of ``statements.person_document``. Characters that no bundled font has stand as their code, [U+65E5]."""
    return _compile(_laid_out(document), _SOURCE)


def _compile(data: dict[str, Any], source: Path | bytes) -> bytes:
    import typst

    inputs = {"data": json.dumps(_displayable(data), ensure_ascii=False)}
    compiler = typst.Compiler(source, ignore_system_fonts=True, sys_inputs=inputs)
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=0)
    assert isinstance(made, bytes)  # noqa: S101  (one document, so one file)
    return made


def _displayable(value: Any) -> Any:
    """The same data with what can't be set replaced: control and direction characters go, unknown ones show their code."""
    if isinstance(value, dict):
        return {key: _displayable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_displayable(one) for one in value]
    return "".join(map(_shown, value)) if isinstance(value, str) else value


def _shown(char: str) -> str:
    if unicodedata.category(char)[0] == "C":
        return " " if char in "\n\t" else ""
    if ord(char) < _PLAIN_BELOW or _has_glyph(char):
        return char
    return f"[U+{ord(char):04X}]"


@lru_cache(maxsize=4096)
def _has_glyph(char: str) -> bool:
    """Whether a bundled font has it: PDF/UA-1 asks for real text, so typst refuses a character that it can't show."""
    import typst

    source = (
        b'#set document(title: "t")\n#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))\n#text(sys.inputs.c)'
    )
    compiler = typst.Compiler(source, ignore_system_fonts=True, sys_inputs={"c": f"a{char}"})
    try:
        compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=0)
    except typst.TypstError:
        return False
    return True


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
    made = _moment(document["made_at"])
    return {
        "title": _("Statement for %(name)s") % {"name": name},
        "author": subject["organisation"]["name"],
        "language": get_language() or "en",
        "standfirst": _("What is held about you, what you allowed, and how it was used. Made on %(when)s.")
        % {"when": made},
        "footer": _("%(when)s · %(name)s") % {"name": name, "when": made},
        "parts": [part for part in parts if part],
    }


def _part(heading: str, *blocks: dict[str, Any], level: int = 1) -> dict[str, Any]:
    return {"heading": heading, "level": level, "blocks": [block for block in blocks if block]}


def _text(*lines: str) -> dict[str, Any]:
    return {"kind": "text", "lines": list(lines)}


def _facts(*rows: tuple[str, Any]) -> dict[str, Any]:
    return {"kind": "facts", "rows": [[name, str(value)] for name, value in rows if value not in (None, "")]}


def _table(head: list[str], widths: list[int], rows: list[list[str]], nothing: str) -> list[dict[str, Any]]:
    if not rows:
        return [_text(nothing)]
    table = {"kind": "table", "head": head, "widths": widths, "rows": rows[:MAX_ROWS]}
    left_out = len(rows) - MAX_ROWS
    more = [_text(_("%(n)d more rows stand in the JSON export.") % {"n": left_out})] if left_out > 0 else []
    return [table, *more]


def _moment(iso: str | None) -> str:
    at = parse_datetime(iso) if iso else None
    return f"{date_format(at, 'j M Y, H:i')} UTC" if isinstance(at, datetime) else ""


def _about(document: dict[str, Any]) -> dict[str, Any]:
    subject = document["subject"]
    return _part(
        _("About you"),
        _facts(
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
            _moment(use["created_at"]),
            use["production"]["title"],
            str(UseKind(use["kind"]).label) + (f": {use['what']}" if use["what"] else ""),
            f"{float(use['seconds']):.1f} s",
            ", ".join(use["territories"]).replace("*", _("everywhere")) or "–",
        ]
        for use in reversed(document["uses"])
    ]
    head = [_("When"), _("Production"), _("Use"), _("Shown or heard"), _("Where")]
    return _part(_("Who used you"), *_table(head, [3, 4, 3, 2, 2], rows, _("No use was recorded.")))


def _grants(document: dict[str, Any]) -> list[dict[str, Any]]:
    parts = [_part(_("What you allowed"))]
    if not document["grants"]:
        return [_part(_("What you allowed"), _text(_("Nothing was asked for, and nothing was allowed.")))]
    for grant in reversed(document["grants"]):
        signature = grant["signature"]
        state = GrantState(grant["state"]).label
        heading = _("Version %(version)d of grant %(id)s: %(state)s") % {
            "version": grant["version"],
            "id": f"…{grant['grant'][-12:]}",
            "state": str(state).lower(),
        }
        parts.append(
            _part(
                heading,
                {"kind": "deed", "lines": [line for line in grant["summary"].splitlines() if line]},
                _facts(
                    (_("Why it stands so"), grant["reason"]),
                    (_("Offered"), _moment(grant["noticed_at"])),
                    (_("Signed"), _moment(signature["created_at"]) if signature else _("no")),
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
            _part(
                _("The exact text"),
                {"kind": "deed", "lines": [line for line in grant["text"].splitlines() if line]},
                level=2,
            )
        )
    return parts


def _approvals(document: dict[str, Any]) -> dict[str, Any]:
    rows = [
        [
            _moment(one["created_at"]),
            one["production"]["title"],
            one["description"],
            str(ApprovalState(one["state"]).label),
        ]
        for one in reversed(document["approvals"])
    ]
    head = [_("Asked"), _("Production"), _("For what"), _("Answer")]
    return _part(_("Single uses that you were asked about"), *_table(head, [3, 3, 6, 2], rows, _("None.")))


def _claims(document: dict[str, Any]) -> dict[str, Any]:
    rows = [
        [
            _moment(one["created_at"]),
            f"{ClaimKind(one['kind']).label}: {one['text']}",
            str(ClaimState(one["state"]).label),
            one["answer"] or _("due %(when)s") % {"when": _moment(one["due_at"])},
        ]
        for one in reversed(document["claims"])
    ]
    head = [_("Raised"), _("Claim"), _("State"), _("Answer")]
    return _part(_("Claims"), *_table(head, [3, 6, 2, 5], rows, _("You raised none.")))


def _money(document: dict[str, Any]) -> dict[str, Any]:
    rows = [
        [
            _moment(one["created_at"]),
            str(CompensationKind(one["kind"]).label),
            one["basis"],
            f"{one['amount']} {one['currency']}",
        ]
        for one in document["compensation"]
    ]
    due = ", ".join(f"{amount} {currency}" for currency, amount in document["compensation_due"].items())
    head = [_("When"), _("Kind"), _("How it came about"), _("Amount")]
    return _part(
        _("Money"),
        _facts((_("Due to you"), due or _("nothing"))),
        *_table(head, [3, 2, 6, 3], rows, _("Nothing was entered.")),
    )


def _biometrics(document: dict[str, Any]) -> dict[str, Any]:
    rows = [
        [one["modality"], one["purpose"], _moment(one["given_at"]), _moment(one["withdrawn_at"]) or _("stands")]
        for one in document["biometric_consents"]
    ]
    held = len(document["biometrics"])
    head = [_("Of"), _("For"), _("Given"), _("Withdrawn")]
    custody = [
        [_moment(one["created_at"]), one["act"], one["asset_sha256"], one["note"]]
        for one in reversed(document["custody"])
    ]
    return _part(
        _("What is measured of you"),
        _facts((_("Measurements held"), held)),
        *_table(head, [2, 6, 3, 3], rows, _("You gave no consent to be measured.")),
        *(_table([_("When"), _("Act"), _("Digest"), _("Note")], [3, 2, 6, 4], custody, "") if custody else []),
    )


def _speakers(document: dict[str, Any]) -> dict[str, Any]:
    rows = [
        [
            one["name"],
            one["kind"],
            _("signs and stops") if one["may_sign"] else _("stops"),
            (_moment(one["ended_at"]) and _("ended"))
            or (_("stands") if one["proof_checked_at"] else _("proof not checked")),
        ]
        for one in document["representatives"]
    ]
    head = [_("Name"), _("As"), _("May"), _("State")]
    return _part(_("Who speaks for you"), *_table(head, [5, 2, 3, 3], rows, _("Nobody but you.")))
