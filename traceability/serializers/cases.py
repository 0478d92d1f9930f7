"""Cases as the API tells them: to the enterprise what it is asked, and what it answered."""

from typing import Any

from rest_framework import serializers

from traceability.models import Case, CaseEntry


class CaseOut(serializers.Serializer[Case]):
    """The findings of a year that come of one cause. `held`: how many findings there are,
    `still_open`: how many of these still hold. `answer_due_on`: until when an answer is awaited."""

    id = serializers.IntegerField()
    year = serializers.IntegerField()
    uscc = serializers.CharField(source="enterprise.uscc")
    topic = serializers.ChoiceField(Case.Topic.choices)
    status = serializers.ChoiceField(Case.Status.choices)
    held = serializers.IntegerField()
    still_open = serializers.IntegerField()
    opened_at = serializers.DateTimeField()
    answer_due_on = serializers.DateField(allow_null=True)
    outcome = serializers.ChoiceField(Case.Outcome.choices, allow_blank=True)
    outcome_reason = serializers.CharField(allow_blank=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class CaseEntryOut(serializers.Serializer[CaseEntry]):
    """What was said or done. `attachment`: the name of its file, `digest` the file's SHA-256."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(CaseEntry.Kind.choices)
    at = serializers.DateTimeField()
    text = serializers.CharField(allow_blank=True)
    due_on = serializers.DateField(allow_null=True)
    attachment = serializers.CharField(source="attachment_name", allow_blank=True)
    digest = serializers.CharField(source="attachment_digest", allow_blank=True)


class CaseDetailOut(CaseOut):
    """A case with everything in it that the caller may read.

    `findings`: the ids of its findings, the gravest first.
    """

    entries = CaseEntryOut(many=True, source="shown_entries")
    findings = serializers.ListField(child=serializers.IntegerField(), source="shown_findings")


class CaseAnswerIn(serializers.Serializer[Any]):
    """What the enterprise answers, with a file if it likes: PDF, PNG, JPEG or XLSX of at most
    10 MB."""

    text = serializers.CharField(max_length=4000)
    attachment = serializers.FileField(max_length=200, required=False)
