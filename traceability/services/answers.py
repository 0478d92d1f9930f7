"""What a buyer answers, one shipment or many: each judged by itself, all put on record together."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.access import require_allowed
from portal.kernel.errors import Refusal
from portal.kernel.period import Month, civil_day
from portal.kernel.quantity import ZERO
from portal.notices.kinds import Kind
from traceability.models import Filing, Shipment, ShipmentAnswer
from traceability.permissions import Perm
from traceability.queries.filings import closed_months
from traceability.queries.shipments import normal_on, shipments_of
from traceability.rules import shipments as rules
from traceability.rules.shipments import Normal, Said
from traceability.services.purchases import Purchase, record_purchases
from traceability.services.telling import tell_seller

Verdict = ShipmentAnswer.Verdict


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of answers by their places: those on record, and those that can't stand.

    `drafts`: what was changed by recording what arrived.
    """

    answers: Mapping[int, ShipmentAnswer]
    refused: Mapping[int, Refusal]
    drafts: Sequence[Filing]


@dataclass(frozen=True, slots=True)
class _Stands:
    """An answer that can stand, and what is to be recorded for it."""

    place: int
    said: Said
    shipment: Shipment
    purchase: Purchase | None


@dataclass(slots=True)
class _Judging:
    """The buyer's months as the answers before left them; why a month is amended."""

    closed: set[Month]
    normal: Normal
    today: date
    amended: dict[Month, str] = field(default_factory=dict)

    def purchase(self, shipment: Shipment, said: Said) -> Purchase | None:
        """What an answer records; None for nothing. Raises as `answer_shipments` says."""
        standing, answer = standing_of(shipment), said.answer
        states = rules.ACCEPTABLE if said.accepts else rules.REFUSABLE
        rules.require_answerable(standing, seen_kg=said.seen_kg, states=states)
        if said.accepts:
            rules.require_accepted(standing, answer, normal=self.normal)
        else:
            rules.require_refused(standing, answer)
        kg = rules.to_record(standing, answer.received_kg)
        if not answer.received_kg:
            return None
        arrived_on = answer.arrived_on or self.today
        rules.require_arrival(standing, arrived_on, today=self.today)
        return self._recorded(shipment, said, arrived_on, kg) if kg else None

    def _recorded(self, shipment: Shipment, said: Said, arrived_on: date, kg: Decimal) -> Purchase:
        day = rules.recording_day(
            arrived_on, closed=self.closed, if_closed=said.if_closed, today=self.today
        )
        month = Month.of(day)
        if month in self.closed:
            # Whoever answers after this finds the amendment begun.
            self.amended[month] = said.if_closed.amendment
            self.closed.discard(month)
        return Purchase(shipment, arrived_on, day, kg)


@transaction.atomic
def answer_shipments(
    *, buyer: Enterprise, said: Sequence[Said], partial: bool, by: User, at: datetime
) -> Answered:
    """Accept shipments to one buyer, or refuse them in part or whole, and record what arrived.

    All or nothing: raises AnswersRefused with what stops each, unless told to keep those that
    can stand (`partial`). What stops one: NoSuchShipment, AlreadyAnswered, ShipmentChanged,
    ReceivedAmiss, ReasonMissing, ArrivalAmiss, LessThanRecorded or MonthIsSubmitted.
    """
    buyer = held(buyer.pk, by=by)
    today = civil_day(at)
    judging = _Judging(closed_months(buyer), normal_on(today), today)
    stand, refused = _judged(judging, buyer, said)
    if refused and not partial:
        raise rules.AnswersRefused(refused)
    drafts = _record(buyer, judging, stand, by=by, at=at)
    answers = ShipmentAnswer.objects.bulk_create(_kept(buyer, each, by=by, at=at) for each in stand)
    disputes = [answer for answer in answers if answer.disputes]
    tell_seller(Kind.SHIPMENT_DISPUTED, disputes, by=by, at=at)
    pairs = list(zip(answers, stand, strict=True))
    audit.record_many([_deed(answer, each) for answer, each in pairs], by=by, at=at)
    return Answered({each.place: answer for answer, each in pairs}, refused, drafts)


def held(buyer_id: int, *, by: User) -> Enterprise:
    """The buyer, whose shipments nobody else answers until the transaction ends."""
    buyer = Enterprise.objects.select_for_update(of=("self",), no_key=True).get(pk=buyer_id)
    require_allowed(by, Perm.PREPARE_FILING, buyer)
    return buyer


def standing_of(shipment: Shipment) -> rules.Standing:
    """A shipment as the rules judge it."""
    return rules.Standing(
        state=shipment.state,
        sold_kg=shipment.sold_kg or ZERO,
        recorded_kg=shipment.recorded_kg or ZERO,
        sold_from=shipment.sold_from or date.max,
    )


def told_of(shipment: Shipment) -> dict[str, object]:
    """What the audit trail says of a shipment."""
    return {
        "shipment": str(shipment.named),
        "document": shipment.filed_document,
        "sold_kg": shipment.sold_kg,
    }


def _judged(
    judging: _Judging, buyer: Enterprise, said: Sequence[Said]
) -> tuple[list[_Stands], dict[int, Refusal]]:
    own = list(dict.fromkeys(each.key for each in said if each.key.buyer_id == buyer.pk))
    found = {each.named: each for each in shipments_of(own, today=judging.today, own=True)}
    stand: list[_Stands] = []
    refused: dict[int, Refusal] = {}
    for place, each in enumerate(said):
        try:
            shipment = _as_it_stands(found, each, buyer)
            stand.append(_Stands(place, each, shipment, judging.purchase(shipment, each)))
        except Refusal as refusal:
            refused[place] = refusal
        else:
            # Each is answered once; the next answer to it comes too late.
            shipment.state = rules.ACCEPTED
    return stand, refused


def _as_it_stands(
    found: Mapping[rules.ShipmentKey, Shipment], said: Said, buyer: Enterprise
) -> Shipment:
    if said.key.buyer_id != buyer.pk:
        raise rules.NoSuchShipment(_("There is no such shipment to you."), field="shipment")
    shipment = found.get(said.key)
    if shipment is None or shipment.sold_kg is None:
        raise rules.ShipmentChanged(_("The seller has taken this shipment out of its filing."))
    return shipment


def _record(
    buyer: Enterprise, judging: _Judging, stand: Sequence[_Stands], *, by: User, at: datetime
) -> list[Filing]:
    by_reason = defaultdict(list)
    for each in stand:
        if each.purchase is not None:
            reason = judging.amended.get(Month.of(each.purchase.recorded_on), "")
            by_reason[reason].append(each.purchase)
    drafts: list[Filing] = []
    for reason, purchases in by_reason.items():
        drafts += record_purchases(buyer, purchases, amendment=reason, by=by, at=at)
    return drafts


def _kept(buyer: Enterprise, stands: _Stands, *, by: User, at: datetime) -> ShipmentAnswer:
    said, shipment = stands.said, stands.shipment
    received = said.answer.received_kg
    refusal = Verdict.PART_REFUSED if received else Verdict.NEVER_CAME
    return ShipmentAnswer(
        seller=shipment.seller,
        buyer=buyer,
        lot=shipment.lot,
        document=shipment.document,
        verdict=Verdict.ACCEPTED if said.accepts else refusal,
        sold_kg=shipment.sold_kg or ZERO,
        sold_on=shipment.sold_from or civil_day(at),
        received_kg=received,
        arrived_on=said.answer.arrived_on if received else None,
        reason=said.answer.reason.strip(),
        by=by,
        at=at,
    )


def _deed(answer: ShipmentAnswer, stands: _Stands) -> audit.Deed:
    facts = {
        "received_kg": answer.received_kg,
        "recorded_kg": stands.purchase.kg if stands.purchase else ZERO,
        "reason": stands.said.answer.reason,
        **told_of(stands.shipment),
    }
    return audit.Deed(f"shipment.{answer.verdict}", answer, facts)
