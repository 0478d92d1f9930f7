"""Filings, their records and uploads as the API tells them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.kernel.period import Month
from traceability.models import Filing, Kind, Record, Upload
from traceability.queries.uploads import errors_of, file_fault


@extend_schema_field({"type": "string", "pattern": r"^\d{4}-\d{2}$", "example": "2025-03"})
class MonthField(serializers.Field[Month, str, str, Any]):
    """A month as `2025-03`."""

    def to_representation(self, value: Month) -> str:
        """`2025-03`."""
        return str(value)

    def to_internal_value(self, data: str) -> Month:
        """The Month; raises ValidationError for anything else."""
        try:
            return Month.parse(data)
        except (TypeError, ValueError) as error:
            raise serializers.ValidationError("Enter a month like 2025-03.") from error


class FilingOut(serializers.Serializer[Filing]):
    """One version of a month. `late`: its month was first filed after the deadline."""

    id = serializers.IntegerField()
    uscc = serializers.CharField(source="enterprise.uscc")
    month = MonthField()
    version = serializers.IntegerField()
    status = serializers.ChoiceField(Filing.Status.choices)
    late = serializers.BooleanField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    record_count = serializers.IntegerField()
    prepared_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    receipt_no = serializers.CharField(allow_blank=True)
    digest = serializers.CharField(allow_blank=True)


class RecordOut(serializers.Serializer[Record]):
    """One record in the columns of the spreadsheet; parties are unified social credit codes."""

    line = serializers.IntegerField()
    kind = serializers.ChoiceField(Kind.choices)
    date = serializers.DateField()
    lot = serializers.CharField(source="lot.number")
    lot_maker = serializers.CharField(source="lot.maker.uscc", allow_null=True)
    product = serializers.CharField(source="product.code", default=None, allow_null=True)
    gross_kg = serializers.DecimalField(18, 3)
    reo_percent = serializers.DecimalField(9, 6, allow_null=True)
    run = serializers.CharField(allow_blank=True)
    counterparty = serializers.CharField(source="counterparty.uscc", default=None, allow_null=True)
    document = serializers.CharField(allow_blank=True)
    country = serializers.CharField(allow_blank=True)
    assay = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)


class UploadIn(serializers.Serializer[Any]):
    """A file with a month's records: XLSX or CSV, in either language's headers."""

    month = MonthField()
    file = serializers.FileField(allow_empty_file=True)


class ErrorOut(serializers.Serializer[Any]):
    """One fault: where it stands, what stands there, what is wrong, in the caller's language."""

    cell = serializers.CharField(source="place", allow_blank=True)
    line = serializers.IntegerField()
    column = serializers.CharField(allow_blank=True)
    value = serializers.CharField(allow_blank=True)
    message = serializers.CharField(source="text")


class UploadOut(serializers.Serializer[Upload]):
    """A file on its way into the draft of its month; `errors` are the first 5,000 faults."""

    id = serializers.IntegerField()
    uscc = serializers.CharField(source="enterprise.uscc")
    month = MonthField()
    file_name = serializers.CharField()
    size = serializers.IntegerField()
    digest = serializers.CharField(source="content_digest")
    state = serializers.ChoiceField(Upload.State.choices)
    rows_done = serializers.IntegerField(source="done")
    rows = serializers.IntegerField(source="total")
    error_count = serializers.IntegerField()
    fault = serializers.SerializerMethodField()
    errors = serializers.SerializerMethodField()
    filing = serializers.IntegerField(source="filing_id", allow_null=True)
    sent_at = serializers.DateTimeField(source="at")
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_fault(self, upload: Upload) -> str:
        """Why the file as a whole could not be read; empty when it could."""
        return file_fault(upload)

    def get_errors(self, upload: Upload) -> list[dict[str, Any]]:
        """The faults of its rows."""
        return list(ErrorOut(errors_of(upload), many=True).data)
