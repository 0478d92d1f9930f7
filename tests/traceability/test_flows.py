"""Flows of a period: balanced at every stage, whoever is asked about."""

import csv
import html
import io
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.kernel.period import Month
from tests.cast import make_enterprise, make_user
from tests.traceability.ledger import Row, creation, extraction, feed, file, output, purchase, sale
from traceability.queries.tracing.flows import ELEMENTS, Question, balanced, flows_of, parts_of
from traceability.rules.tracing.flows import Balance, Flow, FlowKind, balances, links_of
from traceability.services.derivation import rebuild_derived

JANUARY = Month(2025, 1)


# --- the rule ------------------------------------------------------------------------------------
flows = st.builds(
    Flow,
    kind=st.sampled_from(
        [kind for kind in FlowKind if kind not in ("from_stock", "into_stock", "in_trade")]
    ),
    product=st.sampled_from("abcd"),
    kg=st.integers(1, 10**12).map(lambda micrograms: Decimal(micrograms) / 10**6),
    other=st.sampled_from("abcd"),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(flows, max_size=20))
def test_balances_let_out_what_came_in_whatever_the_flows(listed):
    found = balances(listed, lambda product: "ab" if product in "ab" else product)

    for balance in found:
        assert sum(one.kg for one in balance.outward) == balance.total_kg
        assert all(one.kg > 0 for one in (*balance.inward, *balance.outward))
    made = [entry for one in found for entry in one.inward if entry.kind == FlowKind.MADE]
    given_away = [entry for one in found for entry in one.outward if entry.kind == FlowKind.MADE]
    assert sum(one.kg for one in made) == sum(one.kg for one in given_away)
    assert all(link.source != link.target for link in links_of(found))


def test_balances_name_what_is_on_its_way_between_two_enterprises():
    sold = Flow(FlowKind.SALE_INSIDE, "ore", Decimal(30))
    bought = Flow(FlowKind.PURCHASE_INSIDE, "ore", Decimal(20))

    [balance] = balances([sold, bought], lambda product: product)

    assert told(balance) == ({"from_stock": "10.000"}, {"in_trade": "10.000"})


# --- over a ledger -------------------------------------------------------------------------------
def told(balance: Balance) -> tuple[dict[str, str], dict[str, str]]:
    inward = {one.kind.value: f"{one.kg:.3f}" for one in balance.inward}
    return inward, {one.kind.value: f"{one.kg:.3f}" for one in balance.outward}


def asked_of(asked: Question) -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    return {
        str(one.key): told(one) for one in balanced(flows_of(asked), parts_of(by_product=False))
    }


@pytest.fixture
def january(northern, southern, outsider):
    """Northern mines, imports and separates; Southern buys, makes metal and sells it."""
    abroad = creation("import", 2, "MON1", "100", "ORE-MON", "60")
    abroad.fields.update(country="MM", document="D1")
    file(
        northern,
        "2025-01",
        extraction(1, "ORE1", "1000"),
        abroad,
        feed(3, "ORE1", "800", "R1"),
        feed(3, "MON1", "50", "R1"),
        output(5, "OX1", "400", "R1"),
        sale(6, "OX1", "300", southern),
    )
    file(
        southern,
        "2025-01",
        purchase(8, "OX1", "290", northern),
        feed(9, "OX1", "200", "S1", northern),
        output(10, "M1", "220", "S1", "MET-PRND"),
        sale(11, "M1", "100", outsider, "INV2"),
        Row("export", 12, "M1", "50", southern, {"country": "JP", "document": "C1"}),
        Row("loss", 13, "M1", "1", southern, {"note": "spilt"}),
    )
    rebuild_derived()


@pytest.mark.django_db
def test_flows_of_the_country(january):
    assert asked_of(Question(JANUARY, JANUARY)) == {
        "ore": (
            {"extraction": "500.000", "import": "60.000"},
            {"made": "400.000", "into_stock": "130.000", "process_loss": "30.000"},
        ),
        "compound": (
            {"made": "400.000"},
            {"made": "200.000", "into_stock": "190.000", "in_trade": "10.000"},
        ),
        "metal": (
            {"made": "200.000", "process_excess": "20.000"},
            {
                "sale_outside": "100.000",
                "into_stock": "69.000",
                "export": "50.000",
                "loss": "1.000",
            },
        ),
    }


@pytest.mark.django_db
def test_flows_of_one_enterprise_end_at_its_fence(january, southern):
    assert asked_of(Question(JANUARY, JANUARY, scope=[southern.pk]))["compound"] == (
        {"purchase_outside": "290.000"},
        {"made": "200.000", "into_stock": "90.000"},
    )


@pytest.mark.django_db
def test_flows_of_another_month_are_none(january):
    assert asked_of(Question(Month(2025, 2), Month(2025, 3))) == {}


@pytest.mark.django_db
def test_flows_as_known_before_the_filing_are_none(january, noon):
    before = noon.replace(month=1)

    assert asked_of(Question(JANUARY, JANUARY, known_at=before)) == {}


@pytest.mark.django_db
def test_flows_of_an_element_weigh_by_assay_or_usual_split(northern):
    stated = extraction(1, "ORE1", "1000")
    stated.fields["assay"] = "CeO2:50;Nd2O3:10;Pr6O11:3.5"
    file(northern, "2025-01", stated, extraction(2, "ORE2", "1000"))
    rebuild_derived()

    found = asked_of(Question(JANUARY, JANUARY, oxides=ELEMENTS["PrNd"][1]))

    # 13.5 percent stated of 500 kg; 5.2 + 16.2 percent usual of 500 kg.
    assert found["ore"][0] == {"extraction": "174.500"}


@pytest.mark.django_db
def test_flows_of_an_element_do_not_call_lost_what_nobody_stated(northern):
    file(
        northern,
        "2025-01",
        creation("recycled", 1, "S1", "100", "MET-PRND", "100"),
        feed(2, "S1", "100", "R1"),
        output(3, "M1", "90", "R1", "MAG-NDFEB", "100"),
    )
    rebuild_derived()

    found = asked_of(Question(JANUARY, JANUARY, oxides=ELEMENTS["PrNd"][1]))

    assert found["metal"][1] == {"process_untold": "100.000"}


# --- on pages ------------------------------------------------------------------------------------
@pytest.fixture
def read(client):
    def get(user, name="flow_detail", **query):
        client.cookies["django_language"] = "en"
        client.force_login(user)
        return client.get(reverse(f"traceability:{name}"), query)

    return get


PERIOD = {"first": "2025-01", "last": "2025-01"}


@pytest.mark.django_db
def test_flow_detail_shows_balances_that_lead_to_their_records(january, read, viewer):
    text = read(viewer, **PERIOD).content.decode()
    asked = {"of": "flow", "side": "out", "part": "metal", "kind": "export"}
    records = read(viewer, "figure_detail", **PERIOD, **asked).content.decode()

    assert "of=flow&amp;side=out&amp;part=metal&amp;kind=export" in text
    assert "M1" in records
    assert "ORE1" not in records


@pytest.mark.django_db
def test_flow_detail_shows_an_enterprise_its_own_only(january, read, southern):
    filer = make_user(southern.organisation, "filer")

    text = read(filer, **PERIOD).content.decode()

    assert "Bought from outside" in text
    assert "Mined" not in text


@pytest.mark.django_db
def test_flow_detail_of_an_enterprise_that_the_reader_does_not_see_is_empty(
    january, read, northern, southern
):
    filer = make_user(southern.organisation, "filer")

    text = read(filer, **PERIOD, enterprise=northern.pk).content.decode()

    assert "Nothing was filed of this period." in text


@pytest.mark.django_db
def test_flow_detail_narrows_to_a_province_and_to_a_group(january, read, viewer, northern, baotou):
    group = make_enterprise("Group", baotou, is_group=True)
    northern.parent = group
    northern.save()

    province = read(viewer, **PERIOD, province="360000").content.decode()
    of_group = read(viewer, **PERIOD, group=group.pk).content.decode()

    assert "Mined" not in province
    assert "Mined" in of_group
    assert "Sold to outside" in of_group


@pytest.mark.django_db
def test_flow_detail_narrows_to_an_enterprise_by_its_name(january, read, viewer, northern, client):
    named = read(viewer, **PERIOD, called="Southern").content.decode()
    linked = read(viewer, **PERIOD, enterprise=northern.pk).content.decode()
    renamed = read(viewer, **PERIOD, enterprise=northern.pk, called="Southern").content.decode()
    cleared = read(viewer, **PERIOD, enterprise=northern.pk, called="").content.decode()

    assert "Mined" not in named
    assert "Flows · Southern" in named
    assert 'name="called" value="Northern"' in linked
    assert "Flows · Southern" in renamed  # what was typed goes before what an address brought
    assert "Flows · Northern" in linked
    assert "Flows · Northern" not in cleared
    figure = html.unescape(re.search(r'href="(/traceability/figures/[^"]*)"', named).group(1))
    assert "· Southern" in client.get(figure).content.decode()


@pytest.mark.django_db
def test_views_of_flows_lead_to_one_another_with_what_was_asked(january, read, viewer):
    asked = {"first": "2025-01", "last": "2025-02", "called": "Southern"}
    plain = read(viewer).content.decode()
    text = read(viewer, **asked).content.decode()

    for name in ("flow_detail", "reach_detail", "flow_map", "flow_trade", "flow_series"):
        address = reverse(f"traceability:{name}")
        assert f'<a href="{address}"' in plain
        assert f'<a href="{address}?first=2025-01&amp;last=2025-02&amp;called=Southern"' in text


@pytest.mark.django_db
def test_flow_detail_asks_which_enterprise_is_meant(january, read, viewer, filer, southern):
    several = read(viewer, **PERIOD, called="thern")
    nobody = read(filer, **PERIOD, called="Southern")

    assert several.status_code == nobody.status_code == 422
    assert f"called={southern.uscc}" in several.content.decode()
    assert "No enterprise that you may see has such a name or code." in nobody.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "nonsense",
    [{"first": "x"}, {"known": "x"}, {"province": "9"}, {"group": "x"}, {"element": "X"}],
)
def test_flow_detail_leaves_nonsense_aside_and_says_so(january, read, viewer, nonsense):
    answer = read(viewer, **PERIOD | nonsense)

    assert answer.status_code == 422
    assert "From the ground to the magnet" in answer.content.decode()
    assert "invalid-feedback" in answer.content.decode()


@pytest.mark.django_db
def test_flow_detail_exports_balances(january, read, viewer):
    answer = read(viewer, **PERIOD, by="product", export="csv")

    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    mined = [row for row in rows if row["What"] == "Mined"]
    assert [(row["Stage or product"], row["kg"]) for row in mined] == [("ORE-MIX", "500.000")]


@pytest.mark.django_db
def test_flow_detail_asks_a_bounded_number_of_questions(
    january, read, viewer, django_assert_max_num_queries
):
    read(viewer, **PERIOD)

    with django_assert_max_num_queries(30):  # half of them sign in
        read(viewer, **PERIOD)
