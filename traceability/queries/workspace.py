"""The rows of a draft as they stand on the desk, and what its grid looks up while one types."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Q

from enterprises.models import Enterprise
from portal.kernel.period import Month
from portal.kernel.templatetags.portal import named
from traceability.models import Filing, Record, UnfinishedRow
from traceability.queries.filings import in_force, records_of
from traceability.rules.intake import CREATING
from traceability.rules.workspace import TABS, StandingRow

# So many rows of a tab are in the grid, and so many answers are offered while one types.
ROWS_SHOWN = 3_000
OFFERED = 20
_HELD = """
with held as (
  select b.lot_id, b.in_kg - b.out_kg as kg, 0 as place
    from traceability_balance b
   where b.enterprise_id = %(enterprise)s and b.in_kg > b.out_kg
  union all
  -- Lots that this draft itself brings in.
  select r.lot_id, sum(r.gross_kg), 1
    from traceability_record r
   where r.filing_id = %(draft)s and r.kind = any (%(incoming)s)
   group by 1
  union all
  -- What others filed as sold to the enterprise.
  select r.lot_id, sum(r.gross_kg), 2
    from traceability_record r
    join traceability_filing f on f.id = r.filing_id and f.status = 'submitted'
   where r.counterparty_id = %(enterprise)s and r.kind = 'sale' and %(shipped)s
   group by 1
), once as (
  select distinct on (lot_id) * from held order by lot_id, place
)
select l.number, m.uscc, l.maker_id = %(enterprise)s, coalesce(p.code, ''), o.kg, o.place
  from once o
  join traceability_lot l on l.id = o.lot_id
  join enterprises_enterprise m on m.id = l.maker_id
  left join traceability_product p on p.id = l.product_id
 where %(like)s = '' or l.number ilike %(like)s or p.code ilike %(like)s
 order by case when %(shipped)s then -o.place else o.place end, o.kg desc, l.number
 limit %(offered)s
"""


@dataclass(frozen=True, slots=True)
class LotOffered:
    """A lot that may be meant: what is held of it, or was shipped, gross kg.

    `place`: 0 held by the books, 1 brought in by the draft itself, 2 sold to the enterprise.
    """

    number: str
    maker: str | None
    own: bool
    product: str
    kg: Decimal
    place: int


def standing_rows(filing: Filing, lines: Collection[int] | None = None) -> dict[int, StandingRow]:
    """The lines of a draft as they stand, all or these: unfinished rows before their records."""
    records, unfinished = records_of(filing), filing.unfinished_rows.select_related("by")
    if lines is not None:
        wanted = list(lines)
        records, unfinished = records.filter(line__in=wanted), unfinished.filter(line__in=wanted)
    by, at = str(filing.prepared_by), filing.prepared_at
    rows = {
        record.line: StandingRow(cells_of(record, filing), by, at, is_record=True)
        for record in records
    }
    for row in unfinished:
        rows[row.line] = _unfinished(row, is_record=row.line in rows)
    return rows


def rows_of_tab(filing: Filing, tab: str) -> dict[int, StandingRow]:
    """The first lines of one tab as they stand, those that are unfinished before others."""
    kinds = TABS[tab][1]
    here = Q(cells__kind__in=kinds)
    if tab == next(iter(TABS)):
        every = [kind for _title, of_tab in TABS.values() for kind in of_tab]
        here |= Q(cells__kind__isnull=True) | ~Q(cells__kind__in=every)
    rows: dict[int, StandingRow] = {}
    replaced = set(filing.unfinished_rows.values_list("line", flat=True))
    for row in filing.unfinished_rows.select_related("by").filter(here)[:ROWS_SHOWN]:
        rows[row.line] = _unfinished(row, is_record=False)
    records = records_of(filing).filter(kind__in=kinds).exclude(line__in=replaced)
    by, at = str(filing.prepared_by), filing.prepared_at
    for record in records[: ROWS_SHOWN - len(rows)]:
        rows[record.line] = StandingRow(cells_of(record, filing), by, at, is_record=True)
    return dict(sorted(rows.items()))


def counts_of_tabs(filing: Filing) -> dict[str, int]:
    """How many lines each tab has."""
    counted = dict(filing.records.order_by().values_list("kind").annotate(Count("id")))
    lines = filing.records.values("line")
    new = filing.unfinished_rows.exclude(line__in=lines).values_list("cells__kind", flat=True)
    for kind in new:
        counted[kind] = counted.get(kind, 0) + 1
    return {
        tab: sum(counted.get(kind, 0) for kind in kinds) for tab, (_title, kinds) in TABS.items()
    }


def cells_of(record: Record, filing: Filing) -> dict[str, str]:
    """A record as the texts that its writer sees, without empty columns."""
    maker, partner = record.lot.maker, record.counterparty
    cells = {
        "kind": record.kind,
        "date": record.date.isoformat(),
        "lot": record.lot.number,
        "lot_maker": "" if maker.pk == filing.enterprise_id else (maker.uscc or ""),
        "product": record.product.code if record.product else "",
        "gross_kg": _plain(record.gross_kg),
        "reo_percent": "" if record.reo_percent is None else _plain(record.reo_percent),
        "run": record.run,
        "counterparty": (partner.uscc or "") if partner else "",
        "document": record.document,
        "country": record.country,
        "assay": record.assay,
        "note": record.note,
    }
    return {column: text for column, text in cells.items() if text}


def lots_offered(
    enterprise: Enterprise, draft: Filing | None, text: str, *, shipped: bool
) -> list[LotOffered]:
    """The lots that `text` may mean: those held first, or (`shipped`) those sold to it first."""
    asked = {
        "enterprise": enterprise.pk,
        "draft": draft.pk if draft else None,
        "incoming": [*CREATING, "purchase"],
        "shipped": shipped,
        "like": _like(text),
        "offered": OFFERED,
    }
    with connection.cursor() as cursor:
        cursor.execute(_HELD, asked)
        return [LotOffered(*row) for row in cursor.fetchall()]


def partners_offered(enterprise: Enterprise, text: str) -> list[Enterprise]:
    """The enterprises that `text` may mean as a counterparty, partners so far first."""
    known = Record.objects.filter(filing__enterprise=enterprise, counterparty__isnull=False)
    partners = set(known.order_by().values_list("counterparty", flat=True).distinct()[:500])
    found = Enterprise.objects.exclude(pk=enterprise.pk).filter(uscc__isnull=False)
    if text:
        found = found.filter(
            Q(uscc__istartswith=text)
            | Q(organisation__name_zh__icontains=text)
            | Q(organisation__name_en__icontains=text)
        )
    found = found.select_related("organisation")
    first = list(found.filter(pk__in=partners).order_by("organisation__name_zh")[:OFFERED])
    if text and len(first) < OFFERED:
        others = found.exclude(pk__in=partners).order_by("organisation__name_zh")
        first += others[: OFFERED - len(first)]
    return first


def names_of(codes: Collection[str]) -> dict[str, str]:
    """The names behind unified social credit codes, in the reader's language."""
    found = Enterprise.objects.filter(uscc__in=list(codes)).select_related("organisation")
    return {each.uscc or "": named(each) for each in found}


def shape_of(enterprise: Enterprise, month: Month) -> list[dict[str, str]]:
    """What the month before looked like: each kind with its product, partner, run and country once.

    A stock row of the last day for every lot that is held. No masses, other dates, lots made or
    documents.
    """
    before = in_force(enterprise.pk, month - 1)
    rows: list[dict[str, str]] = []
    if before:
        shapes = before.records.exclude(kind="stock").order_by("kind", "product", "run")
        columns = ("kind", "product__code", "run", "counterparty__uscc", "country")
        seen = dict.fromkeys(shapes.values_list(*columns)[:20_000])
        rows = [_shape(values) for values in seen]
    counted = {"date": month.last_day.isoformat()}
    held = [row | counted for row in lots_of_stock(enterprise)]
    return (rows + held)[:1_000]


def lots_of_stock(enterprise: Enterprise) -> list[dict[str, str]]:
    """A stock row for each lot that the books hold, the counted mass left open."""
    balances = enterprise.balances.select_related("lot__maker").order_by("lot__number")
    return [
        {"kind": "stock", "lot": held.lot.number}
        | ({} if held.lot.maker_id == enterprise.pk else {"lot_maker": held.lot.maker.uscc or ""})
        for held in balances[:2_000]
        if held.in_kg > held.out_kg
    ]


def _shape(values: Sequence[str | None]) -> dict[str, str]:
    columns = ("kind", "product", "run", "counterparty", "country")
    return {column: text for column, text in zip(columns, values, strict=True) if text}


def _unfinished(row: UnfinishedRow, *, is_record: bool) -> StandingRow:
    faults = [(column, code, value) for column, code, value in row.faults]
    return StandingRow(row.cells, str(row.by), row.at, is_record, faults)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _like(text: str) -> str:
    plain = text.strip().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{plain}%" if plain else ""
