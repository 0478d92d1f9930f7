#!/usr/bin/env python
"""Runs a command of the portal, with the servers that it needs.

They are those of DATABASE_URL and REDIS_URL, or embedded ones that run as long as some command
uses them. An empty database gets its tables first, so that every command works on a fresh clone.
"""

import argparse
import os
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent

WITHOUT_SERVERS = {
    *("help", "version", "--help", "-h", "--version"),
    *("check", "diffsettings", "findstatic", "collectstatic", "spectacular"),
    *("makemigrations", "makemessages", "compilemessages", "compile_translations"),
    *("startapp", "startproject"),
}
# These are about the tables themselves; `demo` tells what it does.
ON_AN_EMPTY_DATABASE = {"migrate", "showmigrations", "sqlmigrate", "dbshell", "demo"}


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    command = arguments[1] if len(arguments) > 1 else "help"
    if command == "demo":
        os.environ.setdefault("PORTAL_DEMO", "1")
    asks_for_help = bool({"--help", "-h"} & set(arguments))
    if command == "demo" and not asks_for_help and "--prepare" not in arguments:
        run_demonstration(arguments[2:])
    elif asks_for_help or (command in WITHOUT_SERVERS and "--database" not in arguments):
        run_without_servers(arguments)
    else:
        run_with_servers(arguments, migrating=command not in ON_AN_EMPTY_DATABASE)


def run_demonstration(arguments: list[str]) -> None:
    """The supervisor, without the second that Django takes to load: its children load it anyway."""
    from portal import supervisor

    parser = argparse.ArgumentParser(prog="manage.py demo")
    parser.add_argument("--port", type=int, default=8000)
    supervisor.main(run_directory(), parser.parse_args(arguments).port)


def run_without_servers(arguments: list[str]) -> None:
    """With Django's dummy database, which fails at once: a missing server would let one wait."""
    import environ
    from django.core.management import execute_from_command_line

    environ.Env.DB_SCHEMES["none"] = "django.db.backends.dummy"
    os.environ.setdefault("DATABASE_URL", "none:///")
    execute_from_command_line(arguments)


def run_with_servers(arguments: list[str], *, migrating: bool) -> None:
    from django.core.management import execute_from_command_line

    from portal import embedded

    try:
        with embedded.servers(run_directory()) as addresses:
            os.environ.update(addresses)
            if migrating:
                migrate_empty_database()
            execute_from_command_line(arguments)
    except embedded.ServerFailed as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit(130)


def run_directory() -> Path:
    """Where the embedded servers keep their data, as the settings have it too."""
    return Path(os.environ.get("PORTAL_RUN_DIR") or BASE_DIR / ".run").resolve()


def migrate_empty_database() -> None:
    """Create the tables of a database that has none; one command at a time."""
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('portal.migrate'))")
        if not connection.introspection.table_names(cursor):
            sys.stderr.write("Creating the tables.\n")
            call_command("migrate", interactive=False, verbosity=0)
        cursor.execute("SELECT pg_advisory_unlock_all()")
    connection.close_pool()


if __name__ == "__main__":
    try:
        import django  # noqa: F401
    except ModuleNotFoundError:
        sys.exit("Django is not installed here. Run `make setup`, then .venv/bin/python manage.py")
    main(sys.argv)
