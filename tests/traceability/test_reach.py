"""Where much ends at once, and what stands behind a buyer or a country."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from portal.kernel.period import Month
from tests.cast import make_user
from tests.traceability.ledger import Row, extraction, feed, file, output, purchase, sale
from traceability.models import Product
from traceability.queries.tracing.reach import Picked, behind_reach, enterprises_like, reach_of
from traceability.queries.tracing.walk import Asked
from traceability.services.derivation import rebuild_derived

pytestmark = pytest.mark.django_db
JANUARY = Month(2025, 1)


@pytest.fixture
def chain(northern, southern, outsider):
    """Northern mines two lots; Southern separates them, sells to Outsider and to Japan."""
    file(
        northern,
        "2025-01",
        extraction(1, "A", "1000"),
        extraction(2, "B", "1000", "ORE-BAST"),
        sale(6, "A", "1000", southern),
        sale(6, "B", "600", southern, "INV2"),
    )
    file(
        southern,
        "2025-01",
        purchase(8, "A", "1000", northern),
        purchase(8, "B", "600", northern, "INV2"),
        feed(9, "A", "1000", "S1", northern),
        feed(9, "B", "600", "S1", northern),
        output(10, "P", "800", "S1"),
        sale(11, "P", "400", outsider, "INV3"),
        Row("export", 12, "P", "200", southern, {"country": "JP", "document": "C1"}),
    )
    rebuild_derived()


def told(reach) -> dict[tuple[str, str, str], Decimal]:
    assert sum(end.kg for end in reach.ends) == reach.total_kg
    assert sum(end.part for end in reach.ends) == 1
    return {
        (
            end.kind.value,
            end.enterprise.organisation.name_en if end.enterprise else "",
            end.country,
        ): end.kg
        for end in reach.ends
    }


def test_reach_of_a_mine_are_its_buyers_and_uses(chain, northern):
    reach = reach_of(Picked(JANUARY, JANUARY, enterprise=northern.pk), Asked(upstream=False))

    assert told(reach) == {
        ("sold_outside", "Outsider", ""): 400,
        ("export", "Southern", "JP"): 200,
        ("held", "Southern", ""): 200,
        ("held", "Northern", ""): 200,
    }


def test_reach_of_a_product_is_its_part_only(chain):
    product = Product.objects.get(code="ORE-BAST").pk
    reach = reach_of(Picked(JANUARY, JANUARY, product=product), Asked(upstream=False))

    # 300 of the 800 kg that went into S1.
    assert told(reach)["export", "Southern", "JP"] == 75
    assert reach.total_kg == 500


def test_reach_of_a_product_that_plants_make_is_what_they_made_of_it(chain, southern):
    product = Product.objects.get(code="OX-PRND").pk

    made = reach_of(
        Picked(JANUARY, JANUARY, enterprise=southern.pk, product=product), Asked(upstream=False)
    )
    all_sources = reach_of(Picked(JANUARY, JANUARY), Asked(upstream=False))

    assert told(made) == {
        ("sold_outside", "Outsider", ""): 400,
        ("export", "Southern", "JP"): 200,
        ("held", "Southern", ""): 200,
    }
    assert all_sources.total_kg == 1000  # what is made was mined before, and is not counted twice


def test_reach_back_from_an_exporter_and_a_country_is_what_it_sent_there(chain, northern, southern):
    def back(enterprise, country):
        picked = Picked(JANUARY, JANUARY, enterprise=enterprise.pk, country=country)
        return reach_of(picked, Asked(upstream=True)).total_kg

    assert back(southern, "JP") == 200
    assert back(southern, "VN") == 0
    assert back(northern, "JP") == 0
    assert back(southern, "") == 800  # without a country what it bought


def test_reach_back_from_a_country_are_the_mines_behind_it(chain):
    reach = reach_of(Picked(JANUARY, JANUARY, country="JP"), Asked(upstream=True))

    assert told(reach) == {("extraction", "Northern", ""): 200}


def test_reach_back_from_a_buyer(chain, outsider):
    reach = reach_of(Picked(JANUARY, JANUARY, enterprise=outsider.pk), Asked(upstream=True))

    assert told(reach) == {("extraction", "Northern", ""): 400}


def test_reach_ends_at_the_border_of_what_the_reader_sees(chain, northern):
    reach = reach_of(Picked(JANUARY, JANUARY), Asked(upstream=False, seen=[northern.pk]))

    assert told(reach) == {("elsewhere", "", ""): 800, ("held", "Northern", ""): 200}


def test_reach_tells_the_stage_of_what_never_moved(chain, northern):
    file(northern, "2025-02", extraction(3, "STILL", "10", percent="60"))
    rebuild_derived()

    reach = reach_of(Picked(Month(2025, 2), Month(2025, 2)), Asked(upstream=False))

    [held] = reach.ends
    assert (held.kind.value, held.enterprise, held.stage, held.kg) == ("held", northern, "ore", 6)


def test_reach_says_what_was_too_much_to_follow(chain, monkeypatch):
    monkeypatch.setattr("traceability.queries.tracing.wide.MOST_AT_ONCE", 1)

    reach = reach_of(Picked(JANUARY, JANUARY), Asked(upstream=False))

    # Two holdings are opened at once; the shipments behind them are not.
    assert told(reach) == {
        ("not_followed", "Northern", ""): 800,
        ("held", "Northern", ""): 200,
    }
    assert behind_reach(reach, lambda end: end.kind == "not_followed").count() == 2


def test_reach_as_known_before_an_amendment_is_that_of_then(chain, northern, southern, noon):
    later = noon + timedelta(days=30)
    file(northern, "2025-01", extraction(1, "A", "1000", percent="60"), at=later)
    rebuild_derived()
    picked = Picked(JANUARY, JANUARY)

    now = reach_of(picked, Asked(upstream=False))
    then = reach_of(picked, Asked(upstream=False, known_at=later - timedelta(days=1)))

    assert (now.total_kg, then.total_kg) == (600, 1000)
    assert told(then)["export", "Southern", "JP"] == 200


def test_reach_of_nothing_is_nothing(chain):
    reach = reach_of(Picked(Month(2024, 1), Month(2024, 2)), Asked(upstream=False))

    assert (reach.total_kg, reach.ends) == (0, [])


def test_enterprises_like_takes_the_one_whose_name_or_code_it_is(chain, viewer, filer, northern):
    assert enterprises_like(viewer, "Northern") == [northern]
    assert enterprises_like(viewer, northern.uscc) == [northern]
    assert len(enterprises_like(viewer, "thern")) == 2
    assert enterprises_like(filer, "Southern") == []


@pytest.fixture
def read(client):
    def get(user, **query):
        client.cookies["django_language"] = "en"
        client.force_login(user)
        asked = {"first": "2025-01", "last": "2025-01"} | query
        return client.get(reverse("traceability:reach_detail"), asked)

    return get


def test_reach_detail_names_buyers_and_countries(chain, read, viewer):
    text = read(viewer, who="Northern").content.decode()

    assert "Outsider" in text
    assert "JP" in text


def test_reach_detail_asks_which_enterprise_is_meant(chain, read, viewer, northern):
    text = read(viewer, who="thern").content.decode()

    assert "Which enterprise?" in text
    assert re.search(r"<h1[^>]*>\s*Where it ends · thern\s*</h1>", text)
    assert northern.uscc in text


def test_reach_detail_shows_an_enterprise_nothing_of_others(chain, read, southern):
    text = read(make_user(southern.organisation, "filer"), way="back", country="jp")

    assert "another enterprise" in text.content.decode()
    assert "Northern" not in text.content.decode()


def test_reach_detail_of_who_mines_nothing_leads_to_what_stands_behind(chain, read, viewer):
    text = read(viewer, who="Southern").content.decode()

    assert "Nothing of this kind was filed in these months." in text
    address = re.search(r'id="reach-back" href="([^"]*)"', text).group(1)
    assert "who=Southern" in address
    assert "way=back" in address


def test_reach_detail_exports_all_ends(chain, read, viewer):
    answer = read(viewer, who="Northern", export="csv")

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert "Outsider" in {row["Enterprise"] for row in rows}
    assert {row["Stage"] for row in rows} == {"ore product", "compound"}
    assert sum(Decimal(row["Percent"]) for row in rows) == 100


def test_reach_detail_speaks_of_months_in_chinese(chain, read, viewer, client):
    client.cookies["django_language"] = "zh-hans"
    client.force_login(viewer)

    months = {"first": "2025-01", "last": "2025-01"}
    text = client.get(reverse("traceability:reach_detail"), months).content.decode()

    assert "起始月份" in text
    assert '<th scope="col">来自</th><th scope="col">去往</th>' in text
