"""Documents of events sent by machines, which are captured in the background."""

from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from portal.kernel import clock
from portal.kernel.access import Requires
from portal.machines.idempotency import WritingView
from traceability import tasks
from traceability.api.callers import own_enterprise
from traceability.api.epcis.standard import (
    LINK,
    NEXT_PAGE,
    PER_PAGE_ASKED,
    EpcisView,
    keyed_page,
)
from traceability.models import Capture
from traceability.permissions import Perm
from traceability.queries.captures import captures_listed, captures_visible_to
from traceability.rules.epcis.document import MOST_EVENTS
from traceability.serializers.epcis import CaptureIn, CaptureListedOut, CaptureOut
from traceability.services.captures import receive_capture

BEHAVIOUR = OpenApiParameter(
    "GS1-Capture-Error-Behaviour",
    location=OpenApiParameter.HEADER,
    enum=Capture.Behaviour.values,
    default=Capture.Behaviour.ROLLBACK.value,
    description="`rollback`: all events or none. `proceed`: what is right goes in.",
)
LOCATION = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, response=[202], description="The job."
)
LIMITS = {
    "GS1-EPCIS-Capture-Limit": str(MOST_EVENTS),
    "GS1-EPCIS-Capture-File-Size-Limit": str(settings.UPLOAD_MAX_BYTES),
}


class DocumentParser(BaseParser):
    """A document as it came: it is kept, and read with its numbers as text."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> bytes:
        """What was sent."""
        return bytes(stream.read())


class JsonLdParser(DocumentParser):
    """The same, named as what it is."""

    media_type = "application/ld+json"


class CaptureView(EpcisView):
    """An endpoint of capture, which tells its limits."""

    def told_headers(self) -> dict[str, str]:
        """How much is captured at once."""
        return {**super().told_headers(), **LIMITS}


@extend_schema(tags=["epcis"])
class CapturesApi(CaptureView, WritingView):
    """POST a document of events; GET the jobs of the account's own enterprise."""

    permission_classes = [Requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)]
    parser_classes = [DocumentParser, JsonLdParser]
    most_bytes = settings.UPLOAD_MAX_BYTES

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What becomes of errors besides, where the caller does not say it."""
        answer = super().options(request, *args, **kwargs)
        answer.headers[BEHAVIOUR.name] = Capture.Behaviour.ROLLBACK.value
        return answer

    @extend_schema(
        request={"application/json": CaptureIn, "application/ld+json": CaptureIn},
        responses={202: None},
        parameters=[BEHAVIOUR, LOCATION],
    )
    def post(self, request: Request) -> Response:
        """Answers 202 with the address of the job; ask there until it is no longer `running`."""
        behaviour = request.headers.get(BEHAVIOUR.name, Capture.Behaviour.ROLLBACK)
        if behaviour not in Capture.Behaviour.values:
            raise ValidationError({BEHAVIOUR.name: ["rollback, proceed"]})
        capture = receive_capture(
            enterprise=own_enterprise(request, Perm.PREPARE_FILING),
            content=request.data or b"",  # a request without a body has no data
            behaviour=behaviour,
            by=request.user,
            at=clock.now(),
        )
        queue = partial(tasks.captures.capture_document.delay, capture_id=capture.pk)
        transaction.on_commit(queue, robust=True)
        location = reverse("api:epcis_capture", args=[capture.capture_id])
        return Response(status=202, headers={"Location": request.build_absolute_uri(location)})

    @extend_schema(
        responses=CaptureListedOut(many=True),
        parameters=[PER_PAGE_ASKED, NEXT_PAGE, LINK],
        filters=False,
    )
    def get(self, request: Request) -> Response:
        """The jobs, the last first, each with its first errors."""
        user: Any = request.user
        page, headers = keyed_page(request, captures_listed(user).order_by("-pk"))
        return Response(CaptureListedOut(page, many=True).data, headers=headers)


@extend_schema(tags=["epcis"])
class CaptureApi(CaptureView):
    """One job: whether it still runs, and every error found."""

    permission_classes = [Requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)]

    @extend_schema(
        responses=CaptureOut,
        parameters=[OpenApiParameter("capture_id", str, OpenApiParameter.PATH)],
    )
    def get(self, request: Request, capture_id: Any) -> Response:
        """With errors that point into the document, in the caller's language."""
        user: Any = request.user
        job = get_object_or_404(captures_visible_to(user), capture_id=capture_id)
        headers = {BEHAVIOUR.name: job.behaviour}
        return Response(CaptureOut(job).data, headers=headers)
