"""A film by itself: a paragraph becomes two minutes of twenty shots through every gate, with a worker killed on the way.

    python -m tests.bench.film [--seconds 120] [--no-kill]

The site's own worker does the work, in a process of its own, on an empty database with the demonstration's corpus. The
only thing that a person does is to approve the cut where the policies ask for a person; that is answered at once. Told are
the seconds on the clock from the request to the release, what each kind of job took, what the killed worker cost, what
was done twice, and how much of all that one changed shot takes until its film is released.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

#: Seconds between two looks at the rows.
LOOK = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120.0, help="of film")
    parser.add_argument("--no-kill", action="store_true", help="let the worker live")
    parser.add_argument("--limit", type=float, default=3600.0, help="seconds after which to give up")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="film-bench-") as folder:
        os.environ.update(REELPROOF_VAR=folder, DJANGO_SETTINGS_MODULE="django_site.settings.dev")
        import django

        django.setup()
        _Bench(Path(folder), options.limit).run(options.seconds, kill=not options.no_kill)


class _Bench:
    def __init__(self, folder: Path, limit: float) -> None:
        from django.core.management import call_command

        from django_site.demo.studio import open_studio

        call_command("migrate", verbosity=0, interactive=False)
        self.folder, self.limit = folder, limit
        self.studio = open_studio()
        self.worker: subprocess.Popen[bytes] | None = None
        self.told: set[UUID] = set()

    def run(self, seconds: float, *, kill: bool) -> None:
        from django_site.apps.jobs.models import Job
        from django_site.apps.productions.models import Take
        from django_site.apps.productions.selectors import shots_current
        from django_site.apps.productions.services.productions import production_create
        from django_site.apps.productions.services.screenplays import screenplay_write
        from django_site.apps.productions.services.shots import shot_replace
        from django_site.apps.productions.services.takes import production_render
        from django_site.demo.story import BRIEF, SEED

        producer = self.studio.people["producer"]
        self.production = production_create(
            organisation=self.studio.organisation,
            title="The Keeper",
            brief=BRIEF,
            by=producer,
            seed=SEED,
            total_seconds=seconds,
        )
        self._members()
        try:
            self._start()
            begun = time.perf_counter()
            screenplay_write(production=self.production, by=producer)
            production_render(production=self.production, by=producer)
            if kill:
                self._kill_in_the_middle()
            first = self._released(1)
            whole = time.perf_counter() - begun
            shots = shots_current(self.production).count()
            print(
                f"film                 {first.duration} s, {shots} shots, {self.production.width}x{self.production.height}"
            )
            print(f"request to release   {whole:.0f} s on the clock, {os.cpu_count()} processors")
            self._jobs()
            renders = Job.objects.filter(kind="render_take")
            twice = renders.filter(attempt__gt=1).count()
            print(f"takes rendered       {renders.count()}, of which begun twice {twice} (killed: {int(kill)})")
            asked = len(production_render(production=self.production, by=producer))
            print(f"asked for again      {asked} takes owed")
            shot = shots_current(self.production)[shots // 2]
            begun, before = time.perf_counter(), Take.objects.count()
            shot_replace(shot=shot, changes={"weather": "snow"}, by=producer)
            production_render(production=self.production, by=producer)
            self._released(2)
            changed = time.perf_counter() - begun
            print(
                f"one shot changed     {changed:.0f} s to its release, {changed / whole:.1%} of the whole; "
                f"{Take.objects.count() - before} take made"
            )
            self._jobs()
        finally:
            self._end()

    def _members(self) -> None:
        from django_site.apps.accounts.models import Role
        from django_site.apps.productions.services.declaring import production_declare_more
        from django_site.apps.productions.services.productions import member_add

        producer = self.studio.people["producer"]
        for login, role in (("reviewer", Role.LEGAL_REVIEWER), ("head", Role.HEAD_OF_LEGAL)):
            member_add(production=self.production, user=self.studio.people[login], role=role, by=producer)
        production_declare_more(
            production=self.production, by=producer, guilds=[], script_by="machine", portrays_real_people=False
        )

    def _start(self) -> None:
        self.worker = subprocess.Popen(
            [sys.executable, "manage.py", "worker"], start_new_session=True, stdout=subprocess.DEVNULL
        )

    def _end(self) -> None:
        if self.worker is not None and self.worker.poll() is None:
            os.killpg(self.worker.pid, signal.SIGKILL)
            self.worker.wait()

    def _kill_in_the_middle(self) -> None:
        """Kills the worker without warning while it renders, and starts another."""
        from django_site.apps.jobs.models import Job

        def half_way() -> bool:
            running = Job.objects.filter(kind="render_take", state="running").first()
            return running is not None and Job.objects.filter(kind="render_take", state="done").count() >= 3

        self._until(half_way)
        time.sleep(2.0)
        self._end()
        killed = time.perf_counter()
        self._start()
        done = Job.objects.filter(kind="render_take", state="done").count()
        self._until(lambda: Job.objects.filter(kind="render_take", state="done").count() > done)
        print(f"a worker killed      {time.perf_counter() - killed:.0f} s until the next take was there")

    def _released(self, count: int):  # type: ignore[no-untyped-def]
        """Waits for a further release; people approve what awaits them as soon as it does. Returns its cut."""
        from django_site.apps.productions.models import Cut
        from django_site.apps.reviews.models import Case
        from django_site.apps.reviews.services import case_approve

        def there() -> bool:
            for case in Case.objects.filter(state="open", cut__isnull=False, cut__state="needs_review"):
                for login in ("reviewer", "head"):
                    case.refresh_from_db()
                    if case.state == "open":
                        case_approve(case=case, by=self.studio.people[login], reason="Nothing of anybody's was found.")
            return Cut.objects.filter(production=self.production, state="released").count() >= count

        self._until(there)
        return Cut.objects.filter(production=self.production, state="released").latest("version")

    def _until(self, there: Callable[[], bool]) -> None:
        from django_site.apps.jobs.models import Job

        end = time.monotonic() + self.limit
        while not there():
            broken = Job.objects.filter(state="failed").first()
            if broken is not None:
                raise SystemExit(f"{broken.get_kind_display()}: {broken.reason}")
            if time.monotonic() > end:
                states = dict.fromkeys(Job.objects.values_list("kind", "state"))
                raise SystemExit(f"not there after {self.limit:.0f} s: {list(states)}")
            if self.worker is None or self.worker.poll() is not None:
                raise SystemExit("the worker ended by itself")
            time.sleep(LOOK)

    def _jobs(self) -> None:
        """What each kind of job took, of those that ended since this was last told; a killed one waited too, so it is not
        counted."""
        from django_site.apps.jobs.models import Job

        taken: dict[str, list[float]] = {}
        for job in Job.objects.filter(state="done", attempt=1).exclude(pk__in=self.told):
            self.told.add(job.pk)
            taken.setdefault(str(job.get_kind_display()), []).append((job.finished_at - job.started_at).total_seconds())
        for kind, seconds in sorted(taken.items()):
            print(f"  {kind:<24} {len(seconds):>3}, {sum(seconds):.1f} s")


if __name__ == "__main__":
    main()
