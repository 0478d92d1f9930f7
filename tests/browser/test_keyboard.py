"""A whole month, and a line of a decision, by keyboard alone: no test here touches the mouse."""

import re

import pytest
from playwright.sync_api import Page, expect

from portal.dashboard.demonstration import PASSWORD

pytestmark = pytest.mark.browser

MOST_TABS = 60
SECONDS = 30_000
# The column of the cell that is marked in a grid.
MARKED = """document.querySelector('.tabulator-range-only-cell-selected')
  ?.getAttribute('tabulator-field')"""


def test_a_month_is_filed_and_attested_by_keyboard_alone(browser, address, faults):
    page = _signed_in(browser, address, "demo-filer")
    _go(page, '.page-actions a[href*="/desk/2025-11/"]')
    _go(page, "#workspace")
    _go(page, "#tab-runs")

    # A run: an input of a lot that is held, found by a part of its number, and its output.
    _new_record(page, "投料", "26", "2510-0027")
    page.locator(".lookup-list li").first.wait_for(timeout=SECONDS)
    page.keyboard.press("ArrowDown")
    _typed(page, "", "", "55848.5", "", "R11-7")
    _new_record(page, "产出", "28", "CMP-CARB-2511-0900")
    _typed(page, "", "CARB")
    page.locator(".lookup-list li", has_text="CMP-CARB").wait_for(timeout=SECONDS)
    _typed(page, "43000", "62.5", "R11-7")
    page.keyboard.press("Control+s")
    expect(page.locator("#workspace-status")).to_have_text("已全部保存。", timeout=SECONDS)
    lines = [text.split("\n") for text in page.locator(".tabulator-row").all_inner_texts()]
    assert [line for line in lines if "待填写" in " ".join(line)] == []
    # A number that no lot has yet stands as it was typed, and the maker of a known one came along.
    assert "CMP-CARB-2511-0900" in page.locator(".tabulator-row").nth(1).inner_text()
    assert "冕宁矿业3号" in page.locator(".tabulator-row").first.inner_text()
    assert "55,848.500" in page.locator(".tabulator-row").first.inner_text()  # as pages print it
    assert faults(page) == []

    page.keyboard.press("Escape")  # out of the grid
    assert page.evaluate("document.activeElement.id") == "tab-runs"
    _go(page, '.page-actions a.btn-primary[href$="/desk/2025-11/"]', by="Shift+Tab")
    page.locator("#hand-over").wait_for(timeout=SECONDS)
    expect(page.locator("main")).to_contain_text("提交后", timeout=SECONDS)  # the preview
    _go(page, "#hand-over")

    attester = _signed_in(browser, address, "demo-attester")
    _go(attester, '.page-actions a[href*="/desk/2025-11/"]')
    _go(attester, "#attest")
    _reach(attester, "#id_truthful")
    attester.keyboard.press("Space")
    _reach(attester, "#id_secret")
    attester.keyboard.type(PASSWORD)
    attester.keyboard.press("Enter")
    attester.wait_for_url(re.compile("/receipt/"), timeout=SECONDS)
    assert re.search(r"2025-11-911502000XAWRMT8LE-v1", attester.locator("main").inner_text())
    assert faults(attester) == []


def test_a_line_of_a_decision_is_written_by_keyboard_alone(browser, address, faults):
    page = _signed_in(browser, address, "demo-miit-drafter")
    page.goto(f"{address}/allocations/decisions/add/")
    _reach(page, "#submit")
    with page.expect_navigation(timeout=SECONDS):
        page.keyboard.press("Enter")
    page.wait_for_selector(".tabulator-row", timeout=SECONDS)

    _reach(page, "#lines-grid *")
    page.keyboard.press("Tab")
    assert page.evaluate(MARKED) == "tonnes"
    page.keyboard.type("12.5")
    page.keyboard.press("Enter")
    expect(page.locator("#grid-save")).to_be_enabled(timeout=SECONDS)
    page.keyboard.press("Tab")
    assert page.evaluate(MARKED) == "reason"  # Tab goes on within the grid

    page.keyboard.press("Escape")  # out of it
    assert page.evaluate("document.activeElement.id") == "grid-holder"
    _reach(page, "#grid-save")
    page.keyboard.press("Enter")
    expect(page.locator("#grid-status")).to_have_text("已全部保存。", timeout=SECONDS)
    assert faults(page) == []


def _signed_in(browser, address: str, username: str) -> Page:
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(SECONDS)
    context.add_cookies([{"name": "django_language", "value": "zh-hans", "url": address}])
    page = context.new_page()
    page.said = []
    page.on("console", lambda told: page.said.append(told.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(f"{address}/sign-in/")
    _reach(page, "input[name=login]")
    page.keyboard.type(username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/", timeout=SECONDS)
    return page


def _reach(page: Page, selector: str, by: str = "Tab") -> None:
    """Press a key until what is looked for has the focus."""
    for _ in range(MOST_TABS):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press(by)
    pytest.fail(f"{selector} is not reached by {MOST_TABS} times {by} on {page.url}")


def _go(page: Page, selector: str, by: str = "Tab") -> None:
    """Follow a link, or press a button that leads on."""
    page.wait_for_load_state("networkidle", timeout=SECONDS)
    _reach(page, selector, by)
    with page.expect_navigation(timeout=SECONDS):
        page.keyboard.press("Enter")


def _new_record(page: Page, *cells: str) -> None:
    page.keyboard.press("Alt+n")
    page.wait_for_selector(".tabulator-editing input", timeout=SECONDS)
    for place, text in enumerate(cells):
        if place:
            page.keyboard.press("Tab")
        page.keyboard.type(text)
        page.wait_for_timeout(300)


def _typed(page: Page, *cells: str) -> None:
    """On to the next cell for each, and into it what shall stand there; nothing: as it is."""
    for text in cells:
        page.keyboard.press("Tab")
        page.keyboard.type(text)
