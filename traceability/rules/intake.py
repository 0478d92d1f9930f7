"""What a row of a filing must hold to be readable, and what is said of one that does not.

Source: contracts of the dataset format. Only what can't be read or contradicts itself is refused;
what breaks a rule of the regime is kept and becomes a finding.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COLUMNS = (
    "kind",
    "date",
    "lot",
    "lot_maker",
    "product",
    "gross_kg",
    "reo_percent",
    "run",
    "counterparty",
    "document",
    "country",
    "assay",
    "note",
)
CHINESE_HEADERS = dict(
    zip(
        COLUMNS,
        (
            "类别",
            "日期",
            "批号",
            "批次来源企业",
            "产品",
            "实物量(千克)",
            "折氧化物品位(%)",
            "工序批次",
            "交易对方",
            "单据号",
            "国家或地区",
            "组分",
            "备注",
        ),
        strict=True,
    )
)
CHINESE_KINDS = {
    "extraction": "开采",
    "input": "投料",
    "output": "产出",
    "sale": "销售",
    "purchase": "购进",
    "import": "进口",
    "export": "出口",
    "recycled": "再生",
    "loss": "损耗",
    "stock": "盘存",
}
# A creation makes a new lot of the filing enterprise and states what it is.
CREATING = ("extraction", "output", "import", "recycled")
# What comes to the filing enterprise, and what leaves it; a count moves nothing.
INCOMING = (*CREATING, "purchase")
OUTGOING = ("input", "sale", "export", "loss")
# How a row changes a draft, by the line that its filer gave the record, and how it says so.
VERBS = ("add", "change", "cancel")
CHANGE_COLUMNS = ("verb", "line")
CHINESE_NAMES = CHINESE_HEADERS | dict(zip(CHANGE_COLUMNS, ("操作", "行号"), strict=True))
HIGHEST_LINE = 999_999_999
OXIDES = [
    "La2O3",
    "CeO2",
    "Pr6O11",
    "Nd2O3",
    "Sm2O3",
    "Eu2O3",
    "Gd2O3",
    "Tb4O7",
    "Dy2O3",
    "Ho2O3",
    "Er2O3",
    "Tm2O3",
    "Yb2O3",
    "Lu2O3",
    "Y2O3",
    "Sc2O3",
]
LONGEST = {"lot": 40, "run": 60, "document": 60, "assay": 400, "note": 500}
# Published splits add up to about a hundred; more than this is a typing error.
ASSAY_SUM_MOST = "100.5"


@dataclass(frozen=True, slots=True)
class Needs:
    """The columns that a kind of record must fill in, besides kind, date, lot and gross_kg."""

    kind: str
    columns: frozenset[str]

    @property
    def creates(self) -> bool:
        """Whether it makes a new lot."""
        return self.kind in CREATING


def _needs(kind: str, *columns: str) -> Needs:
    return Needs(kind, frozenset(columns))


NEEDS = (
    _needs("extraction", "product", "reo_percent"),
    _needs("input", "run"),
    _needs("output", "product", "reo_percent", "run"),
    _needs("sale", "counterparty", "document"),
    _needs("purchase", "counterparty", "document"),
    _needs("import", "product", "reo_percent", "country", "document"),
    _needs("export", "country", "document"),
    _needs("recycled", "product", "reo_percent", "document"),
    _needs("loss", "note"),
    _needs("stock"),
)


@dataclass(frozen=True, slots=True)
class RowError:
    """One fault of one row: where it stands, its code and the value found."""

    line: int
    column: str
    code: str
    value: str = ""

    @property
    def text(self) -> str:
        """What is wrong and what to do, in the reader's language."""
        return filled_in(MESSAGES[self.code], self.value)


def filled_in(words: Promise, value: str) -> str:
    """What is said of a value. A translation may hold a percent sign where none is filled in."""
    return str(words).replace("%(value)s", value)


MESSAGES: dict[str, Promise] = {
    "kind_unknown": _(
        "“%(value)s” is no kind of record; use one of those in the instructions, such as sale or"
        " 销售."
    ),
    "date_form": _("“%(value)s” is not a date; write it like 2025-03-09."),
    "date_outside": _("%(value)s does not lie in the month that is being filed."),
    "date_future": _("%(value)s lies after the day of submission."),
    "missing": _("This kind of record needs a value here."),
    "too_long": _("The value is too long for this column."),
    "maker_unknown": _(
        "%(value)s is not in the directory; write the unified social credit code of the lot's"
        " maker, or leave it empty for a lot of your own."
    ),
    "maker_other": _(
        "A lot that is mined, made, imported or recycled is your own; leave this empty."
    ),
    "product_unknown": _("“%(value)s” is no product code; see the list in the template."),
    "number_form": _(
        "“%(value)s” is not a number with at most 3 decimals; write it like 1234.567, without"
        " separators."
    ),
    "not_positive": _("The mass must be more than 0."),
    "too_large": _(
        "%(value)s kg is more than one record can hold; write kilograms, at most 999999999.999."
    ),
    "grade_form": _("“%(value)s” is not a percentage; write it like 92.5."),
    "grade_range": _("The grade must be more than 0 and at most 125 percent."),
    "counterparty_unknown": _(
        "%(value)s is not in the directory; check the code, or register the trading partner first."
    ),
    "counterparty_self": _("The counterparty can't be the filing enterprise itself."),
    "country_unknown": _("“%(value)s” is no country code; use two letters such as JP."),
    "assay_form": _(
        "“%(value)s” is not an assay; write it like La2O3:25.2;CeO2:50.1 in percent of REO."
    ),
    "assay_twice": _("“%(value)s” names an oxide twice."),
    "assay_sum": _("The shares of the assay add up to more than 100 percent."),
    "lot_product": _("“%(value)s” is not the product of this lot; leave it empty or correct it."),
    "lot_grade": _("“%(value)s” is not the grade of this lot; leave it empty or correct it."),
    "lot_differs": _(
        "Line %(value)s of the draft names another product or grade of this lot; correct both."
    ),
    "verb_unknown": _("“%(value)s” is not what a row can do; write add, change or cancel."),
    "line_form": _("“%(value)s” is no line number; write a whole number from 1 to 999999999."),
    "line_twice": _("Line %(value)s is named twice; name each line once."),
    "line_taken": _(
        "Line %(value)s is there already; change it, or add the record without a line."
    ),
    "line_needed": _("Say which line of the draft is changed or cancelled."),
    "line_unknown": _("The draft has no line %(value)s."),
    "text_needed": _("Write a text or a number here."),
    "field_unknown": _("“%(value)s” is no field of a record."),
    "filing_unknown": _("filings.csv names no such filing."),
    "enterprise_unknown": _("%(value)s is not in the directory."),
    "month_form": _("“%(value)s” is not a month; write it like 2025-03."),
    "version_form": _("“%(value)s” is not a version number (1, 2, ...)."),
    "version_gap": _("Version %(value)s needs the one before it, which is not on record."),
    "instant_form": _("“%(value)s” is not an instant; write it like 2025-04-08T09:30:00+08:00."),
    "submitted_order": _("%(value)s is not after the version before."),
    "draft_stands": _(
        "A draft of this month stands in the portal; submit it or throw it away first."
    ),
    "differs": _("This version is on record with other content; what is submitted stays."),
    "field_count": _("The row has %(value)s fields; the header has another number."),
    "not_utf8": _("The line is not UTF-8."),
    "control": _("The line holds a control character that can't be kept."),
    "quotes": _("A quotation mark is not closed."),
}
