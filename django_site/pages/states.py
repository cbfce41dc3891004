"""How each state looks: a tone and an icon beside its word, never colour alone."""

from django.db.models import TextChoices

from django_site.apps.accounts.models import Role
from django_site.apps.audience.models import ScreeningState
from django_site.apps.audits.model_cards_read import CardState
from django_site.apps.audits.models import AuditState, FindingKind, Outcome, Zone
from django_site.apps.audits.policy_models import DraftState, RuleStatus, Severity
from django_site.apps.corpora.models import CorpusState, FileOutcome
from django_site.apps.jobs.models import JobState
from django_site.apps.likeness.models import ApprovalState, ClaimState, CustodyAct, GrantState
from django_site.apps.productions.models import CutState, ImportState, TakeState
from django_site.apps.provenance.models import VerifyState
from django_site.apps.reviews.models import ActionKind, CaseState, OverrideState, RequestState
from django_site.apps.training.models import ModelState, RunState

GOOD, STOP, ASK, BUSY, IDLE = "good", "stop", "ask", "busy", "idle"

#: Tone and icon by the state's value; one value looks the same wherever it is met. ``trusted`` alone is green all over.
LOOKS: dict[str, tuple[str, str]] = {
    "planned": (IDLE, "wait"),
    "draft": (IDLE, "wait"),
    "queued": (IDLE, "wait"),
    "running": (BUSY, "work"),
    "rendering": (BUSY, "work"),
    "assembling": (BUSY, "work"),
    "auditing": (BUSY, "search"),
    "signing": (BUSY, "pen"),
    "awaiting_time": (ASK, "wait"),
    "quarantined": (IDLE, "lock"),
    "quarantine": (IDLE, "lock"),
    "cleared": (GOOD, "check"),
    "approved": (GOOD, "check"),
    "released": (GOOD, "seal"),
    "done": (GOOD, "check"),
    "complete": (GOOD, "check"),
    "allow": (GOOD, "check"),
    "active": (GOOD, "check"),
    "signed": (GOOD, "pen"),
    "approve": (GOOD, "check"),
    "stopped": (STOP, "stop"),
    "block": (STOP, "stop"),
    "warn": (ASK, "warning"),
    "info": (IDLE, "question"),
    "retired": (IDLE, "replaced"),
    "coming": (IDLE, "wait"),
    "over": (IDLE, "replaced"),
    "waiting": (BUSY, "search"),
    "failed": (STOP, "cross"),
    "rejected": (STOP, "cross"),
    "reject": (STOP, "cross"),
    "revoked": (STOP, "stop"),
    "recalled": (STOP, "stop"),
    "withdrawn": (STOP, "stop"),
    "noticed": (ASK, "pen"),
    "disputed": (ASK, "scales"),
    "declined": (IDLE, "cross"),
    "transferred": (IDLE, "replaced"),
    "copy": (STOP, "copy"),
    "needs_review": (ASK, "eye"),
    "review": (ASK, "eye"),
    "open": (ASK, "eye"),
    "incomplete": (ASK, "eye"),
    "scene": (ASK, "eye"),
    "style": (IDLE, "eye"),
    "semantic": (IDLE, "eye"),
    "audio": (ASK, "sound"),
    "text": (ASK, "list"),
    "face": (ASK, "person"),
    "voice": (ASK, "sound"),
    "drafted": (IDLE, "pen"),
    "requested": (ASK, "question"),
    "upheld": (GOOD, "check"),
    "taken_back": (IDLE, "cross"),
    "received": (IDLE, "download"),
    "measured": (IDLE, "eye"),
    "viewed": (IDLE, "eye"),
    "exported": (IDLE, "upload"),
    "destroyed": (STOP, "stop"),
    "suspended": (ASK, "wait"),
    "expired": (IDLE, "wait"),
    "amended": (IDLE, "replaced"),
    "superseded": (IDLE, "replaced"),
    "changes_requested": (IDLE, "replaced"),
    "overridden": (ASK, "scales"),
    "in_force": (ASK, "scales"),
    "void": (IDLE, "cross"),
    "answered": (ASK, "question"),
    "met": (GOOD, "check"),
    "dropped": (IDLE, "cross"),
    "request_change": (IDLE, "replaced"),
    "dismiss_finding": (IDLE, "check"),
    "cancelled": (IDLE, "cross"),
    "looking": (BUSY, "search"),
    "ready": (ASK, "eye"),
    "importing": (BUSY, "work"),
    "discarded": (IDLE, "cross"),
    "addable": (GOOD, "plus"),
    "registered": (GOOD, "check"),
    "already": (IDLE, "copy"),
    "unlisted": (ASK, "question"),
    "missing": (ASK, "question"),
    "refused": (STOP, "stop"),
    "paused": (ASK, "pause"),
    "usable": (GOOD, "check"),
    "flagged": (STOP, "stop"),
    "free": (GOOD, "check"),
    "bound": (ASK, "scales"),
    "unread": (ASK, "question"),
    "barred": (STOP, "stop"),
    "Trusted": ("trusted", "seal"),
    "Valid": (ASK, "question"),
    "Changed": (STOP, "stop"),
    "NoCredentials": (IDLE, "question"),
    "Unreadable": (IDLE, "question"),
    "producer": (IDLE, "film"),
    "legal_reviewer": (IDLE, "scales"),
    "head_of_legal": (IDLE, "scales"),
    "performer": (IDLE, "person"),
    "closed": (IDLE, "lock"),
}
KINDS: dict[str, type[TextChoices]] = {
    "take": TakeState,
    "cut": CutState,
    "import": ImportState,
    "job": JobState,
    "corpus": CorpusState,
    "corpus_file": FileOutcome,
    "audit": AuditState,
    "card": CardState,
    "training": RunState,
    "model": ModelState,
    "outcome": Outcome,
    "severity": Severity,
    "rule": RuleStatus,
    "draft": DraftState,
    "finding": FindingKind,
    "case": CaseState,
    "override": OverrideState,
    "change": RequestState,
    "action": ActionKind,
    "grant": GrantState,
    "approval": ApprovalState,
    "claim": ClaimState,
    "custody": CustodyAct,
    "verify": VerifyState,
    "zone": Zone,
    "role": Role,
    "screening": ScreeningState,
}


def look(kind: str, value: str) -> tuple[str, str, str]:
    """``(tone, icon, word)`` of a state of this kind. Raises ``ValueError`` for a state that there is not."""
    state = KINDS[kind](value)
    tone, icon = LOOKS[str(state.value)]
    return tone, icon, str(state.label)
