"""Flows from afar: provinces, trade between groups, months."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from portal.kernel import clock
from portal.kernel.period import Month
from tests.cast import make_enterprise, make_user
from tests.traceability.ledger import extraction, feed, file, give_cap, output, purchase, sale
from traceability.queries.tracing.flows import Question
from traceability.queries.tracing.overview import charts_of, tiles, trade_of
from traceability.services.derivation import rebuild_derived

pytestmark = pytest.mark.django_db
JANUARY = Month(2025, 1)
ASKED = Question(JANUARY, JANUARY)


@pytest.fixture
def january(northern, southern, noon):
    """Northern mines in time; Southern, which buys, files late."""
    give_cap(northern, "mining_rock", "1000")
    file(
        northern,
        "2025-01",
        extraction(1, "ORE1", "1000"),
        sale(6, "ORE1", "800", southern),
    )
    file(
        southern,
        "2025-01",
        purchase(8, "ORE1", "800", northern),
        feed(9, "ORE1", "800", "R1", northern),
        output(10, "OX1", "380", "R1"),
        at=noon.replace(hour=9),
    )
    rebuild_derived()


def test_tiles_tell_production_caps_and_discipline(january, noon):
    found = {tile.region.pk: tile for tile in tiles(ASKED, deadline_day=10, now=noon)}

    inner, jiangxi = found["150000"], found["360000"]
    assert (inner.mined_kg, inner.cap_kg, inner.used_share) == (500, 1000, 0.5)
    assert (inner.due, inner.in_time, inner.missing) == (1, 1, 0)
    assert (jiangxi.separated_kg, jiangxi.due, jiangxi.in_time) == (380, 1, 0)
    assert found["110000"].idle
    assert len(found) == 34


def test_tiles_count_no_month_before_its_deadline(january, noon):
    found = tiles(ASKED, deadline_day=10, now=noon.replace(month=2))

    assert sum(tile.due for tile in found) == 0


def test_trade_goes_from_group_to_group(january, northern, southern, baotou):
    group = make_enterprise("Group", baotou, is_group=True)
    northern.parent = group
    northern.save()

    [way] = trade_of(ASKED)

    assert (way.seller, way.buyer, way.kg) == (group.pk, southern.pk, 400)
    [alone] = trade_of(Question(JANUARY, JANUARY, scope=[northern.pk]))
    assert (alone.seller, alone.kg) == (northern.pk, 400)  # it is not the group's trade


def test_charts_add_up_against_the_caps(january):
    [(_, caps), (_, months)] = charts_of(Question(JANUARY, Month(2025, 2)), lambda **told: "")

    figures = {str(one.name): list(one.values) for one in caps.series}
    assert figures["mined"] == [Decimal("0.5"), None]
    assert figures["caps of mining"] == [1, 1]
    by_month = {str(one.name): list(one.values) for one in months.series}
    assert by_month["mined"] == [Decimal("0.5"), None]  # nothing is filed of February
    assert by_month["compounds made"] == [Decimal("0.38"), None]


@pytest.mark.parametrize("name", ["flow_map", "flow_trade", "flow_series"])
@pytest.mark.parametrize("measure", ["", "caps", "filing", "findings", "nonsense"])
def test_pages_answer(january, client, viewer, name, measure, monkeypatch, noon):
    monkeypatch.setattr(clock, "now", lambda: noon)
    client.cookies["django_language"] = "en"
    client.force_login(viewer)

    answer = client.get(
        reverse(f"traceability:{name}"),
        {"first": "2025-01", "last": "2025-02", "measure": measure},
    )

    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["flow_map", "flow_trade", "flow_series"])
def test_pages_show_an_enterprise_its_own_only(january, client, southern, name, northern):
    client.cookies["django_language"] = "en"
    client.force_login(make_user(southern.organisation, "filer"))

    text = client.get(
        reverse(f"traceability:{name}"), {"first": "2025-01", "last": "2025-01"}
    ).content.decode()

    assert "Northern" not in text
    assert "0.500" not in text


def test_flow_trade_exports_every_way(january, client, viewer):
    client.force_login(viewer)

    answer = client.get(
        reverse("traceability:flow_trade"),
        {"first": "2025-01", "last": "2025-01", "export": "csv"},
    )

    assert b"400.000" in b"".join(answer.streaming_content)


def test_flow_series_exports_each_chart_by_its_name(january, client, viewer):
    client.cookies["django_language"] = "en"
    client.force_login(viewer)

    answer = client.get(
        reverse("traceability:flow_series"),
        {"first": "2025-01", "last": "2025-01", "export": "csv"},
    )

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    mined = [row["Chart"] for row in rows if row["Series"] == "mined"]
    assert len(mined) == len(set(mined)) == 2


@pytest.mark.parametrize("name", ["flow_map", "flow_trade", "flow_series"])
def test_pages_say_what_they_did_not_understand(january, client, viewer, name):
    client.cookies["django_language"] = "en"
    client.force_login(viewer)

    text = client.get(reverse(f"traceability:{name}"), {"known": "soon"}).content.decode()

    assert "Enter a valid date." in text


def test_what_was_filed_since_says_that_only_some_of_it_is_listed(
    january, client, viewer, northern, noon
):
    client.cookies["django_language"] = "en"
    client.force_login(viewer)
    asked = {"first": "2020-01", "last": "2025-12", "known": noon.date().isoformat()}
    later = noon + timedelta(days=30)
    told = "that changed most are listed"
    pages = []
    for months in (range(20), range(20, 21)):
        for place in months:
            month = Month(2022 + place // 12, place % 12 + 1)
            file(northern, str(month), extraction(1, f"ORE-{place}", "10"), at=later)
        rebuild_derived()
        pages.append(client.get(reverse("traceability:flow_detail"), asked).content.decode())

    assert "20 months first filed since" in pages[0]
    assert told not in pages[0]  # exactly as many as are listed
    assert f"The 20 {told}" in pages[1]


@pytest.mark.parametrize(
    "name", ["flow_detail", "flow_map", "flow_trade", "flow_series", "reach_detail"]
)
@pytest.mark.parametrize("form", ["csv", "xlsx", "pdf"])
def test_pages_of_figures_are_files_too(january, client, viewer, name, form):
    client.force_login(viewer)

    answer = client.get(
        reverse(f"traceability:{name}"),
        {"first": "2025-01", "last": "2025-01", "export": form},
    )

    assert "-2025-01-2025-01." in answer["Content-Disposition"]
    begins = {"csv": b"\xef\xbb\xbf", "xlsx": b"PK", "pdf": b"%PDF"}[form]
    assert b"".join(answer).startswith(begins)
