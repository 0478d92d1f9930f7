"""Lots on pages: the list, the trace, its files, and who sees what."""

import csv
import io
import re
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.html import escape
from django.utils.http import urlencode

from tests.cast import make_user
from tests.traceability.ledger import Row, extraction, feed, file, output, purchase, sale
from traceability.models import Finding, Lot
from traceability.queries.tracing import drawn as drawing
from traceability.services.derivation import rebuild_derived
from traceability.views.tracing import interchange, lots
from traceability.views.tracing.pictures import PAGE

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client):
    """Somebody who reads English."""
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def chain(northern, southern):
    """Northern mines and separates; Southern buys the oxide and exports some of it."""
    file(
        northern,
        "2025-01",
        extraction(1, "ORE1", "1000"),
        feed(3, "ORE1", "800", "R1"),
        output(5, "OX1", "400", "R1"),
        sale(6, "OX1", "300", southern),
    )
    file(
        southern,
        "2025-01",
        purchase(8, "OX1", "300", northern),
        Row("export", 9, "OX1", "100", northern, {"country": "JP", "document": "C1"}),
        Row("stock", 31, "OX1", "199", northern),
    )
    rebuild_derived()


def the(number: str) -> Lot:
    return Lot.objects.get(number=number)


def page_of(client, user, lot: Lot, **query):
    client.force_login(user)
    return client.get(reverse("traceability:lot_detail", args=[lot.pk]), query)


def boxes(answer) -> list[dict]:
    """The boxes of the picture."""
    return [asdict(node) for node in answer.context["picture"].nodes]


def test_lot_list_shows_the_reader_its_own_and_finds_by_the_beginning(
    chain, client, southern_filer, viewer
):
    client.force_login(southern_filer)
    own = client.get(reverse("traceability:lot_list")).content.decode()
    client.force_login(viewer)
    found = client.get(reverse("traceability:lot_list"), {"number": "ore"}).content.decode()

    assert "OX1" in own
    assert "ORE1" not in own
    assert "ORE1" in found
    assert "OX1" not in found


def test_lot_list_asks_the_same_few_questions_for_any_number_of_lots(
    chain, client, viewer, django_assert_max_num_queries
):
    client.force_login(viewer)

    with django_assert_max_num_queries(12):
        client.get(reverse("traceability:lot_list"))


def test_lot_detail_shows_the_whole_chain_to_a_ministry(chain, client, viewer):
    answer = page_of(client, viewer, the("OX1"))

    labels = {box["label"]: box for box in boxes(answer)}
    assert {"mined", "ORE1", "OX1", "exported JP", "still held"} <= set(labels)
    assert labels["ORE1"]["url"] == reverse("traceability:lot_detail", args=[the("ORE1").pk])
    text = answer.content.decode()
    assert "400.000" in text
    assert "199.000 kg gross" in text


def test_lot_detail_marks_what_an_open_finding_touches(chain, client, viewer, northern, noon):
    Finding.objects.create(
        code="oversold_lot",
        key="x",
        year=2025,
        severity="high",
        enterprise=northern,
        lot=the("ORE1"),
        rule_version="1",
        first_seen=noon.date(),
        last_seen=noon.date(),
    )

    marked = {box["label"] for box in boxes(page_of(client, viewer, the("OX1"))) if box["marked"]}

    assert marked == {"ORE1"}


def test_lot_detail_as_known_earlier_marks_the_findings_of_then(
    chain, client, viewer, northern, noon
):
    then = (noon - timedelta(days=2)).date()
    told = {"code": "yield_low", "enterprise": northern, "run": "R1", "year": 2025}
    told |= {"severity": "high", "rule_version": "1", "last_seen": noon.date()}
    later = Finding.objects.create(key="later", first_seen=noon.date(), **told)
    cleared = Finding.objects.create(
        key="cleared", first_seen=then, status="cleared", cleared_on=noon.date(), **told
    )

    before = page_of(client, viewer, the("OX1"), known=then.isoformat())
    now = page_of(client, viewer, the("OX1"))

    assert before.context["findings_around"] == [cleared]
    assert now.context["findings_around"] == [later]


def test_lot_detail_lists_the_findings_that_its_picture_marks(
    chain, client, viewer, southern_filer, northern, southern, noon
):
    days = {"first_seen": noon.date(), "last_seen": noon.date()}
    told = {"year": 2025, "severity": "high", "rule_version": "1"} | days
    at_lot = Finding.objects.create(
        code="oversold_lot", key="x", enterprise=northern, lot=the("ORE1"), **told
    )
    at_run = Finding.objects.create(
        code="yield_low", key="y", enterprise=northern, run="R1", **told
    )
    elsewhere = Finding.objects.create(
        code="yield_low", key="z", enterprise=southern, run="R1", **told
    )

    answer = page_of(client, viewer, the("OX1"))
    others = page_of(client, southern_filer, the("OX1"))
    own = page_of(client, viewer, the("ORE1"))

    assert set(answer.context["findings_around"]) == {at_lot, at_run}
    assert f'href="{at_run.get_absolute_url()}"' in answer.content.decode()
    assert others.context["findings_around"] == []  # nothing of others' trade
    assert set(own.context["findings_around"]) == {at_run}
    # The run is drawn together with the lot it made, and marks it.
    assert {box["label"] for box in boxes(answer) if box["marked"]} == {"ORE1", "OX1"}
    assert not any(box["marked"] for box in boxes(others))
    assert elsewhere not in answer.context["findings_around"]


def test_lot_detail_puts_many_ends_below_one_another_and_lists_the_gravest_findings(
    client, viewer, northern, noon, monkeypatch
):
    monkeypatch.setattr(lots, "LINES_BESIDE", 1)
    monkeypatch.setattr(lots, "FINDINGS_SHOWN", 1)
    made = (feed(3, "ORE1", "80", "R1"), output(5, "OX1", "30", "R1"))
    file(northern, "2025-01", extraction(1, "ORE1", "100"), *made)
    rebuild_derived()
    told = {"code": "yield_low", "enterprise": northern, "run": "R1", "year": 2025}
    told |= {"severity": "high", "rule_version": "1"}
    told |= {"first_seen": noon.date(), "last_seen": noon.date()}
    Finding.objects.create(key="x", **told)

    one = page_of(client, viewer, the("ORE1")).content.decode()
    Finding.objects.create(key="y", **told)
    two = page_of(client, viewer, the("ORE1"))
    beside = page_of(client, viewer, the("OX1")).content.decode()

    assert len(two.context["findings_around"]) == 1
    assert "Only the gravest are listed." in two.content.decode()
    assert "Only the gravest are listed." not in one
    assert one.count('<div class="whole">') == 2
    assert beside.count('<div class="half">') == 2


def test_lot_detail_folds_others_trade_without_breaking_the_sums(chain, client, southern_filer):
    answer = page_of(client, southern_filer, the("OX1"))

    text = answer.content.decode()
    assert {box["label"] for box in boxes(answer)} == {
        "another enterprise",
        "OX1",
        "exported JP",
        "still held",
    }
    assert "ORE1" not in text
    assert text.count("300.000") >= 2  # both sides come to what Southern bought


def test_lot_detail_of_a_lot_that_the_reader_never_held_is_not_there(chain, client, southern_filer):
    assert page_of(client, southern_filer, the("ORE1")).status_code == 404


def test_lot_detail_shows_an_authority_its_territory(chain, client, other_recipient, recipient):
    inner = page_of(client, recipient, the("OX1"))
    jiangxi = page_of(client, other_recipient, the("OX1"))

    assert {box["label"] for box in boxes(inner)} >= {"mined", "ORE1", "another enterprise"}
    assert "ORE1" not in {box["label"] for box in boxes(jiangxi)}


def test_lot_detail_opens_folded_when_asked(chain, client, viewer):
    labels = [box["label"] for box in boxes(page_of(client, viewer, the("OX1"), by="enterprise"))]

    assert "ORE1" not in labels
    assert "Northern" in labels


def test_lot_detail_opens_folded_when_there_is_too_much_and_unfolds_one(
    client, viewer, northern, monkeypatch
):
    ores = [
        row
        for lot in ("ORE1", "ORE2")
        for row in (extraction(1, lot, "9"), feed(3, lot, "9", "R1"))
    ]
    file(northern, "2025-01", *ores, output(5, "OX1", "8", "R1"))
    rebuild_derived()
    monkeypatch.setattr(drawing, "MOST_NODES", 3)
    folded = page_of(client, viewer, the("OX1"))
    [whole] = [box for box in boxes(folded) if box["label"] == "Northern"]
    opened = client.get(folded.wsgi_request.path + whole["url"])

    assert {box["label"] for box in boxes(folded)} == {"mined", "Northern", "OX1", "still held"}
    assert {box["label"] for box in boxes(opened)} == {"mined", "ORE1", "ORE2", "OX1", "still held"}
    assert 'id="fold"' not in folded.content.decode()  # it can't be drawn unfolded
    assert 'id="close"' in opened.content.decode()


def test_lot_detail_as_known_earlier_lists_what_was_filed_since(
    chain, client, viewer, southern, noon
):
    later = file(southern, "2025-01", purchase(8, "OX1", "300", northern_of(the("OX1"))), at=noon)
    rebuild_derived()

    then = page_of(client, viewer, the("OX1"), known=(noon - timedelta(days=2)).date().isoformat())
    now = page_of(client, viewer, the("OX1"))

    assert "exported JP" in {box["label"] for box in boxes(then)}
    assert later.get_absolute_url() in then.content.decode()
    assert "exported JP" not in {box["label"] for box in boxes(now)}


def test_lot_detail_leads_to_other_lots_as_known_on_the_same_day(chain, client, viewer, noon):
    asked = {"known": (noon - timedelta(days=2)).date().isoformat(), "element": "PrNd"}

    answer = page_of(client, viewer, the("OX1"), **asked)

    address = reverse("traceability:lot_detail", args=[the("ORE1").pk]) + "?" + urlencode(asked)
    assert {box["label"]: box["url"] for box in boxes(answer)}["ORE1"] == address
    assert answer.content.decode().count(f'href="{escape(address)}"') == 3  # box, row of it, end


def test_lot_detail_before_a_lot_was_filed_tells_what_was_filed_since(
    chain, client, viewer, southern, noon
):
    later = file(southern, "2025-02", extraction(3, "ORE9", "50"), at=noon)
    rebuild_derived()

    then = page_of(client, viewer, the("ORE9"), known=(noon - timedelta(days=2)).date().isoformat())

    text = then.content.decode()
    assert "By then no filing had told how this lot was made." in text
    assert later.get_absolute_url() in text
    assert "Nothing that is shown was filed or amended since." not in text
    assert "Nobody held it by the records." in text


def test_lot_detail_as_known_earlier_tells_what_came_in_behind_it_since(
    chain, client, viewer, northern, noon
):
    """An amendment feeds the run from a lot of its own, whose making is told as well."""
    mined = file(northern, "2024-12", extraction(30, "ORE7", "100"), at=noon)
    file(
        northern,
        "2025-01",
        extraction(1, "ORE1", "1000"),
        feed(3, "ORE1", "800", "R1"),
        feed(3, "ORE7", "90", "R1"),
        output(5, "OX1", "400", "R1"),
        at=noon,
    )
    rebuild_derived()

    then = page_of(client, viewer, the("OX1"), known=(noon - timedelta(days=2)).date().isoformat())

    assert mined.get_absolute_url() in then.content.decode()


def northern_of(lot: Lot):
    return lot.maker


def test_lot_detail_exports_every_end_of_both_directions(chain, client, viewer):
    answer = page_of(client, viewer, the("OX1"), export="csv")

    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    sums = {
        way: sum(Decimal(row["kg REO"]) for row in rows if row["Direction"] == way)
        for way in ("upstream", "downstream")
    }
    assert sums == {"upstream": 400, "downstream": 400}
    asked = {"export": "csv", "element": "PrNd", "known": "2025-02-20"}
    apart = page_of(client, viewer, the("OX1"), **asked)
    assert "trace-OX1-PrNd-2025-02-20.csv" in apart["Content-Disposition"]
    assert b"ORE-MIX" in b"".join(apart.streaming_content)


def test_lot_detail_tells_parts_that_add_up_to_the_whole(client, viewer, northern, southern):
    """Of three thirds, each written for itself, a thousandth of a percent would be missing."""
    thirds = [sale(6, "ORE1", "100", southern, "INV1"), Row("loss", 7, "ORE1", "100")]
    thirds[1].fields["note"] = "spilt"
    file(northern, "2025-01", extraction(1, "ORE1", "300"), *thirds)
    rebuild_derived()

    page = page_of(client, viewer, the("ORE1"))
    exported = page_of(client, viewer, the("ORE1"), export="csv")

    [down] = [side for side in page.context["sides"] if not side.trace.upstream]
    parts = ["33.334 %", "33.333 %", "33.333 %"]
    assert re.findall(r"33\.\d{3} %", page.content.decode()) == parts
    assert sum(line.part for line in down.lines) == 1
    assert sum(one.part for one in down.sums) == 1
    rows = list(
        csv.DictReader(io.StringIO(b"".join(exported.streaming_content).decode("utf-8-sig")))
    )
    told = [Decimal(row["Percent"]) for row in rows if row["Direction"] == "downstream"]
    assert sum(told) == 100
    assert [str(part) for part in told] == ["33.333334", "33.333333", "33.333333"]


def test_lot_detail_of_a_lot_that_nobody_makes_says_so(client, viewer, northern):
    file(northern, "2025-01", Row("loss", 1, "X1", "5", fields={"note": "spilt"}))
    rebuild_derived()

    answer = page_of(client, viewer, the("X1"))

    assert "No filing that counts says how this lot was made." in answer.content.decode()


def test_lot_detail_asks_a_bounded_number_of_questions(
    chain, client, viewer, django_assert_max_num_queries
):
    client.force_login(viewer)

    with django_assert_max_num_queries(36):
        client.get(reverse("traceability:lot_detail", args=[the("OX1").pk]))


def test_lot_records_are_those_that_the_reader_may_see(chain, client, southern, viewer):
    address = reverse("traceability:lot_records", args=[the("OX1").pk])
    client.force_login(make_user(southern.organisation, "attester"))
    own = client.get(address).content.decode()
    client.force_login(viewer)
    everything = client.get(address).content.decode()

    run = re.compile(r">\s*R1\s*<")  # a token of the page may hold the two letters
    assert not run.search(own)
    assert run.search(everything)


def test_lot_pdf_has_the_picture_of_its_page_on_a_page_of_its_own(chain, client, viewer):
    client.force_login(viewer)
    address = reverse("traceability:lot_pdf", args=[the("OX1").pk])

    papers = [client.get(address, {"by": by}).content for by in ("lot", "enterprise")]

    assert all(re.search(rb"/Count 2\b", paper) for paper in papers)
    assert papers[0] != papers[1]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_lot_pdf_is_a_paper_in_the_readers_language(chain, client, viewer, language):
    client.cookies["django_language"] = language
    client.force_login(viewer)

    answer = client.get(reverse("traceability:lot_pdf", args=[the("OX1").pk]))

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert f"<dc:language><rdf:Bag><rdf:li>{language[:2]}".encode() in answer.content


def test_lot_pdf_explains_the_colours_of_its_picture_and_says_which_are_runs(
    client, viewer, northern, noon, monkeypatch
):
    """The mark of findings is explained where there is one."""
    made = (feed(3, "ORE1", "80", "R1"), output(5, "OX1", "30", "R1"))
    file(northern, "2025-01", extraction(1, "ORE1", "100"), *made)
    rebuild_derived()
    said = []
    monkeypatch.setattr(interchange, "typeset", lambda template, content, at: said.append(content))
    client.force_login(viewer)
    address = reverse("traceability:lot_pdf", args=[the("ORE1").pk])

    client.get(address)
    days = {"first_seen": noon.date(), "last_seen": noon.date()}
    told = {"year": 2025, "severity": "high", "rule_version": "1", "run": "R1"} | days
    Finding.objects.create(code="yield_low", key="y", enterprise=northern, **told)
    client.get(address)

    keys = [[words for _colour, words in content["picture"]["key"]] for content in said]
    assert keys[0] == ["origin", "ore product", "compound", "whereabouts"]
    assert keys[1] == [*keys[0], "touched by an open finding"]
    lots = {line[1] for side in said[0]["sides"] for line in side["lines"]}
    assert "run R1" in lots


def test_a_small_picture_on_paper_is_as_large_as_its_page(chain, client, viewer, monkeypatch):
    said = []
    monkeypatch.setattr(interchange, "typeset", lambda template, content, at: said.append(content))
    client.force_login(viewer)

    client.get(reverse("traceability:lot_pdf", args=[the("OX1").pk]), {"by": "enterprise"})

    [content] = said
    assert content["picture"]["wide"] == pytest.approx(PAGE[0])
