"""Months of an enterprise, and rows that wait in their drafts, as the API tells them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.kernel.statuses import STATUSES
from traceability.models import UnfinishedRow
from traceability.queries.months import MonthShown
from traceability.rules.intake import COLUMNS
from traceability.rules.sheets import row_fault_text
from traceability.serializers.filings import MonthField

MONTH_STATUSES = [
    (name, STATUSES["filing"][name][1]) for name in ("submitted", "late", "missing", "draft", "due")
]


class MonthOut(serializers.Serializer[MonthShown]):
    """A month as it stands. `deadline`: the last day to file it, an extension counted.

    `in_force` and `draft`: the ids of the version that counts and of the one that is begun.
    """

    month = MonthField()
    status = serializers.ChoiceField(MONTH_STATUSES)
    deadline = serializers.DateField()
    extended = serializers.SerializerMethodField()
    late = serializers.BooleanField(source="is_late")
    in_force = serializers.IntegerField(source="in_force.pk", default=None, allow_null=True)
    draft = serializers.IntegerField(source="draft.pk", default=None, allow_null=True)
    first_submitted_at = serializers.DateTimeField(allow_null=True)

    def get_extended(self, shown: MonthShown) -> bool:
        """Whether officials gave more time."""
        return shown.extension is not None


class RowFaultOut(serializers.Serializer[Any]):
    """What keeps a row from being a record."""

    column = serializers.CharField()
    code = serializers.CharField()
    value = serializers.CharField(allow_blank=True)
    detail = serializers.CharField()


_TEXTS = {"propertyNames": {"enum": [*COLUMNS]}, "additionalProperties": {"type": "string"}}


@extend_schema_field({"type": "object", **_TEXTS})
class CellsOutField(serializers.JSONField):
    """The texts of a row by column."""


class UnfinishedRowOut(serializers.Serializer[UnfinishedRow]):
    """A row of a draft that is no record yet: the texts of its columns, and what is wrong with it.

    Adding a record with its line, or changing the record of that line, settles it; cancelling its
    line takes it out.
    """

    line = serializers.IntegerField()
    cells = CellsOutField()
    written_at = serializers.DateTimeField(source="at")
    faults = serializers.SerializerMethodField()

    @extend_schema_field(RowFaultOut(many=True))
    def get_faults(self, row: UnfinishedRow) -> list[dict[str, str]]:
        """In the caller's language."""
        return [
            {"column": column, "code": code, "value": value, "detail": row_fault_text(code, value)}
            for column, code, value in row.faults
        ]
