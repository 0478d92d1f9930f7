"""Shipments between enterprises, and what is said of them, as the API tells them."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from portal.kernel.statuses import STATUSES
from traceability.models import Shipment, ShipmentAnswer, ShipmentRemark
from traceability.queries.shipments.answers import FigureFiled
from traceability.rules.shipments import (
    AMEND,
    IN_DISPUTE,
    NEXT_OPEN,
    STATES,
    TO_DO,
    Answer,
    IfClosed,
    Said,
    ShipmentKey,
)
from traceability.serializers.filings import MonthField

Verdict = ShipmentAnswer.Verdict
# States that a list asks for by one word.
TOGETHER = {"to_do": TO_DO, "dispute": IN_DISPUTE}
# So many answers are taken at once.
MOST_ANSWERS = 5_000

STATE_CHOICES = [(name, STATUSES["shipment"][name][1]) for name in STATES]
# What a buyer may say; what it said before may also have been taken back.
ANSWERS = [Verdict.ACCEPTED, Verdict.PART_REFUSED, Verdict.NEVER_CAME]


class ShipmentsAsked(serializers.Serializer[Any]):
    """Which shipments of the caller's enterprise.

    `side`: what others sent to it, or what it sent. `month`: sent in this month; without it, in the
    present month and the three before. `state`: one, or `to_do` or `dispute` for those that belong
    together. `party`: the other side's unified social credit code.
    """

    side = serializers.ChoiceField(["received", "sent"], default="received")
    month = MonthField(required=False)
    state = serializers.ChoiceField([*TOGETHER, *STATES], required=False)
    party = serializers.CharField(max_length=18, required=False)


class ShipmentOut(serializers.Serializer[Shipment]):
    """What one enterprise sold to another of one lot under one document, as it stands; gross kg.

    `shipment` names it. `recorded_kg`: for the buyer, what its drafts hold besides. `received_kg`
    and `answer` are those of the latest answer, `sold_when_answered_kg` what had been filed then.
    """

    shipment = serializers.CharField(source="named")
    state = serializers.ChoiceField(STATE_CHOICES)
    seller = serializers.CharField(source="seller.uscc", allow_null=True)
    seller_zh = serializers.CharField(source="seller.name_zh")
    seller_en = serializers.CharField(source="seller.name_en")
    buyer = serializers.CharField(source="buyer.uscc", allow_null=True)
    buyer_zh = serializers.CharField(source="buyer.name_zh")
    buyer_en = serializers.CharField(source="buyer.name_en")
    lot = serializers.CharField(source="lot.number")
    lot_maker = serializers.CharField(source="lot.maker.uscc", allow_null=True)
    product = serializers.CharField(source="lot.product.code", default=None, allow_null=True)
    document = serializers.CharField(source="filed_document")
    sold_kg = serializers.DecimalField(18, 3, allow_null=True)
    sent_from = serializers.DateField(source="sold_from", allow_null=True)
    sent_to = serializers.DateField(source="sold_to", allow_null=True)
    bought_kg = serializers.DecimalField(18, 3, allow_null=True)
    recorded_kg = serializers.DecimalField(18, 3, allow_null=True)
    answer = serializers.ChoiceField(Verdict.choices, source="verdict", allow_null=True)
    received_kg = serializers.DecimalField(18, 3, allow_null=True)
    sold_when_answered_kg = serializers.DecimalField(18, 3, source="answered_kg", allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    ruling = serializers.ChoiceField(
        ShipmentRemark.Ruling.choices, allow_null=True, allow_blank=True
    )


class SpokenOut(serializers.Serializer[Any]):
    """Who said something, and when. `by`: the enterprise or authority, and no person."""

    by_zh = serializers.CharField(source="by.organisation.name_zh")
    by_en = serializers.CharField(source="by.organisation.name_en")
    at = serializers.DateTimeField()


class ShipmentRemarkOut(SpokenOut):
    """What one side wrote to the other, or an official decided (`ruling`)."""

    text = serializers.CharField()
    ruling = serializers.ChoiceField(ShipmentRemark.Ruling.choices, allow_blank=True)


class ShipmentAnswerOut(SpokenOut):
    """What the buyer said, and the thread under it; gross kg."""

    answer = serializers.ChoiceField(Verdict.choices, source="verdict")
    sold_kg = serializers.DecimalField(18, 3)
    received_kg = serializers.DecimalField(18, 3)
    arrived_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    thread = ShipmentRemarkOut(many=True, source="remarks.all")


class FigureOut(serializers.Serializer[FigureFiled]):
    """What the seller had filed from an instant on, gross kg; 0: taken out."""

    at = serializers.DateTimeField()
    sold_kg = serializers.DecimalField(18, 3, source="kg")


class ShipmentDetailOut(ShipmentOut):
    """A shipment with everything that was filed and said of it.

    `answer_by`: until when the buyer answers; nothing where no answer is awaited.
    """

    answer_by = serializers.DateField(allow_null=True)
    figures = FigureOut(many=True)
    answers = ShipmentAnswerOut(many=True)


class AnswerIn(serializers.Serializer[Any]):
    """What the buyer says of a shipment; gross kg.

    `sold_kg` is the quantity that was looked at: 409 where the seller has filed another meanwhile.
    `received_kg`: in all; without it an accepted shipment arrived as it was sent. `arrived_on`:
    unless it never came. `reason` is needed for a refusal, and for a difference beyond what
    is normal. `if_closed`: where the month of arrival is submitted, `amend` it (for the reason
    `amendment`), or record the goods in the `next_open` month; without it 409.
    """

    answer = serializers.ChoiceField(ANSWERS)
    sold_kg = serializers.DecimalField(12, 3, min_value=Decimal(0))
    received_kg = serializers.DecimalField(12, 3, min_value=Decimal(0), required=False)
    arrived_on = serializers.DateField(required=False)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    if_closed = serializers.ChoiceField([AMEND, NEXT_OPEN], required=False)
    amendment = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")

    def validate(self, told: dict[str, Any]) -> dict[str, Any]:
        """What came, came on a day, and a part of it has a quantity."""
        came = told["answer"] != Verdict.NEVER_CAME
        if not came and told.get("received_kg"):
            raise serializers.ValidationError({"received_kg": [_("What never came weighs 0.")]})
        if came and not told.get("arrived_on"):
            raise serializers.ValidationError({"arrived_on": [_("Say on which day it arrived.")]})
        if told["answer"] == Verdict.PART_REFUSED and not told.get("received_kg"):
            raise serializers.ValidationError(
                {"received_kg": [_("Say how much arrived, or that it never came.")]}
            )
        if told.get("if_closed") == AMEND and not told["amendment"].strip():
            raise serializers.ValidationError({"amendment": [_("Say why the month is amended.")]})
        return told


class PlacedAnswerIn(AnswerIn):
    """An answer, and the shipment that it is about."""

    shipment = serializers.CharField(max_length=400)

    def validate_shipment(self, named: str) -> ShipmentKey:
        """The key; raises ValidationError for what names none."""
        try:
            return ShipmentKey.parse(named)
        except ValueError as error:
            raise serializers.ValidationError(_("This names no shipment.")) from error


class AnswersIn(serializers.Serializer[Any]):
    """Several answers."""

    answers = PlacedAnswerIn(many=True, allow_empty=False, max_length=MOST_ANSWERS)


class DraftChangedOut(serializers.Serializer[Any]):
    """A draft in which what arrived was recorded, and its new ETag."""

    filing = serializers.IntegerField()
    month = MonthField()
    etag = serializers.CharField()


class ShipmentAnsweredOut(serializers.Serializer[Any]):
    """A shipment after its answer, and the draft that was changed by it, if any."""

    shipment = ShipmentDetailOut()
    drafts = DraftChangedOut(many=True)


class PlacedOut(serializers.Serializer[Any]):
    """An answer on record: its place among those sent, from 0 on."""

    index = serializers.IntegerField()
    shipment = serializers.CharField()
    answer = serializers.ChoiceField(Verdict.choices)


class StoppedOut(serializers.Serializer[Any]):
    """What stops an answer: its place, and a pointer into what was sent."""

    index = serializers.IntegerField()
    code = serializers.CharField()
    pointer = serializers.CharField()
    detail = serializers.CharField()


class AnsweredOut(serializers.Serializer[Any]):
    """What became of several answers."""

    accepted = PlacedOut(many=True)
    refused = StoppedOut(many=True)
    drafts = DraftChangedOut(many=True)


class RemarkIn(serializers.Serializer[Any]):
    """What is written to the other side of a dispute."""

    text = serializers.CharField(max_length=1000)


def said_of(key: ShipmentKey, told: dict[str, Any]) -> Said:
    """A valid `AnswerIn` as the buyer's answer to a shipment."""
    accepts = told["answer"] == Verdict.ACCEPTED
    received = told.get("received_kg", told["sold_kg"] if accepts else Decimal(0))
    return Said(
        key,
        accepts,
        Answer(received, told.get("arrived_on"), told["reason"]),
        told["sold_kg"],
        IfClosed.chosen(told.get("if_closed", ""), told["amendment"]),
    )
