"""Every bundle of policies that was ever in force, with its texts: what was decided under it can be decided again."""

import json
from functools import lru_cache

from django.db import transaction

from auditor.canonical import canonical_json
from auditor.errors import BadInputError
from auditor.policy import PolicyBundle
from auditor.policy.schema import FactsSchema
from django_site import wiring
from django_site.apps.audits.models import PolicyRevision, PolicyText
from django_site.errors import WrongStateError

#: Bundles of earlier days that a process keeps compiled; a replay mostly meets a few.
KEPT_OPEN = 8


@transaction.atomic
def policy_revision_record() -> PolicyRevision:
    """Which bundle is in force now, as a row with its texts; a new one only when it differs from the last."""
    bundle = wiring.policy_bundle()
    latest = PolicyRevision.objects.select_for_update().order_by("-created_at", "-id").first()
    if latest and latest.bundle_sha256 == bundle.sha256 and latest.files:
        return latest
    files = {policy.file: policy.sha256 for policy in bundle.policies}
    texts = {files[name]: data.decode() for name, data in bundle.texts.items()}
    texts[bundle.facts.sha256] = canonical_json(bundle.facts.as_dict()).decode()
    known = set(PolicyText.objects.filter(sha256__in=texts).values_list("sha256", flat=True))
    PolicyText.objects.bulk_create(
        [PolicyText(sha256=sha256, text=text) for sha256, text in texts.items() if sha256 not in known],
        ignore_conflicts=True,  # another process writes the same texts: they are what they are
    )
    return PolicyRevision.objects.create(
        bundle_sha256=bundle.sha256,
        policies=len(bundle.policies),
        files=files,
        facts_schema_sha256=bundle.facts.sha256,
    )


def bundle_of(sha256: str) -> PolicyBundle:
    """The bundle of this digest: today's, or one of an earlier day from its texts. Raises ``WrongStateError`` where its
    texts were not kept or are not what they were."""
    today = wiring.policy_bundle()
    return today if today.sha256 == sha256 else _bundle_from_rows(sha256)


@lru_cache(maxsize=KEPT_OPEN)
def _bundle_from_rows(sha256: str) -> PolicyBundle:
    revision = PolicyRevision.objects.filter(bundle_sha256=sha256).exclude(files={}).first()
    if revision is None:
        raise WrongStateError(f"the texts of the policies {sha256[:12]}… were not kept; restore them from a backup")
    wanted = {*revision.files.values(), revision.facts_schema_sha256}
    texts = dict(PolicyText.objects.filter(sha256__in=wanted).values_list("sha256", "text"))
    try:
        schema = FactsSchema(json.loads(texts[revision.facts_schema_sha256]))
        files = {name: texts[digest].encode() for name, digest in revision.files.items()}
        return PolicyBundle.was_in_force(files, schema, sha256=sha256)
    except (KeyError, ValueError, BadInputError) as error:
        raise WrongStateError(f"the texts of the policies {sha256[:12]}… are damaged: {error}") from error
