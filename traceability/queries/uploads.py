"""Uploaded files: who may see them, which still wait, and what was found wrong in them."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.period import Month
from portal.kernel.sheets.content import PIECE
from portal.kernel.sheets.header import folded
from portal.kernel.templatetags.portal import colon
from traceability.models import Filing, Product, Record, Upload
from traceability.permissions import Perm
from traceability.queries.filings import records_of
from traceability.rules.intake import CHINESE_NAMES
from traceability.rules.sheets import FILE_FAULTS, row_fault_text
from traceability.sheets import read

State = Upload.State
UNDER_WAY = (State.QUEUED, State.WORKING)
_PIECE = "select substring(content from %s for %s) from traceability_upload where id = %s"


def uploads_visible_to(user: User) -> QuerySet[Upload]:
    """The files of the user's own enterprise: they are work on drafts, which nobody else sees."""
    uploads = Upload.objects.select_related("enterprise__organisation", "by").defer("content")
    if Perm.VIEW_FILINGS in user.role_held.own:
        return uploads.filter(enterprise__organisation_id=user.organisation_id)
    return uploads.none()


def last_upload(enterprise: Enterprise, month: Month) -> Upload | None:
    """The file sent last for a month."""
    sent = Upload.objects.filter(enterprise=enterprise, month=month)
    return sent.select_related("by").defer("content").order_by("-pk").first()


def uploads_left_over(sent_before: datetime) -> list[int]:
    """The ids of files that wait since before `sent_before`, or that some worker took."""
    waiting = Q(state=State.QUEUED, at__lt=sent_before) | Q(state=State.WORKING)
    return list(Upload.objects.filter(waiting).order_by("pk").values_list("pk", flat=True))


def content_pieces(upload: Upload) -> Iterator[bytes]:
    """The file as it was sent, piece by piece; the database does not unpack it for that."""
    with connection.cursor() as cursor:
        for begin in range(1, upload.size + 1, PIECE):
            cursor.execute(_PIECE, [begin, PIECE, upload.pk])
            yield bytes(cursor.fetchone()[0])


def write_content(file: IO[bytes], upload: Upload) -> None:
    """The file as it was sent, into another."""
    file.writelines(content_pieces(upload))


@contextmanager
def content_on_disk(upload: Upload) -> Iterator[Path]:
    """The file as it was sent, to be read more than once."""
    with tempfile.NamedTemporaryFile(prefix="portal-upload-") as file:
        write_content(file, upload)
        file.flush()
        yield Path(file.name)


def later_accepted(upload: Upload) -> bool:
    """Whether a file sent after this one is in the draft already, so that this one comes too late.

    One that only adds is not overtaken by others that do.
    """
    later = Upload.objects.filter(
        enterprise_id=upload.enterprise_id,
        month=upload.month,
        pk__gt=upload.pk,
        state__in=[State.ACCEPTED, State.PARTLY],
    )
    if upload.mode == Upload.Mode.ADD:
        later = later.filter(mode=Upload.Mode.REPLACE)
    return later.exists()


def uploads_of(enterprise: Enterprise, month: Month, *, most: int = 20) -> list[Upload]:
    """The files sent for a month, the last first."""
    sent = Upload.objects.filter(enterprise=enterprise, month=month)
    return list(sent.select_related("by").defer("content", "errors").order_by("-pk")[:most])


def product_names() -> Mapping[str, str]:
    """The code of each product, by the code itself and by its folded names in both languages."""
    names: dict[str, str] = {}
    for code, name_zh, name_en in Product.objects.values_list("code", "name_zh", "name_en"):
        names |= {code: code, folded(code): code, folded(name_zh): code, folded(name_en): code}
    return names


def partners_of(enterprise: Enterprise, *, most: int = 500) -> list[Enterprise]:
    """Whom the enterprise has traded with, by what it filed."""
    named = (
        Record.objects.filter(filing__enterprise=enterprise, counterparty__isnull=False)
        .order_by()
        .values_list("counterparty", flat=True)
        .distinct()[:most]
    )
    return list(
        Enterprise.objects.filter(pk__in=list(named), uscc__isnull=False)
        .select_related("organisation")
        .order_by("organisation__name_zh")
    )


def sheet_rows(filing: Filing) -> Iterator[list[date | Decimal | str | None]]:
    """The records of a version as the columns of the spreadsheet, in line order."""
    for record in records_of(filing):
        own = record.lot.maker_id == filing.enterprise_id
        yield [
            record.kind,
            record.date,
            record.lot.number,
            None if own else record.lot.maker.uscc,
            record.product.code if record.product else None,
            record.gross_kg,
            record.reo_percent,
            record.run,
            record.counterparty.uscc if record.counterparty else None,
            record.document,
            record.country,
            record.assay,
            record.note,
        ]


def lines_to_change(filing: Filing) -> Iterator[tuple[str, tuple[str, ...], list[str]]]:
    """The records of a draft with their lines, as rows that would change them to what they are."""
    lines = filing.records.order_by("line").values_list("line", flat=True)
    for line, cells in zip(lines, sheet_rows(filing), strict=True):
        texts = ["" if cell is None else _plain(cell) for cell in cells]
        yield "", (), [*texts, "change", str(line)]


def _plain(cell: date | Decimal | str) -> str:
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}"
    return cell.isoformat() if isinstance(cell, date) else cell


@dataclass(frozen=True, slots=True)
class ErrorShown:
    """One fault as its reader sees it: where it stands, what stands there, what is wrong."""

    place: str
    line: int
    column: str
    value: str
    text: str


def file_fault(upload: Upload) -> str:
    """Why a file could not be read as a whole, in the reader's language; empty when it could."""
    for told in upload.errors:
        if "fault" in told:
            facts: dict[str, Any] = told["facts"]
            words = str(FILE_FAULTS[told["fault"]])
            return words % facts if facts else words
    return ""


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """One row of a file that comes back: what is wrong with it, where, and what stands in it."""

    problem: str
    columns: frozenset[str]
    cells: Sequence[str | None]


def returned_rows(upload: Upload) -> Iterator[ReturnedRow]:
    """The rows of a file that was not taken in whole, each with what is wrong with it.

    Of one that was taken in partly those that were left out; of one that was refused all of them.
    """
    wrong: dict[int, list[tuple[str, str]]] = {}
    for told in upload.errors:
        if "fault" not in told:
            text = row_fault_text(told["code"], told.get("value", ""))
            problem = f"{_named(told['column'])}{colon()}{text}"
            wrong.setdefault(told["line"], []).append((told["column"], problem))
    with (
        content_on_disk(upload) as content,
        read.opened(
            content,
            upload.file_name,
            product_names=product_names(),
            changes=upload.mode == Upload.Mode.ADD,
        ) as table,
    ):
        for line, texts in table.rows():
            found = wrong.get(line, [])
            if found or upload.state == State.REFUSED:
                columns = frozenset(column for column, _text in found)
                yield ReturnedRow(" ".join(text for _column, text in found), columns, texts)


def errors_of(upload: Upload) -> Iterator[ErrorShown]:
    """The faults of the rows in order, in the reader's language."""
    for told in upload.errors:
        if "fault" in told:
            continue
        column = told["column"]
        yield ErrorShown(
            place=told.get("cell", ""),
            line=told["line"],
            column=_named(column) if told["code"] != "stray" else "",
            value=told.get("value", ""),
            text=row_fault_text(told["code"], told.get("value", "")),
        )


def _named(column: str) -> str:
    """A column as the reader's spreadsheet names it."""
    chinese = (get_language() or "").startswith("zh")
    return CHINESE_NAMES.get(column, column) if chinese else column
