"""A running demonstration, chromium, and whoever is signed in to it.

Each file of tests has a demonstration of its own: what one files, the others do not meet.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, Page, sync_playwright

from portal.dashboard.demonstration import PASSWORD

SECONDS_TO_START = 240


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the demonstration answers; ended with the tests of this file."""
    port = _free_port()
    kept = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PORTAL_TEST_RUN")
    environment = {name: text for name, text in os.environ.items() if name not in kept}
    environment["PORTAL_RUN_DIR"] = str(tmp_path_factory.mktemp("run"))
    told = tmp_path_factory.mktemp("told") / "demo.log"
    with told.open("wb") as out:
        demo = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for_answer(port, demo, told)
        yield f"http://127.0.0.1:{port}"
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(timeout=30)


def _wait_for_answer(port: int, demo: subprocess.Popen[bytes], told: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and demo.poll() is None:
        if "answers at" in told.read_text(errors="replace"):
            return
        time.sleep(0.3)
    pytest.fail(f"the demonstration did not start:\n{told.read_text(errors='replace')[-3000:]}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield running
        running.close()


@pytest.fixture
def signed_in(browser: Browser, address: str) -> Iterator[object]:
    """Opens a page for whoever is named, in a language; what the console says is kept."""
    contexts = []

    def open_page(username: str, language: str = "en") -> Page:
        context = browser.new_context(viewport={"width": 1400, "height": 1000})
        contexts.append(context)
        cookie = {"name": "django_language", "value": language, "url": address}
        context.add_cookies([cookie])
        page = context.new_page()
        page.said = []
        page.on("console", lambda told: page.said.append(told.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(f"{address}/sign-in/")
        page.fill("input[name=login]", username)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_load_state("networkidle")
        context.add_cookies([cookie])
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def faults() -> Callable[[Page], list[str]]:
    """What axe finds, whether the page is wider than the window, and what the console said."""

    def found_on(page: Page) -> list[str]:
        found = [
            f"{fault['id']}: {fault['nodes'][0]['html'][:120]}"
            for fault in Axe().run(page).response["violations"]
        ]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append("wider than the window")
        return found + page.said

    return found_on
