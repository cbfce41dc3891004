"""The timeline: opened on a cut, changed step by step, undone, and cut from.

What a timeline shows is bound to takes of its production that may be shown; the end card, which tells the audience how the
film was made, can't be taken away, shortened below its reading time, or covered.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from django.db import transaction
from django.utils import timezone

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.productions.models import ContributionAct, Cut, Edit, Production
from django_site.apps.productions.services.contributions import contribution_record
from django_site.apps.productions.services.cuts import cut_begin
from django_site.apps.productions.services.timelines import newest_timeline, shots_on, timeline_fitted, timeline_of
from django_site.errors import InputError, WrongStateError
from generator.edit import Card, EditError, History, Operation, Timeline

#: Seconds that the end card stands at least: it has about twenty words, and three a second are read with ease.
END_SECONDS = 2


def edit_open(*, production: Production, by: User) -> Edit:
    """The timeline that is being worked on; where there is none, that of the newest assembled cut. Raises
    ``WrongStateError`` before there is a cut."""
    require(by, "productions.change", production)
    with transaction.atomic():
        Production.objects.select_for_update().get(pk=production.pk)
        edit = Edit.objects.filter(production=production).select_related("base", "changed_by").first()
        if edit is None:
            base = newest_timeline(production)
            if base is None:
                raise WrongStateError("there is no cut yet; it is made by itself when every shot has a cleared take")
            edit = Edit.objects.create(
                production=production,
                base=base,
                history=History.of(timeline_of(base)).as_document(),
                changed_by=by,
                changed_at=timezone.now(),
            )
    return edit


def edit_apply(*, edit: Edit, operation: Operation, by: User, revision: int) -> Edit:
    """One step further. Raises ``EditError`` for what can't be done and ``WrongStateError`` where somebody was faster."""
    return _changed(edit, by, revision, lambda history: history.apply(replace(operation, by=str(by.pk))))


def edit_undo(*, edit: Edit, by: User, revision: int) -> Edit:
    return _changed(edit, by, revision, History.undo)


def edit_redo(*, edit: Edit, by: User, revision: int) -> Edit:
    return _changed(edit, by, revision, History.redo)


def edit_discard(*, edit: Edit, by: User) -> None:
    """Forget every step; the next one begins on the newest cut."""
    require(by, "productions.change", edit.production)
    edit.delete()


def _changed(edit: Edit, by: User, revision: int, change: Callable[[History], History]) -> Edit:
    require(by, "productions.change", edit.production)
    history = change(History.from_document(edit.history))
    _refuse_hidden_end(history.timeline)
    saved = Edit.objects.filter(pk=edit.pk, revision=revision).update(
        history=history.as_document(), revision=revision + 1, changed_by=by, changed_at=timezone.now()
    )
    if not saved:
        raise WrongStateError("somebody else has changed this timeline meanwhile; look at it again, then do your step")
    edit.refresh_from_db()
    return edit


def _refuse_hidden_end(timeline: Timeline) -> None:
    last = timeline.clips[-1]
    if not isinstance(last.source, Card) or last.source.kind != "end":
        raise EditError("the end card tells the audience how the film was made; it stays, and stays last")
    if last.frames < END_SECONDS * timeline.rate:
        raise EditError(f"the end card has to be read; leave it at least {END_SECONDS} s")
    if any(title.clip == last.id for title in timeline.titles):
        raise EditError("the end card tells the audience how the film was made; lay titles over other clips")


# the cut


def edit_cut(*, edit: Edit, by: User) -> Cut:
    """A cut of the timeline as it is now, its picture assembled and its sound made anew. Raises ``WrongStateError``."""
    production = edit.production
    require(by, "productions.change", production)
    history = History.from_document(edit.history)
    with transaction.atomic():
        Production.objects.select_for_update().get(pk=production.pk)
        timeline = edit_fitted(edit)
        steps = Counter(step.name for step in history.operations[: history.done])
        cut = cut_begin(production, timeline=timeline, base=edit.base, by=by, measure={"steps": dict(steps)})
        trims = sum(count for name, count in steps.items() if name in ("trim", "split", "delete", "set_transition"))
        if trims:
            contribution_record(
                production=production,
                actor=by,
                act=ContributionAct.TRIMMED,
                target=cut,
                note=f"{trims} steps on the timeline",
                measure={"steps": dict(steps)},
            )
    return cut


def edit_fitted(edit: Edit) -> Timeline:
    """The timeline of an edit with takes that may be shown now."""
    history = History.from_document(edit.history)
    fitted = timeline_fitted(history.timeline, edit.production, known=shots_on(history.states[0]))
    _refuse_hidden_end(fitted)
    return fitted


def seconds_frames(timeline: Timeline, seconds: float) -> int:
    """The nearest frame. Raises ``InputError`` for what is no time within a day."""
    if not 0 <= seconds <= 86_400:
        raise InputError(f"{seconds:g} s is no place on a timeline; use 0 to 86400")
    return round(Fraction(seconds).limit_denominator(10_000) * timeline.rate)
