"""What can be learned from the scripts that are licensed for it: which may be read, which are left out and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from django_site.apps.accounts.models import User
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.corpora.models import Act, Licence, WorkScript
from django_site.apps.corpora.selectors import licence_chosen, licences_said, licensed_acts_of, works_visible_to
from generator.errors import ScreenplayError
from generator.narrative.analysis import ScriptAnalysis, analyse_script
from generator.narrative.corpus import CorpusAnalysis

#: Scripts that one page measures; a feature takes about a second the first time that it is looked at.
MAX_SCRIPTS = 40
#: Acts of a licence under which a script may be measured: as a reference, or for training.
READS = (Act.REFERENCE, Act.TRAIN)
#: The reservation of text and data mining (Directive (EU) 2019/790, article 4(3)).
TDM = "tdm"


@dataclass(frozen=True, slots=True)
class Measured:
    """A script and what was measured of it."""

    script: WorkScript
    analysis: ScriptAnalysis
    licence: str

    @property
    def minutes(self) -> float:
        return self.analysis.seconds / 60


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A script that was not read, why, and who can change that."""

    script: WorkScript
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """The measured scripts of an organisation, those left out, and how many more there are than one page measures."""

    measured: tuple[Measured, ...]
    left_out: tuple[LeftOut, ...]
    more: int

    @property
    def summary(self) -> dict | None:
        """Quartiles of what was measured, over all of them."""
        if not self.measured:
            return None
        return CorpusAnalysis(tuple((str(one.script.pk), one.analysis) for one in self.measured)).summary()


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the summary: what was measured, and its quartiles as they are read."""

    name: str
    values: tuple[str, ...]


def summary_rows(summary: dict | None) -> list[Row]:
    """The quartiles of a summary for a table."""
    if summary is None:
        return []
    names = {
        "scenes": (_("Scenes"), "{:.0f}"),
        "minutes": (_("Minutes"), "{:.1f}"),
        "scene_words": (_("Words of a scene"), "{:.0f}"),
        "dialogue_share": (_("Share that is spoken"), "{:.0%}"),
        "characters": (_("Characters"), "{:.0f}"),
        "first_speaker_share": (_("Share of what the first character says"), "{:.0%}"),
        "reading_ease": (_("Reading ease, of 100"), "{:.0f}"),
    }
    return [Row(name, tuple(form.format(value) for value in summary[key])) for key, (name, form) in names.items()]


def corpus_measured(user: User) -> Corpus:
    """The scripts of works that the person may see, measured as far as a licence in force lets them be."""
    scripts = list(
        WorkScript.objects.filter(work__in=works_visible_to(user), work__withdrawn_at__isnull=True)
        .select_related("work__rights_holder", "asset")
        .order_by("work__title", "created_at")
    )
    now = timezone.now()
    works = {script.work_id: script.work for script in scripts}
    acts, said = licensed_acts_of(works), licences_said(works.values(), at=now)
    measured: list[Measured] = []
    left_out: list[LeftOut] = []
    more = 0
    for script in scripts:
        barred = _barred(licence_chosen(acts.get(str(script.work_id), []), at=now))
        if barred is not None:
            left_out.append(LeftOut(script, *barred))
        elif len(measured) >= MAX_SCRIPTS:
            more += 1
        else:
            found = _measured(script.asset.sha256, said[script.work_id], script)
            measured += [found] if isinstance(found, Measured) else []
            left_out += [found] if isinstance(found, LeftOut) else []
    return Corpus(tuple(measured), tuple(left_out), more)


def _barred(chosen: tuple[Licence, tuple[str, ...], bool] | None) -> tuple[str, str] | None:
    """Why a script may not be measured under this licence, and what would change that."""
    ask = _("Ask the rights holder for a licence as a reference or for training, and register it (a producer).")
    if chosen is None:
        return _("No licence is registered."), ask
    licence, permits, in_force = chosen
    if not in_force:
        return _("Its licence is not in force."), _("Register one that is (a producer).")
    if not set(permits) & set(READS):
        return _("Its licence lets it be neither a reference nor trained on."), ask
    if TDM in licence.reservations and Act.TRAIN not in permits:
        return _("Its owner reserves text and data mining."), ask
    return None


def _measured(sha256: str, licence: str, script: WorkScript) -> Measured | LeftOut:
    try:
        return Measured(script, _analysed(sha256, licence, str(asset_path(script.asset))), licence)
    except ScreenplayError:
        return LeftOut(
            script,
            _("It holds no scenes: subtitles and plain texts are compared, not measured."),
            _("Register the screenplay as Fountain or Final Draft (a producer)."),
        )


@lru_cache(maxsize=256)
def _analysed(sha256: str, licence: str, path: str) -> ScriptAnalysis:
    """By the digest of the file: what is the same is measured once a process."""
    return analyse_script(Path(path).read_bytes(), licence=licence)


def chosen(measured: Iterable[Measured], wanted: str) -> Measured | None:
    """The script that somebody asks for, or the first."""
    rows = list(measured)
    return next((one for one in rows if str(one.script.pk) == wanted), rows[0] if rows else None)
