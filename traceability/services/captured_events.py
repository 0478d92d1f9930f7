"""Events into the drafts of their months: what is new goes in, what was wrong is taken out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.period import Month, civil_day
from traceability.models import Capture, CapturedEvent, Filing
from traceability.queries.captures import (
    OnRecord,
    events_on_record,
    ids_of_others,
    lines_still_there,
)
from traceability.queries.filings import draft_of, in_force
from traceability.rules.epcis.document import EventRead, Sent
from traceability.rules.epcis.faults import EventFault
from traceability.rules.intake import COLUMNS
from traceability.services.filings import open_draft
from traceability.services.intake import RowsRefused, SourceRow
from traceability.services.records import write_records

_REASONS = {
    "did_not_occur": Filing.ReasonKind.NOT_SO,
    "incorrect_data": Filing.ReasonKind.TYPING,
}


@dataclass
class Captured:
    """What became of a document's events."""

    sent: Sent
    faults: list[EventFault]
    captured: int = 0
    known: int = 0


class EventsRefused(Exception):
    """Some events are at fault, and it is all or nothing."""

    def __init__(self, captured: Captured) -> None:
        captured.captured = captured.known = 0
        self.captured = captured


@dataclass
class _OfMonth:
    """What a document says of one month: new events, and events that are declared erroneous."""

    new: list[EventRead] = field(default_factory=list)
    erroneous: list[tuple[EventRead, OnRecord]] = field(default_factory=list)


def capture_events(
    *,
    capture: Capture,
    events: Sequence[EventRead],
    captured: Captured,
    by: User,
    at: datetime,
) -> None:
    """Put the events into the drafts of their months. Part of a deed.

    An event that is on record already is left as it is. One that is declared erroneous is taken out
    of the draft; where its month was submitted, that begins an amendment. Raises EventsRefused
    unless told to go on with what is right.
    """
    # Documents of one enterprise go in one after the other.
    enterprise = Enterprise.objects.select_for_update(of=("self",), no_key=True).get(
        pk=capture.enterprise_id
    )
    months = _sorted(enterprise, events, captured)
    for month in sorted(months):
        _Month(capture, enterprise, month, captured, by, at).take(months[month])
    captured.faults.sort(key=lambda fault: fault.place)
    if captured.faults and capture.behaviour == Capture.Behaviour.ROLLBACK:
        raise EventsRefused(captured)


def _sorted(
    enterprise: Enterprise, events: Sequence[EventRead], captured: Captured
) -> dict[Month, _OfMonth]:
    """The events by month, without those that are on record."""
    named = {event.event_id for event in events}
    on_record, others = events_on_record(enterprise, named), ids_of_others(enterprise, named)
    declared = {event.event_id for event in events if event.reason is not None}
    months: dict[Month, _OfMonth] = {}
    sent: dict[str, EventRead] = {}
    for event in events:
        if event.reason is not None:
            continue
        before = on_record.get(event.event_id) or sent.get(event.event_id)
        if event.event_id in others:
            captured.faults.append(EventFault(event.place, "/eventID", "id_differs"))
        elif before is None:
            sent[event.event_id] = event
            # What is sent and declared erroneous in the same breath comes to nothing.
            if event.event_id not in declared:
                months.setdefault(event.month, _OfMonth()).new.append(event)
        elif before.digest in ("", event.digest):
            captured.known += 1
        else:
            captured.faults.append(EventFault(event.place, "/eventID", "id_differs"))
    for event in events:
        if event.reason is None:
            continue
        if known := on_record.get(event.event_id):
            months.setdefault(known.filing.month, _OfMonth()).erroneous.append((event, known))
        elif event.event_id not in sent:
            captured.faults.append(EventFault(event.place, "/eventID", "event_unknown"))
    return months


class _Month:
    """One month of an enterprise that events go into."""

    def __init__(
        self,
        capture: Capture,
        enterprise: Enterprise,
        month: Month,
        captured: Captured,
        by: User,
        at: datetime,
    ) -> None:
        self.capture = capture
        self.enterprise = enterprise
        self.month = month
        self.captured = captured
        self.by = by
        self.at = at

    @transaction.atomic
    def take(self, events: _OfMonth) -> None:
        """Take out what was wrong, put in what is new; a draft that gets nothing is not begun."""
        draft = self._draft(events)
        if draft is None:
            return
        cancelled = self._cancelled(events, draft)
        new = events.new
        while new or cancelled:
            try:
                with transaction.atomic():
                    self._write(draft, new, cancelled)
                    return
            except RowsRefused as refused:
                wrong = self._blame(refused, new)
                new = [event for event in new if event.place not in wrong]
        transaction.set_rollback(True)

    def _draft(self, events: _OfMonth) -> Filing | None:
        """The draft of the month, begun if need be; None, with faults, when there can't be one."""
        draft = draft_of(self.enterprise.pk, self.month)
        if draft is None and in_force(self.enterprise.pk, self.month) and not events.erroneous:
            self._fault(events.new, "month_closed")
        elif draft is None and self.month > Month.of(civil_day(self.at)):
            self._fault(events.new, "month_ahead")
        elif draft is None:
            reason = next((event.reason or "" for event, _known in events.erroneous), "")
            draft = open_draft(
                enterprise=self.enterprise,
                month=self.month,
                reason=f"EPCIS errorDeclaration: {reason}"[:500] if reason else "",
                reason_kind=_REASONS.get(reason, Filing.ReasonKind.OTHER) if reason else "",
                with_records=True,
                by=self.by,
                at=self.at,
            )
        return draft

    def _fault(self, events: Sequence[EventRead], code: str) -> None:
        self.captured.faults += [
            EventFault(event.place, "/eventTime", code, str(self.month)) for event in events
        ]

    def _cancelled(self, events: _OfMonth, draft: Filing) -> list[int]:
        """The lines of the draft that were made of events which are declared erroneous."""
        cancelled: list[int] = []
        for event, known in events.erroneous:
            lines, changed = lines_still_there(known, draft)
            if changed:
                self.captured.faults.append(EventFault(event.place, "/eventID", "event_changed"))
            elif lines:
                cancelled += lines
                self.captured.captured += 1
            else:
                self.captured.known += 1  # taken out before
        return list(dict.fromkeys(cancelled))

    def _write(self, draft: Filing, new: Sequence[EventRead], cancelled: Sequence[int]) -> None:
        """All of these rows into the draft. Raises RowsRefused."""
        rows = [row for event in new for row in event.rows]
        sources = [
            SourceRow(place, row.texts(), verb="add") for place, row in enumerate(rows, start=1)
        ]
        sources += [
            SourceRow(place, [None] * len(COLUMNS), verb="cancel", own_line=line)
            for place, line in enumerate(cancelled, start=len(rows) + 1)
        ]
        written = write_records(
            filing=draft, rows=sources, replace=False, partial=False, by=self.by, at=self.at
        )
        lines = dict(written.lines)
        place = 0
        events = []
        for event in new:
            made = [lines[place + number] for number in range(1, len(event.rows) + 1)]
            place += len(event.rows)
            events.append(
                CapturedEvent(
                    enterprise=self.enterprise,
                    event_id=event.event_id,
                    digest=event.digest,
                    capture=self.capture,
                    filing=draft,
                    lines=made,
                )
            )
        CapturedEvent.objects.bulk_create(events)
        self.captured.captured += len(events)

    def _blame(self, refused: RowsRefused, new: Sequence[EventRead]) -> set[int]:
        """The places of the events whose rows were refused, each fault told where it stands."""
        rows = [(event, row) for event in new for row in event.rows]
        wrong: set[int] = set()
        for fault in refused.rows:
            if fault.line > len(rows):
                raise refused  # a line that the draft was just found to have
            event, row = rows[fault.line - 1]
            wrong.add(event.place)
            pointer = row.pointer(fault.column)
            self.captured.faults.append(EventFault(event.place, pointer, fault.code, fault.value))
        return wrong
