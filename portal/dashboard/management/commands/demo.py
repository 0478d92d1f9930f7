"""`manage.py demo`: the demonstration, everything it needs in one go, until Ctrl-C."""

import hashlib
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.urls import reverse

from portal import supervisor
from portal.dashboard import demonstration
from portal.kernel.management.commands.compile_translations import compile_catalogues


class Command(BaseCommand):
    """Prepares what is not prepared, then runs the portal's processes until it is stopped."""

    help = "Run the demonstration: web server, worker and timetable, until Ctrl-C."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's form; a start need not check

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The port."""
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        """Run until interrupted."""
        if not settings.DEMO:
            raise CommandError("The demonstration runs with PORTAL_DEMO=1 only.")
        supervisor.end_on_signals()
        address = f"http://127.0.0.1:{port}/"
        try:
            with supervisor.only_one(settings.RUN_DIR, address):
                supervisor.require_free_port(port)
                self._prepare()
                self._run(address, port)
        except supervisor.CannotRun as refusal:
            raise CommandError(str(refusal)) from refusal

    def _prepare(self) -> None:
        """Tables, translations, static files and the demonstration's data, as far as they lack."""
        stamp = settings.RUN_DIR / "prepared"
        wanted = _fingerprint()
        if stamp.exists() and stamp.read_text() == wanted:
            return
        self._say("Preparing the demonstration; the first time this takes half a minute.")
        compile_catalogues(Path(folder) for folder in settings.LOCALE_PATHS)
        collecting = subprocess.Popen(
            [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
            cwd=settings.BASE_DIR,
        )
        call_command("migrate", interactive=False, verbosity=0)
        demonstration.load(report=lambda step: self._say(f"  {step}"))
        connection.close()
        if collecting.wait():
            raise CommandError("The static files could not be collected; see above.")
        stamp.write_text(wanted)

    def _run(self, address: str, port: int) -> None:
        logs = settings.RUN_DIR / "logs"
        logs.mkdir(exist_ok=True)
        connection.close_pool()
        crew = supervisor.children(supervisor.python(), port=port, logs=logs)
        try:
            for child in crew:
                child.start()
            supervisor.wait_for_page(address.rstrip("/") + reverse("account_login"), crew[0])
            self._announce(address, logs)
            supervisor.watch(crew, self._say)
        except KeyboardInterrupt:
            self._say("Stopping.")
        finally:
            supervisor.stop(crew)

    def _announce(self, address: str, logs: Path) -> None:
        self._say(f"\nThe portal is at {address}\n")
        for role, username, password in demonstration.logins():
            self._say(f"  {username:<22} {password:<20} {role}")
        self._say(f"\nLogs: {logs}\nCtrl-C stops everything.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _fingerprint() -> str:
    """What preparation depends on: migrations, catalogues, static files and the demonstration."""
    told = hashlib.sha256()
    for path in _sources():
        status = path.stat()
        told.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return told.hexdigest()


def _sources() -> Iterable[Path]:
    base = Path(settings.BASE_DIR)
    yield base / "requirements.txt"
    for pattern in (
        "*/migrations/*.py",
        "portal/*/migrations/*.py",
        "portal/locale/**/*.po",
        "static/**/*",
        "portal/dashboard/demonstration.py",
    ):
        yield from sorted(path for path in base.glob(pattern) if path.is_file())
