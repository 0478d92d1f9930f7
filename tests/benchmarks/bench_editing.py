"""The workbench with 2,000 lines in a browser: until it can be used, and what each edit takes.

.venv/bin/python -m pytest tests/benchmarks/bench_editing.py -s
"""

import os
import shutil
import statistics
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, sync_playwright

from allocations import services
from allocations.models import Decision
from allocations.services import AllocationEntry, CeilingEntry
from portal.accounts.models import Region
from portal.kernel.quantity import to_kg
from tests.cast import make_designated

pytestmark = pytest.mark.browser

LINES = 2_000
KEYS = 60
EDITS = 10
WIDTHS = {"width": 1400, "height": 900}
# From a key to the second frame after it: the first of which it can be painted in is over then.
WATCH_KEYS = """() => {
  window.painted = [];
  window.addEventListener("keydown", (event) => {
    const done = () => window.painted.push(performance.now() - event.timeStamp);
    requestAnimationFrame(() => requestAnimationFrame(done));
  }, true);
}"""
# From the next key to when the part of the page named changes.
WATCH_PART = """(part) => { window.told = new Promise((tell) => {
  let begun = performance.now();
  const watch = () => { begun = performance.now(); };
  document.addEventListener("keydown", watch, { capture: true, once: true });
  const changed = () => tell(performance.now() - begun);
  new MutationObserver(changed).observe(document.getElementById(part), { childList: true });
}); }"""
SCROLL = """async () => {
  const part = document.querySelector("#lines-grid .tabulator-tableholder");
  const frames = [];
  let last = await new Promise(requestAnimationFrame);
  const step = part.scrollHeight / 150;
  for (let place = 0; place < 150; place += 1) {
    part.scrollTop += step;
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  return frames;
}"""


def _told(what: str, seconds: list[float]) -> None:
    """Median and worst, in milliseconds."""
    print(
        f"{what:<44} median {statistics.median(seconds):>7.1f} ms   worst {max(seconds):>7.1f} ms"
        f"   of {len(seconds)}"
    )


@pytest.fixture
def decision(committed_db: str, drafter: Any, noon: Any) -> Decision:
    """A draft of 2,000 allocation lines."""
    provinces = list(Region.objects.filter(level=1))
    plants = [
        make_designated(f"Plant {n}", provinces[n % len(provinces)], "separation")
        for n in range(LINES)
    ]
    drafted = services.draft_decision(
        year=2025, regime="total_control", kind="annual", by=drafter, at=noon
    )
    return services.set_lines(
        decision=drafted,
        ceilings=[CeilingEntry("separation", to_kg(Decimal(LINES)))],
        allocations=[AllocationEntry(each, "separation", Decimal(900)) for each in plants],
        by=drafter,
        at=noon,
    )


@pytest.fixture
def page(live_server: Any, client: Any, drafter: Any) -> Iterator[Page]:
    """A page of the drafter's in chromium."""
    client.force_login(drafter)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(viewport=WIDTHS)
        context.add_cookies([session | {"url": live_server.url}])
        opened = context.new_page()
        opened.set_default_timeout(60_000)
        yield opened
        browser.close()


def test_editing(decision: Decision, live_server: Any, page: Page) -> None:
    address = live_server.url + reverse("allocations:decision_grid", args=[decision.pk])
    print(f"\n{LINES} allocation lines in chromium; load average {os.getloadavg()[0]:.1f}")

    _told("opened until the grid can be used", [_open(page, address) for _ in range(3)])
    page.evaluate(WATCH_KEYS)
    _told("key in a cell until painted", _type(page))
    _told("edit left until judged and shown", [_edit(page, n) for n in range(EDITS)])
    _told("saved until shown", [_save(page, n) for n in range(3)])
    _told("a frame of scrolling through all lines", page.evaluate(SCROLL))


def _open(page: Page, address: str) -> float:
    page.goto(address, wait_until="commit")
    page.locator("#lines-grid .tabulator-row").nth(4).wait_for()
    page.locator("#decision-checks").wait_for()
    return float(page.evaluate("() => performance.now()"))


def _cell(page: Page, row: int, field: str) -> None:
    """Mark a cell of a line near the top."""
    page.locator(".tabulator-row").nth(row).locator(f'[tabulator-field="{field}"]').click()


def _type(page: Page) -> list[float]:
    """Each key of a reason, typed on a marked cell."""
    _cell(page, 4, "reason")
    for _ in range(KEYS):
        page.keyboard.press("x")
    page.wait_for_timeout(1_000)
    painted: list[float] = page.evaluate("() => window.painted")
    page.keyboard.press("Enter")
    assert len(painted) == KEYS
    return painted


def _edit(page: Page, number: int) -> float:
    """Type a mass and leave the cell; until the totals that the portal answers are on the page."""
    _cell(page, 5, "tonnes")
    page.keyboard.type(f"{1 + number}.5")
    page.evaluate(WATCH_PART, "grid-panel")
    page.keyboard.press("Enter")
    return float(page.evaluate("() => window.told"))


def _save(page: Page, number: int) -> float:
    """Save a changed line; until every line is there as it was saved."""
    _cell(page, 6, "tonnes")
    page.keyboard.type(f"{3 + number}.25")
    page.evaluate(WATCH_PART, "grid-panel")
    page.keyboard.press("Enter")
    page.evaluate("() => window.told")  # it is judged
    page.evaluate(WATCH_PART, "grid-panel")
    page.keyboard.press("Control+s")
    return float(page.evaluate("() => window.told"))
