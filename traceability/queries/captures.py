"""Captured documents: who may see them, which wait, and the events that are on record already."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, Func, JSONField, Q, QuerySet, Value

from enterprises.models import Enterprise
from portal.accounts.models import User
from traceability.models import Capture, CapturedEvent, Filing, Record
from traceability.permissions import Perm
from traceability.rules.epcis.faults import fault_text
from traceability.rules.epcis.words import IN_RUNS, place_of, proves

State = Capture.State
UNDER_WAY = (State.QUEUED, State.WORKING)
# So many errors of each job are told in a list of jobs.
FIRST_ERRORS = 20
_SAME = """
select one.line, bool_or(other.line is not null), bool_or(
           row(one.kind, one.date, one.lot_id, one.product_id, one.gross_kg, one.reo_percent,
               one.run, one.counterparty_id, one.document, one.country, one.assay, one.note)
           is not distinct from
           row(other.kind, other.date, other.lot_id, other.product_id, other.gross_kg,
               other.reo_percent, other.run, other.counterparty_id, other.document, other.country,
               other.assay, other.note))
  from traceability_record one
  left join traceability_record other on other.filing_id = %(draft)s and other.line = one.line
 where one.filing_id = %(filing)s and one.line = any (%(lines)s)
 group by one.line
"""


def captures_visible_to(user: User) -> QuerySet[Capture]:
    """The documents of the user's own enterprise: they are work on drafts, as uploads are."""
    captures = Capture.objects.select_related("enterprise__organisation", "by").defer("content")
    if Perm.VIEW_FILINGS in user.role_held.own:
        return captures.filter(enterprise__organisation_id=user.organisation_id)
    return captures.none()


def captures_listed(user: User) -> QuerySet[Capture]:
    """The same for a long list: of the errors of each only the first are read."""
    first: Any = Func(
        F("errors"),
        Value(f"$[0 to {FIRST_ERRORS - 1}]"),
        function="jsonb_path_query_array",
        template="%(function)s(%(expressions)s::jsonpath)",
        output_field=JSONField(),
    )
    return captures_visible_to(user).defer("content", "errors").annotate(first_errors=first)


def last_captures(enterprise: Enterprise, *, most: int = 3) -> list[Capture]:
    """The documents that an enterprise's systems sent last."""
    sent = Capture.objects.filter(enterprise=enterprise).defer("content", "errors")
    return list(sent.order_by("-pk")[:most])


def filings_of_capture(capture: Capture) -> list[Filing]:
    """The versions that the events of a document went into."""
    events = CapturedEvent.objects.filter(capture=capture)
    return list(Filing.objects.filter(pk__in=events.values("filing")).order_by("month", "version"))


def captures_left_over(sent_before: datetime) -> list[int]:
    """The ids of documents that wait since before `sent_before`, or that some worker took."""
    waiting = Q(state=State.QUEUED, at__lt=sent_before) | Q(state=State.WORKING)
    return list(Capture.objects.filter(waiting).order_by("pk").values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class OnRecord:
    """An event that is on record: its filing and lines; `digest` is empty for the portal's own."""

    filing: Filing
    lines: Sequence[int]
    digest: str = ""
    changed: bool = False


def events_on_record(enterprise: Enterprise, event_ids: Collection[str]) -> dict[str, OnRecord]:
    """Those of these events that are on record: captured before, or told by the portal itself."""
    captured = CapturedEvent.objects.filter(enterprise=enterprise, event_id__in=event_ids)
    found = {
        event.event_id: OnRecord(event.filing, event.lines, event.digest, event.changed)
        for event in captured.select_related("filing")
    }
    return _own_events(enterprise, event_ids) | found


def _own_events(enterprise: Enterprise, event_ids: Collection[str]) -> dict[str, OnRecord]:
    """Events under ids that the portal gave to submitted records of this enterprise."""
    places = {named: place for named in event_ids if (place := place_of(named))}
    filings = Filing.objects.exclude(status=Filing.Status.DRAFT).filter(
        enterprise=enterprise, pk__in={place.filing_id for place in places.values()}
    )
    known = {filing.pk: filing for filing in filings}
    proven = {
        named: place
        for named, place in places.items()
        if (filing := known.get(place.filing_id)) and filing.submitted_at
        if proves(place, uscc=enterprise.uscc or "", submitted_at=filing.submitted_at)
    }
    lines = _lines_of_events({place.filing_id for place in proven.values()})
    return {
        named: OnRecord(known[place.filing_id], lines[place.filing_id, place.line])
        for named, place in proven.items()
        if (place.filing_id, place.line) in lines
    }


def ids_of_others(enterprise: Enterprise, event_ids: Collection[str]) -> set[str]:
    """Those of these ids that the portal gave to what another enterprise filed."""
    places = {named: place for named in event_ids if (place := place_of(named))}
    filings = Filing.objects.exclude(status=Filing.Status.DRAFT).exclude(enterprise=enterprise)
    known = {
        filing.pk: filing
        for filing in filings.filter(pk__in={place.filing_id for place in places.values()})
        .select_related("enterprise")
        .order_by()
    }
    return {
        named
        for named, place in places.items()
        if (filing := known.get(place.filing_id)) and filing.submitted_at
        if proves(place, uscc=filing.enterprise.uscc or "", submitted_at=filing.submitted_at)
    }


def _lines_of_events(filings: Collection[int]) -> dict[tuple[int, int], list[int]]:
    """The lines of each event of these filings, by its lowest."""
    lines: dict[tuple[int, int], list[int]] = {}
    of_runs: dict[tuple[int, str], int] = {}
    records = Record.objects.filter(filing__in=filings).order_by("filing", "line")
    for filing_id, line, kind, run in records.values_list("filing_id", "line", "kind", "run"):
        first = of_runs.setdefault((filing_id, run), line) if kind in IN_RUNS else line
        lines.setdefault((filing_id, first), []).append(line)
    return lines


def lines_still_there(event: OnRecord, draft: Filing) -> tuple[list[int], bool]:
    """The lines of a draft that say what the event's records say, and whether some say other.

    The lines of an amendment are those of the version that it began with.
    """
    with connection.cursor() as cursor:
        about: dict[str, Any] = {
            "draft": draft.pk,
            "filing": event.filing.pk,
            "lines": list(event.lines),
        }
        cursor.execute(_SAME, about)
        rows = cursor.fetchall()
    same = [line for line, _there, same in rows if same]
    return same, event.changed or any(there and not same for _line, there, same in rows)


@dataclass(frozen=True, slots=True)
class CaptureErrorShown:
    """One fault as its reader sees it: which event from 1 on, where in it, what stands there."""

    place: int
    event_id: str
    pointer: str
    code: str
    value: str
    text: str


def errors_of_capture(capture: Capture) -> list[CaptureErrorShown]:
    """The faults in order, in the reader's language."""
    return errors_shown(capture.errors)


def errors_shown(errors: Sequence[dict[str, Any]]) -> list[CaptureErrorShown]:
    """Faults as they are kept, in the reader's language."""
    return [
        CaptureErrorShown(
            place=told["place"] + 1,
            event_id=told["event_id"],
            pointer=told["pointer"],
            code=told["code"],
            value=told["value"],
            text=fault_text(told["code"], told["value"]),
        )
        for told in errors
    ]
