"""`manage.py demo`: the whole portal with demonstration data, until Ctrl-C."""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from portal import supervisor
from portal.dashboard import demonstration
from portal.kernel.management.commands.compile_translations import compile_catalogues


class Command(BaseCommand):
    """Runs the demonstration; manage.py starts it without this, sooner, but for --prepare."""

    help = "Run the portal with demonstration data: web, worker and beat, until Ctrl-C."
    requires_system_checks: list[str] = []  # a start need not check

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The port, and what the supervisor asks of this command."""
        parser.add_argument("--port", type=int, default=8000, help="the port of the pages")
        parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare what the supervisor runs, or be the supervisor."""
        if options["prepare"]:
            prepare(self.say)
        else:
            supervisor.main(settings.RUN_DIR, options["port"])

    def say(self, line: str) -> None:
        """Report progress at once."""
        self.stdout.write(f"  {line}")
        self.stdout.flush()


def prepare(report: Callable[[str], None]) -> None:
    """Tables, translations, static files, data: each quick when it is there already."""
    if not settings.DEMO:
        raise CommandError("Demonstration data are for PORTAL_DEMO=1 only.")
    static_files = _collect_static_files()
    compile_catalogues(Path(folder) for folder in settings.LOCALE_PATHS)
    report("tables")
    call_command("migrate", interactive=False, verbosity=0)
    demonstration.load(report=report)
    _keep_logins(settings.RUN_DIR / supervisor.LOGINS)
    if static_files.wait():
        raise CommandError("The static files could not be collected; see above.")


def _collect_static_files() -> "subprocess.Popen[bytes]":
    """Beside the rest: compressing them takes seconds, and needs no database."""
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    for unused in ("redoc", "rest_framework"):  # half of the seconds, and no page names them
        command += ["--ignore", unused]
    return subprocess.Popen(command, cwd=settings.BASE_DIR)


def _keep_logins(path: Path) -> None:
    """For the supervisor to print at every start."""
    with translation.override("en"):
        accounts = demonstration.logins()
    lines = [f"  {username:<22} {password:<20} {role}" for role, username, password in accounts]
    path.write_text("\n".join(["Demonstration accounts:", *lines, ""]))
