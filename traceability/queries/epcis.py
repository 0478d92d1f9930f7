"""Records as facts for events of EPCIS."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from portal.accounts.models import User
from portal.kernel.sql import among, one_of
from traceability.models import CapturedEvent, Filing, Record
from traceability.queries.filings import filings_visible_to
from traceability.rules.epcis.events import Recorded
from traceability.rules.epcis.faults import require_one_document
from traceability.rules.epcis.words import IN_RUNS, event_id

# What the next version has in the place of these records: of a run the same run; else a record of
# the same kind that shares its lot or its line, and enough besides, the one that shares most.
_NEXT = """
select r.filing_id, r.line, g.id, g.submitted_at, m.line, m.records
  from unnest(%(filings)s::bigint[], %(lines)s::int[]) as replaced(filing_id, line)
  join traceability_record r on r.filing_id = replaced.filing_id and r.line = replaced.line
  join traceability_filing f on f.id = r.filing_id
 cross join lateral (
       select later.id, later.submitted_at from traceability_filing later
        where later.enterprise_id = f.enterprise_id and later.month = f.month
          and later.version > f.version and later.submitted_at is not null
        order by later.version limit 1) g
 cross join lateral (
       select min(n.line) as line, count(*) as records from traceability_record n
        where n.filing_id = g.id and n.run = r.run and n.run <> ''
          and n.kind in ('input', 'output') and r.kind in ('input', 'output')
       having count(*) > 0
        union all
       (select n.line, 1
          from (select s.* from traceability_record s
                 where s.filing_id = g.id and s.line = r.line
                 union all
                select o.* from traceability_record o
                 where o.lot_id = r.lot_id and o.filing_id = g.id and o.line <> r.line) n
         where n.kind = r.kind and r.kind not in ('input', 'output')
           and (n.lot_id = r.lot_id)::int + (n.line = r.line)::int + (n.date = r.date)::int
               + (n.document = r.document and r.document <> '')::int > 1
         order by (n.lot_id = r.lot_id) desc, (n.line = r.line) desc,
                  (n.document = r.document) desc, (n.date = r.date) desc,
                  (n.gross_kg = r.gross_kg) desc, n.line
         limit 1)) m
"""
# The records of events: of one alone that at its line, of a run all that goes in and comes out.
_RECORDS = """
select r.id from unnest(%(filings)s::bigint[], %(lines)s::int[], %(runs)s::text[])
     as event(filing_id, line, run)
  join traceability_record r on r.filing_id = event.filing_id and r.line = event.line
 where event.run = ''
union all
select r.id from unnest(%(filings)s::bigint[], %(lines)s::int[], %(runs)s::text[])
     as event(filing_id, line, run)
  join traceability_record r on r.filing_id = event.filing_id and r.run = event.run
   and r.run <> '' and r.kind in ('input', 'output')
 where event.run <> ''
"""
# A document of events holds so many records.
MOST_RECORDS = 20_000


def recorded_in(filing: Filing) -> list[Recorded]:
    """The records of one submitted version. Raises TooManyRecords."""
    require_one_document(filing.record_count, most=MOST_RECORDS)
    return recorded(Record.objects.filter(filing=filing))


def recorded_of_lots(lots: Iterable[int], user: User) -> list[Recorded]:
    """The records in force of the events of these lots that `user` may see.

    A run that one of them is in is told whole. Raises TooManyRecords.
    """
    visible = filings_visible_to(user).filter(status=Filing.Status.SUBMITTED)
    records = Record.objects.filter(
        one_of("lot", list(lots)), filing__in=visible.order_by().values("pk")
    )
    found = records.order_by().values_list("filing_id", "line", "kind", "run")[: MOST_RECORDS + 1]
    places = {
        (filing_id, 0, run) if kind in IN_RUNS and run else (filing_id, line, "")
        for filing_id, line, kind, run in found
    }
    require_one_document(len(found), most=MOST_RECORDS)
    return recorded_at(sorted(places), most=MOST_RECORDS)


def recorded_at(
    places: Sequence[tuple[int, int, str]], *, most: int | None = None
) -> list[Recorded]:
    """The records of the events at these places: filing, line, and run of each or nothing.

    Raises TooManyRecords when they are more than `most`.
    """
    filings, lines, runs = zip(*places, strict=True) if places else ((), (), ())
    about: dict[str, Any] = {"filings": list(filings), "lines": list(lines), "runs": list(runs)}
    with connection.cursor() as cursor:
        cursor.execute(_RECORDS, about)
        ids = [row[0] for row in cursor.fetchall()]
    if most is not None:
        require_one_document(len(ids), most=most)
    return recorded(Record.objects.filter(one_of("pk", ids)))


def recorded(records: QuerySet[Record]) -> list[Recorded]:
    """These records, the latest filings' first, with the ids of the events they were sent as."""
    rows = (
        records.order_by("-filing", "line")
        .annotate(
            replaced_at=replaced_at("filing__"),
            filer=_text("filing__enterprise__uscc"),
            maker=_text("lot__maker__uscc"),
            code=_text("product__code"),
            lot_code=_text("lot__product__code"),
            partner=_text("counterparty__uscc"),
        )
        .values_list(
            *("filing_id", "line", "kind", "date", "filer", "lot__number", "maker", "code"),
            *("gross_kg", "reo_percent", "run", "partner", "document", "country", "assay", "note"),
            *("lot_code", "lot__reo_percent", "filing__submitted_at", "replaced_at"),
        )
    )
    found: list[Any] = list(rows)
    later = _in_place([row for row in found if row[-1] is not None])
    captured = _captured(
        {row[0] for row in found} | {one.filing_id for one in later.values()},
        {row[1] for row in found} | {one.line for one in later.values()},
    )
    told = []
    for row in found:
        place = row[:2]
        by = later[place].told(row[4], captured) if place in later else ""
        told.append(Recorded(*[*row, *captured.get(place, ("", 0)), by]))
    return told


def replaced_at(of: str = "") -> Subquery:
    """When a later version of a filing was submitted; `of`: where the filing stands."""
    later = Filing.objects.filter(
        enterprise=OuterRef(f"{of}enterprise"),
        month=OuterRef(f"{of}month"),
        version__gt=OuterRef(f"{of}version"),
        submitted_at__isnull=False,
    ).order_by("version")
    return Subquery(later.values("submitted_at")[:1])


@dataclass(frozen=True, slots=True)
class _Later:
    """The event in a later version that stands in a record's place, by its first line."""

    filing_id: int
    submitted_at: datetime
    line: int
    records: int

    def told(self, uscc: str, captured: Mapping[tuple[int, int], tuple[str, int]]) -> str:
        """Its id: that of the event that it was captured from whole, else one of the portal's."""
        named, lines = captured.get((self.filing_id, self.line), ("", 0))
        if lines == self.records:
            return named
        return event_id(
            uscc=uscc, filing_id=self.filing_id, line=self.line, submitted_at=self.submitted_at
        )


def _in_place(replaced: list[Any]) -> dict[tuple[int, int], _Later]:
    """What the next version has in the place of each of these records, by filing and line."""
    if not replaced:
        return {}
    filings, lines = [row[0] for row in replaced], [row[1] for row in replaced]
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"filings": filings, "lines": lines})
        return {(row[0], row[1]): _Later(*row[2:]) for row in cursor.fetchall()}


def _captured(filings: set[int], lines: set[int]) -> dict[tuple[int, int], tuple[str, int]]:
    """The id of the event behind each line of these filings, and how many lines it has.

    Of events whose first line is among `lines`: another one is not told whole, nor by its id.
    """
    events = CapturedEvent.objects.filter(
        filing__in=among(filings), lines__0__in=among(lines), changed=False
    )
    return {
        (filing_id, line): (event_id, len(of_event))
        for filing_id, event_id, of_event in events.values_list("filing_id", "event_id", "lines")
        for line in of_event
    }


def _text(field: str) -> Coalesce:
    return Coalesce(field, Value(""))
