"""How the columns, kinds and cells of a spreadsheet are read, and what is said of a bad file.

Source: contracts of the dataset format. What a cell means is decided by the checks of intake; here
it is only brought into the one form that they judge.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache, partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal
from portal.kernel.sheets.faults import READING_FAULTS, FileRefused
from portal.kernel.sheets.header import HEADER_WITHIN, folded, header_of
from traceability.rules.intake import (
    CHANGE_COLUMNS,
    CHINESE_HEADERS,
    CHINESE_KINDS,
    CHINESE_NAMES,
    COLUMNS,
    MESSAGES,
    filled_in,
)

MOST_ROWS = 200_000
# A header row names at least so many of the columns; above it may stand a title.
HEADER_NAMES = 4
NEEDED_COLUMNS = ("kind", "date", "lot", "gross_kg")

FILE_FAULTS: dict[str, Promise] = READING_FAULTS | {
    "too_large": _(
        "The file is larger than %(most)d MB, the most that can be sent at once. Save a workbook"
        " without pictures and formatting; divide a CSV file, and send each further part as an"
        " addition to the draft."
    ),
    "too_many_rows": _(
        "A file holds at most %(most)s rows; this one has more. Divide it, and send each further"
        " part as an addition to the draft. Rows below the last filled one can be deleted."
    ),
    "no_rows": _(
        "There are headers but no rows beneath them. For a month without business declare a nil"
        " return instead."
    ),
    "parked": _(
        "Checking this file was broken off three times, so it was set aside. Upload it again; if"
        " that fails too, tell the operator the number of the upload."
    ),
    "overtaken": _("A file that was sent later has been put into the draft instead."),
    "wrong_month": _(
        "Every row of this file is dated in %(found)s; this is the filing of %(month)s. Upload it"
        " on the page of %(found)s."
    ),
    "wrong_enterprise": _(
        "This template was made for the enterprise %(found)s, not for %(own)s. Download your own."
    ),
    "many_faults": _(
        "More than %(most)s faults: nothing was put into the draft. Correct what they have in"
        " common, and upload the file again."
    ),
    "closed_meanwhile": _(
        "The month was submitted while the file was being checked. Start an amendment to change it."
    ),
}
ROW_FAULTS: dict[str, Promise] = {
    "digits_lost": _(
        "The cell holds a number of more than 15 digits, which spreadsheet programs round. Format"
        " the column as text and enter the number again."
    ),
    "stray": _("“%(value)s” stands outside the columns of the table. Clear the cell."),
}


class UploadRefused(FileRefused):
    """An upload that was read in vain: it was overtaken, or its month closed meanwhile."""

    FAULTS = FILE_FAULTS


class UploadDone(Refusal):
    """It is too late to stop a file."""


def require_under_way(*, under_way: bool) -> None:
    """A file is stopped while it waits or is being checked. Raises UploadDone."""
    if not under_way:
        raise UploadDone(_("Checking this file has ended already."))


def row_fault_text(code: str, value: str) -> str:
    """What is wrong with a cell and what to do, in the reader's language."""
    return filled_in(ROW_FAULTS.get(code) or MESSAGES[code], value)


_HEADERS = {folded(name): name for name in COLUMNS} | {
    folded(chinese): name for name, chinese in CHINESE_HEADERS.items()
}
# A column that the portal itself puts first into what comes back; it is passed over.
PROBLEM = "problem"
PROBLEM_HEADERS = ("问题", PROBLEM)
_HEADERS |= dict.fromkeys(PROBLEM_HEADERS, PROBLEM)
_CHANGE_HEADERS = _HEADERS | {
    word: name for name in CHANGE_COLUMNS for word in (name, CHINESE_NAMES[name])
}
# As the portal writes them, then as people do.
CHINESE_VERBS = {"add": "新增", "change": "修改", "cancel": "取消"}
_VERBS = {chinese: verb for verb, chinese in CHINESE_VERBS.items()} | {
    **dict.fromkeys(("增加", "添加", "补充", "补报"), "add"),
    **dict.fromkeys(("更改", "变更", "更正", "改正"), "change"),
    **dict.fromkeys(("撤销", "撤消", "删除", "作废"), "cancel"),
}
_KINDS = {folded(chinese): kind for kind, chinese in CHINESE_KINDS.items()} | {
    kind: kind for kind in CHINESE_KINDS
}


def header_columns(cells: Sequence[str], *, changes: bool = False) -> dict[str, int] | None:
    """Where each column stands, when `cells` are a header row; None when they are not.

    With `changes` the verb and the line of each row may be among them. Raises FileRefused for a
    header row with unknown, repeated or missing columns, naming them.
    """
    return header_of(
        cells,
        names=_CHANGE_HEADERS if changes else _HEADERS,
        order=(*COLUMNS, *CHANGE_COLUMNS) if changes else COLUMNS,
        needed=NEEDED_COLUMNS,
        enough=HEADER_NAMES,
        said=_both_names,
    )


def no_header() -> FileRefused:
    """What is said of a file without a header row."""
    return FileRefused("header_missing", within=HEADER_WITHIN, names=_both_names(COLUMNS))


def _both_names(columns: Sequence[str]) -> str:
    return ", ".join(
        f"{CHINESE_HEADERS[name]} ({name})" if name in CHINESE_HEADERS else name for name in columns
    )


_PLAIN_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?")
_CHINESE_DAY = re.compile(r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?")
_PACKED_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?$")
_CODE_THEN_NAME = re.compile(r"(\S+)\s+\S.*")
# Excel counts days from here; it takes 1900 for a leap year, which no filing is old enough to meet.
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = range(36_526, 73_051)  # 2000 to 2099


def number_text(value: float) -> str:
    """A number cell as people see it: without the noise of binary fractions.

    0.1 + 0.2 reads 0.3: what lies within 1e-9 of a number with three decimals is that number.
    """
    text = repr(value)
    if len(text.partition(".")[2]) <= 3 and "e" not in text:  # most read as they are
        return text.removesuffix(".0")
    exact = Decimal(text)
    rounded = exact.quantize(Decimal("0.001")) if abs(exact) < 10**15 else exact
    chosen = rounded if abs(exact - rounded) <= Decimal("1e-9") else exact
    text = f"{chosen:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def grade_text(value: float) -> str:
    """A grade cell to the six decimals that are kept."""
    text = f"{Decimal(repr(value)).quantize(Decimal('0.000001')):f}" if abs(value) < 1e9 else ""
    return text.rstrip("0").rstrip(".") if text else repr(value)


@lru_cache(maxsize=4_096)  # a file says the same few things again and again
def kind_text(text: str) -> str:
    """The code of a kind written in either language; other text as it is."""
    return _KINDS.get(folded(text), text)


@lru_cache(maxsize=4_096)  # a file says the same few things again and again
def day_text(text: str) -> str:
    """2025-03-09 from the ways a day is written: 2025/3/9, 2025年3月9日, 20250309, 45725."""
    plain = _MIDNIGHT.sub("", unicodedata.normalize("NFKC", text).strip())
    if plain.isdecimal() and int(plain) in _EXCEL_DAYS and len(plain) == 5:
        return (_EXCEL_EPOCH + timedelta(days=int(plain))).isoformat()
    if match := _CHINESE_DAY.fullmatch(plain) or _PACKED_DAY.fullmatch(plain):
        return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
    return plain


def mass_text(text: str) -> str:
    """A number written in full width, with separators or a percent sign, as plain digits."""
    if _PLAIN_NUMBER.fullmatch(text):
        return text
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").removesuffix("%")
    plain = plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain
    return plain.removeprefix("+")


def plain_number(text: str, column: str) -> str:
    """A mass or grade without zeros that say nothing, as a record gives it back."""
    if column in ("gross_kg", "reo_percent") and _NUMBER.fullmatch(text):
        return f"{Decimal(text).normalize():f}"
    return text


@lru_cache(maxsize=4_096)  # a file says the same few things again and again
def code_text(text: str) -> str:
    """A code in capitals; where a name follows it, as in the drop-downs, the code alone."""
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _CODE_THEN_NAME.fullmatch(plain)
    return (match[1] if match else plain).upper()


def assay_text(text: str) -> str:
    """An assay without spaces, in half width."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(plain.split()).strip(";")


def form_of(column: str, product_names: Mapping[str, str]) -> Callable[[str], str] | None:
    """What brings a text of a column into the form that the checks judge; None: any text has it.

    `product_names` gives the code of a product by its folded names and by the code itself.
    """
    if column == "product":
        return partial(_product_text, product_names=product_names)
    return _FORMS.get(column)


def brought_to_form(column: str, text: str, product_names: Mapping[str, str]) -> str:
    """The text of one cell in the form that the checks judge; `product_names` as in `form_of`."""
    form = form_of(column, product_names)
    return form(text) if form else text


def _product_text(text: str, product_names: Mapping[str, str]) -> str:
    code = code_text(text)
    return product_names.get(code) or product_names.get(folded(text), code)


def verb_text(text: str) -> str:
    """What a row does, in either language, as the checks know it; other text as it is."""
    plain = folded(text)
    return _VERBS.get(plain, plain)


_FORMS: dict[str, Callable[[str], str]] = {
    "verb": verb_text,
    "kind": kind_text,
    "date": day_text,
    "gross_kg": mass_text,
    "reo_percent": mass_text,
    "lot_maker": code_text,
    "counterparty": code_text,
    "country": code_text,
    "assay": assay_text,
}
