"""Decisions, caps and copies as JSON; masses are kg REO as text."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers

from allocations.forms import NO_TONNES, ROWS_AT_MOST, TonnesFormField, as_typed
from allocations.models import AllocationLine, Category, CeilingLine, Copy, Decision, SignOff
from allocations.rules import LineChange, LineKey, LineText
from portal.kernel.quantity import KG_PER_TONNE, to_kg


class CeilingLineOut(serializers.ModelSerializer[CeilingLine]):
    """A ceiling line."""

    class Meta:
        model = CeilingLine
        fields = ("category", "kg", "reason")


class AllocationLineOut(serializers.ModelSerializer[AllocationLine]):
    """An allocation line."""

    uscc = serializers.CharField(source="enterprise.uscc", allow_null=True)
    name_zh = serializers.CharField(source="enterprise.name_zh")
    name_en = serializers.CharField(source="enterprise.name_en")

    class Meta:
        model = AllocationLine
        fields = ("uscc", "name_zh", "name_en", "category", "kg", "reason")


class SignOffOut(serializers.ModelSerializer[SignOff]):
    """A ministry's verdict; void where its digest is not the decision's."""

    class Meta:
        model = SignOff
        fields = ("ministry", "verdict", "digest", "at", "transcribed")


class DecisionOut(serializers.ModelSerializer[Decision]):
    """A decision with its lines and sign-offs."""

    ceiling_lines = CeilingLineOut(many=True)
    allocation_lines = AllocationLineOut(many=True)
    sign_offs = SignOffOut(many=True)

    class Meta:
        model = Decision
        fields = (
            "id",
            "year",
            "number",
            "regime",
            "kind",
            "status",
            "document_no",
            "approval_no",
            "note",
            "content_digest",
            "issued_at",
            "ceiling_lines",
            "allocation_lines",
            "sign_offs",
        )


class CapOut(serializers.Serializer[dict[str, object]]):
    """A cap: the sum of an enterprise's issued lines of a year and category, kg REO."""

    uscc = serializers.CharField(allow_null=True)
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    year = serializers.IntegerField()
    category = serializers.CharField()
    cap_kg = serializers.DecimalField(max_digits=18, decimal_places=3)


class CopyOut(serializers.ModelSerializer[Copy]):
    """A copy as it was sent; `digest` is SHA-256 over `content` with sorted keys, no spaces."""

    year = serializers.IntegerField(source="decision.year")
    recipient = serializers.CharField(source="recipient.name_zh")
    region = serializers.CharField(source="recipient.region_id")
    state = serializers.ChoiceField(choices=["waiting", "acknowledged"])

    class Meta:
        model = Copy
        fields = (
            "id",
            "year",
            "recipient",
            "region",
            "content",
            "digest",
            "sent_at",
            "state",
            "acknowledged_at",
        )


class TonnesIn(serializers.Field):
    """Tonnes as somebody typed them, signed, up to three decimals; becomes kg REO."""

    def to_internal_value(self, data: Any) -> Decimal:
        """The mass in kg. Raises ValidationError with the words of the form."""
        try:
            tonnes = TonnesFormField().clean(data)
        except DjangoValidationError as refused:
            raise serializers.ValidationError(refused.messages) from refused
        if tonnes is None:
            raise serializers.ValidationError(NO_TONNES)
        return to_kg(tonnes)


class LineTextIn(serializers.Serializer):
    """What a line shall say."""

    tonnes = TonnesIn()
    reason = serializers.CharField(max_length=300, allow_blank=True)

    def to_internal_value(self, data: Any) -> LineText:
        """The line's text, kg REO."""
        typed = super().to_internal_value(data)
        return LineText(typed["tonnes"], typed["reason"])


def line_text_out(text: LineText | None) -> dict[str, str] | None:
    """What a line says as the grid has it, and as `LineReadIn` reads it again."""
    return text and {"tonnes": as_typed(text.kg), "reason": text.reason}


class LineReadIn(serializers.Serializer):
    """What a line said when it was read: the figures as they were given out, of any precision."""

    tonnes = serializers.DecimalField(max_digits=24, decimal_places=6)
    reason = serializers.CharField(max_length=300, allow_blank=True, trim_whitespace=False)

    def to_internal_value(self, data: Any) -> LineText:
        """The line's text, kg REO."""
        read = super().to_internal_value(data)
        return LineText(read["tonnes"] * KG_PER_TONNE, read["reason"])


class LineChangeIn(serializers.Serializer):
    """One changed line of the grid: which, what it said when it was read, what it shall say."""

    enterprise = serializers.IntegerField(allow_null=True, min_value=1)
    category = serializers.ChoiceField(Category.choices)
    before = LineReadIn(allow_null=True)
    after = LineTextIn(allow_null=True)

    def to_internal_value(self, data: Any) -> LineChange:
        """The change as the services take it."""
        typed = super().to_internal_value(data)
        key = LineKey(typed["enterprise"], typed["category"])
        return LineChange(key, typed["before"], typed["after"])


class GridIn(serializers.Serializer):
    """What the grid sends: changed lines, to be saved or only to be judged."""

    save = serializers.BooleanField()
    changes = LineChangeIn(many=True, max_length=ROWS_AT_MOST)
