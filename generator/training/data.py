"""What is learned from: works with the licence of each, people with their grants, renders of our own.

>>> found = TrainingSet.of_table(Path("works.csv"), Path("works"))                       # doctest: +SKIP
>>> refusals(found, territories=("DE",), at=datetime.now(UTC))                           # doctest: +SKIP
(Refusal(work_id='w7', title='Harbour', act='train', code='act', reason="the licence …", remedy="…", files=()),)
>>> allowed = permitted(found, territories=("DE",), at=datetime.now(UTC), leave_out=True)  # doctest: +SKIP
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress
from generator.backends.licences import EVERYWHERE
from generator.encoding import sha256_of
from generator.errors import CancelledError, ForbiddenWorksError, TrainingSetError
from generator.training.works import (
    OwnRenders,
    PersonPermission,
    Refusal,
    TrainingFile,
    TrainingSet,
    TrainingWork,
    person_of,
)

__all__ = [
    "EVERYWHERE", "OwnRenders", "PersonPermission", "Refusal", "TrainingFile", "TrainingSet", "TrainingWork", "permitted",
    "person_of", "refusals",
]  # fmt: skip
#: The act that a licence must permit before anything is learned from a work.
TRAIN = "train"
#: What a person's grant must permit: a model of this production alone, or one that others may use too.
GRANTED_ACTS = ("fine_tune", "third_party_training")


def refusals(
    training_set: TrainingSet,
    *,
    territories: Sequence[str],
    at: datetime,
    act: str = TRAIN,
    probe: bool = True,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> tuple[Refusal, ...]:
    """Why parts of the set may not be learned from in ``territories`` at that moment, in the order of the works: none, and
    the set is permitted. ``probe`` also looks whether each file is media that can be opened (some 20 ms a file).

    A file that also belongs to a work with a refused licence is refused wherever it stands. Raises ``CancelledError``.
    """
    found: list[Refusal] = []
    forbidden: dict[str, TrainingWork] = {}
    for work in training_set.works:
        terms = _terms(work, territories, at, act)
        found += terms
        if terms:
            forbidden.update((file.sha256, work) for file in work.files if file.sha256)
    refused = {refusal.work_id for refusal in found}
    seen: dict[tuple[Path, str], tuple[str, str, str] | None] = {}
    total = sum(len(work.files) for work in training_set.works)
    for work in training_set.works:
        if work.work_id in refused:
            continue
        faults: dict[tuple[str, str, str], list[str]] = {}
        for file in work.files:
            if other := forbidden.get(file.sha256):
                reason = f"the file is also part of {other.work_id}, which is refused"
                fault: tuple[str, str, str] | None = ("shared", reason, "get that permitted, or leave both out")
            else:
                key = (file.path, file.sha256)
                if key not in seen:
                    if cancelled():
                        raise CancelledError("the check of the works was cancelled; nothing was begun")
                    seen[key] = _fault(file, probe=probe)
                    on_progress(Progress("check the works", len(seen), total, "files"))
                fault = seen[key]
            if fault:
                faults.setdefault(fault, []).append(file.label)
        found += [Refusal(work.work_id, work.title, act, *fault, files=tuple(names)) for fault, names in faults.items()]
    for person in training_set.people:
        if wrong := _grant_fault(person, at):
            found.append(Refusal(person.subject_id, f"grant {person.grant_id}", person.act, "grant", *wrong))
    return tuple(found)


def permitted(
    training_set: TrainingSet,
    *,
    territories: Sequence[str],
    at: datetime,
    act: str = TRAIN,
    leave_out: bool = False,
    probe: bool = True,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> TrainingSet:
    """The set, if all of it may be learned from; with ``leave_out`` what is left of it, and the rest listed in its
    ``left_out``. Raises ``ForbiddenWorksError`` (with all refusals), ``TrainingSetError`` where nothing is left.

    An ended grant of a person always refuses the whole set: nobody has said which works show them."""
    if not training_set.works and training_set.renders is None:
        raise TrainingSetError("the training set is empty; name works that may be learned from, or renders of our own")
    found = refusals(
        training_set, territories=territories, at=at, act=act, probe=probe, on_progress=on_progress, cancelled=cancelled
    )
    grants = [refusal for refusal in found if refusal.code == "grant"]
    if grants or (found and not leave_out):
        shown = grants or list(found)
        more = f"; and {len(shown) - 1} more" if len(shown) > 1 else ""
        remedy = "" if grants else "; or leave them out"
        raise ForbiddenWorksError(f"not all of the training set may be used: {shown[0]}{more}{remedy}", tuple(found))
    whole = {refusal.work_id for refusal in found if not refusal.files}
    single = {(refusal.work_id, name) for refusal in found for name in refusal.files}
    kept = [
        replace(work, files=tuple(file for file in work.files if (work.work_id, file.label) not in single))
        for work in training_set.works
        if work.work_id not in whole
    ]
    works = tuple(work for work in kept if work.files)
    if not works and (training_set.works or training_set.renders is None):
        first = f" (the first: {found[0]})" if found else ""
        raise TrainingSetError(f"nothing that may be learned from is left of the training set{first}; add works to it")
    left_out = (*training_set.left_out, *found)
    return replace(training_set, works=works, left_out=left_out, territories=tuple(territories))


def _terms(work: TrainingWork, territories: Iterable[str], at: datetime, act: str) -> list[Refusal]:
    from auditor.policy.territories import covers

    found: list[tuple[str, str, str]] = []
    if act not in work.acts:
        if "tdm" in work.reservations:
            found.append(("tdm", "the owner reserved text and data mining, and no licence permits it",
                          f"ask {work.rights_holder} for a licence to {act}"))  # fmt: skip
        else:
            given = ", ".join(work.acts) or "nothing"
            found.append(("act", f"the licence permits {given}, not to {act}",
                          f"ask {work.rights_holder} for a licence to {act}"))  # fmt: skip
    if work.ends is not None and at >= work.ends:
        found.append(("ended", f"the licence ended on {work.ends.date()}", f"renew it with {work.rights_holder}"))
    if work.begins is not None and at < work.begins:
        found.append(("not begun", f"the licence begins on {work.begins.date()}", "wait until then"))
    if not covers(work.territories, territories):
        asked, given = ", ".join(territories) or "nowhere", ", ".join(work.territories) or "nowhere"
        found.append(("territory", f"the licence covers {given}, not {asked}",
                      f"name the territories that it covers, or extend it with {work.rights_holder}"))  # fmt: skip
    return [Refusal(work.work_id, work.title, act, *one) for one in found]


def _grant_fault(person: PersonPermission, at: datetime) -> tuple[str, str] | None:
    if person.act not in GRANTED_ACTS:
        return f"the grant of {person.modality} permits {person.act[:40]}", f"ask for one to {GRANTED_ACTS[0]}"
    if person.signed is not None and person.signed > at.date():
        return f"the grant of {person.modality} is signed on {person.signed} only", "wait until then"
    if person.ends is not None and person.ends < at.date():
        return f"the grant of {person.modality} ended on {person.ends}", "ask the person for a new one"
    return None


def _fault(file: TrainingFile, *, probe: bool) -> tuple[str, str, str] | None:
    from auditor.media import MediaError
    from auditor.media import probe as look

    if not file.path.is_file():
        return "missing", "the file is not there", "put it back, or take it out of the table"
    try:
        if sha256_of(file.path) != file.sha256:
            return "changed", "the file is not the one that was registered", "put that one back, or make the set anew"
        if probe and look(file.path).is_sound:
            return "unreadable", "the file is sound without pictures", "take it out of the table"
    except OSError as error:
        return "unreadable", f"the file can't be read ({error.strerror})", "make it readable"
    except MediaError as error:
        said = " ".join(str(error).split()).removeprefix(f"{file.path.name}: ")
        return "unreadable", f"the file can't be opened as media ({said})"[:300], "export it again"
    return None
