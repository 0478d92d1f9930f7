"""The standard's top-level resources: what events are found by, and what of it is left out here."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.kernel.access import Requires
from traceability.api.epcis.standard import (
    LINK,
    NEXT_PAGE,
    PER_PAGE_ASKED,
    EpcisView,
    keyed_page,
)
from traceability.permissions import Perm
from traceability.queries.events import filers_visible_to
from traceability.queries.tracing.lots import lots_visible_to
from traceability.rules.epcis.events import context_of
from traceability.rules.epcis.faults import NotOffered
from traceability.rules.epcis.words import (
    STANDARD_TYPES,
    cbv,
    known_dispositions,
    known_steps,
    known_types,
    lot_named,
    lot_path,
    party_named,
    party_path,
)
from traceability.serializers.epcis import (
    BizLocationsOut,
    BizStepsOut,
    DispositionsOut,
    EventTypesOut,
    ReadPointsOut,
)

_LIST = {"type": "array", "items": {"type": "string"}}
_PAGES = [PER_PAGE_ASKED, NEXT_PAGE, LINK]
# The values of each resource: whether there can be such a one.
_VALUES: Mapping[str, Callable[[str], bool]] = {
    "eventTypes": lambda value: value in STANDARD_TYPES,
    "epcs": lambda value: lot_named(value) is not None,
    "bizSteps": lambda value: cbv(value) in set(known_steps()),
    "bizLocations": lambda value: False,
    "readPoints": lambda value: party_named(value) is not None,
    "dispositions": lambda value: cbv(value) in set(known_dispositions()),
}
TOP_LEVEL = ("events", *_VALUES, "capture")


class ResourceView(EpcisView):
    """An endpoint of a top-level resource."""

    permission_classes = [Requires(Perm.VIEW_FILINGS)]


@extend_schema(tags=["epcis"])
class TopLevelApi(ResourceView):
    """The resources that events are found by."""

    @extend_schema(responses={200: _LIST})
    def get(self, request: Request) -> Response:
        """Their names."""
        return Response(list(TOP_LEVEL))


@extend_schema(tags=["epcis"])
class ResourceApi(ResourceView):
    """One value of a top-level resource."""

    @extend_schema(
        responses={200: _LIST},
        operation_id="epcis_resource",
        parameters=[
            OpenApiParameter("resource", str, OpenApiParameter.PATH, enum=list(_VALUES)),
            OpenApiParameter("value", str, OpenApiParameter.PATH),
        ],
    )
    def get(self, request: Request, resource: str, value: str) -> Response:
        """What lies below it: `events`."""
        known = _VALUES.get(resource)
        if known is None or not known(value):
            raise Http404
        return Response(["events"])


@extend_schema(exclude=True)
class NotOfferedApi(ResourceView):
    """Named queries, subscriptions and the release of page tokens, which are left out here."""

    def http_method_not_allowed(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Said by the standard's exception, whatever was asked."""
        raise NotOffered(
            _("Named queries and subscriptions are not offered; ask %(address)s with parameters."),
            address="/api/v1/epcis/events",
        )


@extend_schema(tags=["epcis"])
class EpcsApi(ResourceView):
    """The lots that the account may see."""

    @extend_schema(responses={200: _LIST}, parameters=_PAGES, filters=False)
    def get(self, request: Request) -> Response:
        """Their addresses, page by page, in the order in which they came to be known."""
        user: Any = request.user
        lots, headers = keyed_page(request, lots_visible_to(user).order_by("pk"))
        told = [settings.ADDRESS + lot_path(lot.maker.uscc or "", lot.number) for lot in lots]
        return Response(told, headers=headers)


def _named(kind: str, names: list[str]) -> dict[str, Any]:
    """The values of a resource as the standard lists them."""
    member = kind[0].lower() + kind[1:]
    told = {"@context": context_of(settings.ADDRESS), "type": f"{kind}ItemList"}
    return told | {member: names}


@extend_schema(tags=["epcis"])
class ReadPointsApi(ResourceView):
    """The enterprises whose events the account may see."""

    @extend_schema(responses=ReadPointsOut, parameters=_PAGES, filters=False)
    def get(self, request: Request) -> Response:
        """Their addresses, page by page."""
        user: Any = request.user
        filers, headers = keyed_page(request, filers_visible_to(user).order_by("pk"))
        told = [settings.ADDRESS + party_path(filer.uscc or "") for filer in filers]
        return Response(_named("ReadPoint", told), headers=headers)


@extend_schema(tags=["epcis"])
class BizLocationsApi(ResourceView):
    """Places where lots are left, which no event tells."""

    @extend_schema(responses=BizLocationsOut)
    def get(self, request: Request) -> Response:
        """None."""
        return Response(_named("BizLocation", []))


@extend_schema(tags=["epcis"])
class EventTypesApi(ResourceView):
    """The types of events that records are told as."""

    @extend_schema(responses=EventTypesOut)
    def get(self, request: Request) -> Response:
        """Each once."""
        return Response(_named("EventType", list(known_types())))


@extend_schema(tags=["epcis"])
class BizStepsApi(ResourceView):
    """The business steps that records are told as."""

    @extend_schema(responses=BizStepsOut)
    def get(self, request: Request) -> Response:
        """Each once."""
        return Response(_named("BizStep", list(known_steps())))


@extend_schema(tags=["epcis"])
class DispositionsApi(ResourceView):
    """The dispositions that records are told as."""

    @extend_schema(responses=DispositionsOut)
    def get(self, request: Request) -> Response:
        """Each once."""
        return Response(_named("Disposition", list(known_dispositions())))
