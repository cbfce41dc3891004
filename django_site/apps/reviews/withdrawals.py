"""What a withdrawal means for films that are already out: a person decides, once for each film, whether it stays out.

Called in the transaction that ends the grant or the licence: whoever is told that it ended can rely on the case.
"""

import logging
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from django_site.apps.accounts.models import User
from django_site.apps.audits.facts import cut_facts
from django_site.apps.audits.models import MATCH_KINDS, Decision, Finding
from django_site.apps.audits.services.decisions import decide_and_record
from django_site.apps.corpora.models import Licence
from django_site.apps.productions.models import Cut, CutState
from django_site.apps.reviews.models import Case, CaseKind, CaseState
from django_site.apps.reviews.services import cases_supersede
from django_site.apps.reviews.services.deciding import case_emit
from django_site.apps.reviews.services.queueing import due_at

logger = logging.getLogger(__name__)

#: Above anything that is not out yet (a finding's score, at most 1, and 1 more where the policies want judgement).
RISK = 3.0
#: As many as any case that asks for judgement, the head of legal among them.
APPROVALS_NEEDED = 2


def released_under_licence(licence: Licence) -> list[Cut]:
    """Released films in which the licence's work was found, in the film itself or in one of its takes. A film that is merely
    alike relied on no licence."""
    return list(_showing(Finding.objects.filter(work=licence.work, kind__in=MATCH_KINDS)))


def _showing(findings: QuerySet[Finding]) -> QuerySet[Cut]:
    return (
        Cut.objects.filter(state=CutState.RELEASED)
        .filter(Q(audits__findings__in=findings) | Q(items__take__audits__findings__in=findings))
        .select_related("production")
        .distinct()
    )


@transaction.atomic
def withdrawal_cases_open(*, cuts: Iterable[Cut], reason: str, opened_by: User | None) -> list[Case]:
    """One open case for each released film, the riskiest in the queue; a further withdrawal adds its reason to it.

    The policies judge the film anew, so that the case shows what they say now. The file stays verifiable.
    """
    return [_open(cut, reason, opened_by) for cut in cuts]


def _open(cut: Cut, reason: str, opened_by: User | None) -> Case:
    open_case = Case.objects.select_for_update().filter(cut=cut, state=CaseState.OPEN).first()
    if open_case is not None and open_case.kind == CaseKind.WITHDRAWAL:
        if reason not in open_case.reason:
            open_case.reason = f"{open_case.reason}\n{reason}"
            open_case.save(update_fields=["reason"])
            Cut.objects.filter(pk=cut.pk).update(reason=open_case.reason)
        return open_case
    if open_case is not None:
        cases_supersede(cut=cut)
    Cut.objects.filter(pk=cut.pk).update(reason=reason)
    case = Case.objects.create(
        kind=CaseKind.WITHDRAWAL,
        reason=reason,
        production=cut.production,
        cut=cut,
        decision=_judged_anew(cut, opened_by),
        opened_by=opened_by,
        approvals_needed=APPROVALS_NEEDED,
        risk=RISK,
        due_at=due_at(cut.production.organisation_id, CaseKind.WITHDRAWAL, RISK),
    )
    case_emit(case, "case.opened")
    return case


def _judged_anew(cut: Cut, by: User | None) -> Decision:
    """What the policies say of the film now. Should they be out of order, the case opens on what they said last:
    nobody's withdrawal fails over it."""
    audit = cut.audits.order_by("-created_at").first()
    last = cut.decisions.filter(point="cut").order_by("-created_at").first() or cut.release.decision
    if audit is None:
        return last
    try:
        with transaction.atomic():
            return decide_and_record(
                facts=cut_facts(cut, audit), actor=by, audit=audit, production=cut.production, cut=cut
            )
    except Exception:
        logger.exception("cut %s could not be judged anew; its case opens on the last decision", cut.pk)
        return last
