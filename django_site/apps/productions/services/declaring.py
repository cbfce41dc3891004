"""What producers declare of a production: what rules ask of the whole."""

from datetime import date
from typing import Any

from django.db import transaction

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.services.repeating import CUTS_WAITING, cuts_repeat
from django_site.apps.productions.declarations import CHOICES, DECLARABLE, MAX_WORDS, ScriptBy
from django_site.apps.productions.models import CutState, Production
from django_site.errors import InputError, WrongStateError


def production_declare_more(*, production: Production, by: User, **said: Any) -> Production:
    """Replace what is declared of the production. A cut that waits for review is judged anew.

    Raises ``InputError`` for what can't be declared, ``WrongStateError`` while a cut is on its way out: what was approved
    rests on what was declared then.
    """
    require(by, "productions.change", production)
    if unknown := sorted(set(said) - set(DECLARABLE)):
        raise InputError(f"{unknown[0]!r} can't be declared; use one of: {', '.join(DECLARABLE)}")
    declared = {name: _checked(name, value) for name, value in said.items() if value != DECLARABLE[name]}
    with transaction.atomic():
        held = Production.objects.select_for_update().get(pk=production.pk)
        if held.cuts.filter(state__in=[CutState.APPROVED, CutState.SIGNING, CutState.AWAITING_TIME]).exists():
            raise WrongStateError(
                "a cut is being signed as it was approved; wait until it is released, or make another"
            )
        if declared != held.declarations:
            Production.objects.filter(pk=production.pk).update(declarations=declared)
            cuts_repeat(list(held.cuts.filter(state__in=CUTS_WAITING).values_list("pk", flat=True)), send=True)
    production.refresh_from_db()
    return production


def _checked(name: str, value: Any) -> Any:
    """The value as it is kept, or ``InputError``."""
    if name in CHOICES:
        wrong = [one for one in value if one not in CHOICES[name].values]
        if wrong:
            raise InputError(f"{name}: {wrong[0]!r} is not known; use {', '.join(CHOICES[name].values)}")
        return list(dict.fromkeys(value))
    if name == "script_by":
        if value not in ScriptBy.values:
            raise InputError(f"script_by: {value!r} is not known; use {', '.join(ScriptBy.values[1:])}")
        return value
    if name == "synthetic_notice_on":
        try:
            return date.fromisoformat(str(value)).isoformat()
        except ValueError as error:
            raise InputError(f"{value!r} is no day of the calendar; write YYYY-MM-DD") from error
    if isinstance(DECLARABLE[name], str):
        return str(value).strip()[:MAX_WORDS]
    if not isinstance(value, bool):
        raise InputError(f"{name} is true or false")
    return value
