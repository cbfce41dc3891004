"""What the page of a take, a cut or an import shows of the review room: changes asked for, and a way to set aside."""

from django_site.apps.audits.models import Decision
from django_site.apps.audits.reading import decision_latest
from django_site.apps.reviews.services import requests_about
from django_site.apps.reviews.services.overriding import STANDING, overrides_of
from django_site.apps.reviews.views.overrides import POINTS, may_be_asked


def _open_to_ask(decision: Decision) -> bool:
    """Whether asking is of use: something may be set aside, and nobody has asked yet."""
    return may_be_asked(decision) and not overrides_of(decision).filter(state__in=STANDING).exists()


def asked_about(**thing) -> dict:
    """``change_requests``, and ``decision_stopping`` where something stopped it that may be set aside; for a ``take=``, a
    ``cut=`` or an ``imported=``."""
    [one] = thing.values()
    decision = decision_latest(**thing) if one.state == "stopped" else None
    stopping = decision if decision is not None and decision.point in POINTS and _open_to_ask(decision) else None
    return {"change_requests": list(requests_about(**thing)), "decision_stopping": stopping}
