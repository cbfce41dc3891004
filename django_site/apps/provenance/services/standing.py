"""Is what was decided still true? A decision is stale when a policy, a consent or an index that it relied on is newer."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from django_site.apps.audits.models import MATCH_KINDS, PERSON_KINDS, Decision, Finding
from django_site.apps.audits.services.policies_kept import policy_revision_record
from django_site.apps.corpora.models import Licence
from django_site.apps.corpora.services import index_snapshot_record
from django_site.apps.likeness.models import BiometricConsent, BiometricTemplate, ConsentGrant, UseApproval, UseEvent
from django_site.apps.productions.models import Cut
from django_site.apps.productions.voices import voice_spans
from django_site.apps.training.standing import models_changed_at


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest decision about a cut's content, and when each thing that it relied on last changed."""

    decision: Decision
    policies_changed_at: datetime
    consents_changed_at: datetime
    index_changed_at: datetime
    models_changed_at: datetime

    @property
    def stale_because(self) -> tuple[str, ...]:
        """What changed since the decision; empty while it stands."""
        changes = (
            ("a policy", self.policies_changed_at),
            ("a consent", self.consents_changed_at),
            ("the index of works or a licence", self.index_changed_at),
            ("a model that made it", self.models_changed_at),
        )
        return tuple(what for what, at in changes if at > self.decision.created_at)


def _findings(cut: Cut) -> QuerySet[Finding]:
    """What any audit ever found in the cut or its takes."""
    takes = cut.items.values("take")
    return Finding.objects.filter(Q(audit__cut=cut) | Q(audit__take__in=takes))


def subjects_seen(cut: Cut) -> set[str]:
    """Ids of everybody registered who was found in the cut or its takes, is cast in its shots, lends a voice to its lines,
    or was used in its takes."""
    found = _findings(cut).filter(kind__in=PERSON_KINDS, subject__isnull=False).values_list("subject", flat=True)
    takes = cut.items.values("take")
    used = UseEvent.objects.filter(Q(cut=cut) | Q(take__in=takes)).values_list("subject", flat=True)
    cast = (ids for ids in cut.items.values_list("take__shot__cast", flat=True) if ids)
    return {str(one) for one in [*found, *used, *(one for ids in cast for one in ids), *voice_spans(cut)]}


def consents_changed_at(cut: Cut) -> datetime:
    """The newest change of a grant of anybody seen in the cut or its takes (its end is one), or of the faces that are
    looked for."""
    seen = subjects_seen(cut)
    grants = ConsentGrant.objects.filter(subject__in=seen)
    approvals = UseApproval.objects.filter(subject__in=seen, production=cut.production)
    moments = [
        cut.production.created_at,
        approvals.aggregate(last=Max("decided_at"))["last"],
        grants.aggregate(last=Max("changed_at"))["last"],
        grants.filter(ends__lte=timezone.now()).aggregate(last=Max("ends"))["last"],
        BiometricTemplate.objects.aggregate(last=Max("created_at"))["last"],
        BiometricConsent.objects.aggregate(last=Max("withdrawn_at"))["last"],
    ]
    return max(moment for moment in moments if moment is not None)


def licences_changed_at(cut: Cut) -> datetime:
    """The newest change of a licence of any work that was found in the cut or its takes; its end is one."""
    works = _findings(cut).filter(kind__in=MATCH_KINDS).values("work")
    licences = Licence.objects.filter(work__in=works)
    moments = [
        cut.production.created_at,
        licences.aggregate(last=Max("created_at"))["last"],
        licences.filter(ends__lte=timezone.now()).aggregate(last=Max("ends"))["last"],
    ]
    return max(moment for moment in moments if moment is not None)


def _models_changed_at(cut: Cut) -> datetime:
    """When a model of the studio's own that made one of its takes was last flagged."""
    models = cut.items.filter(take__generation__trained_model__isnull=False).order_by()
    changed = models_changed_at(models.values_list("take__generation__trained_model", flat=True))
    return changed or cut.production.created_at


def cut_standing(cut: Cut) -> Standing | None:
    """Where the cut stands now; ``None`` where nothing was decided about its content yet."""
    decision = cut.decisions.filter(point="cut").order_by("-created_at").first()
    if decision is None:
        return None
    return Standing(
        decision=decision,
        policies_changed_at=policy_revision_record().created_at,
        consents_changed_at=consents_changed_at(cut),
        index_changed_at=max(index_snapshot_record().created_at, licences_changed_at(cut)),
        models_changed_at=_models_changed_at(cut),
    )
