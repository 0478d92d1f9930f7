"""The inspector's dossier: what each section holds, who reads it, and how much it asks."""

import re
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.kernel.period import CIVIL, Month
from tests.cast import make_designated
from tests.traceability.ledger import (
    creation,
    extraction,
    feed,
    file,
    give_cap,
    months,
    nil,
    output,
    purchase,
    reconciled,
    runs,
    sale,
    stock,
)
from traceability.models import Filing
from traceability.queries.dossier.caps import cap_years
from traceability.queries.dossier.filings import amendments, months_filed
from traceability.queries.dossier.partners import partners
from traceability.queries.dossier.period import Period
from traceability.queries.dossier.recoveries import recoveries
from traceability.queries.dossier.stock import stock_by_product
from traceability.queries.reliability import conduct_of
from traceability.rules.dossier import spread_of

pytestmark = pytest.mark.django_db
YEAR = Period(Month(2025, 1), Month(2025, 12), date(2026, 3, 1))
QUERIES = 60


def kg(text: str) -> Decimal:
    return Decimal(text)


def test_spread_lies_in_proportion_between():
    told = spread_of([kg("0.9"), kg("1.0"), kg("0.8")])

    assert (told.count, told.least, told.middle, told.most) == (3, kg("0.8"), kg("0.9"), kg("1.0"))
    assert told.p25 == kg("0.85")
    assert told.p10 == kg("0.82")


def test_caps_run_from_january_and_mining_undivided_counts_together(northern):
    give_cap(northern, "mining", "1000")
    for month, category, used in (
        ("2025-02", "mining_rock", "300"),
        ("2025-03", "mining_ionic", "200"),
        ("2025-06", "mining_rock", "600"),
    ):
        northern.cap_uses.create(month=Month.parse(month), category=category, reo_kg=kg(used))

    (told,) = cap_years(northern, Period(Month(2025, 3), Month(2025, 4), YEAR.today))

    assert (told.category, told.cap_kg) == ("mining", 1000)
    assert [str(each.month) for each in told.months] == months(1, 4)
    assert [each.used_kg for each in told.months] == [0, 300, 500, 500]
    assert told.over_kg == 0
    whole = cap_years(northern, YEAR)[0]
    assert (whole.used_kg, whole.over_kg) == (1100, 100)


def test_stock_opens_with_what_came_before_and_stands_beside_the_last_count(northern):
    file(northern, "2024-12", extraction(5, "A", "100"))
    file(
        northern,
        "2025-01",
        extraction(5, "B", "50"),
        feed(9, "A", "30", "R"),
        stock(31, "A", "69"),
        stock(31, "B", "50"),
    )
    file(northern, "2025-02", feed(9, "B", "10", "R2"))
    _define_lots()

    (told,) = stock_by_product(northern, Period(Month(2025, 1), Month(2025, 2), YEAR.today))

    assert (told.opening_kg, told.in_kg, told.out_kg) == (100, 50, 40)
    assert told.closing_kg == 110
    assert (told.counted_in, told.counted_kg, told.difference_kg) == (Month(2025, 1), 119, -1)


def test_recoveries_are_compared_with_history_and_peers(
    northern, southern, ganzhou, inner_mongolia
):
    northern.activities = ["separation"]
    northern.save(update_fields=["activities"])
    runs(northern, ["0.95"] * 12)
    others = [make_designated(f"Peer {n}", ganzhou, "separation") for n in range(2)]
    for peer in (southern, *others):
        runs(peer, ["0.90"] * 12)
    _define_lots()

    (told,) = recoveries(northern, YEAR)

    # December's run may still give more: no later month is filed.
    assert told.own.count == 11
    assert told.own.middle.quantize(kg("0.001")) == kg("0.950")
    assert told.history is None
    assert (told.peer_count, told.peers.count) == (3, 33)
    assert told.below_peers == 0
    (less,) = recoveries(southern, YEAR)
    # One of the three is Northern's higher one: the tenth percentile is the others'.
    assert less.below_peers == 0
    half = Period(Month(2025, 7), Month(2025, 12), YEAR.today)
    assert recoveries(northern, half)[0].history.count == 6


def test_too_few_peers_tell_nothing_of_them(northern, southern):
    runs(northern, ["0.95"] * 12)
    runs(southern, ["0.90"] * 12)
    _define_lots()

    (told,) = recoveries(northern, YEAR)

    assert told.peers is None
    assert told.peer_count == 1


def _define_lots() -> None:
    """What a submission would derive of lots."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update traceability_lot l set product_id = r.product_id, reo_percent = r.reo_percent"
            " from traceability_record r where r.lot_id = l.id"
            " and r.kind in ('extraction', 'output', 'import', 'recycled')"
        )


@pytest.fixture
def traded(northern, southern, outsider):
    """Northern sold 100 kg that arrived, 50 of which half arrived, 20 that did not, 5 outside."""
    made = [creation("extraction", 1, lot, "200", "ORE-MIX") for lot in "ABCD"]
    file(
        northern,
        "2025-02",
        *made,
        sale(3, "A", "100", southern, "I1"),
        sale(3, "B", "50", southern, "I2"),
        sale(4, "C", "20", southern, "I3"),
        sale(4, "D", "5", outsider, "I4"),
    )
    file(
        southern,
        "2025-02",
        # Another number on the paper parts nothing.
        purchase(5, "A", "100.1", northern, "I-1"),
        purchase(6, "B", "25", northern, "I2"),
        purchase(7, "E", "8", northern, "I9"),
    )
    nil(northern, *months(3, 12))
    nil(southern, *months(3, 12))


def test_partners_tell_what_only_one_side_says(traded, northern, southern, outsider):
    told = {(each.way, each.partner): each for each in partners(northern, YEAR)}

    to = told["to", southern]
    assert to.kg == {
        "agreed": kg("100.1"),
        "different": kg("50"),
        "only_own": kg("20"),
        "only_partner": kg("8"),
    }
    assert to.apart_kg == 78
    assert told["to", outsider].kg == {"outside": kg("5")}
    assert sum(each.of_all for each in told.values()) == 1
    (mirrored,) = partners(southern, YEAR)
    assert mirrored.kg["only_partner"] == kg("20")


def test_conduct_leaves_out_what_lies_outside(traded, northern, southern):
    told = conduct_of([northern, southern], YEAR)[northern.pk]

    assert (told.agreed_kg, told.apart_kg, told.lots) == (kg("125.1"), kg("53"), 4)


def test_a_partner_that_has_not_filed_is_no_blame(northern, southern):
    file(northern, "2025-02", extraction(1, "A", "200"), sale(3, "A", "100", southern))

    (told,) = partners(northern, YEAR)

    assert told.kg == {"silent": kg("100")}
    assert conduct_of([northern], YEAR)[northern.pk].lots == 0


def test_filings_count_days_after_the_deadline(northern):
    northern.files_from = Month(2025, 1)
    northern.save(update_fields=["files_from"])
    file(northern, "2025-01")
    file(northern, "2025-02", at=datetime(2025, 3, 15, 9, tzinfo=CIVIL))
    period = Period(Month(2025, 1), Month(2025, 3), date(2025, 4, 20))

    told = months_filed(northern, period)

    assert [each.shown.status for each in told] == ["submitted", "late", "missing"]
    assert [each.days_late for each in told] == [0, 5, 10]
    conduct = conduct_of([northern], period)[northern.pk]
    assert (conduct.due, conduct.late, conduct.missing, conduct.filed) == (3, 1, 1, 2)


def test_a_month_that_is_not_due_yet_is_no_blame(northern):
    northern.files_from = Month(2025, 1)
    northern.save(update_fields=["files_from"])
    file(northern, "2025-01")
    period = Period(Month(2025, 1), Month(2025, 3), date(2025, 3, 5))

    conduct = conduct_of([northern], period)[northern.pk]

    assert (conduct.due, conduct.missing) == (1, 0)


def test_amendments_tell_what_changed_and_what_it_did_to_the_cap(northern):
    file(northern, "2025-03", extraction(5, "A", "1000"), extraction(6, "B", "10"))
    amended = file(
        northern,
        "2025-03",
        extraction(5, "A", "800"),
        extraction(6, "B", "10"),
        feed(7, "A", "5", "R"),
        at=datetime(2025, 5, 1, 9, tzinfo=CIVIL),
        reason="typed wrongly",
    )

    told = amendments(northern, YEAR)

    assert told.count == 1
    (shown,) = told.shown
    assert shown.filing == amended
    by_kind = {change.kind: change for change in shown.changes}
    assert (by_kind["extraction"].kg_before, by_kind["extraction"].kg_after) == (1010, 810)
    assert (by_kind["input"].records_before, by_kind["input"].records_after) == (0, 1)
    assert [(category.value, kg) for category, kg in shown.effects] == [("mining_rock", -100)]


def test_an_amendment_of_an_output_is_judged_with_what_the_run_was_fed_before(northern):
    file(northern, "2025-02", extraction(5, "A", "1000"), feed(20, "A", "1000", "R"))
    file(northern, "2025-03", output(5, "P", "400", "R"))
    _define_lots()
    file(
        northern,
        "2025-03",
        output(5, "P", "300", "R"),
        at=datetime(2025, 5, 1, 9, tzinfo=CIVIL),
    )

    (shown,) = amendments(northern, YEAR).shown

    assert [(category.value, kg) for category, kg in shown.effects] == [("separation", -100)]


def test_amendments_agreed_with_the_partner_are_no_blame(northern):
    file(northern, "2025-03")
    file(northern, "2025-04")
    file(northern, "2025-03", at=datetime(2025, 5, 1, 9, tzinfo=CIVIL))
    agreed = Filing.objects.create(
        enterprise=northern,
        month=Month(2025, 4),
        version=2,
        reason_kind="partner",
        reason="agreed",
        prepared_by_id=Filing.objects.first().prepared_by_id,
        prepared_at=datetime(2025, 5, 2, 9, tzinfo=CIVIL),
    )
    Filing.objects.filter(enterprise=northern, month=Month(2025, 4), version=1).update(
        status="superseded"
    )
    agreed.status, agreed.submitted_at = "submitted", datetime(2025, 5, 2, 10, tzinfo=CIVIL)
    agreed.attested_by_id, agreed.digest, agreed.receipt_no = agreed.prepared_by_id, "0" * 64, "TA"
    agreed.save()

    assert conduct_of([northern], YEAR)[northern.pk].amended == 1


# --- the page and the paper ----------------------------------------------------------------------
READERS = ("drafter", "signatory", "supervisor", "viewer", "auditor", "recipient")
OTHERS = {"filer": 403, "attester": 403, "administrator": 403, "other_recipient": 404}


@pytest.fixture
def english(request, client: Client):
    """Signs somebody of the cast in; pages come in English."""

    def sign_in(who: str) -> Client:
        user = request.getfixturevalue(who)
        user.language = "en"
        user.save(update_fields=["language"])
        client.force_login(user)
        client.cookies["django_language"] = "en"
        return client

    return sign_in


@pytest.mark.parametrize("name", ["dossier_detail", "dossier_pdf"])
@pytest.mark.parametrize("who", [*READERS, *OTHERS])
def test_officials_read_the_dossier_of_enterprises_they_may_see(english, northern, who, name):
    answer = english(who).get(reverse(f"traceability:{name}", args=[northern.pk]))

    assert answer.status_code == OTHERS.get(who, 200)


def test_page_tells_every_section(english, traded, northern):
    give_cap(northern, "mining_rock", "100")
    reconciled(date(2026, 1, 16))
    address = reverse("traceability:dossier_detail", args=[northern.pk])

    client = english("supervisor")

    with CaptureQueriesContext(connection) as asked:
        answer = client.get(f"{address}?first=2025-01&last=2025-12")

    text = answer.content.decode()
    for title in (
        *("Reliability score", "Caps and use", "Stock by product", "Recoveries of runs"),
        *("Trading partners and unmatched flows", "Filings on time", "Amendments", "Cases"),
        "Administrative penalties",
    ):
        assert title in text
    assert re.search(r"4 lots|in 4 lots", text)
    assert len(asked) <= QUERIES


def test_queries_do_not_grow_with_what_there_is(english, traded, northern, southern):
    client = english("supervisor")
    address = (
        reverse("traceability:dossier_detail", args=[northern.pk]) + "?first=2025-01&last=2025-12"
    )
    client.get(address)
    with CaptureQueriesContext(connection) as before:
        client.get(address)
    for number in range(4, 9):
        file(
            northern,
            f"2025-{number:02}",
            extraction(1, f"X{number}", "10"),
            sale(3, f"X{number}", "5", southern, f"N{number}"),
            at=datetime(2025, 12, number, 9, tzinfo=CIVIL),
        )

    with CaptureQueriesContext(connection) as after:
        client.get(address)

    assert len(after) == len(before)


def test_pdf_is_one_and_named_after_the_period(english, traded, northern):
    address = reverse("traceability:dossier_pdf", args=[northern.pk])

    answer = english("viewer").get(f"{address}?first=2025-03&last=2025-01")

    assert answer.content.startswith(b"%PDF")
    assert f"dossier-{northern.uscc}-2025-01-2025-03.pdf" in answer["Content-Disposition"]
