"""In which order jobs of several models are best done: loading weights costs more than most shots."""

from collections.abc import Callable, Sequence

#: Jobs of one model in a row before another has its turn: a long queue must not keep a short one waiting for ever.
MAX_IN_A_ROW = 64


def by_model[J](
    jobs: Sequence[J], model_of: Callable[[J], str], *, loaded: str | None = None, longest: int = MAX_IN_A_ROW
) -> list[J]:
    """The jobs, those of one model together: first those of ``loaded``, then by which model's first job came earliest. Jobs
    of one model keep their order; after ``longest`` of them the next model has its turn."""
    waiting: dict[str, list[J]] = {}
    for job in jobs:
        waiting.setdefault(model_of(job), []).append(job)
    turns = sorted(waiting, key=lambda model: model != loaded)  # sorting keeps the order of first jobs
    ordered: list[J] = []
    while turns:
        for model in list(turns):
            ordered += waiting[model][:longest]
            del waiting[model][:longest]
            if not waiting[model]:
                turns.remove(model)
    return ordered
