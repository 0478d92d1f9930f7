"""The databases of a test run: a template, migrated once, and a clone of it for each worker.

Cloning takes a tenth of a second, migrating several. It is also how tests that commit clean up
after themselves: issued and submitted rows refuse to be deleted, so no database can be emptied.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

RUN = os.environ["PORTAL_TEST_RUN"]
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
TEMPLATE = f"portal_test_{RUN}"
CLONE = f"{TEMPLATE}_{WORKER}"
TRIES = 60


def make_template() -> None:
    """Create and migrate the template; the first worker does it while the others wait."""
    with _maintenance() as server:
        server.execute("SELECT pg_advisory_lock(hashtext('portal.tests'))")
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE])
        if not found.fetchone():
            server.execute(_named("CREATE DATABASE {} TEMPLATE template0", TEMPLATE))
            use(TEMPLATE)
            call_command("migrate", interactive=False, verbosity=0)
            leave()  # before others get their turn: a template in use can't be cloned


def make_clone() -> None:
    """A fresh database for this worker, in place of the one it used."""
    leave()
    with _maintenance() as server:
        _drop(server, CLONE)
        server.execute(_named("CREATE DATABASE {} TEMPLATE {}", CLONE, TEMPLATE))
    use(CLONE)


def drop_all() -> None:
    """Leave nothing of this run on a server that lives on."""
    with _maintenance() as server:
        found = server.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [TEMPLATE]
        )
        for (name,) in found.fetchall():
            _drop(server, name)


def use(name: str) -> None:
    """Let every connection that is opened from now on, in any thread, go to the database `name`."""
    leave()
    connections["default"].settings_dict["NAME"] = name


def leave() -> None:
    """Close this thread's connection, and those that wait for a thread."""
    connections["default"].close()
    connections["default"].close_pool()


def _drop(server: psycopg.Connection, name: str) -> None:
    """Drop a database; a worker of the server itself (autovacuum) may be in it for a moment."""
    for patience in range(TRIES, -1, -1):
        try:
            server.execute(_named("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))
        except psycopg.errors.InsufficientPrivilege:
            if not patience:
                raise
            time.sleep(0.5)
        else:
            return


def _named(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*(sql.Identifier(name) for name in names))


@contextmanager
def _maintenance() -> Iterator[psycopg.Connection]:
    """A connection beside Django's, to the database that is always there."""
    parameters = connections["default"].get_connection_params()
    wanted = {
        name: parameters[name]
        for name in ("host", "port", "user", "password")
        if parameters.get(name)
    }
    with psycopg.connect(dbname="postgres", autocommit=True, **wanted) as server:
        yield server
