"""Expected use over the ledger: what it is read from, and what the pages show to whom."""

from datetime import datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from portal.kernel import clock
from portal.kernel.period import CIVIL, Month
from tests.cast import make_enterprise
from tests.traceability.ledger import give_cap, months, nil
from traceability.models import CapUse
from traceability.queries.forecasts import forecasts_of, reached_of

pytestmark = pytest.mark.django_db

EVEN = [10] * 12


def produce(enterprise, year, tonnes, category="separation"):
    """A filing of each month with what it counted, t REO."""
    nil(enterprise, *months(1, len(tonnes), year))
    CapUse.objects.bulk_create(
        CapUse(
            enterprise=enterprise,
            month=Month(year, number),
            category=category,
            reo_kg=Decimal(kg) * 1000,
        )
        for number, kg in enumerate(tonnes, start=1)
        if kg
    )


def only(year, *enterprises):
    (one,) = forecasts_of(year, [each.pk for each in enterprises])
    return one


def test_a_cap_without_an_earlier_year_says_so(northern):
    give_cap(northern, "separation", "100000")
    produce(northern, 2025, EVEN[:6])

    one = only(2025, northern)

    assert (one.standing.through, one.standing.used_kg) == (6, 60_000)
    assert (one.basis, one.range_basis) == ("even", "months")
    assert (one.tests, one.typical_error) == ((), None)
    assert one.reaches == 10


def test_own_earlier_years_tell_the_months_and_the_error(northern):
    give_cap(northern, "separation", "200000")
    produce(northern, 2023, [5] * 6 + [15] * 6)
    produce(northern, 2024, [5] * 6 + [15] * 6)
    produce(northern, 2025, [5] * 6)

    one = only(2025, northern)

    assert one.basis == "own"
    assert one.total_kg == pytest.approx(Decimal(120_000))
    assert [(each.year, round(each.error, 3)) for each in one.tests] == [(2024, 0), (2023, 0)]


def test_a_year_that_was_not_filed_whole_tells_nothing(northern):
    give_cap(northern, "separation", "200000")
    produce(northern, 2024, EVEN[:11])
    produce(northern, 2025, EVEN[:6])

    one = only(2025, northern)

    assert one.basis == "even"
    assert one.tests == ()


def test_the_others_of_the_category_tell_where_the_own_years_cannot(northern, southern, ganzhou):
    give_cap(northern, "separation", "200000")
    produce(northern, 2025, [5] * 6)
    for number in range(5):
        other = make_enterprise(f"Other {number}", ganzhou, "separation")
        produce(other, 2023, [5] * 6 + [15] * 6)
        produce(other, 2024, [5] * 6 + [10 + number * 2] * 6)

    one = only(2025, northern)

    assert one.basis == "category"
    assert one.range_basis == "tests"
    assert one.tested == 10
    assert one.typical_error is not None
    assert one.low_kg < one.total_kg < one.high_kg


def test_a_month_that_was_left_out_is_told(northern):
    give_cap(northern, "separation", "200000")
    produce(northern, 2025, EVEN[:3])
    nil(northern, "2025-05")

    standing = only(2025, northern).standing

    assert (standing.since, standing.through, standing.missing) == (1, 5, 1)


def test_who_began_in_the_year_has_no_month_missing(northern):
    give_cap(northern, "separation", "200000")
    nil(northern, "2025-04", "2025-05")

    standing = only(2025, northern).standing

    assert (standing.since, standing.through, standing.missing) == (4, 5, 0)


def test_reached_of_tells_the_month_of_those_that_are_expected_to(northern, southern):
    give_cap(northern, "separation", "100000")
    give_cap(southern, "separation", "900000")
    for each in (northern, southern):
        produce(each, 2025, EVEN[:6])

    told = reached_of(2025, [northern.pk, southern.pk])

    assert told == {(northern.pk, "separation"): 10}


def test_all_caps_are_asked_in_three_questions(northern, southern, django_assert_max_num_queries):
    for each in (northern, southern):
        give_cap(each, "separation", "100000")
        produce(each, 2025, EVEN[:6])

    with django_assert_max_num_queries(3):
        assert len(forecasts_of(2025)) == 2


# --- pages ---------------------------------------------------------------------------------------
@pytest.fixture
def used(northern, southern, monkeypatch):
    """July 2025: both have filed half a year; Northern will be through in October."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2025, 7, 15, 12, tzinfo=CIVIL))
    give_cap(northern, "separation", "100000")
    give_cap(southern, "separation", "900000")
    for each in (northern, southern):
        produce(each, 2025, EVEN[:6])


def get(client, user, name, *args, **asked):
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client.get(reverse(f"traceability:{name}", args=args), asked)


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("viewer", {"Northern", "Southern"}),
        ("recipient", {"Northern"}),
        ("other_recipient", {"Southern"}),
        ("filer", {"Northern"}),
    ],
)
def test_everybody_sees_the_forecasts_of_the_enterprises_they_see(used, client, who, seen, request):
    text = get(client, request.getfixturevalue(who), "forecast_list").content.decode()

    assert {name for name in ("Northern", "Southern") if f">{name}<" in text} == seen


def test_the_list_filters_sorts_and_exports(used, client, viewer):
    expected = get(client, viewer, "forecast_list", reach="expected").content.decode()
    assert "October 2025" in expected
    assert ">Southern<" not in expected
    assert ">Southern<" in get(client, viewer, "forecast_list", reach="no").content.decode()
    assert ">Northern<" not in get(client, viewer, "forecast_list", search="Sou").content.decode()
    assert (
        "No cap of this year"
        in get(client, viewer, "forecast_list", category="mining_rock").content.decode()
    )
    assert get(client, viewer, "forecast_list", sort="-told").status_code == 200
    file = get(client, viewer, "forecast_list", export="csv")
    assert "Northern,smelting and separation,100.000,60.0,2025-06" in b"".join(
        file.streaming_content
    ).decode("utf-8-sig")


def test_one_enterprise_is_shown_with_its_chart_and_what_it_rests_on(
    used, client, viewer, recipient, northern, southern
):
    page = get(client, viewer, "forecast_detail", northern.pk)

    ((row, _id, chart),) = page.context["rows"]
    assert row.told == "October 2025"
    assert [str(one.name) for one in chart.series] == [
        "used",
        "expected",
        "least expected",
        "most expected",
        "cap",
    ]
    assert "no earlier year was filed whole" in page.content.decode()
    assert get(client, recipient, "forecast_detail", southern.pk).status_code == 404


def test_the_list_of_caps_marks_when_the_first_is_reached(used, client, viewer):
    client.force_login(viewer)
    client.cookies["django_language"] = "en"

    text = client.get(reverse("allocations:cap_list")).content.decode()

    assert "First cap reached (expected)" in text
    assert text.count("October 2025") == 1
