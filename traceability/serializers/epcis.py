"""What is told of captured documents, and what these look like."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from traceability.models import Capture
from traceability.queries.captures import CaptureErrorShown, errors_of_capture, errors_shown


class CaptureIn(serializers.Serializer[Any]):
    """A document of EPCIS 2.0 in JSON-LD; its events are those of GS1's schema."""

    type = serializers.ChoiceField(["EPCISDocument", "EPCISQueryDocument"])
    schemaVersion = serializers.CharField()  # noqa: N815 - the standard's name
    creationDate = serializers.DateTimeField(required=False)  # noqa: N815
    epcisBody = serializers.DictField()  # noqa: N815


class CaptureErrorOut(serializers.Serializer[CaptureErrorShown]):
    """One error as a problem (RFC 7807); `instance` points into the document that was sent."""

    type = serializers.SerializerMethodField()
    title = serializers.SerializerMethodField()
    status = serializers.SerializerMethodField()
    detail = serializers.CharField(source="text")
    instance = serializers.SerializerMethodField()
    code = serializers.CharField()
    value = serializers.CharField(allow_blank=True)
    eventID = serializers.CharField(source="event_id", allow_blank=True)  # noqa: N815

    def get_type(self, _error: CaptureErrorShown) -> str:
        """The standard's exception."""
        return "epcisException:ValidationException"

    def get_title(self, _error: CaptureErrorShown) -> str:
        """The kind of error."""
        return _("The event can't become a record")

    def get_status(self, _error: CaptureErrorShown) -> int:
        """What it would have been answered with at once."""
        return 400

    def get_instance(self, error: CaptureErrorShown) -> str:
        """A JSON pointer as a fragment."""
        return f"#{error.pointer}"


class CaptureOut(serializers.Serializer[Capture]):
    """EPCISCaptureJob: how far capturing a document has come, and every error found."""

    captureID = serializers.CharField(source="capture_id")  # noqa: N815
    createdAt = serializers.DateTimeField(source="at")  # noqa: N815
    finishedAt = serializers.DateTimeField(source="finished_at", allow_null=True)  # noqa: N815
    running = serializers.BooleanField()
    success = serializers.BooleanField()
    captureErrorBehaviour = serializers.ChoiceField(  # noqa: N815
        Capture.Behaviour.choices, source="behaviour"
    )
    eventCount = serializers.IntegerField(source="total")  # noqa: N815
    capturedCount = serializers.IntegerField(source="captured")  # noqa: N815
    knownCount = serializers.IntegerField(source="known")  # noqa: N815
    errorCount = serializers.IntegerField(source="error_count")  # noqa: N815
    errors = serializers.SerializerMethodField()

    @extend_schema_field(CaptureErrorOut(many=True))
    def get_errors(self, capture: Capture) -> Any:
        """In the order of the events, in the caller's language."""
        return CaptureErrorOut(errors_of_capture(capture), many=True).data


class CaptureListedOut(CaptureOut):
    """EPCISCaptureJob among others: of many errors only the first are told."""

    @extend_schema_field(CaptureErrorOut(many=True))
    def get_errors(self, capture: Any) -> Any:
        """The first of them."""
        return CaptureErrorOut(errors_shown(capture.first_errors), many=True).data


class NamesOut(serializers.Serializer[Any]):
    """The values of a top-level resource."""

    type = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        """With what the names mean."""
        return {
            "@context": serializers.ListField(child=serializers.JSONField())
        } | super().get_fields()


class EventTypesOut(NamesOut):
    """Types of events."""

    eventType = serializers.ListField(child=serializers.CharField())  # noqa: N815


class BizStepsOut(NamesOut):
    """Business steps."""

    bizStep = serializers.ListField(child=serializers.CharField())  # noqa: N815


class DispositionsOut(NamesOut):
    """Dispositions."""

    disposition = serializers.ListField(child=serializers.CharField())


class BizLocationsOut(NamesOut):
    """Business locations."""

    bizLocation = serializers.ListField(child=serializers.CharField())  # noqa: N815


class ReadPointsOut(NamesOut):
    """Read points."""

    readPoint = serializers.ListField(child=serializers.CharField())  # noqa: N815


class QueryDocumentOut(NamesOut):
    """An EPCISQueryDocument; its events are those of GS1's schema."""

    schemaVersion = serializers.CharField()  # noqa: N815
    creationDate = serializers.DateTimeField()  # noqa: N815
    epcisBody = serializers.DictField()  # noqa: N815
