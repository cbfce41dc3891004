"""What overrides say about a decision: what may be set aside of it, what was asked, and whether it stands through one.

Nothing here changes anything; ``overriding`` does.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from auditor.policy import PolicyBundle
from auditor.policy.overriding import refusal, steady_sha256
from django_site.apps.audits.models import Asset, Decision, Outcome
from django_site.apps.audits.services.decisions import failed_checks
from django_site.apps.audits.services.policies_kept import bundle_of
from django_site.apps.reviews.models import Override, OverrideState
from django_site.errors import WrongStateError


def asset_of(decision: Decision) -> Asset | None:
    """The file that a decision is about: the unsigned edit, the take, the imported file."""
    thing = decision.cut or decision.take or decision.imported
    return thing.asset if thing is not None else None


def check_key(check: Mapping[str, Any]) -> tuple[str, int, str, str]:
    """What makes a failed check the same one."""
    return str(check["policy"]), int(check["version"]), str(check["check"]), str(check.get("item") or "")


def checks_overridable(decision: Decision) -> list[tuple[dict, str]]:
    """The failed checks of a decision, each with why it can't be set aside; an empty reason where people may."""
    try:
        bundle = bundle_of(decision.bundle_sha256)
    except WrongStateError:  # decided before policies were kept
        return [
            (check, "the policies of its day were not kept; have it audited again") for check in failed_checks(decision)
        ]
    return [(check, _why_not(bundle, check, decision.facts)) for check in failed_checks(decision)]


def _why_not(bundle: PolicyBundle, check: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    policy = bundle.policy(str(check["policy"]))
    if policy is None or check.get("error"):
        return "what could not be judged is not set aside"
    return refusal(policy, str(check["check"]), facts) or ""


def same_thing(decision: Decision) -> dict[str, Any]:
    """What finds rows about the same take, cut or import at the same point. The file alone does not: it is stored once for
    everybody who brings it, and what one production does about it is no other's business."""
    return {
        "asset": asset_of(decision),
        "decision__point": decision.point,
        "decision__take": decision.take_id,
        "decision__cut": decision.cut_id,
        "decision__imported": decision.imported_id,
    }


def overrides_of(decision: Decision) -> QuerySet[Override]:
    """Every override that was asked for about the same thing and file at the decision's point, the newest first."""
    rows = Override.objects.filter(**same_thing(decision))
    return rows.select_related("requested_by", "decision").prefetch_related("approvals__actor")


def newest(decision: Decision) -> bool:
    about = {"cut": decision.cut_id, "take": decision.take_id, "imported": decision.imported_id}
    rows = Decision.objects.filter(point=decision.point, **about).order_by("-created_at", "-id")
    return rows.values_list("pk", flat=True).first() == decision.pk


def rests_on_another(decision: Decision) -> bool:
    """Whether this very decision counts as allowed through an override, or is about the release of a film whose own
    decision does."""
    standing = decision.facts.get("standing")
    film = isinstance(standing, Mapping) and standing["outcome"] == Outcome.BLOCK and standing["overridden"]
    return film or override_standing(decision) is not None


def override_covering(
    *,
    asset: Asset | None,
    point: str,
    facts: Mapping[str, Any],
    bundle_sha256: str,
    failed: Sequence[Mapping[str, Any]],
) -> Override | None:
    """The override in force now that sets every one of these failed checks aside, for these facts under these policies."""
    if asset is None or not failed:
        return None
    rows = Override.objects.filter(
        asset=asset,
        decision__point=point,
        state=OverrideState.IN_FORCE,
        bundle_sha256=bundle_sha256,
        expires_at__gt=timezone.now(),
        facts_sha256=steady_sha256(facts),
    )
    wanted = {check_key(check) for check in failed}
    return next((row for row in rows if wanted <= {check_key(check) for check in row.checks}), None)


def override_standing(decision: Decision) -> Override | None:
    """The override through which this decision counts as allowed, if one does."""
    return override_covering(
        asset=asset_of(decision),
        point=decision.point,
        facts=decision.facts,
        bundle_sha256=decision.bundle_sha256,
        failed=failed_checks(decision),
    )


def permitted(decision: Decision) -> bool:
    """Whether a file goes on by itself after this decision: allowed, or everything that stops it is set aside."""
    return decision.outcome == Outcome.ALLOW or override_standing(decision) is not None
