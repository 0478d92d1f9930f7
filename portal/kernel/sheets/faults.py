"""What is said of an uploaded file that can't be read as a table."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal

READING_FAULTS: dict[str, Promise] = {
    "empty": _("The file is empty. Choose the file again, after saving and closing it."),
    "too_large": _(
        "The file is larger than %(most)d MB, the most that can be sent. Save it as CSV, or without"
        " pictures and formatting."
    ),
    "not_a_workbook": _(
        "This is not a spreadsheet, whatever its name says. Open it in Excel or WPS and save it as"
        " an XLSX workbook."
    ),
    "legacy_workbook": _(
        "This is a workbook of an old kind (.xls). Open it in Excel or WPS, choose “Save as” and"
        " the kind XLSX, and upload that file."
    ),
    "other_workbook": _(
        "This kind of workbook can't be read. Open it, choose “Save as” and the kind XLSX, and"
        " upload that file."
    ),
    "password": _(
        "The workbook is protected by a password. Take the password off (File, Info, Protect"
        " Workbook), save it and upload it again."
    ),
    "macros": _(
        "The workbook contains macros. Save it as an XLSX workbook without macros and upload that."
    ),
    "external_links": _(
        "The workbook has links to other files. Break the links (Data, Edit Links) or paste the"
        " values into the template, save and upload it again."
    ),
    "damaged": _(
        "The file is damaged and can't be opened. Save it anew in Excel or WPS, or copy the rows"
        " into a fresh template, and upload that."
    ),
    "too_big_inside": _(
        "The workbook unpacks to far more than such a table holds. Copy the rows into a fresh"
        " template and upload that."
    ),
    "far_cell": _(
        "Cell %(cell)s of the workbook is filled, far outside the table. Delete everything to the"
        " right of and below your rows, or copy the rows into a fresh template."
    ),
    "too_many_rows": _("A file holds at most %(most)s rows; this one has more."),
    "error_cells": _(
        "Formulas in these cells end in an error such as #N/A or #REF!: %(cells)s. Correct or"
        " clear them."
    ),
    "merged_cells": _(
        "Cells beneath the headers are merged: %(cells)s. Take the merging off and fill in each"
        " row, then upload it again."
    ),
    "formulas_unsaved": _(
        "Formulas in these cells have no result saved with them: %(cells)s. Open the file in Excel"
        " or WPS, let it calculate, save it and upload it again."
    ),
    "too_slow": _(
        "Reading the file took too long and was broken off. Copy the rows into a fresh template"
        " and upload that."
    ),
    "encoding": _(
        "The text of the file is neither UTF-8 nor GB18030. Save it as “CSV UTF-8” and upload it"
        " again."
    ),
    "quotes": _(
        "From line %(line)d on the file can't be divided into cells: a quotation mark is not"
        " closed, or a cell is far too long."
    ),
    "header_missing": _(
        "No row with the column headers was found among the first %(within)d. The first row must"
        " name the columns: %(names)s."
    ),
    "unknown_columns": _(
        "These columns are not known: %(names)s. Take them out or name them as the template does."
        " Columns of the template that were not found: %(absent)s."
    ),
    "missing_columns": _("These columns are missing: %(names)s. Use the template."),
    "repeated_columns": _("These columns are there twice: %(names)s. Keep one of each."),
    "two_sheets": _("More than one sheet holds rows: %(names)s. Put all rows on one sheet."),
}


class FileRefused(Refusal):
    """A file that can't be read as a whole; `fault` is a code of `FAULTS`."""

    FAULTS = READING_FAULTS
    status = 422

    def __init__(self, fault: str, **facts: Any) -> None:
        super().__init__(self.FAULTS[fault], **facts)
        self.fault = fault
