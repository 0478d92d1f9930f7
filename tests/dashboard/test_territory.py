"""All that an authority sees, as one workbook."""

from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from portal.kernel.period import Month

EXPORT = reverse("dashboard:territory_export")


@pytest.fixture
def workbook(client, request, year, northern):
    """The workbook that somebody of the cast gets, in English."""
    type(northern).objects.filter(pk=northern.pk).update(files_from=Month(2025, 1))

    def get(who: str) -> dict[str, list[list]]:
        client.force_login(request.getfixturevalue(who))
        client.cookies["django_language"] = "en"
        answer = client.get(EXPORT, {"year": "2025"})
        assert answer.status_code == 200
        book = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}

    return get


def test_the_workbook_holds_every_list(workbook):
    sheets = workbook("recipient")

    assert list(sheets) == [
        "About this file",
        "Enterprises",
        "Caps and use",
        "Filing status",
        "Copies",
        "Lines of copies",
        "Queries about copies",
        "Open findings",
    ]
    assert [row[1] for row in sheets["Enterprises"][1:]] == ["Northern"]
    assert sheets["Caps and use"][1][2:6] == ["smelting and separation", 60.0, 15.0, 45.0]
    assert [row[2] for row in sheets["Filing status"][1:]] == [f"2025-{n:02}" for n in range(1, 12)]
    assert {row[4] for row in sheets["Filing status"][1:-1]} == {"missing"}


def test_the_workbook_holds_nothing_of_other_territories(workbook):
    cells = {cell for rows in workbook("recipient").values() for row in rows for cell in row}

    assert not {cell for cell in cells if isinstance(cell, str) and "Southern" in cell}
    assert "Southern" in {row[1] for row in workbook("other_recipient")["Enterprises"]}


def test_no_cell_of_the_workbook_becomes_a_formula(workbook, northern):
    type(northern.organisation).objects.filter(pk=northern.organisation_id).update(
        name_en='=HYPERLINK("http://x")'
    )

    assert workbook("recipient")["Enterprises"][1][1].startswith("'=")


def test_the_workbook_takes_few_questions(workbook, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        workbook("recipient")


@pytest.mark.parametrize("who", ["viewer", "filer", "auditor"])
def test_the_workbook_is_for_authorities(client, request, who, db):
    client.force_login(request.getfixturevalue(who))

    assert client.get(EXPORT).status_code == 403
