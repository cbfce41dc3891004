"""Cases and everything that people do about them. The names that other apps use; each module says what its own are for."""

from django_site.apps.reviews.services.deciding import (
    access_log,
    case_approve,
    case_open,
    case_reject,
    case_request_change,
    cases_supersede,
    comment_add,
    finding_dismiss,
)
from django_site.apps.reviews.services.queueing import cases_settle
from django_site.apps.reviews.services.requests import request_answer, request_drop, requests_about

__all__ = [
    "access_log",
    "case_approve",
    "case_open",
    "case_reject",
    "case_request_change",
    "cases_settle",
    "cases_supersede",
    "comment_add",
    "finding_dismiss",
    "request_answer",
    "request_drop",
    "requests_about",
]
