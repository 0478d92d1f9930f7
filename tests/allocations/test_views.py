"""The pages of deciding and distributing: who opens them, what they show, what they do."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from allocations import queries, services
from allocations.models import Copy, Decision
from allocations.services.published import load_published_figures
from portal.accounts.models import Organisation
from portal.accounts.queries import system_user
from portal.kernel import clock
from tests.cast import make_designated, make_enterprise, make_user

pytestmark = pytest.mark.django_db

ALL = (
    "drafter",
    "mnr_drafter",
    "signatory",
    "ndrc_signatory",
    "mnr_signatory",
    "supervisor",
    "viewer",
    "recipient",
    "other_recipient",
    "filer",
    "attester",
    "southern_filer",
    "auditor",
    "administrator",
)
SIGNATORIES = {"signatory", "ndrc_signatory", "mnr_signatory"}
NATIONAL = {"drafter", "mnr_drafter", "supervisor", "viewer", "auditor"} | SIGNATORIES
OWN = {"filer", "attester"}


@pytest.fixture(autouse=True)
def _noon(monkeypatch, noon):
    """The clock stands at noon of 5 March 2025."""
    monkeypatch.setattr(clock, "now", lambda: noon)


@pytest.fixture
def mnr_drafter(db):
    """Drafts for MNR, which keeps designations and reads decisions."""
    return make_user(Organisation.objects.get(ministry="MNR"), "drafter")


@pytest.fixture
def decision(issued, northern, southern) -> Decision:
    """100 t of separation, 60 for Northern, 30 for Southern; issued."""
    return issued(
        ("separation", "100"), (northern, "separation", "60"), (southern, "separation", "30")
    )


@pytest.fixture
def copy(decision, recipient) -> Copy:
    """The copy of Inner Mongolia's industry department."""
    return decision.copies.get(recipient=recipient.organisation)


@pytest.fixture
def addresses(decision, copy, draft, northern) -> dict[str, str]:
    """The address of every page; the steps are those of a draft."""
    begun = draft(("mining_rock", "5"))
    deeds = ("lines", "circulate", "sign", "order", "issue", "stop", "withdraw")
    return {
        "decision_list": reverse("allocations:decision_list"),
        "decision_add": reverse("allocations:decision_add"),
        "decision_detail": decision.get_absolute_url(),
        **{
            f"decision_{deed}": reverse(f"allocations:decision_{deed}", args=[begun.pk])
            for deed in deeds
        },
        "regime_list": reverse("allocations:regime_list"),
        "year_list": reverse("allocations:year_list"),
        "year_detail": reverse("allocations:year_detail", args=[2025]),
        "cap_list": reverse("allocations:cap_list"),
        "copy_list": reverse("allocations:copy_list"),
        "copy_detail": copy.get_absolute_url(),
        "copy_acknowledge": reverse("allocations:copy_acknowledge", args=[copy.pk]),
        "copy_pass_down": reverse("allocations:copy_pass_down", args=[copy.pk]),
        "decision_copies": reverse("allocations:decision_copies", args=[decision.pk]),
        "enterprise_caps_fragment": reverse(
            "allocations:enterprise_caps_fragment", args=[northern.pk]
        ),
        "cap_detail": reverse("allocations:cap_detail", args=[northern.pk, 2025, "separation"]),
    }


# What a stranger to Northern, who has such pages at home, does not find.
NOT_FOUND = {
    "copy_detail": {"other_recipient", "southern_filer"} | OWN,
    "copy_acknowledge": {"other_recipient", "attester"},
    "copy_pass_down": {"other_recipient", "attester"},
    "enterprise_caps_fragment": {"other_recipient", "southern_filer"},
    "cap_detail": {"other_recipient", "southern_filer"},
}
OPENS = {
    "decision_list": NATIONAL,
    "decision_add": {"drafter"},
    "decision_detail": NATIONAL,
    "decision_lines": {"drafter"},
    "decision_circulate": {"drafter"},
    "decision_sign": SIGNATORIES,
    "decision_order": {"signatory"},
    "decision_issue": {"signatory"},
    "decision_stop": SIGNATORIES,
    "decision_withdraw": {"drafter"},
    "regime_list": NATIONAL,
    "year_list": NATIONAL,
    "year_detail": NATIONAL,
    "cap_list": set(ALL) - {"administrator"},
    "copy_list": NATIONAL | {"recipient", "other_recipient", "southern_filer"} | OWN,
    "copy_detail": NATIONAL | {"recipient"},
    "copy_acknowledge": {"recipient"},
    "copy_pass_down": {"recipient"},
    "decision_copies": NATIONAL | {"recipient", "other_recipient", "southern_filer"} | OWN,
    "enterprise_caps_fragment": NATIONAL | {"recipient"} | OWN,
    "cap_detail": NATIONAL | {"recipient"} | OWN,
}


@pytest.mark.parametrize("who", ALL)
def test_who_opens_what(signed_in, southern, addresses, who):
    client = signed_in(who)

    answers = {name: client.get(url).status_code for name, url in addresses.items()}

    assert answers == {
        name: 200 if who in OPENS[name] else 404 if who in NOT_FOUND.get(name, ()) else 403
        for name in addresses
    }


SHOWN = {
    "decision_list": ["2025-01", "MIIT [2025] 1", "100.000", "90.000"],
    "decision_add": ["Begin the draft"],
    "decision_detail": ["Northern", "60.000", "State Council [2025] 1", "verdict given", "10.000"],
    "decision_lines": ["Save the lines", "Work out the totals"],
    "decision_circulate": ["Circulate the decision"],
    "decision_sign": ["digest"],
    "decision_order": ["can't be undone", "Nobody: the decision has no allocation line."],
    "decision_issue": ["Issue the decision"],
    "decision_stop": ["sign-off is taken back"],
    "decision_withdraw": ["stays readable"],
    "regime_list": ["Who sets the ceiling", "article 5"],
    "year_list": ["Mining ceilings by year", "100.000"],
    "year_detail": ["Northern", "60.000", "100.000", "total volume control"],
    "cap_list": ["Northern", "60.000"],
    "copy_list": ["2025-01", "to be acknowledged"],
    "copy_detail": ["Northern", "60.000", "matches the content"],
    "copy_acknowledge": ["Acknowledge receipt"],
    "copy_pass_down": ["Baotou", "1 enterprise"],
    "decision_copies": ["Show only those that are late", "2025-03-"],
    "enterprise_caps_fragment": ["60.000", "2025-01", "/2025/separation/"],
    "cap_detail": ["60.000", "Decision 2025-01", "MIIT [2025] 1"],
}
READERS = {name: "drafter" if "drafter" in OPENS[name] else min(OPENS[name]) for name in OPENS}


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_shows_its_facts_with_few_questions(
    signed_in, addresses, name, django_assert_max_num_queries
):
    client = signed_in(READERS[name])

    with django_assert_max_num_queries(35):
        text = client.get(addresses[name]).content.decode()

    for fact in SHOWN[name]:
        assert fact in text


@pytest.mark.parametrize("name", ["decision_detail", "cap_list", "year_detail", "copy_detail"])
def test_a_page_asks_no_more_however_many_lines_there_are(
    signed_in, issued, baotou, recipient, name, django_assert_max_num_queries
):
    group = make_enterprise("Group", baotou, is_group=True)
    mines = [make_designated(f"Mine {n}", baotou, "mining", parent=group) for n in range(40)]
    lines = [(mine, "mining_rock", "1") for mine in mines]
    decision = issued(("mining_rock", "50"), *lines)
    addresses = {
        "decision_detail": decision.get_absolute_url(),
        "cap_list": reverse("allocations:cap_list"),
        "year_detail": reverse("allocations:year_detail", args=[2025]),
        "copy_detail": decision.copies.first().get_absolute_url(),
    }
    client = signed_in("drafter")

    with django_assert_max_num_queries(32):
        text = client.get(addresses[name]).content.decode()

    assert "40.000" in text or "Mine 3" in text


# --- lists -------------------------------------------------------------------------------------
def test_decision_list_filters_and_exports(signed_in, decision, draft):
    draft(("separation", "1"), year=2026)
    client = signed_in("viewer")
    url = reverse("allocations:decision_list")

    found = client.get(url, {"year": 2026}).content.decode()
    export = b"".join(client.get(url, {"export": "csv"}).streaming_content).decode()

    assert "2026-01" in found
    assert "2025-01" not in found
    assert "2025-01" in export
    assert "100.000" in export


@pytest.mark.parametrize(
    ("who", "sees", "misses"),
    [
        ("recipient", "Northern", "Southern"),
        ("other_recipient", "Southern", "Northern"),
        ("filer", "Northern", "Southern"),
        ("southern_filer", "Southern", "Northern"),
    ],
)
def test_cap_list_is_of_what_one_may_see(signed_in, decision, who, sees, misses):
    client = signed_in(who)

    table = client.get(
        reverse("allocations:cap_list"), headers={"HX-Request": "true", "HX-Target": "list"}
    )

    assert sees in table.content.decode()
    assert misses not in table.content.decode()


def test_cap_list_shows_the_year_asked_for(signed_in, noon):
    load_published_figures(by=system_user(), at=noon)
    client = signed_in("viewer")
    url = reverse("allocations:cap_list")

    latest = client.get(url).content.decode()
    chosen = client.get(url, {"year": 2022, "search": "Xiamen"}).content.decode()

    assert "Caps of 2024" in latest
    assert "188,650.000" in latest
    assert "3,440.000" in chosen
    assert "141,650.000" not in chosen


@pytest.mark.parametrize("year", [2010, 2019, 2021, 2023, 2024])
def test_year_detail_of_published_years(signed_in, noon, year, django_assert_max_num_queries):
    load_published_figures(by=system_user(), at=noon)
    client = signed_in("viewer")

    with django_assert_max_num_queries(20):
        text = client.get(reverse("allocations:year_detail", args=[year])).content.decode()

    for position in queries.year_position(year):
        assert f"{position.ceiling_kg / 1000:,.3f}" in text
    assert "directive production plan" in text
    assert "Basis:" in text
    assert ("difference -84,000.000" in text.replace("\u2212", "-")) == (year == 2021)


def test_year_list_shows_every_year(signed_in, noon, django_assert_max_num_queries):
    load_published_figures(by=system_user(), at=noon)
    client = signed_in("auditor")

    with django_assert_max_num_queries(18):
        text = client.get(reverse("allocations:year_list")).content.decode()

    assert all(f">{year}</a>" in text for year in range(2010, 2025))
    assert "250,850.000" in text


def test_year_list_charts_who_held_each_ceiling(signed_in, noon):
    load_published_figures(by=system_user(), at=noon)

    charts = dict(signed_in("auditor").get(reverse("allocations:year_list")).context["charts"])

    chart = charts["chart-groups-mining_ionic"]
    years = list(chart.categories)
    drawn = {str(one.name): one.values for one in chart.series}
    assert drawn["China Rare Earth Group"][years.index("2024")] == Decimal("19150")
    assert drawn["China Southern Rare Earth"][years.index("2021")] == Decimal("8500")
    assert drawn["not allocated"][years.index("2024")] is None
    assert drawn["not allocated"][years.index("2018")] == Decimal("19150")


def test_a_year_without_a_decision_is_not_found(signed_in):
    url = reverse("allocations:year_detail", args=[1999])

    assert signed_in("viewer").get(url).status_code == 404


# --- the way of a decision through the pages ---------------------------------------------------
def lines_posted(decision: Decision, *rows: tuple[str, ...], **more: str) -> dict[str, str]:
    """The form of a decision's lines with rows of enterprise, category, tonnes and reason."""
    posted = {
        "digest": decision.content_digest,
        "lines-TOTAL_FORMS": str(len(rows)),
        "lines-INITIAL_FORMS": "0",
    }
    for number, row in enumerate(rows):
        for name, value in zip(("enterprise", "category", "tonnes", "reason"), row, strict=False):
            posted[f"lines-{number}-{name}"] = value
    return posted | more


def test_a_decision_goes_its_way_from_draft_to_issue(signed_in, northern, monkeypatch, noon):
    client = signed_in("drafter")
    answer = client.post(
        reverse("allocations:decision_add"), {"year": 2025, "kind": "annual", "note": "the year"}
    )
    decision = Decision.objects.get()
    steps = {
        deed: reverse(f"allocations:decision_{deed}", args=[decision.pk])
        for deed in ("lines", "circulate", "sign", "order", "issue")
    }
    assert answer["Location"] == reverse("allocations:decision_grid", args=[decision.pk])

    row = (f"{northern.uscc} Northern", "separation", "1,060.5", "")
    client.post(steps["lines"], lines_posted(decision, row, separation_tonnes="2000", save="1"))
    assert client.post(steps["circulate"]).status_code == 302
    decision.refresh_from_db()
    for who in ("signatory", "ndrc_signatory", "mnr_signatory"):
        client = signed_in(who)
        verdict = {"verdict": "agreed", "digest": decision.content_digest}
        assert client.post(steps["sign"], verdict).status_code == 302
    client = signed_in("signatory")
    numbers = {"document_no": "MIIT [2025] 7", "approval_no": "SC [2025] 3"}
    ordered = client.post(steps["order"], numbers, follow=True)
    assert "can be stopped until 2025-03-06 12:00" in ordered.content.decode()
    assert client.post(steps["issue"]).status_code == 422
    monkeypatch.setattr(clock, "now", lambda: noon + timedelta(days=1))
    answer = client.post(steps["issue"], follow=True)

    assert "The decision is issued; 3 copies went out." in answer.content.decode()
    assert queries.cap_kg(northern, 2025, "separation") == 1_060_500


def test_a_second_click_on_the_order_is_told(signed_in, signed):
    decision = signed(("separation", "1"))
    client = signed_in("signatory")
    url = reverse("allocations:decision_order", args=[decision.pk])
    client.post(url, {"document_no": "1", "approval_no": "2"})

    again = client.post(url, {"document_no": "1", "approval_no": "2"})

    assert again.status_code == 422
    assert "has been ordered already" in again.content.decode()


def test_a_refusal_stands_on_the_form_with_its_article(signed_in, issued, signed, northern):
    issued(("separation", "100"))
    decision = signed((northern, "separation", "100.001"))
    client = signed_in("signatory")

    answer = client.post(
        reverse("allocations:decision_order", args=[decision.pk]), {"document_no": "2"}
    )

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "100.001 t REO; the ceiling is 100.000 t" in text
    assert "Total Volume Control Measures, article 6" in text
    decision.refresh_from_db()
    assert decision.status == "signed"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("91150000NOSUCHCODE", "separation", "1"), "No enterprise of the directory"),
        (("", "separation", "1"), "Name the enterprise of this line."),
        (("{northern}", "separation", ""), "Enter the tonnes of this line"),
        (("{northern}", "separation", "1.0001"), "no more than 3 decimal places"),
        (("{northern}", "separation", "much"), "Enter a number."),
        (("{northern}", "mining", "1"), "mining is not one of the available choices"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(signed_in, draft, northern, row, told):
    decision = draft(("separation", "5"))
    row = tuple(cell.replace("{northern}", northern.uscc) for cell in row)
    client = signed_in("drafter")

    answer = client.post(
        reverse("allocations:decision_lines", args=[decision.pk]),
        lines_posted(decision, row, separation_tonnes="9", save="1"),
    )

    text = answer.content.decode()
    assert answer.status_code == 422
    assert told in text
    assert "Line 1" in text
    assert decision.ceiling_lines.get().kg == 5000


def test_every_fault_is_named_at_once(signed_in, draft):
    decision = draft()
    rows = [("nobody", "separation", "much"), ("nobody else", "separation", "1.0001")]
    client = signed_in("drafter")

    answer = client.post(
        reverse("allocations:decision_lines", args=[decision.pk]),
        lines_posted(decision, *rows, separation_tonnes="x", save="1"),
    )

    text = answer.content.decode()
    assert text.count("No enterprise of the directory") == 4  # in the summary and at the field
    assert text.count("Enter a number.") == 4
    assert text.count("no more than 3 decimal places") == 2


def test_one_enterprise_has_one_line_of_a_category(signed_in, draft, northern):
    decision = draft()
    row = (northern.uscc, "separation", "1")
    client = signed_in("drafter")

    answer = client.post(
        reverse("allocations:decision_lines", args=[decision.pk]),
        lines_posted(decision, row, row, save="1"),
    )

    assert answer.status_code == 422
    assert "has a line of this category above" in answer.content.decode()


def test_lines_are_removed_kept_and_named_by_name(signed_in, draft, northern, baotou):
    group = make_enterprise("Group", baotou, is_group=True)
    decision = draft((northern, "separation", "4"))
    client = signed_in("drafter")
    rows = [
        (northern.uscc, "separation", "4"),
        (group.name_en, "separation", "-2.5", "cut"),
        ("", ""),
    ]

    client.post(
        reverse("allocations:decision_lines", args=[decision.pk]),
        lines_posted(decision, *rows, save="1") | {"lines-0-DELETE": "on"},
    )

    line = decision.allocation_lines.get()
    assert (line.enterprise, line.kg, line.reason) == (group, -2500, "cut")


def test_a_decision_of_many_lines_is_saved_with_few_questions(
    signed_in, draft, baotou, django_assert_max_num_queries
):
    mines = [make_designated(f"Mine {n}", baotou, "mining") for n in range(300)]
    decision = draft()
    rows = [(mine.uscc, "mining_rock", "1.5", "") for mine in mines]
    client = signed_in("drafter")

    with django_assert_max_num_queries(32):
        client.post(
            reverse("allocations:decision_lines", args=[decision.pk]),
            lines_posted(decision, *rows, save="1"),
        )

    assert decision.allocation_lines.count() == 300


@pytest.mark.parametrize(("button", "rows"), [("totals", 1), ("more", 6)])
def test_totals_and_more_rows_save_nothing(signed_in, draft, northern, button, rows):
    decision = draft(("separation", "5"))
    client = signed_in("drafter")
    row = (northern.uscc, "separation", "7.25")

    answer = client.post(
        reverse("allocations:decision_lines", args=[decision.pk]),
        lines_posted(decision, row, separation_tonnes="6", **{button: "1"}),
    )

    text = answer.content.decode()
    assert answer.status_code == 200
    assert f'name="lines-{rows - 1}-enterprise"' in text
    assert f'name="lines-{rows}-enterprise"' not in text
    assert "over the ceiling" in text
    assert "-1.250" in text
    assert decision.ceiling_lines.get().kg == 5000
    assert not decision.allocation_lines.exists()


def test_the_part_that_htmx_puts_in_place_equals_the_pages(signed_in, draft, northern):
    decision = draft(("separation", "5"))
    client = signed_in("drafter")
    url = reverse("allocations:decision_lines", args=[decision.pk])
    posted = lines_posted(decision, (northern.uscc, "separation", "1"), more="1")

    part = client.post(url, posted, headers={"HX-Request": "true"}).content.decode()
    whole = client.post(url, posted).content.decode()

    rows = part[part.index("<tbody") : part.index("<datalist")]
    assert rows in whole
    assert "<html" not in part


def test_lines_written_by_somebody_else_meanwhile_are_not_overwritten(
    signed_in, draft, entries, drafter, noon
):
    ceiling, _allocation = entries
    decision = draft(("separation", "5"))
    posted = lines_posted(decision, separation_tonnes="6", save="1")
    services.set_lines(
        decision=decision,
        ceilings=[ceiling("separation", "7")],
        allocations=[],
        by=drafter,
        at=noon,
    )
    client = signed_in("drafter")

    answer = client.post(reverse("allocations:decision_lines", args=[decision.pk]), posted)

    assert answer.status_code == 422
    assert "has changed since you opened it" in answer.content.decode()
    assert decision.ceiling_lines.get().kg == 7000


def test_a_ministry_that_refuses_says_why(signed_in, circulated):
    decision = circulated(("separation", "5"))
    client = signed_in("mnr_signatory")
    url = reverse("allocations:decision_sign", args=[decision.pk])
    verdict = {"verdict": "refused", "digest": decision.content_digest}

    silent = client.post(url, verdict)
    said = client.post(url, verdict | {"comment": "reserves are lower"}, follow=True)

    assert silent.status_code == 422
    assert "Say why the ministry does not agree." in silent.content.decode()
    assert "reserves are lower" in said.content.decode()


def test_a_void_sign_off_is_shown_as_such(signed_in, signed, entries, drafter, noon):
    ceiling, _allocation = entries
    decision = signed(("separation", "5"))
    services.set_lines(
        decision=decision,
        ceilings=[ceiling("separation", "7")],
        allocations=[],
        by=drafter,
        at=noon,
    )

    text = signed_in("viewer").get(decision.get_absolute_url()).content.decode()

    assert "3 sign-offs are void: the content has changed" in text
    assert text.count("not signed yet") == 3


def test_what_stands_in_the_way_is_a_checklist(signed_in, issued, draft, northern):
    issued(("separation", "100"), (northern, "separation", "60"))
    over = draft((northern, "separation", "40.001"))
    below = draft((northern, "separation", "-60.001", "penalty"), kind="deduction")
    client = signed_in("drafter")

    exceeding = client.get(over.get_absolute_url()).content.decode()
    negative = client.get(below.get_absolute_url()).content.decode()

    assert "100.001 t REO would be allocated; the ceiling would be 100.000 t." in exceeding
    assert "The cap is 60.000 t REO, and 60.001 t would be taken." in negative


def test_withdraw_says_why_and_stays_readable(signed_in, draft):
    decision = draft(("separation", "5"))
    client = signed_in("drafter")
    url = reverse("allocations:decision_withdraw", args=[decision.pk])

    assert client.post(url, {"reason": ""}).status_code == 422
    text = client.post(url, {"reason": "drafted twice"}, follow=True).content.decode()

    assert "This decision was withdrawn." in text
    assert "drafted twice" in text


# --- copies ------------------------------------------------------------------------------------
def test_a_copy_is_acknowledged_once(signed_in, copy, later):
    client = signed_in("recipient")
    url = reverse("allocations:copy_acknowledge", args=[copy.pk])

    first = client.post(url, follow=True)
    again = client.post(url)

    assert "Receipt of the copy is acknowledged." in first.content.decode()
    assert again.status_code == 422
    assert "acknowledged already" in again.content.decode()
    copy.refresh_from_db()
    assert copy.acknowledged_by is not None


def test_copy_list_shows_an_authority_its_own_and_a_ministry_all(signed_in, copy):
    url = reverse("allocations:copy_list")

    own = signed_in("recipient").get(url).content.decode()
    every = signed_in("viewer").get(url).content.decode()
    waiting = signed_in("viewer").get(url, {"state": "acknowledged"}).content.decode()

    assert "1 row<" in own
    assert "1 copy waits to be acknowledged." in own
    assert "6 rows<" in every
    assert "0 rows<" in waiting


def test_the_section_of_an_enterprises_page_equals_its_page(signed_in, decision, northern):
    client: Client = signed_in("filer")
    url = reverse("allocations:enterprise_caps_fragment", args=[northern.pk])

    section = client.get(url, headers={"HX-Request": "true"}).content.decode()
    whole = client.get(url).content.decode()

    assert section.strip() in whole
    assert "<html" not in section


def test_cap_detail_leads_each_reader_to_what_they_may_see(signed_in, decision, northern, filer):
    url = reverse("allocations:cap_detail", args=[northern.pk, 2025, "separation"])
    [own] = queries.copies_visible_to(filer)

    of_the_enterprise = signed_in("filer").get(url).content.decode()
    of_the_ministry = signed_in("viewer").get(url).content.decode()

    assert own.get_absolute_url() in of_the_enterprise
    assert decision.get_absolute_url() not in of_the_enterprise
    assert decision.get_absolute_url() in of_the_ministry
    assert signed_in("viewer").get(url.replace("separation", "mining_rock")).status_code == 404
