"""Findings as the API tells them."""

from rest_framework import serializers

from allocations.models import Category
from traceability.models import Finding
from traceability.queries.findings import message_of, told
from traceability.rules.checks import CODES


class FindingOut(serializers.Serializer[Finding]):
    """A finding. Parties are unified social credit codes; `amount_kg` is REO for production, gross
    mass for lots and shipments."""

    id = serializers.IntegerField()
    code = serializers.ChoiceField(CODES)
    severity = serializers.ChoiceField(Finding.Severity.choices)
    status = serializers.ChoiceField(Finding.Status.choices)
    uscc = serializers.CharField(source="enterprise.uscc")
    counterparty = serializers.CharField(source="counterparty.uscc", default=None, allow_null=True)
    year = serializers.IntegerField()
    month = serializers.SerializerMethodField()
    category = serializers.ChoiceField(Category.choices, allow_blank=True)
    lot = serializers.CharField(source="lot.number", default=None, allow_null=True)
    lot_maker = serializers.CharField(source="lot.maker.uscc", default=None, allow_null=True)
    run = serializers.CharField(allow_blank=True)
    document = serializers.CharField(allow_blank=True)
    amount_kg = serializers.DecimalField(18, 3, allow_null=True)
    first_seen = serializers.DateField()
    last_seen = serializers.DateField()
    cleared_on = serializers.DateField(allow_null=True)
    message = serializers.SerializerMethodField()

    def get_month(self, finding: Finding) -> str | None:
        """`2025-03`."""
        return str(finding.month) if finding.month else None

    def get_message(self, finding: Finding) -> str:
        """What it says, in the language of the request."""
        return message_of(finding)


class FindingDetailOut(FindingOut):
    """A finding with the numbers that judged it, its legal source and what would clear it."""

    rule_version = serializers.CharField()
    arithmetic = serializers.JSONField()
    source = serializers.SerializerMethodField()
    clears = serializers.SerializerMethodField()

    def get_source(self, finding: Finding) -> str:
        """The instrument and, where known, its article."""
        return str(told(finding).source)

    def get_clears(self, finding: Finding) -> str:
        """What would clear it."""
        return told(finding).clears
