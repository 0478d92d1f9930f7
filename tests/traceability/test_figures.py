"""Figures lead to the records behind them: what these come to is the figure."""

import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from html import unescape

import pytest
from django.urls import reverse

from portal.kernel import clock
from portal.kernel.quantity import GRAM
from tests.cast import make_user
from tests.traceability.ledger import (
    Row,
    extraction,
    feed,
    file,
    give_cap,
    imported,
    output,
    purchase,
    sale,
)
from traceability.models import Lot
from traceability.services.derivation import rebuild_derived

pytestmark = pytest.mark.django_db
_LINK = re.compile(
    r'<a href="([^"]*/figures/\?[^"]*)">\s*(?:<span[^>]*>[^<]*</span><span[^>]*>)?([^<]+)<'
)
YEAR = {"first": "2025-01", "last": "2025-12"}
PAGES = [
    ("flow_detail", {}),
    ("flow_detail", {"by": "product", "element": "PrNd", "first": "2025-02", "last": "2025-03"}),
    ("flow_trade", {}),
    ("flow_series", {"first": "2025-01", "last": "2025-04"}),
    ("flow_map", {}),
    ("reach_detail", {"last": "2025-03"}),
    ("reach_detail", {"way": "back"}),
]


def figures_on(client, name: str, *args: int, **query: str) -> set[tuple[str, str]]:
    """Every figure of a page that leads somewhere: the address, and what the page prints."""
    answer = client.get(reverse(name, args=args), YEAR | query)
    assert answer.status_code == 200
    found = _LINK.findall(answer.content.decode())
    return {(in_order(unescape(url)), text.strip()) for url, text in found}


def in_order(url: str) -> str:
    """An address that the picture and the table write alike."""
    path, _, query = url.partition("?")
    return f"{path}?{'&'.join(sorted(query.split('&')))}"


def wrong_figures(client, figures: Iterable[tuple[str, str]]) -> list[str]:
    """The figures that are not what the page behind them comes to."""
    printed: dict[str, set[str]] = defaultdict(set)
    for url, text in figures:
        if "%" not in text and text != "—":
            printed[url].add(text)
    wrong = []
    for url, texts in printed.items():
        context = client.get(url).context
        kg = context["kg"]
        right = {context["count"]} if kg is None else {rounded(kg, unit) for unit in UNITS}
        if kg is not None:
            right.add(Decimal(round(rounded(kg, UNITS[1]))))
        wrong += [
            f"{text} is {right} behind {url}"
            for text in texts
            if Decimal(text.replace(",", "")) not in right
        ]
    return wrong


# A figure is printed in kg to the gram, in tonnes to the kilogram, or in whole tonnes.
UNITS = ((1, GRAM), (1000, GRAM))


def rounded(kg: Decimal, unit: tuple[int, Decimal]) -> Decimal:
    """A mass as a page prints it."""
    return (kg / unit[0]).quantize(unit[1], ROUND_HALF_UP)


@pytest.fixture
def reader(client, viewer):
    client.cookies["django_language"] = "en"
    client.force_login(viewer)
    return client


@pytest.fixture
def by_hand(northern, southern, outsider):
    """Northern mines, imports and separates; Southern buys, makes metal, sells and exports it."""
    give_cap(northern, "mining_rock", "1000")
    give_cap(northern, "separation", "900")
    file(
        northern,
        "2025-01",
        extraction(1, "ORE1", "1000"),
        imported(2, "MON1", "100"),
        feed(3, "ORE1", "800", "R1"),
        feed(3, "MON1", "50", "R1"),
        output(5, "OX1", "400.0005", "R1"),
        sale(6, "OX1", "300", southern),
        sale(7, "OX1", "0.7", southern, "INV3"),
    )
    file(
        southern,
        "2025-02",
        purchase(8, "OX1", "290", northern),
        feed(9, "OX1", "200", "S1", northern),
        feed(9, "OX1", "30.1", "S2", northern),
        output(10, "M1", "220", "S1", "MET-PRND"),
        sale(11, "M1", "100", outsider, "INV2"),
        Row("export", 12, "M1", "50", southern, {"country": "JP", "document": "C1"}),
        Row("export", 13, "M1", "5", southern, {"country": "JP", "document": "C2"}),
        Row("loss", 13, "M1", "1", southern, {"note": "spilt"}),
    )
    file(southern, "2025-03", output(1, "M2", "29", "S2", "MET-PRND"))
    rebuild_derived()


@pytest.mark.parametrize(("page", "query"), PAGES)
def test_every_figure_of_a_page_is_the_sum_of_its_records(
    by_hand, reader, monkeypatch, noon, page, query
):
    monkeypatch.setattr(clock, "now", lambda: noon.replace(year=2026))

    figures = figures_on(reader, f"traceability:{page}", **query)

    assert len(figures) > 1
    assert wrong_figures(reader, figures) == []


@pytest.mark.parametrize("query", [{}, {"by": "enterprise"}, {"element": "PrNd"}])
def test_every_figure_of_a_lot_is_the_sum_of_its_records(by_hand, reader, query):
    for lot in Lot.objects.order_by("pk"):
        figures = figures_on(reader, "traceability:lot_detail", lot.pk, **query)

        assert len(figures) > 1
        assert wrong_figures(reader, figures) == []


def test_figures_show_an_enterprise_its_own_records_only(by_hand, client, southern):
    client.force_login(make_user(southern.organisation, "filer"))

    answer = client.get(reverse("traceability:figure_detail"), YEAR | {"of": "used"})
    foreign = client.get(reverse("traceability:figure_detail"), {"of": "lot", "lot": 0})

    enterprises = {row.record.filing.enterprise for row in answer.context["table"].data}
    assert enterprises <= {southern}
    assert foreign.status_code == 404
