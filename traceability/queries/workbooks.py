"""The workbooks that the desk and the API hand out: templates, lines to change, rows to correct."""

from collections.abc import Callable
from functools import partial
from typing import IO, NamedTuple

from enterprises.models import Enterprise
from portal.kernel.period import Month
from traceability.models import Filing, Product, Upload
from traceability.queries.uploads import (
    file_fault,
    lines_to_change,
    partners_of,
    returned_rows,
    sheet_rows,
)
from traceability.sheets.returned import write_returned
from traceability.sheets.template import Asked, Named, write_template

State = Upload.State


class Workbook(NamedTuple):
    """What writes a workbook into a file, and the name that it is saved under."""

    write: Callable[[IO[bytes]], None]
    name: str


def month_template(
    enterprise: Enterprise, month: Month, *, filing: Filing | None = None, lines: bool = False
) -> Workbook:
    """The spreadsheet of a month for one enterprise; with the records of `filing`, if one is named.

    Its drop-downs hold the products, and the partners that the enterprise has traded with. With
    `lines` these records come with their lines instead, to be changed or cancelled and sent back as
    an addition.
    """
    if filing and lines:
        rows = partial(write_returned, rows=lines_to_change(filing), changes=True)
        return Workbook(rows, f"{filing.month}-lines.xlsx")
    write = partial(_write_template, enterprise=enterprise, month=month, filing=filing)
    return Workbook(write, f"{month}-{enterprise.uscc}.xlsx")


def _write_template(
    file: IO[bytes], *, enterprise: Enterprise, month: Month, filing: Filing | None
) -> None:
    asked = Asked(
        month=month,
        enterprise=_named(enterprise),
        products=[Named(p.code, p.name_zh, p.name_en) for p in Product.objects.all()],
        partners=[_named(partner) for partner in partners_of(enterprise)],
        rows=sheet_rows(filing) if filing else (),
    )
    write_template(file, asked)


def gives_rows_back(upload: Upload) -> bool:
    """Whether rows of a file were read and not taken."""
    return upload.state in (State.REFUSED, State.PARTLY) and not file_fault(upload)


def rows_to_correct(upload: Upload) -> Workbook:
    """The rows that were not taken, each with what is wrong with it, to be sent again."""
    rows = ((row.problem, row.columns, row.cells) for row in returned_rows(upload))
    changes = upload.mode == Upload.Mode.ADD or upload.state == State.PARTLY
    write = partial(write_returned, rows=rows, changes=changes)
    return Workbook(write, f"{upload.month}-to-correct-{upload.pk}.xlsx")


def _named(enterprise: Enterprise) -> Named:
    return Named(enterprise.uscc or "", enterprise.name_zh, enterprise.name_en)
