"""The demonstration in a real browser: every role's first page, and the month of one plant.

One `manage.py demo` runs for all tests of this file, so that the supervisor, the worker and the
demonstration's data are those a visitor meets.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from portal.dashboard.demonstration import ACTORS, PASSWORD

pytestmark = pytest.mark.browser

PLANT_MONTH = "/traceability/desk/2025-11/"
OTHER_MONTH = "/traceability/desk/2025-12/"
ROLES = [actor.username for actor in ACTORS]
LANGUAGES = ("zh-hans", "en")
WIDTHS = (1400, 390)


def test_the_sign_in_page_offers_one_click_for_each_role(browser, address):
    page = browser.new_page()
    page.goto(f"{address}/sign-in/")
    buttons = page.locator(".demo-logins button")

    assert buttons.count() == len(ROLES)
    buttons.first.click()
    page.wait_for_load_state("networkidle")
    assert page.url == f"{address}/"
    page.close()


@pytest.mark.parametrize("username", ROLES)
def test_the_first_page_of_each_role_has_no_fault(signed_in, address, username, faults):
    page = signed_in(username)

    for language in LANGUAGES:
        page.context.add_cookies([{"name": "django_language", "value": language, "url": address}])
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{address}/")
            page.wait_for_load_state("networkidle")
            assert faults(page) == [], f"{username} {language} {width}"


def test_charts_are_drawn_and_shown_as_a_table(signed_in, address):
    page = signed_in("demo-miit-supervisor")
    page.goto(f"{address}/")
    page.wait_for_selector(".chart canvas")
    tables = page.locator("details.chart-table")

    assert tables.count() == page.locator(".chart").count() == 3
    tables.first.locator("summary").click()
    assert tables.first.locator("tbody tr").count() == 12


PICTURES = (
    "/traceability/flows/",
    "/traceability/flows/reach/",
    "/traceability/flows/trade/",
    "/traceability/lots/3048/",  # a magnet of the falsified sample
)
PLAIN = ("/traceability/flows/map/", "/traceability/flows/series/", "/traceability/lots/")


def test_traces_and_flows_have_no_fault_and_their_pictures_are_drawn(signed_in, address, faults):
    page = signed_in("demo-miit-supervisor")

    for language in LANGUAGES:
        page.context.add_cookies([{"name": "django_language", "value": language, "url": address}])
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for path in (*PICTURES, *PLAIN):
                page.goto(f"{address}{path}")
                page.wait_for_load_state("networkidle")
                assert faults(page) == [], f"{path} {language} {width}"
                assert page.locator("#picture svg.picture").count() == (path in PICTURES), path


def test_maps_and_charts_are_whole_and_readable_on_paper(signed_in, address):
    page = signed_in("demo-miit-supervisor")
    page.goto(f"{address}/traceability/flows/series/")
    page.wait_for_selector(".chart canvas")
    page.emulate_media(media="print")
    drawn = page.locator(".chart canvas").evaluate_all(
        "(drawn) => drawn.map((canvas) => getComputedStyle(canvas).position)"
    )
    assert drawn == ["static", "static"]  # as wide as its column, whatever it was drawn for
    page.goto(f"{address}/traceability/flows/map/")
    kept = page.locator(".tile-map li").evaluate_all(
        "(tiles) => tiles.map((tile) => getComputedStyle(tile).printColorAdjust)"
    )
    assert set(kept) == {"exact"}  # white words on dark tiles need their tiles


def test_the_picture_of_a_lot_leads_on_and_is_saved(signed_in, address, tmp_path):
    page = signed_in("demo-miit-supervisor")
    page.goto(f"{address}/traceability/lots/?number=MAG-NDFEB-2510")
    page.locator("td a").first.click()
    page.wait_for_selector("#picture svg.picture")

    with page.expect_download() as picture:
        page.click("#picture-png")
    picture.value.save_as(tmp_path / "lot.png")
    page.locator("details.chart-table summary").click()
    page.locator('details.chart-table tbody a[href*="/traceability/lots/"]').first.click()
    page.wait_for_selector("#picture svg.picture")

    assert (tmp_path / "lot.png").read_bytes().startswith(b"\x89PNG")
    assert page.said == []


def test_arrow_keys_lead_through_a_picture_and_enter_leads_on(signed_in, address):
    page = signed_in("demo-miit-supervisor")
    page.goto(f"{address}{PICTURES[-1]}")
    page.wait_for_selector("#picture svg.picture")
    boxes = {
        box["place"]: box
        for box in page.evaluate(
            """() => [...document.querySelectorAll("#picture .box")].map((box) => {
                const { x, y } = box.querySelector("rect").getBBox();
                return { place: box.dataset.place, tab: box.getAttribute("tabindex"), x, y };
            })"""
        )
    }
    focused = "() => document.activeElement.dataset.place"
    assert [box["tab"] for box in boxes.values()].count("0") == 1  # one stop for the tab key
    page.focus('#picture .box[tabindex="0"]')
    at = boxes[page.evaluate(focused)]

    columns = sorted({box["x"] for box in boxes.values()})
    for key, order in (("ArrowLeft", reversed(columns)), ("ArrowRight", columns)):
        for column in [x for x in order if (x < at["x"] if key == "ArrowLeft" else x > at["x"])]:
            page.keyboard.press(key)
            at = boxes[page.evaluate(focused)]
            assert at["x"] == column, key
    page.keyboard.press("ArrowRight")  # nothing lies further
    assert boxes[page.evaluate(focused)] == at
    column = max(columns, key=lambda x: sum(box["x"] == x for box in boxes.values()))
    while at["x"] > column:
        page.keyboard.press("ArrowLeft")
        at = boxes[page.evaluate(focused)]
    here = sorted(box["y"] for box in boxes.values() if box["x"] == column)
    for key in ["ArrowUp"] * len(here) + ["ArrowDown"] * len(here):
        page.keyboard.press(key)
        assert boxes[page.evaluate(focused)]["x"] == column
    assert boxes[page.evaluate(focused)]["y"] == here[-1]
    assert page.locator("#picture .box:focus").get_attribute("tabindex") == "0"
    assert page.locator('#picture .box[tabindex="0"]').count() == 1
    assert page.said == []


def test_a_month_from_the_records_to_the_receipt(signed_in, address, tmp_path):
    page = signed_in("demo-filer")
    page.goto(f"{address}/")
    with page.expect_download() as records:
        page.click('a[href="/demonstration/records/"]')
    good = tmp_path / "november.csv"
    records.value.save_as(good)

    _upload(page, address, _spoiled(good, tmp_path / "spoiled.csv"))
    page.wait_for_selector("text=The mass must be more than 0.", timeout=30_000)
    assert page.locator("text=2025-12-03 does not lie in the month").count() == 1

    _upload(page, address, good)
    hand_over = page.locator('form[action*="hand-over"] button')
    hand_over.first.wait_for(timeout=30_000)
    assert "172" in page.locator("main").inner_text()
    hand_over.first.click()
    page.wait_for_load_state("networkidle")

    attester = signed_in("demo-attester")
    attester.goto(f"{address}{PLANT_MONTH}")
    attester.locator('a[href*="/attest/"]').first.click()
    attester.wait_for_load_state("networkidle")
    attester.check("main input[type=checkbox]")
    attester.fill("main input[type=password]", PASSWORD)
    attester.locator("main form button.btn-primary").first.click()
    attester.wait_for_url(re.compile("/receipt/"))
    receipt = attester.locator("main").inner_text()
    assert "2025-11-911502000XAWRMT8LE-v1" in receipt
    assert re.search(r"[0-9a-f]{64}", receipt)
    assert [said for said in page.said + attester.said if "Content Security" in said] == []


def _upload(page: Page, address: str, file: Path) -> None:
    page.goto(f"{address}{PLANT_MONTH}")
    page.set_input_files("input[type=file]", file)
    page.locator("form[enctype] button").first.click()


def _spoiled(good: Path, spoiled: Path) -> Path:
    """The records with a day of another month and a mass below nothing, as Excel in China saves."""
    lines = good.read_text(encoding="utf-8-sig").splitlines()
    cells = lines[3].split(",")
    cells[1], cells[5] = "2025-12-03", "-5"
    lines[3] = ",".join(cells)
    spoiled.write_text("\n".join(lines), encoding="gb18030")
    return spoiled


def test_records_are_written_in_the_grid_by_keyboard(signed_in, address, faults):
    page = signed_in("demo-filer")
    page.goto(f"{address}{OTHER_MONTH}workspace/?tab=sales")
    page.wait_for_load_state("networkidle")
    page.wait_for_selector(".tabulator-placeholder-contents")
    assert faults(page) == []

    page.keyboard.press("Alt+n")
    page.wait_for_selector(".tabulator-editing input")
    page.keyboard.type("2025-12-04")
    page.keyboard.press("Tab")
    page.wait_for_selector(".lookup-list li")  # the lots that are held
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("much")
    page.keyboard.press("Enter")
    page.wait_for_selector(".cell-wrong")  # saved, and judged by the portal
    assert "is not a number" in page.locator(".grid-faults").last.inner_text()
    assert faults(page) == []

    page.reload()
    page.wait_for_selector(".cell-wrong")
    row = page.locator(".tabulator-row").first.inner_text()
    assert "2025-12-04" in row
    assert "much" in row
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert faults(page) == [], width


def test_the_banner_moves_to_the_next_day(signed_in, address):
    page = signed_in("demo-miit-supervisor")
    page.goto(f"{address}/")
    assert "2025-12-08" in page.locator(".demo-banner").inner_text()

    page.set_default_timeout(120_000)
    page.click("#demo-advance")
    page.wait_for_load_state("networkidle")

    assert "2025-12-09" in page.locator(".demo-banner").inner_text()
