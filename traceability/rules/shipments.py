"""What a buyer may say of a shipment, and where a purchase that it confirms is recorded.

A shipment is what one enterprise sold to another of one lot under one document, as in
`checks/shipments.py`. Both sides enter their flows truthfully (2025 Measures).
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal
from portal.kernel.law import TRUTHFUL_RECORDS
from portal.kernel.period import Month
from portal.kernel.quantity import ZERO

# What waits for the buyer: goods to confirm, and what the seller changed or took out after the
# buyer had answered or filed.
WAITING, CHANGED, WITHDRAWN = "waiting", "changed", "withdrawn"
TO_DO = (WAITING, CHANGED, WITHDRAWN)
DISPUTED, UPHELD, DISMISSED = "disputed", "upheld", "dismissed"
CONFIRMED, DIFFERENT, ACCEPTED = "confirmed", "different", "accepted"
OUTSIDE, RETRACTED, UNSOLD = "outside", "retracted", "unsold"
STATES = (
    *(*TO_DO, DISPUTED, UPHELD, DISMISSED),
    *(ACCEPTED, CONFIRMED, DIFFERENT, RETRACTED, UNSOLD, OUTSIDE),
)
IN_DISPUTE = (DISPUTED, UPHELD, DISMISSED)
# When the buyer may accept, or refuse.
ACCEPTABLE = (WAITING, CHANGED, *IN_DISPUTE)
REFUSABLE = (WAITING, CHANGED, DISMISSED, DIFFERENT)
AMEND, NEXT_OPEN = "amend", "next_open"

KEY_FORM = r"[0-9]{1,18}-[0-9]{1,18}-[0-9]{1,18}-[A-Za-z0-9_-]{1,340}"


class AlreadyAnswered(Refusal):
    """Somebody answered before, or there is nothing to answer."""


class ShipmentChanged(Refusal):
    """The seller filed another quantity than the one that was looked at."""


class ReceivedAmiss(Refusal):
    """The quantity does not go with the answer."""


class ReasonMissing(Refusal):
    """A difference beyond the tolerance, and a refusal, say why."""


class ArrivalAmiss(Refusal):
    """Goods arrive after they were sent, and not in the future."""


class MonthIsSubmitted(Refusal):
    """The month in which the goods arrived takes no record any more."""


class LessThanRecorded(Refusal):
    """More of the shipment is in the buyer's records than it says has arrived."""


class NoSuchShipment(Refusal):
    """Nobody sent it to the enterprise that answers."""

    status = 404


class NoDispute(Refusal):
    """What is not in dispute has no thread and no ruling."""


@dataclass(frozen=True, slots=True)
class ShipmentKey:
    """What tells a shipment from every other; `document` in capitals, without space around it."""

    seller_id: int
    buyer_id: int
    lot_id: int
    document: str

    def __str__(self) -> str:
        document = urlsafe_b64encode(self.document.encode()).decode().rstrip("=")
        return f"{self.seller_id}-{self.buyer_id}-{self.lot_id}-{document}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """A key as an address names it; raises ValueError for anything else."""
        if not re.fullmatch(KEY_FORM, text):
            raise ValueError(f"no shipment: {text!r}")
        seller, buyer, lot, document = text.split("-", 3)
        padded = document + "=" * (-len(document) % 4)
        named = urlsafe_b64decode(padded).decode()
        if "\0" in named:
            raise ValueError(f"no shipment: {text!r}")
        return cls(int(seller), int(buyer), int(lot), named)


@dataclass(frozen=True, slots=True)
class Normal:
    """A normal difference between two scales: percent of the larger mass, at least so many kg."""

    percent: Decimal
    kg: Decimal

    def agree(self, one: Decimal, other: Decimal) -> bool:
        """Whether two masses are apart by no more than is normal; exactly that much is."""
        return abs(one - other) <= max(max(one, other) * self.percent / 100, self.kg)


@dataclass(frozen=True, slots=True)
class Standing:
    """A shipment as its buyer sees it: `sold_kg` by the seller, `recorded_kg` by itself."""

    state: str
    sold_kg: Decimal
    recorded_kg: Decimal
    sold_from: date

    @property
    def refusable(self) -> bool:
        """Whether a part is left to refuse: the buyer's records do not hold all of it."""
        return self.state in REFUSABLE and self.recorded_kg < self.sold_kg


@dataclass(frozen=True, slots=True)
class Answer:
    """What a buyer says: how much it received in all, when (None: it never came), and why."""

    received_kg: Decimal
    arrived_on: date | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class IfClosed:
    """What to do where the month of arrival has been submitted: amend it, saying why, or record
    the goods in the next open month; neither: record nothing and say so."""

    amendment: str = ""
    next_open: bool = False

    @classmethod
    def chosen(cls, choice: str, amendment: str) -> Self:
        """As people and machines say it: AMEND for a reason, NEXT_OPEN, or nothing."""
        return cls(amendment if choice == AMEND else "", choice == NEXT_OPEN)


NEITHER = IfClosed()


@dataclass(frozen=True, slots=True)
class Said:
    """What a buyer says of a shipment that it looked at when the seller had filed `seen_kg`."""

    key: ShipmentKey
    accepts: bool
    answer: Answer
    seen_kg: Decimal
    if_closed: IfClosed = NEITHER


class AnswersRefused(Refusal):
    """Of several answers some can't stand, so that none does; `refused` tells why, by place."""

    def __init__(self, refused: Mapping[int, Refusal]) -> None:
        super().__init__(
            _("%(count)d of the answers can't stand; nothing was recorded."), count=len(refused)
        )
        self.refused = refused

    @property
    def errors(self) -> list[dict[str, Any]]:
        """What stops each, with its place among those sent."""
        return [stopped(refusal, place) for place, refusal in self.refused.items()]


def stopped(refusal: Refusal, place: int) -> dict[str, Any]:
    """What stops one of several answers, as a program reads it."""
    field = f"/{refusal.field}" if refusal.field else ""
    return {
        "pointer": f"/answers/{place}{field}",
        "detail": refusal.text,
        "code": refusal.code,
    }


def require_answerable(standing: Standing, *, seen_kg: Decimal, states: Collection[str]) -> None:
    """An answer is to what the buyer looked at, and to what nobody has answered meanwhile.

    Raises AlreadyAnswered or ShipmentChanged.
    """
    if standing.state not in states:
        raise AlreadyAnswered(
            _("This shipment has been answered in the meantime; look at it as it stands now.")
        )
    if standing.sold_kg != seen_kg:
        raise ShipmentChanged(
            _("The seller has filed %(kg)s kg in the meantime; look at the shipment again."),
            kg=f"{standing.sold_kg:,f}",
        )


def require_accepted(standing: Standing, answer: Answer, *, normal: Normal) -> None:
    """What arrived may differ by what is normal; beyond that the buyer says why.

    Raises ReceivedAmiss or ReasonMissing.
    """
    if answer.received_kg <= 0:
        raise ReceivedAmiss(_("Say how much arrived, or that it never came."), field="received_kg")
    if not normal.agree(standing.sold_kg, answer.received_kg) and not answer.reason.strip():
        raise ReasonMissing(
            _("%(received)s kg is further from %(sold)s kg than is normal; say why."),
            source=TRUTHFUL_RECORDS,
            field="reason",
            received=f"{answer.received_kg:,f}",
            sold=f"{standing.sold_kg:,f}",
        )


def require_refused(standing: Standing, answer: Answer) -> None:
    """A refusal is of a part, or of all because it never came, and says why.

    Raises ReceivedAmiss or ReasonMissing.
    """
    if not ZERO <= answer.received_kg < standing.sold_kg:
        raise ReceivedAmiss(
            _("A part is refused where less arrived than the %(sold)s kg that were sent."),
            field="received_kg",
            sold=f"{standing.sold_kg:,f}",
        )
    if not answer.reason.strip():
        raise ReasonMissing(_("Say why; the seller reads it."), field="reason")


def require_arrival(standing: Standing, arrived_on: date, *, today: date) -> None:
    """Goods arrive on or after the day they were first sent, and not in the future.

    Raises ArrivalAmiss.
    """
    if not standing.sold_from <= arrived_on <= today:
        raise ArrivalAmiss(
            _("The day must lie between %(sent)s, when it was sent, and today."),
            field="arrived_on",
            sent=standing.sold_from.isoformat(),
        )


def to_record(standing: Standing, received_kg: Decimal) -> Decimal:
    """What is still to be recorded of `received_kg`; zero where the records hold it all.

    Raises LessThanRecorded.
    """
    if received_kg < standing.recorded_kg:
        raise LessThanRecorded(
            _(
                "Your records hold %(recorded)s kg of this shipment already: correct the draft, or"
                " amend the month, before you answer with less."
            ),
            field="received_kg",
            recorded=f"{standing.recorded_kg:,f}",
        )
    return received_kg - standing.recorded_kg


def recording_day(
    arrived_on: date, *, closed: Collection[Month], if_closed: IfClosed, today: date
) -> date:
    """The day that the purchase is recorded on: that of arrival, whose month takes records.

    `closed` are the months submitted without an amendment begun. In the next month that is not, it
    is the first day: a record's date lies in its month. Raises MonthIsSubmitted.
    """
    month = Month.of(arrived_on)
    if month not in closed or if_closed.amendment:
        return arrived_on
    if not if_closed.next_open:
        raise MonthIsSubmitted(
            _(
                "%(month)s has been submitted. Amend it, or record the goods in the next open"
                " month, on its first day."
            ),
            field="if_closed",
            month=str(month),
        )
    while month in closed:
        month += 1
    if month > Month.of(today):
        raise MonthIsSubmitted(
            _("Every month up to today has been submitted; amend one, or wait for the next."),
            field="if_closed",
        )
    return month.first_day
