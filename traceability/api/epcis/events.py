"""Events asked for: the standard's simple event query, and its top-level resources."""

from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from portal.kernel import clock
from portal.kernel.access import Requires
from traceability.api.epcis.standard import (
    EXCEPTIONS,
    LINK,
    NEXT_PAGE,
    PER_PAGE_ASKED,
    EpcisView,
    next_link,
)
from traceability.permissions import Perm
from traceability.queries.events import event_count, event_page
from traceability.rules.epcis.asked import PARAMETERS, Asked, asked_of, require_few_enough
from traceability.rules.epcis.events import answer_of, events_of
from traceability.rules.epcis.faults import NotOffered
from traceability.rules.epcis.words import STANDARD_TYPES
from traceability.serializers.epcis import QueryDocumentOut

_CAPTURE = "/api/v1/epcis/capture"
_SEVERAL = "Any of several: `|` stands between them."
_SAID = {
    "GE_eventTime": "An instant; events are told at the beginning of their day in China.",
    "LT_eventTime": "An instant, before which the event's day begins.",
    "GE_recordTime": (
        "An instant; an event is on record since its filing was submitted, one that is declared"
        " erroneous since a later version was."
    ),
    "LT_recordTime": "An instant.",
    "EXISTS_errorDeclaration": "Only events that a later version of the filing has replaced.",
    "GE_errorDeclarationTime": "An instant; only events that are declared erroneous.",
    "LT_errorDeclarationTime": "An instant; only events that are declared erroneous.",
    "orderBy": "`eventTime` or `recordTime`; without it, as their filings were begun.",
    "orderDirection": "`ASC` or `DESC`, which is what `orderBy` alone means.",
    "eventCountLimit": "No more than so many events in all.",
    "maxEventCount": "413 when more than so many events answer.",
}
QUERY = [
    *(
        OpenApiParameter(name, str, description=_SAID.get(name, _SEVERAL))
        for name in PARAMETERS
        if name not in ("perPage", "nextPageToken")
    ),
    PER_PAGE_ASKED,
    NEXT_PAGE,
    LINK,
]


class QueryView(EpcisView):
    """An endpoint that answers with events; its address may narrow them."""

    permission_classes = [Requires(Perm.VIEW_FILINGS)]
    exceptions = {**EXCEPTIONS, 400: "QueryParameterException", 413: "QueryTooLargeException"}

    def answer(self, request: Request, **narrowed: str) -> Response:
        """The page of events that is asked for, as an EPCISQueryDocument."""
        asked = asked_of([*_told(request), *narrowed.items()])
        user: Any = request.user
        if asked.refuse_above is not None:
            found = event_count(asked, user, most=asked.refuse_above)
            require_few_enough(found, asked=asked)
        page = event_page(asked, user)
        events = _those(asked, list(events_of(page.records, base=settings.ADDRESS)))
        if asked.order:
            events.sort(key=lambda event: event[asked.order], reverse=not asked.ascending)
        headers = next_link(request, str(page.token)) if page.token else {}
        document = answer_of(events, base=settings.ADDRESS, at=clock.now())
        return Response(document, headers=headers)


def _told(request: Request) -> list[tuple[str, str]]:
    """Every parameter; one that is there several times has several values."""
    return [(name, "|".join(texts)) for name, texts in request.query_params.lists()]


def _those(asked: Asked, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A record that was sent under an id of its own goes by that alone."""
    if asked.event_ids is None:
        return events
    return [event for event in events if event["eventID"] in asked.event_ids]


@extend_schema(tags=["epcis"])
class EventsApi(QueryView):
    """The events that the account may see."""

    @extend_schema(responses=QueryDocumentOut, parameters=QUERY, operation_id="epcis_events")
    def get(self, request: Request) -> Response:
        """What is in a draft is no event yet."""
        return self.answer(request)

    def http_method_not_allowed(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """An event alone is not taken, as it is on record only when its month was attested to."""
        if request.method == "POST":
            raise NotOffered(_("Send the event in a document to %(address)s."), address=_CAPTURE)
        return super().http_method_not_allowed(request, *args, **kwargs)


@extend_schema(tags=["epcis"])
class EventApi(QueryView):
    """One event."""

    @extend_schema(
        responses=QueryDocumentOut,
        operation_id="epcis_event",
        parameters=[OpenApiParameter("event_id", str, OpenApiParameter.PATH)],
    )
    def get(self, request: Request, event_id: str) -> Response:
        """By its eventID, in a document of its own."""
        answer = self.answer(request, EQ_eventID=event_id)
        if not answer.data["epcisBody"]["queryResults"]["resultsBody"]["eventList"]:
            raise Http404
        return answer


class NarrowedView(QueryView):
    """The events of one value of a top-level resource."""

    parameter = ""

    def get(self, request: Request, value: str) -> Response:
        """Narrowed further by the parameters of the query."""
        return self.answer(request, **{self.parameter: value})


def _described(name: str) -> Any:
    """How the description tells the events of a resource."""
    told = extend_schema(
        responses=QueryDocumentOut,
        parameters=[OpenApiParameter("value", str, OpenApiParameter.PATH), *QUERY],
        operation_id=f"epcis_{name}_events",
        tags=["epcis"],
    )
    return extend_schema_view(get=told)


@_described("event_type")
class EventTypeEventsApi(NarrowedView):
    """The events of one type."""

    parameter = "eventType"

    def get(self, request: Request, value: str) -> Response:
        """None of a type that the standard does not have."""
        if value not in STANDARD_TYPES:
            raise Http404
        return super().get(request, value)


@_described("epc")
class EpcEventsApi(NarrowedView):
    """The events that a lot is in, by its address."""

    parameter = "MATCH_anyEPCClass"


@_described("biz_step")
class BizStepEventsApi(NarrowedView):
    """The events of one business step."""

    parameter = "EQ_bizStep"


@_described("disposition")
class DispositionEventsApi(NarrowedView):
    """The events of one disposition."""

    parameter = "EQ_disposition"


@_described("read_point")
class ReadPointEventsApi(NarrowedView):
    """The events that one enterprise recorded, by its address."""

    parameter = "EQ_readPoint"
