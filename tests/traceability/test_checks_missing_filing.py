"""missing_filing: nothing filed for a month whose deadline has passed, by one that must file."""

from datetime import date, datetime

import pytest

from portal.kernel.period import CIVIL, Month
from tests.cast import make_enterprise
from tests.traceability.ledger import extraction, file, found, months, nil, purchase, said, sale

pytestmark = pytest.mark.django_db


def missing(as_of: date = date(2026, 1, 16)) -> list[tuple[str, str]]:
    return [(each.enterprise.name_en, str(each.month)) for each in found("missing_filing", as_of)]


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2025, 3, 10), []),  # the last day to file February
        (date(2025, 3, 11), [("Northern", "2025-02")]),
    ],
)
def test_missing_filing_from_the_day_after_the_deadline(northern, as_of, expected):
    nil(northern, "2025-01")

    assert missing(as_of) == expected


def test_missing_filing_names_each_month_between(northern):
    nil(northern, "2025-01", "2025-02", "2025-04", *months(6, 12))

    assert missing() == [("Northern", "2025-03"), ("Northern", "2025-05")]


def test_a_nil_return_is_a_filing(northern):
    nil(northern, *months(1, 12))

    assert missing() == []


def test_missing_filing_clears_when_filed_late_and_not_before(northern):
    nil(northern, *months(1, 11))
    file(northern, "2025-12", at=datetime(2026, 1, 20, 9, tzinfo=CIVIL))

    assert missing(date(2026, 1, 19)) == [("Northern", "2025-12")]
    assert missing(date(2026, 1, 20)) == []


def test_one_that_never_filed_owes_every_month_of_the_platform(northern, southern):
    nil(northern, *months(10, 12))

    assert missing() == [("Southern", f"2025-{number}") for number in (10, 11, 12)]


def test_a_new_enterprise_is_left_alone_before_its_first_trace(northern, southern):
    nil(northern, *months(1, 12))
    nil(southern, *months(5, 12))

    assert missing() == []


def test_what_others_say_of_it_shows_that_it_was_there_before(northern, southern):
    file(northern, "2025-01", extraction(3, "A", "100"))
    file(northern, "2025-02", sale(5, "A", "50", southern))
    nil(northern, *months(3, 12))
    nil(southern, *months(4, 12))

    assert missing() == [("Southern", "2025-02"), ("Southern", "2025-03")]


def test_goods_on_their_way_to_a_new_enterprise_do_not_count(northern, southern):
    nil(northern, *months(1, 3))
    file(northern, "2025-04", extraction(3, "A", "100"), sale(29, "A", "50", southern))
    nil(northern, *months(5, 12))
    file(southern, "2025-05", purchase(2, "A", "50", northern))
    nil(southern, *months(6, 12))

    assert missing() == []


def test_the_directory_says_from_when(northern, southern):
    southern.files_from = Month(2025, 11)
    southern.save()
    nil(northern, *months(1, 12))

    findings = found("missing_filing", date(2026, 1, 16))

    assert [str(each.month) for each in findings] == ["2025-11", "2025-12"]
    assert "must file from 2025-11 on" in said(findings[0])


def test_outsiders_and_merged_enterprises_owe_nothing(northern, southern, outsider, baotou):
    gone = make_enterprise(
        "Gone", baotou, "mining", merged_into=northern, merged_on=date(2025, 6, 30)
    )
    nil(northern, *months(1, 12))
    nil(southern, *months(1, 12))
    nil(gone, *months(1, 5))

    assert missing() == [("Gone", "2025-06")]


def test_nothing_is_due_before_anybody_ever_filed(northern):
    assert missing() == []
