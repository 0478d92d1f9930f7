"""What officials say of filings and the time they give, as the API tells them."""

from typing import Any

from rest_framework import serializers

from traceability.models import DeadlineExtension, FilingRemark
from traceability.serializers.filings import MonthField


class FilingRemarkOut(serializers.Serializer[FilingRemark]):
    """A return, a question or an answer. `open`: a question without an answer, or a return of a
    version that is still in force; it is amended by `due_on`."""

    id = serializers.IntegerField()
    filing = serializers.IntegerField(source="filing_id")
    uscc = serializers.CharField(source="filing.enterprise.uscc")
    month = MonthField(source="filing.month")
    version = serializers.IntegerField(source="filing.version")
    kind = serializers.ChoiceField(FilingRemark.Kind.choices)
    text = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    open = serializers.BooleanField()
    by_zh = serializers.CharField(source="by.organisation.name_zh")
    by_en = serializers.CharField(source="by.organisation.name_en")
    at = serializers.DateTimeField()


class FilingAnswerIn(serializers.Serializer[Any]):
    """What the enterprise answers."""

    text = serializers.CharField(max_length=2000)


class ExtensionOut(serializers.Serializer[DeadlineExtension]):
    """A later last day to file a month; where there are several, the latest day counts."""

    id = serializers.IntegerField()
    uscc = serializers.CharField(source="enterprise.uscc")
    month = MonthField()
    last_day = serializers.DateField()
    reason = serializers.CharField()
    granted_at = serializers.DateTimeField(source="at")
