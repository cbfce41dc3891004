"""Before a model is tuned or trained: whose likeness is in the data, and did they allow exactly that?"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.facts import train_facts
from django_site.apps.audits.models import Decision
from django_site.apps.audits.services.decisions import decide_and_record, reason_of
from django_site.apps.likeness.compensation import compensation_record
from django_site.apps.likeness.models import GrantState, UseEvent, UseKind
from django_site.apps.likeness.selectors import grant_nearest, grants_by_subject
from django_site.apps.productions.models import Production
from django_site.errors import InputError, WrongStateError

#: What training may be: a model of this production alone, or one that others use.
ACTS = ("fine_tune", "third_party_training")


def training_begin(
    *,
    production: Production,
    modalities: Mapping[str, Iterable[str]],
    model: str,
    act: str,
    data_sha256: Iterable[str],
    by: User,
    base: Mapping[str, Any] | None = None,
    drawn_by: Mapping[str, Any] | None = None,
) -> tuple[Decision, list[UseEvent]]:
    """Ask the policies, and note one use for each person. ``modalities`` of the data by subject id,
    ``base`` the card of the model that it begins from: its licences must allow that; ``drawn_by`` the card of the renderer
    whose frames it learns from, where it does.

    Call it before the first step of any training. Raises ``WrongStateError`` with the reason where anybody did not allow it:
    then nothing is trained. Raises ``InputError`` for a training of no kind that we know.
    """
    require(by, "productions.change", production)
    if act not in ACTS or not model.strip():
        raise InputError(f"say what is trained, and as which of: {', '.join(ACTS)}")
    facts = train_facts(
        production,
        modalities=modalities,
        model=model,
        act=act,
        data_sha256=data_sha256,
        base=base,
        drawn_by=drawn_by,
    )
    decision = decide_and_record(facts=facts, actor=by, production=production)
    if decision.outcome != "allow":
        raise WrongStateError(reason_of(decision))
    grants = grants_by_subject(modalities)
    uses = []
    with transaction.atomic():
        for subject_id, wanted in modalities.items():
            standing = [grant for grant in grants.get(subject_id, []) if grant.state == GrantState.ACTIVE]
            for modality in sorted(wanted):
                grant = grant_nearest(standing, production, modality=modality)
                uses.append(
                    UseEvent.objects.create(
                        subject_id=subject_id,
                        grant=grant,
                        production=production,
                        kind=UseKind.TRAIN,
                        what=model.strip(),
                        seconds=0,
                        spans=[[modality, 0.0, 0.0]],
                    )
                )
        for use in uses:
            compensation_record(use=use)
    return decision, uses
