"""Writing and checking the audit trail."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from portal.kernel.models import AuditEvent
from portal.kernel.period import Month

GENESIS = "0" * 64
# Any number will do, as long as nothing else locks it: one writer at a time extends the chain.
_CHAIN_LOCK = 0x5245_4541
_CHUNK = 2_000
# What the mapper would say takes longer to be put together than to be done.
_WRITE = """
insert into kernel_auditevent (at, by_id, action, subject_kind, subject_id, subject,
    organisation_id, facts, previous_digest, digest)
select at, by_id, action, subject_kind, subject_id, subject, organisation_id, facts::jsonb,
       previous_digest, digest
  from unnest(%s::timestamptz[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[],
              %s::bigint[], %s::text[], %s::text[], %s::text[])
       with ordinality as e(at, by_id, action, subject_kind, subject_id, subject,
                            organisation_id, facts, previous_digest, digest, place)
 order by place
returning id
"""


@dataclass(frozen=True, slots=True)
class Deed:
    """An event still to be written: what was done to what, with its facts."""

    action: str
    subject: models.Model
    facts: dict[str, Any]


class _FactsEncoder(DjangoJSONEncoder):
    """JSON for facts: months and lazy strings as text besides what Django encodes."""

    def default(self, o: Any) -> Any:
        if isinstance(o, Month):
            return str(o)
        if isinstance(o, models.Model):
            return str(o)
        return super().default(o)


def record(
    action: str,
    subject: models.Model,
    *,
    by: Any,
    at: datetime,
    **facts: Any,
) -> AuditEvent:
    """Put one deed on record in the transaction it happens in.

    `action` is `noun.past_tense` ("filing.submitted"). Call it last: the chain stays locked until
    the transaction ends. Raises TransactionManagementError outside a transaction.
    """
    return record_many([Deed(action, subject, facts)], by=by, at=at)[0]


def record_many(deeds: Iterable[Deed], *, by: Any, at: datetime) -> list[AuditEvent]:
    """Put several deeds of one transaction on record, in order."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an audit event belongs to a transaction")
    previous = _hold_chain()
    events = []
    for deed in deeds:
        event = _event(deed, by=by, at=at, previous=previous)
        previous = event.digest
        events.append(event)
    for first in range(0, len(events), _CHUNK):
        _write(events[first : first + _CHUNK])
    return events


def _write(events: list[AuditEvent]) -> None:
    """Put events into the table, in order; each learns its number."""
    columns: list[list[Any]] = [
        [event.at for event in events],
        [event.by_id for event in events],
        [event.action for event in events],
        [event.subject_kind for event in events],
        [event.subject_id for event in events],
        [event.subject for event in events],
        [event.organisation_id for event in events],
        [json.dumps(event.facts) for event in events],
        [event.previous_digest for event in events],
        [event.digest for event in events],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, columns)
        for event, (number,) in zip(events, cursor.fetchall(), strict=True):
            event.pk = number
            event._state.adding, event._state.db = False, connection.alias


def _hold_chain() -> str:
    """Wait for whoever extends the chain, and keep others out; the digest that it ends with.

    Two statements in one message: the second sees what was committed while the first waited.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(%s);"
            " select digest from kernel_auditevent order by id desc limit 1",
            [_CHAIN_LOCK],
        )
        cursor.nextset()
        last = cursor.fetchone()
    return last[0] if last else GENESIS


def _event(deed: Deed, *, by: Any, at: datetime, previous: str) -> AuditEvent:
    facts = json.loads(json.dumps(deed.facts, cls=_FactsEncoder))
    event = AuditEvent(
        at=at,
        by=by,
        action=deed.action,
        subject_kind=deed.subject._meta.label_lower,
        subject_id=str(deed.subject.pk),
        subject=str(deed.subject)[:200],
        organisation_id=getattr(by, "organisation_id", None),
        facts=facts,
        previous_digest=previous,
    )
    event.digest = digest_of(event)
    return event


def digest_of(event: AuditEvent) -> str:
    """The digest `event` should carry."""
    told = [
        event.previous_digest,
        event.at.astimezone(UTC).isoformat(),
        event.by_id,
        event.action,
        event.subject_kind,
        event.subject_id,
        event.subject,
        event.facts,
    ]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def broken_links() -> Iterator[AuditEvent]:
    """The events whose digest, or whose link to the one before, does not hold."""
    previous = GENESIS
    for event in AuditEvent.objects.order_by("id").iterator(chunk_size=_CHUNK):
        if event.previous_digest != previous or event.digest != digest_of(event):
            yield event
        previous = event.digest
