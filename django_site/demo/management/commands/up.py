"""``manage.py up``: site and worker on this machine, with people to sign in as."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command

from django_site.demo.studio import PASSWORD, PEOPLE, open_studio

#: Seconds that a process gets to end by itself before it is killed.
_PATIENCE = 10


class Command(BaseCommand):
    help = "Start the site and a worker on loopback, after bringing the database and the demo studio up to date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, port: int, **options: Any) -> None:
        self._check_port(port)
        call_command("migrate", verbosity=0, interactive=False)
        open_studio(lambda line: self.stdout.write(f"  {line}"))
        site = [
            sys.executable, "-m", "gunicorn", "django_site.wsgi", "--bind", f"127.0.0.1:{port}",
            "--workers", "1", "--threads", "8", "--timeout", "120", "--log-level", "warning",
        ]  # fmt: skip
        worker = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"]
        processes = [subprocess.Popen(command, cwd=settings.BASE_DIR) for command in (worker, site)]
        self.stdout.write(f"Reelproof: http://127.0.0.1:{port}/   stop with Ctrl-C")
        for login, (name, role) in PEOPLE.items():
            self.stdout.write(f"  {login:<10} {PASSWORD}   {name}, {role.label.lower()}")
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            while all(process.poll() is None for process in processes):
                time.sleep(0.5)
            raise CommandError("the site or its worker stopped by itself; see the lines above")
        except KeyboardInterrupt:
            self.stdout.write("Stopping ...")
        finally:
            _end(processes)

    def _check_port(self, port: int) -> None:
        with contextlib.closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise CommandError(f"port {port} is taken ({error.strerror}); choose another with --port") from error


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _end(processes: list["subprocess.Popen[bytes]"]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
