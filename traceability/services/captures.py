"""Documents of EPCIS events that enterprises' systems send: taken in, and put into drafts."""

import hashlib
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.period import Month, civil_day
from traceability.models import Capture
from traceability.rules.epcis.captured import read_events
from traceability.rules.epcis.document import events_sent
from traceability.rules.epcis.faults import DocumentTooLarge, EventFault
from traceability.rules.filings import require_draftable
from traceability.services.background import DELIVERIES, held, let_wait
from traceability.services.captured_events import Captured, EventsRefused, capture_events

State = Capture.State
# So many faults are kept to be shown; their number is told whole.
MOST_ERRORS = 5_000
_LOCK = 0x4550_4349
_TAKEN = ("state", "deliveries", "taken_at", "errors", "error_count", "finished_at")
_ENDED = ("state", "captured", "known", "errors", "error_count", "finished_at")


@transaction.atomic
def receive_capture(
    *, enterprise: Enterprise, content: bytes, behaviour: str, by: User, at: datetime
) -> Capture:
    """Put a document on the list to be captured; it is kept as it came.

    Raises DocumentUnfit, TooManyEvents, DocumentTooLarge or NotAFiler.
    """
    if len(content) > settings.UPLOAD_MAX_BYTES:
        raise DocumentTooLarge(
            _("At most %(most)s bytes can be sent at once."), most=f"{settings.UPLOAD_MAX_BYTES:,}"
        )
    require_draftable(Month.of(civil_day(at)), today=civil_day(at), files=enterprise.files)
    sent = events_sent(content)
    capture = Capture.objects.create(
        enterprise=enterprise,
        behaviour=behaviour,
        content=content,
        content_digest=hashlib.sha256(content).hexdigest(),
        size=len(content),
        total=len(sent.events),
        by=by,
        at=at,
    )
    audit.record(
        "capture.received",
        capture,
        by=by,
        at=at,
        events=capture.total,
        size=capture.size,
        digest=capture.content_digest,
        behaviour=behaviour,
    )
    return capture


def work_capture(*, capture: Capture, at: datetime) -> Capture:
    """Put a document's events into drafts, or tell what is wrong with them.

    Safe to call twice and by two workers: one works, the other finds it taken or done. A document
    whose worker died is taken over, at most DELIVERIES times; what goes wrong beyond that is raised
    again.
    """
    with held(_LOCK, capture.pk % 2**31) as lock:
        taken = _take(capture, at) if lock else capture
        if lock is None or taken.state != State.WORKING:
            return taken
        begun = time.monotonic()
        try:
            _work(taken, at, begun)
        except EventsRefused as refused:
            _end(taken, at, begun, refused.captured)
        except Exception:
            let_wait(taken)
            raise
        return taken


@transaction.atomic
def _take(capture: Capture, at: datetime) -> Capture:
    """Mark the document as being worked on; committed before the work."""
    taken = (
        Capture.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enterprise__organisation", "by")
        .get(pk=capture.pk)
    )
    if not taken.running:
        return taken
    if taken.deliveries >= DELIVERIES:
        taken.state, taken.finished_at = State.REFUSED, at
        taken.errors, taken.error_count = [EventFault(0, "", "parked").kept()], 1
    else:
        taken.state, taken.taken_at = State.WORKING, at
        taken.deliveries += 1
    # Not the document itself, which can be large.
    taken.save(update_fields=_TAKEN)
    return taken


@transaction.atomic
def _work(capture: Capture, at: datetime, begun: float) -> None:
    """Capture the events and end the job, in one transaction. Raises EventsRefused."""
    sent = events_sent(bytes(capture.content))
    own = capture.enterprise.uscc or ""
    events, faults = read_events(sent, own=own, job=capture.capture_id)
    captured = Captured(sent, faults)
    capture_events(capture=capture, events=events, captured=captured, by=capture.by, at=at)
    _end(capture, at, begun, captured)


@transaction.atomic
def _end(capture: Capture, at: datetime, begun: float, captured: Captured) -> None:
    faults = captured.faults
    some = captured.captured or captured.known
    capture.state = State.ACCEPTED if not faults else State.PARTLY if some else State.REFUSED
    capture.captured, capture.known = captured.captured, captured.known
    capture.errors = [
        fault.kept(captured.sent.pointer, captured.sent.event_id(fault.place))
        for fault in faults[:MOST_ERRORS]
    ]
    capture.error_count = len(faults)
    capture.finished_at = at + timedelta(seconds=time.monotonic() - begun)
    capture.save(update_fields=_ENDED)
    facts = {"events": capture.captured, "known": capture.known, "faults": len(faults)}
    audit.record(
        f"capture.{capture.state}", capture, by=capture.by, at=capture.finished_at, **facts
    )
