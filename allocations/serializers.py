"""Decisions, caps and copies as JSON; masses are kg REO as text."""

from rest_framework import serializers

from allocations.models import AllocationLine, CeilingLine, Copy, Decision, SignOff


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
