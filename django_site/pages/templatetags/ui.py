"""The design system's small parts: icons, chips, ids that can be copied, times with zones, numbers with units."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from auditor import verbal
from django_site.apps.accounts.models import REVIEWING_ROLES, Role
from django_site.apps.accounts.notices import notices_unread
from django_site.apps.audits.reading import dismissed_in
from django_site.apps.audits.rules_read import rule_state as rule_state_of
from django_site.apps.audits.rules_read import told as rule_told
from django_site.apps.audits.services.decisions import failed_checks as checks_that_failed
from django_site.apps.audits.services.decisions import noted_checks as checks_that_warn
from django_site.apps.likeness.models import Representative
from django_site.pages.drawings import seconds_text
from django_site.pages.failures import sentence as as_sentence
from django_site.pages.states import look

register = template.Library()

_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}([0-9a-f]{8})\b")

#: Line drawings in a box of 24 by 24, made for this site.
ICONS: dict[str, str] = {
    "check": "M4.5 12.5l5 5 10-11",
    "cross": "M6 6l12 12M18 6L6 18",
    "stop": "M8 3h8l5 5v8l-5 5H8l-5-5V8zM8.5 12h7",
    "eye": "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9a3 3 0 100 6 3 3 0 000-6z",
    "wait": "M12 3a9 9 0 100 18 9 9 0 000-18zM12 7.5V12l3 2.5",
    "work": "M12 3v3.5M12 17.5V21M3 12h3.5M17.5 12H21M5.6 5.6l2.5 2.5M15.9 15.9l2.5 2.5M5.6 18.4l2.5-2.5M15.9 8.1l2.5-2.5",
    "search": "M10.5 4a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM15.5 15.5L20.5 20.5",
    "lock": "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 017 0v3",
    "pen": "M4 20l1-4.5L16 4.5l3.5 3.5-11 11zM13.5 7l3.5 3.5",
    "seal": "M12 2.5l2.6 2 3.2-.2.9 3.1 2.7 1.8-1.2 3 1.2 3-2.7 1.7-.9 3.2-3.2-.2-2.6 2-2.6-2-3.2.2-.9-3.2-2.7-1.7 "
    "1.2-3-1.2-3 2.7-1.8.9-3.1 3.2.2zM8 12.2l2.8 2.8L16 9.5",
    "copy": "M8 8h12v12H8zM16 8V4H4v12h4",
    "person": "M12 4a4 4 0 100 8 4 4 0 000-8zM4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6",
    "pause": "M8 5v14M16 5v14",
    "film": "M3.5 5h17v14h-17zM7.5 5v14M16.5 5v14M3.5 9.5h4M3.5 14.5h4M16.5 9.5h4M16.5 14.5h4",
    "scales": "M12 4v16M7 20h10M5 7h14M5 7l-2.5 6h5zM19 7l-2.5 6h5z",
    "replaced": "M4 9h13l-3.5-3.5M20 15H7l3.5 3.5",
    "question": "M9 9a3 3 0 115 2.2c-1.2 1-2 1.5-2 3.3M12 18v.6",
    "arrow": "M4 12h15M13 6l6 6-6 6",
    "upload": "M12 16V4M7 9l5-5 5 5M4 16v4h16v-4",
    "download": "M12 4v12M7 11l5 5 5-5M4 20h16",
    "plus": "M12 5v14M5 12h14",
    "sound": "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 010 6M18 6.5a8 8 0 010 11",
    "play": "M7 4.5v15l12-7.5z",
    "chain": "M10 14a4 4 0 005.7 0l3-3a4 4 0 00-5.7-5.7l-1 1M14 10a4 4 0 00-5.7 0l-3 3A4 4 0 0011 18.7l1-1",
    "house": "M3.5 11L12 4l8.5 7M6 9.5V20h12V9.5",
    "list": "M8 6h12M8 12h12M8 18h12M4 6h.5M4 12h.5M4 18h.5",
    "warning": "M12 4l9.5 16.5h-19zM12 10v5M12 17.6v.4",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A line drawing that says nothing by itself: the word beside it does."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{}"/></svg>', ICONS[name]
    )


@register.simple_tag
def chip(kind: str, value: str) -> SafeString:
    """The state of something: icon and word, and a tone."""
    tone, drawing, word = look(kind, value)
    return format_html('<span class="chip chip-{}">{}<span>{}</span></span>', tone, icon(drawing), word)


@register.simple_tag
def tone(kind: str, value: str) -> str:
    """The tone alone, for a frame around something that names its state inside."""
    return look(kind, value)[0]


@register.simple_tag
def icon_of(kind: str, value: str) -> SafeString:
    return icon(look(kind, value)[1])


@register.simple_tag
def copy_id(value: object, label: str = "", short: int = 12) -> SafeString:
    """An id or digest, shortened, with a button that copies all of it. Without JavaScript the title shows it."""
    text = str(value)
    shown = text if len(text) <= short + 1 else f"{text[:short]}…"
    return format_html(
        '<copy-id data-value="{}"><code title="{}">{}</code><button type="button" class="quiet tiny" hidden '
        'aria-label="{}">{}</button></copy-id>',
        text,
        text,
        shown,
        _("Copy %(what)s") % {"what": label or text[:short]},
        icon("copy"),
    )


@register.filter
def moment(value: Any) -> SafeString | str:
    """A moment with its zone, in a ``time`` element that the browser's script completes with the local time."""
    if isinstance(value, str):
        value = parse_datetime(value)
    if not isinstance(value, datetime):
        return _("no time")
    at = value.astimezone(UTC)
    return format_html(
        '<time datetime="{}">{} UTC</time>', at.strftime("%Y-%m-%dT%H:%M:%SZ"), date_format(at, "j M Y, H:i")
    )


@register.filter
def day(value: Any) -> SafeString | str:
    """A day, in a ``time`` element."""
    if isinstance(value, str):
        value = parse_datetime(value)
    if not isinstance(value, date):
        return _("no date")
    plain = value.date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', plain.isoformat(), date_format(value, "j F Y"))


@register.filter
def due(value: datetime) -> str:
    """How long until a deadline, or since it."""
    left = value - timezone.now()
    hours = abs(int(left.total_seconds() // 3600)) if left.total_seconds() >= 0 else int(-left.total_seconds() // 3600)
    span = (
        ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
        if hours < 48
        else ngettext("%(n)d day", "%(n)d days", hours // 24) % {"n": hours // 24}
    )
    if left.total_seconds() < 0:
        return _("overdue by %(span)s") % {"span": span}
    return _("due in %(span)s") % {"span": span}


@register.filter
def seconds(value: float | Decimal | None) -> str:
    """A length or place in a film."""
    return "–" if value is None else seconds_text(round(float(value), 2))


@register.filter
def percent(value: float | None) -> str:
    return "–" if value is None else f"{round(100 * float(value))} %"


@register.filter
def chance(value: float | None) -> str:
    """A probability after its letter: ``= 0.0123``, or ``< 0.0001`` where it is smaller; ``–`` where none was worked out."""
    if value is None:
        return "–"
    return "< 0.0001" if value < 0.0001 else f"= {value:.4f}"


@register.filter
def megabytes(value: int) -> str:
    """Bytes as a person reads them."""
    size = float(value)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit in ("B", "kB") or size == int(size) else f"{size:.1f} {unit}"
        size /= 1000
    return ""


@register.filter
def odds(log10_lr: float | None) -> str:
    """A likelihood ratio in words: how much more often copies look so alike than strangers do."""
    if log10_lr is None:
        return ""
    if abs(log10_lr) < 0.3:
        return _("as often this alike in copies as in others")
    ratio = f"{float(f'{10 ** min(abs(log10_lr), 12):.1g}'):,.0f}"
    if log10_lr < 0:
        return _("others look this alike about %(ratio)s times as often as copies do") % {"ratio": ratio}
    return _("copies look this alike about %(ratio)s times as often as others do") % {"ratio": ratio}


@register.filter
def support(finding: Any) -> str:
    """What the likelihood ratio supports, in the words of the ENFSI scale, or that there is none."""
    return verbal.support(finding.log10_lr)


@register.filter
def ratio(log10_lr: float | None) -> str:
    """A likelihood ratio as a number."""
    return verbal.ratio(log10_lr)


@register.filter
def measures(finding: Any) -> list[tuple[str, str, str]]:
    """What was measured: name, value with its unit, what it says."""
    rows = [(verbal.measure(name), value) for name, value in sorted(finding.measured.items())]
    return [(measure.label, measure.text(float(value)), measure.says) for measure, value in rows]


@register.filter
def to_judge(findings: Iterable[Any]) -> list:
    """Findings that somebody must judge."""
    return [finding for finding in findings if not finding.merely_alike]


@register.filter
def alike(findings: Iterable[Any]) -> list:
    """Findings of likeness that is no evidence of copying, which stand apart."""
    return [finding for finding in findings if finding.merely_alike]


@register.simple_tag(takes_context=True)
def kept_quiet(context: dict, audit: Any) -> list:
    """What earlier dismissals kept quiet in an audit, as far as the person may follow it."""
    return dismissed_in(audit, context["request"].user) if audit and audit.report.get("dismissed") else []


@register.filter
def places(territories: list[str]) -> str:
    """Territories as words."""
    return _("everywhere") if "*" in territories else ", ".join(territories)


@register.filter
def raw(value: Any) -> str:
    """A number for attributes: with a point, whatever the language."""
    return f"{float(value):g}"


@register.filter
def sentence(text: str) -> str:
    """Text with a capital at its beginning and a full stop at its end, fit to be read: long ids shortened."""
    return short_ids(as_sentence(text))


@register.filter
def short_ids(text: str) -> str:
    """UUIDs shortened to their random end; the record that the text stands in keeps them whole."""
    return _UUID.sub(r"…\1", str(text))


@register.filter
def failed_checks(decision: Any) -> list[dict]:
    """The checks that did not pass, blocking ones first, each sentence once."""
    seen: dict[str, dict] = {}
    for check in checks_that_failed(decision):
        seen.setdefault(check["plain"], check)
    return list(seen.values())


@register.filter
def noted_checks(decision: Any) -> list[dict]:
    """What a decision says beside its outcome, and stops nothing."""
    return checks_that_warn(decision)


@register.filter
def told(template: str) -> str:
    """A rule's sentence for reading, its placeholders in words."""
    return rule_told(template)


@register.filter
def rule_state(policy: Any) -> str:
    """Whether a rule is in force today, and if not why not."""
    return rule_state_of(policy)


@register.filter
def rule_url(identifier: str) -> str:
    """The page of a rule, from its id."""
    area, _, name = str(identifier).partition("/")
    return reverse("policies:rule", args=[area, name])


@register.filter
def iso_day(value: str) -> SafeString | str:
    """A day written YYYY-MM-DD."""
    return day(date.fromisoformat(value))


@register.filter
def passed_checks(decision: Any) -> list[dict]:
    """The checks that passed, each title once."""
    return list({check["title"]: check for check in decision.checks if check["passed"] and "title" in check}.values())


@register.filter
def among(value: Any, values: Any) -> bool:
    """Whether a value is one of a set; of nothing, none is."""
    return bool(values) and value in values


@register.filter
def approvals(case: Any) -> int:
    """How many have agreed, from the actions that the query brought along."""
    return sum(action.kind == "approve" for action in case.actions.all())


_EVENTS = {
    "decision": gettext_lazy("Policies decided"),
    "signed": gettext_lazy("Signed"),
    "released": gettext_lazy("Film released"),
    "binder": gettext_lazy("Clearance binder made"),
    "biometric_consent_given": gettext_lazy("Consent to measuring given"),
    "biometric_consent_withdrawn": gettext_lazy("Consent to measuring withdrawn"),
    "subject_enrolled": gettext_lazy("Person enrolled"),
    "grant_noticed": gettext_lazy("Grant put before the person"),
    "grant_signature": gettext_lazy("Signature under a grant"),
    "grant_signed": gettext_lazy("Grant signed"),
    "grant_active": gettext_lazy("Grant in force"),
    "grant_suspended": gettext_lazy("Grant suspended"),
    "grant_disputed": gettext_lazy("Grant disputed"),
    "grant_amended": gettext_lazy("Grant replaced by a newer version"),
    "grant_expired": gettext_lazy("Grant expired"),
    "grant_declined": gettext_lazy("Grant declined"),
    "grant_withdrawn": gettext_lazy("Grant withdrawn"),
    "grant_revoked": gettext_lazy("Grant given up"),
    "grant_transferred": gettext_lazy("Grant passed to the estate"),
    "use_approved": gettext_lazy("Use approved"),
    "use_declined": gettext_lazy("Use declined"),
    "use_withdrawn": gettext_lazy("Approval of a use taken back"),
    "identity_verified": gettext_lazy("Identity made sure of"),
    "representative_checked": gettext_lazy("Representative's proof checked"),
    "representative_ended": gettext_lazy("Representative's power ended"),
    "strike_declared": gettext_lazy("Strike declared"),
    "strike_ended": gettext_lazy("Strike ended"),
    "unknown_face_cleared": gettext_lazy("Unknown person cleared"),
    "claim_raised": gettext_lazy("Claim raised"),
    "claim_upheld": gettext_lazy("Claim upheld"),
    "claim_rejected": gettext_lazy("Claim rejected"),
    "claim_taken_back": gettext_lazy("Claim taken back"),
    "review_approve": gettext_lazy("Reviewer approved"),
    "review_reject": gettext_lazy("Reviewer rejected"),
    "review_request_change": gettext_lazy("Reviewer asked for a change"),
    "override_requested": gettext_lazy("Failed checks to be set aside"),
    "override_agreed": gettext_lazy("Agreed to set checks aside"),
    "override_in_force": gettext_lazy("Checks set aside by two people"),
    "override_declined": gettext_lazy("Setting aside declined"),
    "override_withdrawn": gettext_lazy("Setting aside no longer asked for"),
    "override_expired": gettext_lazy("Setting aside is over"),
    "override_void": gettext_lazy("Setting aside is void"),
    "review_dismiss_finding": gettext_lazy("Reviewer dismissed a finding"),
    "finding_confirmed": gettext_lazy("Reviewer agreed with a finding"),
    "finding_dismissed": gettext_lazy("False alarm dismissed"),
    "dismissal_lifted": gettext_lazy("Dismissal taken back"),
    "work_withdrawn": gettext_lazy("Work taken out of the index"),
    "model_published": gettext_lazy("Model of our own published"),
    "model_flagged": gettext_lazy("Model of our own out of use"),
    "work_replaced": gettext_lazy("File of a work replaced"),
    "organisation_size_declared": gettext_lazy("Size of an organisation declared"),
    "service_level_set": gettext_lazy("Time for deciding set"),
    "tier_changed": gettext_lazy("Readers of a case changed"),
    "case_reader_named": gettext_lazy("Reader of a case named"),
    "case_reader_removed": gettext_lazy("Reader of a case removed"),
    "hold_placed": gettext_lazy("Litigation hold placed"),
    "webhook_added": gettext_lazy("Webhook added"),
    "webhook_rotated": gettext_lazy("Secret of a webhook replaced"),
    "webhook_disabled": gettext_lazy("Webhook ended"),
    "hold_lifted": gettext_lazy("Litigation hold lifted"),
}


@register.filter
def event_word(kind: str) -> str:
    """A ledger event in words."""
    return str(_EVENTS.get(kind, kind.replace("_", " ").capitalize()))


@register.simple_tag(takes_context=True)
def person(context: dict) -> dict:
    """Who is signed in and which doors they have: roles, whether they review, produce or are a registered performer."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"signed_in": False}
    memberships = list(user.memberships.select_related("organisation"))
    roles = {membership.role for membership in memberships}
    roles |= set(user.production_memberships.values_list("role", flat=True).distinct())
    speaks = Representative.objects.filter(user=user, ended_at__isnull=True).exists()
    return {
        "signed_in": True,
        "memberships": memberships,
        "produces": Role.PRODUCER in roles,
        "reviews": bool(roles & {str(role) for role in REVIEWING_ROLES}),
        "heads_legal": Role.HEAD_OF_LEGAL in roles,
        "unread": notices_unread(user),
        "performs": hasattr(user, "subject") or (Role.PERFORMER in roles and not speaks),
        "speaks": speaks,
    }
