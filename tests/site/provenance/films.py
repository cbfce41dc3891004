"""Films for tests of provenance, made by the real renderer, auditor, policies, signer and ledger; small."""

from types import SimpleNamespace

from django_site.apps.jobs.runner import run_pending
from django_site.apps.productions.models import Cut
from django_site.apps.productions.selectors import shots_current
from django_site.apps.productions.services.screenplays import screenplay_revise, screenplay_text, screenplay_write
from django_site.apps.productions.services.shots import shot_replace
from django_site.apps.productions.services.takes import production_render
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.services import case_approve

BRIEF = "A lighthouse keeper finds a letter on the shore at dusk."


def begun(make) -> SimpleNamespace:
    """A studio and its production, nothing written yet."""
    studio = make.studio()
    studio.production = make.production(
        studio.organisation,
        studio.producer,
        brief=BRIEF,
        territories=["US", "DE"],
        width=64,
        height=36,
        fps=8,
        total_seconds=3,
    )
    return studio


def released(studio: SimpleNamespace) -> SimpleNamespace:
    """The screenplay revised by a person, one shot changed by her, rendered, cut, approved, signed and released."""
    written = screenplay_write(production=studio.production, by=studio.producer)
    text = screenplay_text(written).rstrip() + "\n\nThe keeper reads the letter and smiles.\n"
    screenplay_revise(production=studio.production, fountain=text, by=studio.producer)
    shot = shots_current(studio.production).first()
    shot_replace(shot=shot, changes={"description": "The lamp turns, slowly."}, by=studio.producer)
    production_render(production=studio.production, by=studio.producer)
    run_pending()
    case = Case.objects.get(cut__isnull=False)
    case_approve(case=case, by=studio.legal_reviewer, reason="Watched it; nothing resembles anything.")
    run_pending()
    cut = Cut.objects.get()
    assert cut.state == "released"
    return SimpleNamespace(**vars(studio), cut=cut, release=cut.release)
