"""“Why was this not flagged?”: each check with its figure, its bound and what follows."""

from datetime import date

import pytest
from django.urls import reverse

from portal.kernel.period import Month
from tests.traceability.ledger import (
    extraction,
    feed,
    file,
    give_cap,
    months,
    nil,
    output,
    reconciled,
    sale,
)
from traceability.models import Tolerance
from traceability.queries.verdicts import CheckTold, verdicts_of
from traceability.rules.checks import CODES
from traceability.rules.checks.figures import SIGNS
from traceability.rules.checks.measures import MEASURES, NOTHING, REASONS, Measure, Sense, Unit

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 16)
JANUARY, FEBRUARY = Month(2025, 1), Month(2025, 2)


@pytest.fixture
def year(northern, outsider):
    """Over its cap in January; a lot oversold by half a percent, which is tolerated."""
    give_cap(northern, "mining_rock", "500")
    file(
        northern,
        "2025-01",
        extraction(5, "A", "1060"),
        sale(6, "A", "1065", outsider),
        feed(7, "A", "0.001", "R1", northern),
        output(8, "S", "0.001", "R1"),
    )
    nil(northern, *months(2, 12))


def told(enterprise, user, month=JANUARY, **asked) -> dict[str, CheckTold]:
    shown = verdicts_of(enterprise, month, as_of=TODAY, user=user, **asked)
    assert [each.code for each in shown] == list(CODES)
    return {each.code: each for each in shown}


@pytest.mark.parametrize(
    ("sense", "figure", "beyond"),
    [
        (Sense.ABOVE, 5, False),
        (Sense.ABOVE, 6, True),
        (Sense.FROM, 5, True),
        (Sense.FROM, 4, False),
        (Sense.BELOW, 5, False),
        (Sense.BELOW, 4, True),
    ],
)
def test_is_beyond(sense, figure, beyond):
    measure = Measure("", Unit.KG, sense)

    assert measure.is_beyond(figure, 5) == beyond
    assert (measure.margin(figure, 5) < 0) == (beyond and figure != 5)


def test_every_check_has_its_words():
    assert {code for code, _part in MEASURES} == set(CODES) == set(NOTHING)
    assert {part for code, part in MEASURES if code == "unusual_figures"} == set(SIGNS)
    assert all(str(words) for words in REASONS.values())


def test_what_is_beyond_and_what_is_not(year, northern, supervisor):
    shown = told(northern, supervisor)

    assert (shown["over_cap"].verdict, shown["oversold_lot"].verdict) == ("found", "within")
    assert shown["cap_nearly_used"].verdict == "unjudged"
    assert "another check says it" in shown["cap_nearly_used"].rows[0].verdict
    over, lot = shown["over_cap"].rows[0], shown["oversold_lot"].rows[0]
    assert (over.figure, over.bound, over.margin) == (
        "530.000 kg REO",
        "501.000 kg REO",
        "-29.000 kg REO",
    )
    assert (lot.subject, lot.figure, lot.bound) == ("A", "5.001 kg", "10.600 kg")
    assert shown["oversold_lot"].words.endswith("5.001 kg, bound 10.600 kg; not above")
    assert shown["circular_trade"].of_the_country.startswith("Compared only in a run")


def test_another_month_says_where_it_is_on_record(year, northern, supervisor):
    shown = told(northern, supervisor, FEBRUARY)

    assert shown["over_cap"].verdict == "within"
    assert shown["over_cap"].rows[0].verdict == "beyond the bound, found for 2025-01"
    assert shown["unconfirmed_sale"].words == "No sale to an enterprise that files"


def test_the_tolerance_of_that_day_is_named(year, northern, supervisor):
    Tolerance.objects.create(
        name="oversold_tolerance_percent", value="0.3", valid_from=date(2026, 1, 10)
    )

    shown = told(northern, supervisor)

    used = shown["oversold_lot"].tolerances[0]
    assert (str(used.value), used.since) == ("0.3 percent", date(2026, 1, 10))
    assert shown["oversold_lot"].verdict == "found"


def test_a_lot_can_be_asked_for(year, northern, supervisor):
    shown = told(northern, supervisor, subject="a")

    assert {row.subject for row in shown["oversold_lot"].rows} == {"A"}
    assert shown["over_cap"].rows == []


def test_the_page_leads_from_a_finding(year, northern, supervisor, client):
    client.cookies["django_language"] = "en"
    client.force_login(supervisor)
    reconciled(TODAY)
    finding = northern.findings.get(code="over_cap")
    url = reverse("traceability:enterprise_checks", args=[northern.pk])
    assert url in client.get(finding.get_absolute_url()).content.decode()

    answer = client.get(url, {"month": "2025-01", "as_of": "2026-01-16"})

    shown = answer.content.decode()
    assert "530.000 kg REO" in shown
    assert finding.get_absolute_url() in shown
    assert client.get(url, {"month": "2025-13"}).status_code == 422
    assert client.get(url, {"month": "2025-05", "as_of": "2025-04-30"}).status_code == 422


def test_an_enterprise_does_not_read_how_much_passes(year, northern, filer, client):
    client.force_login(filer)

    assert (
        client.get(reverse("traceability:enterprise_checks", args=[northern.pk])).status_code == 403
    )
