"""Figures lead to the records behind them: what these come to is the figure."""

import re
from decimal import ROUND_HALF_UP, Decimal
from html import unescape

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from portal.kernel import clock
from portal.kernel.quantity import GRAM
from tests.worlds.build import build, turn_of
from tests.worlds.files import write_world
from traceability.models import Lot

SEED = 1002
pytestmark = pytest.mark.django_db
_LINK = re.compile(
    r'<a href="([^"]*/figures/\?[^"]*)">\s*(?:<span[^>]*>[^<]*</span><span[^>]*>)?([^<]+)<'
)
YEAR = {"first": "2025-01", "last": "2025-12"}
PAGES = [
    ("flow_detail", {}),
    ("flow_detail", {"by": "product", "element": "PrNd", "first": "2025-03", "last": "2025-03"}),
    ("flow_trade", {}),
    ("flow_series", {"first": "2025-04", "last": "2025-05"}),
    ("flow_map", {}),
    ("reach_detail", {"first": "2025-03", "last": "2025-03"}),
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


def wrong_figures(client, figures: set[tuple[str, str]]) -> list[str]:
    """The figures that are not what the page behind them comes to."""
    wrong = []
    for url, text in figures:
        if "%" in text or text == "—":
            continue
        context = client.get(url).context
        printed, kg = Decimal(text.replace(",", "")), context["kg"]
        right = {context["count"]} if kg is None else {rounded(kg, unit) for unit in UNITS}
        if kg is not None:
            right.add(Decimal(round(rounded(kg, UNITS[1]))))
        if printed not in right:
            wrong.append(f"{text} is {right} behind {url}")
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


def test_every_figure_of_a_falsified_world_is_the_sum_of_its_records(
    reader, monkeypatch, noon, tmp_path
):
    monkeypatch.setattr(clock, "now", lambda: noon.replace(year=2026))
    made = build(SEED, size="small", plots=turn_of(SEED, size="small"))
    write_world(tmp_path, made.world, made.office)
    call_command("import_dataset", str(tmp_path), verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("analyze")

    for page, query in PAGES:
        figures = figures_on(reader, f"traceability:{page}", **query)

        assert len(figures) > 5, page
        assert wrong_figures(reader, figures) == [], (page, query)
    for lot in Lot.objects.filter(product__stage="metal").order_by("pk")[:2]:
        for query in ({}, {"by": "enterprise"}, {"element": "PrNd"}):
            figures = figures_on(reader, "traceability:lot_detail", lot.pk, **query)

            assert len(figures) > 5, lot
            assert wrong_figures(reader, figures) == [], (lot, query)
