"""Events of EPCIS that are asked for: found in the ledger page by page, then told."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, F, QuerySet, When

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.period import Month
from traceability.models import Filing
from traceability.queries.epcis import recorded_at, replaced_at
from traceability.queries.filings import filings_visible_to
from traceability.rules.epcis.asked import KINDS, Asked, Token, key_of
from traceability.rules.epcis.events import Recorded
from traceability.rules.epcis.words import IN_RUNS, place_of

# An event stands at its record; that of a run, which is told whole, at its lowest line. Where lots,
# parties or ids narrow the question, the events they touch are found first (`hit`), by what is
# indexed; else the ledger is walked in order until the page is full.
_LOWEST = """(select min(m.line) from traceability_record m
     where m.filing_id = {0}.filing_id and m.run = {0}.run and m.run <> ''
       and m.kind in ('input', 'output'))"""
_STANDS = f"case when x.kind in ('input', 'output') then {_LOWEST.format('x')} else x.line end"
_HIT = f"select distinct x.filing_id, {_STANDS} as line from traceability_record x where "
_OF_LOTS = """x.lot_id in (select l.id from unnest(%s::text[], %s::text[]) as named(uscc, number)
     join enterprises_enterprise e on e.uscc = named.uscc
     join traceability_lot l on l.maker_id = e.id and l.number = named.number)
     and x.kind = any (%s)"""
# The own side of a shipment is who filed it.
_OF_PARTY = """select x.filing_id, x.line from traceability_record x
  join traceability_filing o on o.id = x.filing_id
  join enterprises_enterprise e on e.id = o.enterprise_id
 where x.kind = %s and e.uscc = any (%s)
union all
select x.filing_id, x.line from traceability_record x
 where x.kind = %s and x.counterparty_id in (
       select id from enterprises_enterprise where uscc = any (%s))"""
_OF_IDS = """select * from unnest(%s::bigint[], %s::int[]) as placed(filing_id, line)
union
select c.filing_id, (select min(line) from unnest(c.lines) as line)
  from traceability_capturedevent c where c.event_id = any (%s) and not c.changed"""
_FIRST_OF_RUN = """(r.kind not in ('input', 'output') or not exists (
       select from traceability_record m
        where m.filing_id = r.filing_id and m.run = r.run and m.run <> ''
          and m.kind in ('input', 'output') and m.line < r.line))"""
_DAY = """(case when r.kind in ('input', 'output') then (
       select min(m.date) from traceability_record m
        where m.filing_id = r.filing_id and m.run = r.run and m.run <> ''
          and m.kind in ('input', 'output')) else r.date end)"""
# By what events may be ordered. The month of a filing comes before the day, so that the walk can go
# month by month.
_ORDERS = {"eventTime": ("f.month", _DAY), "recordTime": ("f.recorded_at",)}
_Place = tuple[int, int, str, Any]


@dataclass(frozen=True, slots=True)
class EventPage:
    """The records of one page of events, and where the next one begins; None after the last."""

    records: list[Recorded]
    token: Token | None


def filers_visible_to(user: User) -> QuerySet[Enterprise]:
    """The enterprises of whose events `user` may see some."""
    filings = filings_visible_to(user).exclude(status=Filing.Status.DRAFT).order_by()
    return Enterprise.objects.filter(pk__in=filings.values("enterprise"))


def event_page(asked: Asked, user: User) -> EventPage:
    """The events that `user` may see and asks for, a page of them; at most five queries.

    In the order that is asked for, else in that in which their filings were begun; then of their
    lines.
    """
    most = asked.per_page
    if asked.at_most is not None:
        most = min(most, asked.at_most - asked.after.told)
    places = _places(asked, user, most + 1) if most > 0 else []
    more = len(places) > most
    told = asked.after.told + most
    if asked.at_most is not None and told >= asked.at_most:
        more = False
    token = None
    if more:
        filing_id, line, _run, time = places[most - 1]
        token = Token(filing_id, line, told, key_of(time))
    return EventPage(recorded_at([place[:3] for place in places[: max(most, 0)]]), token)


def event_count(asked: Asked, user: User, *, most: int) -> int:
    """How many events answer in all; counted no further than one above `most`."""
    sql, values = _statement(asked, user)
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from ({sql} limit %s) found", [*values, most + 1])
        return int(cursor.fetchone()[0])


def _places(asked: Asked, user: User, most: int) -> list[_Place]:
    """Where the events stand: filing, line and run of each, and the time it is ordered by."""
    sql, values = _statement(asked, user)
    direction = "" if asked.ascending else " desc"
    keys = [f"{key}{direction}" for key in _ORDERS.get(asked.order, ())]
    order = ", ".join([*keys, "r.filing_id", "r.line"])
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} order by {order} limit %s", [*values, most])
        return list(cursor.fetchall())


def _statement(asked: Asked, user: User) -> tuple[str, list[Any]]:
    """The events that answer, as SQL without an order, and its values."""
    filings, values = _filings(asked, user)
    hits, hit_values = _hits(asked)
    clauses, clause_values = _clauses(asked, walked=not hits)
    joined, before = "", ""
    if hits:
        before = f"with hit as materialized ({' intersect '.join(f'({hit})' for hit in hits)}) "
        joined = "join hit on hit.filing_id = r.filing_id and hit.line = r.line "
    sql = (
        f"{before}select r.filing_id, r.line,"
        " case when r.kind in ('input', 'output') then r.run else '' end,"
        f" {_key(asked) or 'null'} from traceability_record r {joined}"
        f"join ({filings}) f(id, month, recorded_at) on f.id = r.filing_id"
        f" where {' and '.join(clauses)}"
    )
    return sql, [*hit_values, *values, *clause_values]


def _key(asked: Asked) -> str:
    """What events are ordered by before their filings and lines."""
    return _ORDERS[asked.order][-1] if asked.order else ""


def _filings(asked: Asked, user: User) -> tuple[str, tuple[Any, ...]]:
    """The versions on record that may be seen and can hold such events.

    What is declared erroneous is on record, as that, since it was replaced.
    """
    filings = filings_visible_to(user).exclude(status=Filing.Status.DRAFT).order_by()
    filings = filings.annotate(
        recorded_at=Case(
            When(status=Filing.Status.SUPERSEDED, then=replaced_at()), default=F("submitted_at")
        )
    )
    if asked.after.filing_id and not asked.order:
        filings = filings.filter(pk__gte=asked.after.filing_id)
    if asked.recorded_from:
        filings = filings.filter(recorded_at__gte=asked.recorded_from)
    if asked.recorded_before:
        filings = filings.filter(recorded_at__lt=asked.recorded_before)
    if asked.declared_from:
        filings = filings.filter(recorded_at__gte=asked.declared_from)
    if asked.declared_before:
        filings = filings.filter(recorded_at__lt=asked.declared_before)
    if asked.from_day:
        filings = filings.filter(month__gte=Month.of(asked.from_day))
    if asked.before_day:
        filings = filings.filter(month__lte=Month.of(asked.before_day))
    if asked.after.filing_id and asked.order:
        further = "gte" if asked.ascending else "lte"
        if asked.order == "eventTime":
            filings = filings.filter(**{f"month__{further}": Month.of(asked.after.day)})
        else:
            filings = filings.filter(**{f"recorded_at__{further}": asked.after.instant})
    if asked.filers is not None:
        filings = filings.filter(enterprise__uscc__in=asked.filers)
    if asked.erroneous or asked.declared_from or asked.declared_before:
        filings = filings.filter(status=Filing.Status.SUPERSEDED)
    if asked.order:
        # In the order of the events, as far as it is the filings': then no more is sorted.
        key = "month" if asked.order == "eventTime" else "recorded_at"
        filings = filings.order_by(key if asked.ascending else f"-{key}")
    try:
        return filings.values("pk", "month", "recorded_at").query.sql_with_params()
    except EmptyResultSet:
        return "select null::bigint, null::date, null::timestamptz where false", ()


def _hits(asked: Asked) -> tuple[list[str], list[Any]]:
    """What finds the events that lots, parties and ids touch; each narrows the others."""
    hits: list[str] = []
    values: list[Any] = []
    for kinds, lots in asked.lots:
        hits.append(_HIT + _OF_LOTS)
        values += [[uscc for uscc, _no in lots], [number for _u, number in lots], list(kinds)]
    for parties, own, other in (
        (asked.sellers, "sale", "purchase"),
        (asked.buyers, "purchase", "sale"),
    ):
        if parties is not None:
            hits.append(_OF_PARTY)
            values += [own, parties, other, parties]
    if asked.event_ids is not None:
        places = [place for named in asked.event_ids if (place := place_of(named))]
        hits.append(_OF_IDS)
        values += [
            [place.filing_id for place in places],
            [place.line for place in places],
            asked.event_ids,
        ]
    return hits, values


def _clauses(asked: Asked, *, walked: bool) -> tuple[list[str], list[Any]]:
    """What else narrows the events."""
    clauses: list[str] = ["true"]
    values: list[Any] = []
    if asked.kinds != set(KINDS):
        clauses.append("r.kind = any (%s)")
        values.append(sorted(asked.kinds))
    if walked and asked.kinds & set(IN_RUNS):
        clauses.append(_FIRST_OF_RUN)
    for day, compared in ((asked.from_day, ">="), (asked.before_day, "<")):
        if day is not None:
            clauses.append(f"{_DAY} {compared} %s")
            values.append(day)
    if asked.after.filing_id:
        behind, behind_values = _behind(asked)
        clauses.append(behind)
        values += behind_values
    return clauses, values


def _behind(asked: Asked) -> tuple[str, list[Any]]:
    """What stands behind the last event of the page before."""
    after = asked.after
    behind, values = "(r.filing_id, r.line) > (%s, %s)", [after.filing_id, after.line]
    if not asked.order:
        return behind, values
    further, key = ">" if asked.ascending else "<", _key(asked)
    last = after.day if asked.order == "eventTime" else after.instant
    return f"({key} {further} %s or {key} = %s and {behind})", [last, last, *values]
