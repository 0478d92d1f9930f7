"""The lines of a decision as a spreadsheet: out, back in, and every way that it can be wrong."""

import io
import json
from decimal import Decimal

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from allocations import queries, services
from allocations.rules import LineChange, LineKey, LineText

pytestmark = pytest.mark.django_db

HEADER = ["Unified social credit code", "Enterprise", "Category", "t REO", "Reason"]
CHINESE = ["统一社会信用代码", "企业", "类别", "吨 REO", "原因"]
SEPARATION = "smelting and separation"


def workbook(*rows):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return SimpleUploadedFile("lines.xlsx", out.getvalue())


def delimited(*rows, encoding="utf-8-sig", delimiter=","):
    text = "\n".join(delimiter.join(str(cell) for cell in row) for row in rows)
    return SimpleUploadedFile("lines.csv", text.encode(encoding))


@pytest.fixture
def decision(draft, northern):
    """60 of 100 t for Northern."""
    return draft(("separation", "100"), (northern, "separation", "60", "as before"))


@pytest.fixture
def send(signed_in, decision):
    """Sends a file as the drafter; answers the page and its context."""
    client = signed_in("drafter")
    url = reverse("allocations:decision_import", args=[decision.pk])

    def post(file, mode="merge"):
        return client.post(url, {"file": file, "mode": mode})

    post.client, post.url = client, url
    return post


def confirm(send, answer):
    packed = answer.context["packed"]
    return send.client.post(send.url, {"changes": packed}, follow=True)


def lines_of(decision):
    return {
        (key.enterprise_id, key.category): (line.text.kg, line.text.reason)
        for key, line in queries.standing_lines(decision).items()
    }


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_can_be_sent_back(send, decision, southern, drafter, later, kind):
    taken = LineText(Decimal(-5250), "=2+2 -5% +1")
    key = LineKey(southern.pk, "separation")
    services.change_lines(
        decision=decision, changes=[LineChange(key, None, taken)], by=drafter, at=later
    )
    before = lines_of(decision)
    address = reverse("allocations:decision_sheet", args=[decision.pk, kind])
    content = b"".join(send.client.get(address).streaming_content)

    answer = send(SimpleUploadedFile(f"lines.{kind}", content), "replace")

    assert answer.status_code == 200
    assert "nothing to write" in answer.content.decode()
    assert lines_of(decision) == before


@pytest.mark.parametrize("make", [workbook, delimited])
@pytest.mark.parametrize("header", [HEADER, CHINESE])
def test_lines_are_shown_and_written_when_confirmed(
    send, decision, northern, southern, make, header
):
    file = make(
        header,
        ["", "National ceiling", "separation", "120", ""],
        [northern.uscc, "whatever", SEPARATION, "55.5", "less ore"],
        ["", "Southern", "冶炼分离", "12", ""],
    )

    answer = send(file)

    assert answer.status_code == 200, answer.context["form"].errors
    assert "55.500" in answer.content.decode()
    assert lines_of(decision)[northern.pk, "separation"] == (60_000, "as before")

    text = confirm(send, answer).content.decode()

    assert "The lines are saved." in text
    assert lines_of(decision) == {
        (None, "separation"): (120_000, ""),
        (northern.pk, "separation"): (55_500, "less ore"),
        (southern.pk, "separation"): (12_000, ""),
    }


def test_merge_leaves_other_lines_and_replace_removes_them(send, decision, northern, southern):
    file = delimited(HEADER, [southern.uscc, "", "separation", "5", ""])

    merging = send(file)
    assert len(json.loads(merging.context["packed"])) == 1
    file.seek(0)
    replacing = send(file, "replace")
    confirm(send, replacing)

    assert lines_of(decision) == {(southern.pk, "separation"): (5_000, "")}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8"])
def test_a_csv_of_any_program_is_read(send, decision, northern, encoding):
    file = delimited(CHINESE, [northern.uscc, "", "冶炼分离", "1", "减少"], encoding=encoding)

    answer = send(file)

    assert answer.status_code == 200, answer.context["form"].errors
    assert json.loads(answer.context["packed"])[0]["after"] == {
        "tonnes": "1.000",
        "reason": "减少",
    }


@pytest.mark.parametrize(
    ("row", "cell", "says"),
    [
        (["91110000000000000X", "", "separation", "5", ""], "A2", "No enterprise"),
        (["", "Nobody", "separation", "5", ""], "B2", "No enterprise"),
        (["{uscc}", "", "gold", "5", ""], "C2", "no category"),
        (["{uscc}", "", "mining", "5", ""], "C2", "no category"),
        (["{uscc}", "", "separation", "five", ""], "D2", "Enter a number."),
        (["{uscc}", "", "separation", "1.2345", ""], "D2", "3 decimal places"),
        (["{uscc}", "", "separation", "", "why"], "D2", "Enter the tonnes"),
        (["{uscc}", "", "separation", "5", "r" * 301], "E2", "more than 300"),
    ],
)
def test_what_is_wrong_is_named_by_cell_and_nothing_is_written(
    send, decision, northern, row, cell, says
):
    before = lines_of(decision)
    file = workbook(HEADER, [text.replace("{uscc}", northern.uscc) for text in row])

    answer = send(file)

    assert answer.status_code == 422
    assert [fault.cell for fault in answer.context["form"].faults] == [cell]
    assert says in answer.content.decode()
    assert "packed" not in answer.context
    assert lines_of(decision) == before


def test_every_fault_is_told_at_once(send, northern):
    file = workbook(
        HEADER,
        [northern.uscc, "", "separation", "5", ""],
        [northern.uscc, "", "separation", "6", ""],
        ["", "Nobody", "gold", "x", ""],
    )

    answer = send(file)

    cells = [fault.cell for fault in answer.context["form"].faults]
    assert cells == ["C3", "B4", "C4", "D4"]


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (SimpleUploadedFile("a.xlsx", b"not a workbook"), "not a spreadsheet"),
        (SimpleUploadedFile("a.csv", b"   \n "), "empty"),
        (SimpleUploadedFile("a.csv", b"a,b,c\n1,2,3\n"), "No row with the column headers"),
        (delimited([*HEADER, "Colour"], ["", "", "separation", "5", "", "red"]), "Colour"),
        (delimited(HEADER[:3], ["", "", "separation"]), "missing"),
        (
            delimited(HEADER, *[["", "", "separation", "5", ""]] * 4_001),
            "at most 4,000 rows",
        ),
        (SimpleUploadedFile("a.csv", b"x" * (5 * 1024 * 1024 + 1)), "larger than 5 MB"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(send, file, says):
    file.seek(0)

    answer = send(file)

    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    send, decision, northern, drafter, later
):
    answer = send(delimited(HEADER, [northern.uscc, "", "separation", "55", ""]))
    key = LineKey(northern.pk, "separation")
    theirs = LineChange(key, LineText(Decimal(60_000), "as before"), LineText(Decimal(70_000)))
    services.change_lines(decision=decision, changes=[theirs], by=drafter, at=later)

    text = confirm(send, answer).content.decode()

    assert "somebody else has changed" in text
    assert lines_of(decision)[northern.pk, "separation"] == (70_000, "")


@pytest.mark.parametrize("packed", ["", "{", "[3]", "[" * 5000])
def test_a_confirmation_that_cannot_be_read_is_told(send, decision, packed):
    before = lines_of(decision)

    answer = send.client.post(send.url, {"changes": packed}, follow=True)

    assert "Send the spreadsheet again." in answer.content.decode()
    assert lines_of(decision) == before
