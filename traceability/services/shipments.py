"""A buyer's answers to what sellers filed: accepted, refused in part, never came, taken back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.access import require_allowed
from portal.kernel.period import Month, civil_day
from portal.kernel.quantity import ZERO
from portal.notices.kinds import Kind
from traceability.models import Shipment, ShipmentAnswer
from traceability.permissions import Perm
from traceability.queries.filings import closed_months
from traceability.queries.shipments import Days, normal_on, shipments_of, shipments_to
from traceability.rules import shipments as rules
from traceability.rules.shipments import Answer, IfClosed, ShipmentKey
from traceability.services.purchases import Purchase, record_purchases
from traceability.services.telling import tell_seller

Verdict = ShipmentAnswer.Verdict
_ANSWER = """
insert into traceability_shipmentanswer (seller_id, buyer_id, lot_id, document, verdict, sold_kg,
                                         sold_on, received_kg, arrived_on, reason, by_id, at)
select n.seller_id, %(buyer)s, n.lot_id, n.document, 'accepted', n.kg, n.sent, n.kg, n.arrived,
       '', %(by)s, %(at)s
  from unnest(%(sellers)s::bigint[], %(lots)s::bigint[], %(documents)s::text[],
              %(kgs)s::numeric[], %(sent)s::date[], %(arrived)s::date[])
       with ordinality as n(seller_id, lot_id, document, kg, sent, arrived, place)
 order by n.place
"""


@dataclass(frozen=True, slots=True)
class AcceptedMany:
    """What became of shipments accepted together.

    `answered`: no longer waiting; `held`: their month is submitted, or not here yet.
    """

    accepted: int
    answered: int
    held: int


@transaction.atomic
def accept_shipment(
    *,
    key: ShipmentKey,
    answer: Answer,
    seen_kg: Decimal,
    if_closed: IfClosed,
    by: User,
    at: datetime,
) -> ShipmentAnswer:
    """Confirm what arrived, and record what is not yet recorded of it in the month of arrival.

    Raises AlreadyAnswered, ShipmentChanged, ReceivedAmiss, ReasonMissing, ArrivalAmiss,
    LessThanRecorded or MonthIsSubmitted.
    """
    buyer = _held(key.buyer_id, by=by)
    shipment = _as_it_stands(key, at=at)
    standing = _standing(shipment)
    rules.require_answerable(standing, seen_kg=seen_kg, states=rules.ACCEPTABLE)
    rules.require_accepted(standing, answer, normal=normal_on(civil_day(at)))
    return _say(buyer, shipment, Verdict.ACCEPTED, answer, if_closed=if_closed, by=by, at=at)


@transaction.atomic
def refuse_shipment(
    *,
    key: ShipmentKey,
    answer: Answer,
    seen_kg: Decimal,
    if_closed: IfClosed,
    by: User,
    at: datetime,
) -> ShipmentAnswer:
    """Refuse a part of a shipment, or all of it because it never came: a dispute begins.

    What arrived is recorded. Raises as `accept_shipment` does.
    """
    buyer = _held(key.buyer_id, by=by)
    shipment = _as_it_stands(key, at=at)
    standing = _standing(shipment)
    rules.require_answerable(standing, seen_kg=seen_kg, states=rules.REFUSABLE)
    rules.require_refused(standing, answer)
    verdict = Verdict.PART_REFUSED if answer.received_kg else Verdict.NEVER_CAME
    return _say(buyer, shipment, verdict, answer, if_closed=if_closed, by=by, at=at)


@transaction.atomic
def take_back_refusal(*, key: ShipmentKey, by: User, at: datetime) -> ShipmentAnswer:
    """End a dispute by taking the refusal back: the shipment waits for an answer again.

    Raises NoDispute.
    """
    _held(key.buyer_id, by=by)
    shipment = _as_it_stands(key, at=at)
    if shipment.state not in rules.IN_DISPUTE:
        raise rules.NoDispute(_("This shipment is not in dispute."))
    said = _kept(shipment, Verdict.WITHDRAWN, Answer(ZERO, None), by=by, at=at)
    tell_seller(Kind.SHIPMENT_TAKEN_BACK, said, by=by, at=at)
    audit.record("shipment.refusal_taken_back", said, by=by, at=at, **_told(shipment))
    return said


@transaction.atomic
def accept_shipments(
    *,
    buyer: Enterprise,
    keys: Collection[ShipmentKey],
    days: Days,
    arrived_on: date | None,
    if_closed: IfClosed,
    by: User,
    at: datetime,
) -> AcceptedMany:
    """Confirm shipments to one buyer, sent in these `days`, each as it was filed.

    Each arrived on the day it was sent, or on `arrived_on` where that is later. Those that
    somebody answered meanwhile, and those whose month is submitted (unless `if_closed` says
    what to do), are left as they are and counted.
    """
    buyer = _held(buyer.pk, by=by)
    today = civil_day(at)
    standing = shipments_to(buyer, days, today=today).filter(state=rules.WAITING)
    chosen = set(keys)
    waiting = [
        shipment
        for shipment in standing.prefetch_related(None).order_by("sold_to", "key")
        if shipment.named in chosen
    ]
    purchases = _purchases(buyer, waiting, arrived_on, if_closed=if_closed, today=today)
    if purchases:
        record_purchases(buyer, purchases, amendment=if_closed.amendment, by=by, at=at)
        _accept(buyer, purchases, by=by, at=at)
        audit.record(
            "shipment.accepted_together",
            buyer,
            by=by,
            at=at,
            shipments=len(purchases),
            kg=sum(purchase.shipment.sold_kg or ZERO for purchase in purchases),
            months=sorted({str(Month.of(purchase.recorded_on)) for purchase in purchases}),
        )
    return AcceptedMany(len(purchases), len(chosen) - len(waiting), len(waiting) - len(purchases))


def _held(buyer_id: int, *, by: User) -> Enterprise:
    """The buyer, whose shipments nobody else answers until the transaction ends."""
    buyer = Enterprise.objects.select_for_update(of=("self",), no_key=True).get(pk=buyer_id)
    require_allowed(by, Perm.PREPARE_FILING, buyer)
    return buyer


def _as_it_stands(key: ShipmentKey, *, at: datetime) -> Shipment:
    found = shipments_of([key], today=civil_day(at), own=True).prefetch_related(None).first()
    if found is None or found.sold_kg is None:
        raise rules.ShipmentChanged(_("The seller has taken this shipment out of its filing."))
    return found


def _standing(shipment: Shipment) -> rules.Standing:
    return rules.Standing(
        state=shipment.state,
        sold_kg=shipment.sold_kg or ZERO,
        recorded_kg=shipment.recorded_kg or ZERO,
        sold_from=shipment.sold_from or date.max,
    )


def _say(
    buyer: Enterprise,
    shipment: Shipment,
    verdict: Verdict,
    answer: Answer,
    *,
    if_closed: IfClosed,
    by: User,
    at: datetime,
) -> ShipmentAnswer:
    """Record what arrived and keep what was said of it."""
    today, standing = civil_day(at), _standing(shipment)
    kg = rules.to_record(standing, answer.received_kg)
    if answer.received_kg:
        arrived_on = answer.arrived_on or today
        rules.require_arrival(standing, arrived_on, today=today)
        if kg:
            day = rules.recording_day(
                arrived_on, closed=closed_months(buyer), if_closed=if_closed, today=today
            )
            purchases = [Purchase(shipment, arrived_on, day, kg)]
            record_purchases(buyer, purchases, amendment=if_closed.amendment, by=by, at=at)
    said = _kept(shipment, verdict, answer, by=by, at=at)
    if said.disputes:
        tell_seller(Kind.SHIPMENT_DISPUTED, said, by=by, at=at)
    audit.record(
        f"shipment.{verdict}",
        said,
        by=by,
        at=at,
        received_kg=answer.received_kg,
        recorded_kg=kg,
        reason=answer.reason,
        **_told(shipment),
    )
    return said


def _kept(
    shipment: Shipment, verdict: Verdict, answer: Answer, *, by: User, at: datetime
) -> ShipmentAnswer:
    return ShipmentAnswer.objects.create(
        seller_id=shipment.seller_id,
        buyer_id=shipment.buyer_id,
        lot_id=shipment.lot_id,
        document=shipment.document,
        verdict=verdict,
        sold_kg=shipment.sold_kg or ZERO,
        sold_on=shipment.sold_from or civil_day(at),
        received_kg=answer.received_kg,
        arrived_on=answer.arrived_on if answer.received_kg else None,
        reason=answer.reason.strip(),
        by=by,
        at=at,
    )


def _told(shipment: Shipment) -> dict[str, object]:
    return {
        "shipment": str(shipment.named),
        "document": shipment.filed_document,
        "sold_kg": shipment.sold_kg,
    }


def _purchases(
    buyer: Enterprise,
    waiting: Sequence[Shipment],
    arrived_on: date | None,
    *,
    if_closed: IfClosed,
    today: date,
) -> list[Purchase]:
    """What is to be recorded of those that can be accepted as they were filed."""
    closed = closed_months(buyer)
    taken = []
    for shipment in waiting:
        standing = _standing(shipment)
        sent = shipment.sold_to or today
        arrived = max(sent, arrived_on) if arrived_on else sent
        try:
            rules.require_arrival(standing, arrived, today=today)
            kg = rules.to_record(standing, standing.sold_kg)
            day = rules.recording_day(arrived, closed=closed, if_closed=if_closed, today=today)
        except (rules.ArrivalAmiss, rules.LessThanRecorded, rules.MonthIsSubmitted):
            continue
        taken.append(Purchase(shipment, arrived, day, kg))
    return taken


def _accept(buyer: Enterprise, purchases: Sequence[Purchase], *, by: User, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _ANSWER,
            {
                "buyer": buyer.pk,
                "by": by.pk,
                "at": at,
                "sellers": [each.shipment.seller_id for each in purchases],
                "lots": [each.shipment.lot_id for each in purchases],
                "documents": [each.shipment.document for each in purchases],
                "kgs": [each.shipment.sold_kg for each in purchases],
                "sent": [each.shipment.sold_from for each in purchases],
                "arrived": [each.arrived_on for each in purchases],
            },
        )
