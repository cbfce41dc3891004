"""``manage.py worker``, real in every line, that stands still at one place so that it can be killed exactly there.

``REELPROOF_TEST_PAUSE`` is ``kind@progress`` (the third step that a job of that kind reports) or
``kind@package.module.function`` (before that function is called while such a job runs). Reaching the place writes the file
``REELPROOF_TEST_MARK`` and waits for the end. With ``REELPROOF_TEST_HOLD`` the worker is ready, but begins only when that
file exists: a second worker need not be started while the first one's lease runs out.
"""

import importlib
import os
import time
from pathlib import Path


def stand_still() -> None:
    Path(os.environ["REELPROOF_TEST_MARK"]).write_text(str(os.getpid()))
    time.sleep(600)


def pause(place: str) -> None:
    from django.utils.module_loading import import_string

    from django_site.apps.jobs import work
    from django_site.apps.jobs.models import Job

    kind, _, where = place.partition("@")
    steps: list[object] = []
    if where == "progress":
        reported = work.JobWork.on_progress

        def on_progress(self, progress) -> None:
            reported(self, progress)
            if self.job.kind == kind:
                steps.append(progress)
                if len(steps) == 3:
                    stand_still()

        work.JobWork.on_progress = on_progress
        return
    module, _, name = where.rpartition(".")
    try:
        owner = importlib.import_module(module)
    except ModuleNotFoundError:  # a method: its class lies in the module
        owner = import_string(module)
    plain = getattr(owner, name)

    def paused(*args, **kwargs):
        if Job.objects.filter(state="running", kind=kind).exists() or kind == "any":
            stand_still()
        return plain(*args, **kwargs)

    setattr(owner, name, paused)


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from django_site import wiring

    if "REELPROOF_TEST_PAUSE" in os.environ:
        pause(os.environ["REELPROOF_TEST_PAUSE"])
    if hold := os.environ.get("REELPROOF_TEST_HOLD"):
        wiring.auditor()
        while not Path(hold).exists():
            time.sleep(0.02)
    call_command("worker")


if __name__ == "__main__":
    main()
