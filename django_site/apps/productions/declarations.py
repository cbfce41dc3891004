"""What producers can declare of a production, beyond what it is meant for: guilds, prizes, credits, what it portrays.

Nothing is assumed for them. A rule that needs an answer asks for it; ``DECLARABLE`` says what counts until there is one.
"""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

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


#: Declarations that are lists of these.
CHOICES: Mapping[str, type[models.TextChoices]] = {
    "guilds": Guild,
    "submitted_to": Prize,
    "delivered_to": Commissioner,
}
