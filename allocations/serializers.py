"""Decisions, caps and copies as JSON; masses are kg REO as text."""

from rest_framework import serializers

from allocations.models import AllocationLine, CeilingLine, Copy, Decision


class CeilingLineOut(serializers.ModelSerializer[CeilingLine]):
    """A ceiling line."""

    class Meta:
        model = CeilingLine
        fields = ("category", "kg", "reason")


class AllocationLineOut(serializers.ModelSerializer[AllocationLine]):
    """An allocation line."""

    uscc = serializers.CharField(source="enterprise.uscc", allow_null=True)

    class Meta:
        model = AllocationLine
        fields = ("uscc", "category", "kg", "reason")


class DecisionOut(serializers.ModelSerializer[Decision]):
    """A decision with its lines."""

    ceiling_lines = CeilingLineOut(many=True)
    allocation_lines = AllocationLineOut(many=True)

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
            "content_digest",
            "issued_at",
            "ceiling_lines",
            "allocation_lines",
        )


class CapOut(serializers.Serializer[dict[str, object]]):
    """A cap: the sum of an enterprise's issued lines of a year and category, kg REO."""

    uscc = serializers.CharField(source="enterprise__uscc", allow_null=True)
    name = serializers.CharField()
    year = serializers.IntegerField(source="decision__year")
    category = serializers.CharField()
    cap_kg = serializers.DecimalField(max_digits=18, decimal_places=3)


class CopyOut(serializers.ModelSerializer[Copy]):
    """A copy as it was sent."""

    class Meta:
        model = Copy
        fields = ("id", "decision", "content", "digest", "sent_at", "acknowledged_at")
