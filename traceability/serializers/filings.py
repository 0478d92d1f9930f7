"""Filings, what is done with them, and uploads as the API tells them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from allocations.models import Category
from portal.kernel.period import Month
from traceability.models import Filing, Kind, Upload
from traceability.queries.months import counted_in, counts_by_kind
from traceability.queries.uploads import errors_of, file_fault
from traceability.queries.workbooks import gives_rows_back


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
    reason_kind = serializers.ChoiceField(Filing.ReasonKind.choices, allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    record_count = serializers.IntegerField()
    prepared_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    receipt_no = serializers.CharField(allow_blank=True)
    digest = serializers.CharField(allow_blank=True)


class DraftIn(serializers.Serializer[Any]):
    """The month to draft. After a submitted version it is an amendment: `reason` says why.

    `empty`: begin an amendment without the records of the version that it amends.
    """

    month = MonthField()
    reason_kind = serializers.ChoiceField(
        Filing.ReasonKind.choices, required=False, allow_blank=True, default=""
    )
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    empty = serializers.BooleanField(default=False)


class NilIn(serializers.Serializer[Any]):
    """The month that had no business."""

    month = MonthField()


class HandOverIn(serializers.Serializer[Any]):
    """`nil`: the draft holds no records because there is nothing to state."""

    nil = serializers.BooleanField(default=False)


class SubmitIn(serializers.Serializer[Any]):
    """The statement that what is filed is true and complete; it has to be made."""

    truthful = serializers.BooleanField()

    def validate_truthful(self, stated: bool) -> bool:
        """Nothing is submitted without it."""
        if not stated:
            raise serializers.ValidationError(_("Tick the statement of truthfulness to submit."))
        return stated


class KindCountOut(serializers.Serializer[Any]):
    """How many records of a kind a version holds, and their gross mass."""

    kind = serializers.ChoiceField(Kind.choices)
    count = serializers.IntegerField()
    gross_kg = serializers.DecimalField(20, 3)


class CountedOut(serializers.Serializer[Any]):
    """What a month counts against a cap, kg REO."""

    category = serializers.ChoiceField(Category.choices)
    reo_kg = serializers.DecimalField(18, 3)


class ReceiptOut(serializers.Serializer[Filing]):
    """The receipt of a submitted version. `counted`: what it counts, while it is in force."""

    receipt_no = serializers.CharField()
    digest = serializers.CharField()
    uscc = serializers.CharField(source="enterprise.uscc")
    name_zh = serializers.CharField(source="enterprise.name_zh")
    name_en = serializers.CharField(source="enterprise.name_en")
    month = MonthField()
    version = serializers.IntegerField()
    status = serializers.ChoiceField(Filing.Status.choices)
    late = serializers.BooleanField(allow_null=True)
    submitted_at = serializers.DateTimeField()
    prepared_by = serializers.CharField(source="prepared_by.full_name")
    attested_by = serializers.CharField(source="attested_by.full_name")
    record_count = serializers.IntegerField()
    kinds = serializers.SerializerMethodField()
    counted = serializers.SerializerMethodField()

    @extend_schema_field(KindCountOut(many=True))
    def get_kinds(self, filing: Filing) -> Any:
        """Its records by kind."""
        return KindCountOut(counts_by_kind(filing), many=True).data

    @extend_schema_field(CountedOut(many=True))
    def get_counted(self, filing: Filing) -> Any:
        """What it counts against caps."""
        in_force = filing.status == Filing.Status.SUBMITTED
        return CountedOut(counted_in(filing) if in_force else (), many=True).data


class UploadIn(serializers.Serializer[Any]):
    """A file with a month's records: XLSX or CSV, in either language's headers.

    `mode`: the file is the whole month and replaces the draft, or it adds to the draft, and each
    row says by its verb what it does to which line. `keep_right`: rows without faults go in, and
    the others are given back; otherwise a file with any fault saves nothing. Purchases written by
    accepting shipments stay in a draft that is replaced, unless the file states the same shipment,
    or `drop_accepted` says that they go too.
    """

    month = MonthField()
    file = serializers.FileField(allow_empty_file=True)
    mode = serializers.ChoiceField(Upload.Mode.choices, default=Upload.Mode.REPLACE)
    keep_right = serializers.BooleanField(default=False)
    drop_accepted = serializers.BooleanField(default=False)


class ErrorOut(serializers.Serializer[Any]):
    """One fault: where it stands, what stands there, what is wrong, in the caller's language."""

    cell = serializers.CharField(source="place", allow_blank=True)
    line = serializers.IntegerField()
    column = serializers.CharField(allow_blank=True)
    value = serializers.CharField(allow_blank=True)
    message = serializers.CharField(source="text")


class UploadListedOut(serializers.Serializer[Upload]):
    """A file on its way into the draft of its month.

    It is being checked while it is `queued` or `working`; `stopping`: somebody asked that it be
    checked no further. `rows_done` of `rows` are read. `kept_purchases`: so many purchases of
    accepted shipments stayed in the draft that it replaced.
    """

    id = serializers.IntegerField()
    uscc = serializers.CharField(source="enterprise.uscc")
    month = MonthField()
    file_name = serializers.CharField()
    size = serializers.IntegerField()
    digest = serializers.CharField(source="content_digest")
    mode = serializers.ChoiceField(Upload.Mode.choices)
    keep_right = serializers.BooleanField()
    drop_accepted = serializers.BooleanField()
    kept_purchases = serializers.IntegerField(source="kept")
    state = serializers.ChoiceField(Upload.State.choices)
    stopping = serializers.SerializerMethodField()
    rows_done = serializers.IntegerField(source="done")
    rows = serializers.IntegerField(source="total")
    error_count = serializers.IntegerField()
    filing = serializers.IntegerField(source="filing_id", allow_null=True)
    sent_at = serializers.DateTimeField(source="at")
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_stopping(self, upload: Upload) -> bool:
        """Until its worker has seen it."""
        return upload.stop_asked_at is not None and upload.finished_at is None


class UploadOut(UploadListedOut):
    """A file with its faults, the first 5,000. `gives_rows_back`: there are rows to correct."""

    gives_rows_back = serializers.SerializerMethodField()
    fault = serializers.SerializerMethodField()
    errors = serializers.SerializerMethodField()

    def get_gives_rows_back(self, upload: Upload) -> bool:
        """Rows were read and not taken."""
        return gives_rows_back(upload)

    def get_fault(self, upload: Upload) -> str:
        """Why the file as a whole could not be read; empty when it could."""
        return file_fault(upload)

    @extend_schema_field(ErrorOut(many=True))
    def get_errors(self, upload: Upload) -> list[dict[str, Any]]:
        """The faults of its rows."""
        return list(ErrorOut(errors_of(upload), many=True).data)
