"""What a draft would do, and what is held and used, as the API tells it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from allocations.models import Category
from traceability.models import Balance, Finding
from traceability.queries.differences import Difference, Differences
from traceability.rules.checks import CODES
from traceability.rules.intake import VERBS
from traceability.serializers.records import RecordOut
from traceability.services.previews import Consequences


class CapPositionOut(serializers.Serializer[Any]):
    """One category of a year: cap, use and what is left of it, kg REO."""

    category = serializers.ChoiceField(Category.choices)
    cap_kg = serializers.DecimalField(18, 3)
    used_kg = serializers.DecimalField(18, 3)
    left_kg = serializers.DecimalField(18, 3)


class CapStandingOut(serializers.Serializer[Any]):
    """How an enterprise stands against its caps of a year."""

    uscc = serializers.CharField(allow_null=True)
    year = serializers.IntegerField()
    positions = CapPositionOut(many=True)


class CapChangeOut(serializers.Serializer[Any]):
    """One category before and after, kg REO."""

    category = serializers.ChoiceField(Category.choices)
    cap_kg = serializers.DecimalField(18, 3)
    before_kg = serializers.DecimalField(18, 3)
    added_kg = serializers.DecimalField(18, 3)
    after_kg = serializers.DecimalField(18, 3)
    left_kg = serializers.DecimalField(18, 3)
    over_kg = serializers.DecimalField(18, 3)


class BalanceChangeOut(serializers.Serializer[Any]):
    """What is held of a lot before and after, gross kg; below zero more leaves than came."""

    lot = serializers.CharField(source="number")
    lot_maker = serializers.CharField(source="maker_uscc", allow_null=True)
    before_kg = serializers.DecimalField(18, 3)
    in_kg = serializers.DecimalField(18, 3)
    out_kg = serializers.DecimalField(18, 3)
    after_kg = serializers.DecimalField(18, 3)


class ForeseenFindingOut(serializers.Serializer[Any]):
    """A finding as it would explain itself on record."""

    code = serializers.ChoiceField(CODES, source="finding.code")
    severity = serializers.ChoiceField(Finding.Severity.choices, source="finding.severity")
    year = serializers.IntegerField(source="finding.year")
    category = serializers.ChoiceField(
        Category.choices, source="finding.category", allow_blank=True
    )
    counterparty = serializers.CharField(
        source="finding.counterparty.uscc", default=None, allow_null=True
    )
    lot = serializers.CharField(source="finding.lot.number", default=None, allow_null=True)
    run = serializers.CharField(source="finding.run", allow_blank=True)
    document = serializers.CharField(source="finding.document", allow_blank=True)
    amount_kg = serializers.DecimalField(18, 3, source="finding.amount_kg", allow_null=True)
    arithmetic = serializers.JSONField(source="finding.arithmetic")
    message = serializers.CharField()
    source = serializers.CharField()
    clears = serializers.CharField()


class ForeseenChangeOut(serializers.Serializer[Any]):
    """A finding with other figures than so far."""

    before = ForeseenFindingOut()
    after = ForeseenFindingOut()


class PreviewOut(serializers.Serializer[Any]):
    """What submitting the draft would do.

    Balances and findings: how many in all, and the first hundred. `changed`: findings that stay,
    with their figures before and after.
    """

    caps = CapChangeOut(many=True)
    balance_count = serializers.IntegerField(source="balances.count")
    balances = BalanceChangeOut(many=True, source="balances.shown")
    opened_count = serializers.IntegerField(source="findings.opened")
    opened = ForeseenFindingOut(many=True, source="findings.shown_opened")
    cleared_count = serializers.IntegerField(source="findings.cleared")
    cleared = ForeseenFindingOut(many=True, source="findings.shown_cleared")
    changed_count = serializers.IntegerField(source="findings.changed")
    changed = serializers.SerializerMethodField()

    @extend_schema_field(ForeseenChangeOut(many=True))
    def get_changed(self, told: Consequences) -> Any:
        """Pairs of before and after."""
        pairs = [{"before": was, "after": will} for was, will in told.findings.shown_changed]
        return ForeseenChangeOut(pairs, many=True).data


class DifferenceOut(serializers.Serializer[Difference]):
    """One record as it was and as it is to be: added, changed or cancelled."""

    verb = serializers.ChoiceField(VERBS, source="deed")
    before = RecordOut(allow_null=True)
    after = RecordOut(allow_null=True)


class DifferencesOut(serializers.Serializer[Differences]):
    """How many records differ from the earlier version, and the first 200 of them."""

    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    records = DifferenceOut(many=True, source="shown")


class FilingPreviewOut(PreviewOut):
    """The same, and how an amendment differs from the version in force; null for a first version.

    `amends`: the id of that version.
    """

    amends = serializers.IntegerField(allow_null=True)
    differences = DifferencesOut(allow_null=True)


class BalanceOut(serializers.Serializer[Balance]):
    """What came of a lot to an enterprise, what left it and what it holds, gross kg."""

    uscc = serializers.CharField(source="enterprise.uscc", allow_null=True)
    lot = serializers.CharField(source="lot.number")
    lot_maker = serializers.CharField(source="lot.maker.uscc", allow_null=True)
    product = serializers.CharField(source="lot.product.code", default=None, allow_null=True)
    reo_percent = serializers.DecimalField(
        9, 6, source="lot.reo_percent", allow_null=True, normalize_output=True
    )
    in_kg = serializers.DecimalField(18, 3)
    out_kg = serializers.DecimalField(18, 3)
    held_kg = serializers.DecimalField(18, 3)
