"""What people look at and decide, how the work is shared out, and who looked at what."""

from django_site.apps.reviews.models.cases import (
    AccessLog,
    AccessTier,
    ActionKind,
    Case,
    CaseKind,
    CaseState,
    Comment,
    Privilege,
    ReviewAction,
)
from django_site.apps.reviews.models.holds import CaseReader, Hold
from django_site.apps.reviews.models.overrides import Override, OverrideApproval, OverrideState
from django_site.apps.reviews.models.queueing import Assignment, SavedFilter, ServiceLevel
from django_site.apps.reviews.models.requests import ChangeRequest, RequestState

__all__ = [
    "AccessLog",
    "AccessTier",
    "ActionKind",
    "Assignment",
    "Case",
    "CaseKind",
    "CaseReader",
    "CaseState",
    "ChangeRequest",
    "Comment",
    "Hold",
    "Override",
    "OverrideApproval",
    "OverrideState",
    "Privilege",
    "RequestState",
    "ReviewAction",
    "SavedFilter",
    "ServiceLevel",
]
