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
from portal.kernel.period import Month, civil_day
from portal.kernel.quantity import ZERO
from portal.notices.kinds import Kind
from traceability.models import Shipment, ShipmentAnswer
from traceability.queries.filings import closed_months
from traceability.queries.shipments import Days, shipments_of, shipments_to
from traceability.rules import shipments as rules
from traceability.rules.shipments import Answer, IfClosed, Said, ShipmentKey
from traceability.services.answers import answer_shipments, held, standing_of, told_of
from traceability.services.purchases import Purchase, record_purchases
from traceability.services.telling import tell_seller

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

    Raises what may stop one answer of `answer_shipments`.
    """
    return _answer(Said(key, True, answer, seen_kg, if_closed), by=by, at=at)


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
    return _answer(Said(key, False, answer, seen_kg, if_closed), by=by, at=at)


@transaction.atomic
def take_back_refusal(*, key: ShipmentKey, by: User, at: datetime) -> ShipmentAnswer:
    """End a dispute by taking the refusal back: the shipment waits for an answer again.

    Raises NoDispute.
    """
    held(key.buyer_id, by=by)
    shipment = shipments_of([key], today=civil_day(at), own=True).prefetch_related(None).first()
    if shipment is None or shipment.state not in rules.IN_DISPUTE:
        raise rules.NoDispute(_("This shipment is not in dispute."))
    said = ShipmentAnswer.objects.create(
        seller_id=shipment.seller_id,
        buyer_id=shipment.buyer_id,
        lot_id=shipment.lot_id,
        document=shipment.document,
        verdict=ShipmentAnswer.Verdict.WITHDRAWN,
        sold_kg=shipment.sold_kg or ZERO,
        sold_on=shipment.sold_from or civil_day(at),
        received_kg=ZERO,
        by=by,
        at=at,
    )
    tell_seller(Kind.SHIPMENT_TAKEN_BACK, [said], by=by, at=at)
    audit.record("shipment.refusal_taken_back", said, by=by, at=at, **told_of(shipment))
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
    buyer = held(buyer.pk, by=by)
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


def _answer(said: Said, *, by: User, at: datetime) -> ShipmentAnswer:
    buyer = Enterprise(pk=said.key.buyer_id)
    done = answer_shipments(buyer=buyer, said=[said], partial=True, by=by, at=at)
    if done.refused:
        raise done.refused[0]
    return done.answers[0]


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
        standing = standing_of(shipment)
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
