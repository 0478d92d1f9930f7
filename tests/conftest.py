"""What every test may ask for.

A test with the `db` fixture or `@pytest.mark.django_db` runs in a transaction that is rolled back.
One that needs real commits (two connections, threads, a browser) asks for `committed_db`; it takes
a quarter of a second more.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import hypothesis
import pytest
from django.core.cache import cache
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import Phase
from pytest_django import DjangoDbBlocker

from tests import databases

pytest_plugins = ["tests.cast"]
# The same examples each time; `make fuzz` looks for others. What "explain" adds to a failure can
# take hours where an example takes a second.
hypothesis.settings.register_profile(
    "portal", phases=set(Phase) - {Phase.explain}, derandomize="PORTAL_FUZZ" not in os.environ
)
hypothesis.settings.load_profile("portal")

# --- the servers and databases of the run: settings.py starts those, databases.py makes these -----
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NO_BROWSER = "there is no browser: install Debian's chromium"


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A database for this worker; in place of pytest-django's, which migrates one for each."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        # Django would empty the tables, which sealed rows refuse.
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: databases.make_clone())
        databases.make_template()
        databases.make_clone()
        with django_db_blocker.block():
            yield
        databases.leave()


@pytest.fixture
def committed_db(transactional_db: None) -> str:
    """A fresh database without a transaction around the test; the URL for another process to use.

    Whatever is committed goes with the database when the test ends.
    """
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{databases.CLONE}"))


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """What a test left in Redis (sessions, limits, locks, queued tasks) is not the next one's."""
    yield
    cache.clear()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Drop the databases at the end of the run, from a server that was there before it."""
    if (
        not hasattr(config, "workerinput")
        and not Path(os.environ["PORTAL_RUN_DIR"], "postgres").exists()
    ):
        databases.drop_all()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what needs a browser where there is none; no two tests have the same name."""
    twice = [name for name, count in Counter(item.nodeid for item in items).items() if count > 1]
    if twice:
        # On several processes only one of them would be run.
        raise pytest.UsageError(f"several tests have the same name: {', '.join(twice)}")
    if any(shutil.which(name) for name in BROWSERS):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests were left out for want of a browser, so that nobody takes them for passed."""
    left_out = [
        report.nodeid
        for report in terminalreporter.stats.get("skipped", [])
        if NO_BROWSER in str(report.longrepr)
    ]
    if left_out:
        terminalreporter.section(
            f"{len(left_out)} BROWSER TESTS WERE LEFT OUT", red=True, bold=True
        )
        terminalreporter.line(f"because {NO_BROWSER}. They are:")
        for nodeid in left_out:
            terminalreporter.line(f"  {nodeid}")


# --- everything else: add fixtures below --------------------------------------------------------


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """What is said outside of a request is said in English; requests choose for themselves."""
    with translation.override("en"):
        yield
