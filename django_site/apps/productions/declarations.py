"""What producers can declare of a production, beyond what it is meant for: guilds, prizes, credits, what it portrays.

Nothing is assumed for them. A rule that needs an answer asks for it; ``DECLARABLE`` says what counts until there is one.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.productions.models import Production
from django_site.errors import InputError

#: Longest reason or reference that somebody types.
MAX_WORDS = 1000
#: Every declaration with what counts until somebody makes it.
DECLARABLE: Mapping[str, Any] = {
    "guilds": None,
    "promotes_expressive_work": False,
    "synthetic_performer_disclosed": False,
    "synthetic_justification": "",
    "synthetic_notice_on": "",
    "writers_told": False,
    "script_by": "",
    "submitted_to": [],
    "delivered_to": [],
    "approval_reference": "",
    "nonfiction": False,
    "imitates_archive": False,
    "archive_labelled": False,
    "portrays_real_people": None,
    "portrayal_advice": "",
    "credits_complete": False,
    "registered_us": False,
    "machine_parts_disclaimed": False,
}


class Guild(models.TextChoices):
    """Whose collective agreement a production is made under."""

    SAG_AFTRA = "SAG-AFTRA", "SAG-AFTRA"
    WGA = "WGA", "WGA"


class ScriptBy(models.TextChoices):
    """Who wrote the screenplay."""

    UNSAID = "", _("Not said yet")
    PEOPLE = "people", _("People")
    ASSISTED = "people with tools", _("People, with the help of tools")
    MACHINE = "machine", _("A machine, from a brief")


class Prize(models.TextChoices):
    ACADEMY = "academy", _("Academy Awards")


class Commissioner(models.TextChoices):
    NETFLIX = "netflix", "Netflix"


_CHOICES: Mapping[str, type[models.TextChoices]] = {
    "guilds": Guild,
    "submitted_to": Prize,
    "delivered_to": Commissioner,
}


def production_declare_more(*, production: Production, by: User, **said: Any) -> Production:
    """Replace what is declared of the production. Raises ``InputError`` for what can't be declared."""
    require(by, "productions.change", production)
    if unknown := sorted(set(said) - set(DECLARABLE)):
        raise InputError(f"{unknown[0]!r} can't be declared; use one of: {', '.join(DECLARABLE)}")
    declared = {name: _checked(name, value) for name, value in said.items() if value != DECLARABLE[name]}
    Production.objects.filter(pk=production.pk).update(declarations=declared)
    production.refresh_from_db()
    return production


def _checked(name: str, value: Any) -> Any:
    """The value as it is kept, or ``InputError``."""
    if name in _CHOICES:
        wrong = [one for one in value if one not in _CHOICES[name].values]
        if wrong:
            raise InputError(f"{name}: {wrong[0]!r} is not known; use {', '.join(_CHOICES[name].values)}")
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
