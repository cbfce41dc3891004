"""What a brief can't be written from as it is, and what its makers can choose instead."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from django_site.apps.accounts.models import Organisation, User
from django_site.apps.accounts.permissions import require
from django_site.apps.productions.models import ContributionAct, Production
from django_site.apps.productions.selectors import screenplay_current
from django_site.apps.productions.services.contributions import contribution_record
from django_site.apps.productions.services.productions import MAX_SECONDS, production_create
from django_site.apps.productions.services.screenplays import names_cleared, screenplay_revise
from django_site.errors import InputError, WrongStateError
from generator.narrative import parse_fountain
from generator.narrative.brief import read_brief
from generator.narrative.subjects import Alternative, Refusal, instead, refusals

#: Seconds that each scene of a screenplay is given at least which somebody pastes where a brief was wanted.
SCENE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be done instead; ``value`` names it in a form, empty where words alone don't do it."""

    value: str
    alternative: Alternative


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody whom a brief asks for and may not, with the choices that there are."""

    refusal: Refusal
    choices: tuple[Choice, ...]

    @property
    def real(self) -> bool:
        return self.refusal.kind == "person"


def refused_in(found: tuple[Refusal, ...]) -> list[Refused]:
    """Refusals as a page offers them."""
    return [
        Refused(
            refusal,
            tuple(
                Choice(f"{place}:{number}" if one.words else "", one) for number, one in enumerate(refusal.alternatives)
            ),
        )
        for place, refusal in enumerate(found)
    ]


def brief_refused(production: Production) -> list[Refused]:
    """Whom the brief of a production asks for and may not, given the grants that name it."""
    return refused_in(refusals(production.brief, cleared=names_cleared(production)))


def brief_with(brief: str, choice: str, *, cleared: tuple[str, ...] = ()) -> str:
    """The brief with a choice of ``refused_in`` taken. Raises ``InputError`` for one that is none (any more)."""
    for refused in refused_in(refusals(brief, cleared=cleared)):
        for one in refused.choices:
            if one.value and one.value == choice:
                return instead(brief, refused.refusal, one.alternative, cleared=cleared)
    raise InputError("this choice is none of those that are offered; choose again")


@transaction.atomic
def brief_change(*, production: Production, brief: str, by: User) -> Production:
    """Another brief, while no screenplay was written from the one there is. Raises ``BriefError``, ``SubjectError``,
    ``WrongStateError``."""
    require(by, "productions.change", production)
    production = Production.objects.select_for_update().get(pk=production.pk)
    if screenplay_current(production) is not None:
        raise WrongStateError("the screenplay is written already; edit that instead of the brief")
    read_brief(brief, cleared=names_cleared(production))
    production.brief = brief.strip()
    production.save(update_fields=["brief"])
    contribution_record(
        production=production, actor=by, act=ContributionAct.EDITED, target=production, note="the brief",
        measure={"words": {"added": len(brief.split())}},
    )  # fmt: skip
    return production


@transaction.atomic
def production_from_screenplay(
    *, organisation: Organisation, title: str, text: str, by: User, total_seconds: float, **values
) -> Production:
    """A production whose screenplay a person brings, as long as its scenes need at least; its brief is the logline, or says
    that there was none. Raises ``ScreenplayError``, ``ShotError`` and ``SharedWordsError``; then there is no production
    either."""
    parsed = parse_fountain(text)
    values["total_seconds"] = max(total_seconds, min(MAX_SECONDS, SCENE_SECONDS * len(parsed.scenes)))
    brief = parsed.logline or _("A screenplay of %(n)d scenes that was brought along: %(title)s") % {
        "n": len(parsed.scenes),
        "title": title,
    }
    production = production_create(organisation=organisation, title=title, brief=brief[:4000], by=by, **values)
    screenplay_revise(production=production, fountain=text, by=by)
    return production
