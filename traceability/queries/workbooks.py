"""The workbooks that the desk and the API hand out: templates, lines to change, rows to correct."""

from typing import IO

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


def write_month_template(
    file: IO[bytes], *, enterprise: Enterprise, month: Month, filing: Filing | None = None
) -> None:
    """The spreadsheet of a month for one enterprise; with the records of `filing`, if one is named.

    Its drop-downs hold the products, and the partners that the enterprise has traded with.
    """
    asked = Asked(
        month=month,
        enterprise=_named(enterprise),
        products=[Named(p.code, p.name_zh, p.name_en) for p in Product.objects.all()],
        partners=[_named(partner) for partner in partners_of(enterprise)],
        rows=sheet_rows(filing) if filing else (),
    )
    write_template(file, asked)


def write_lines_to_change(file: IO[bytes], filing: Filing) -> None:
    """The records with their lines, to be changed or cancelled and sent back as an addition."""
    write_returned(file, lines_to_change(filing), changes=True)


def gives_rows_back(upload: Upload) -> bool:
    """Whether rows of a file were read and not taken."""
    return upload.state in (State.REFUSED, State.PARTLY) and not file_fault(upload)


def write_rows_to_correct(file: IO[bytes], upload: Upload) -> None:
    """The rows that were not taken, each with what is wrong with it, to be sent again."""
    rows = ((row.problem, row.columns, row.cells) for row in returned_rows(upload))
    changes = upload.mode == Upload.Mode.ADD or upload.state == State.PARTLY
    write_returned(file, rows, changes=changes)


def _named(enterprise: Enterprise) -> Named:
    return Named(enterprise.uscc or "", enterprise.name_zh, enterprise.name_en)
