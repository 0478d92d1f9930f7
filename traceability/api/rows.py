"""Rows of a draft that are no records yet, and what may be meant by what is typed into one."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.kernel.access import Requires
from portal.kernel.api.pages import LinePages
from traceability.api.callers import asked_of, enterprise_read
from traceability.models import UnfinishedRow
from traceability.permissions import Perm
from traceability.queries.filings import filings_visible_to
from traceability.queries.workspace import lots_offered, partners_offered
from traceability.serializers.months import UnfinishedRowOut
from traceability.serializers.reference import EnterpriseNameOut, LotOfferedOut


@extend_schema(tags=["filings"])
class UnfinishedRowsApi(ListAPIView):
    """The rows of a draft that wait to become records, in line order.

    They were typed on the page, or come of the shape of the month before. A draft with such rows is
    not handed over.
    """

    permission_classes = [Requires(Perm.VIEW_FILINGS)]
    serializer_class = UnfinishedRowOut
    pagination_class = LinePages
    filter_backends = ()
    queryset = UnfinishedRow.objects.none()

    def get_queryset(self) -> QuerySet[UnfinishedRow]:
        """Those of a filing that the account may see."""
        seen = filings_visible_to(self.request.user)
        return get_object_or_404(seen, pk=self.kwargs["pk"]).unfinished_rows.all()


class LookUpAsked(serializers.Serializer[Any]):
    """`search`: a part of the number, product, code or name; without it the likeliest."""

    search = serializers.CharField(max_length=60, required=False, default="")


class LotsAsked(LookUpAsked):
    """`shipped`: what others filed as sold to the caller's enterprise comes first.

    `filing`: a draft, whose own new lots are offered besides.
    """

    shipped = serializers.BooleanField(default=False)
    filing = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)


@extend_schema(tags=["reference"], parameters=[LotsAsked])
class LotsOfferedApi(APIView):
    """Lots that a record of the caller's enterprise may mean, twenty at most."""

    permission_classes = [Requires(Perm.PREPARE_FILING)]

    @extend_schema(responses=LotOfferedOut(many=True))
    def get(self, request: Request) -> Response:
        """Those that it holds first."""
        told = asked_of(LotsAsked, request)
        draft = None
        if wanted := told.get("filing"):
            draft = get_object_or_404(filings_visible_to(request.user), pk=wanted)
        found = lots_offered(
            enterprise_read(request), draft, told["search"], shipped=told["shipped"]
        )
        return Response(LotOfferedOut(found, many=True).data)


@extend_schema(tags=["reference"], parameters=[LookUpAsked])
class PartnersOfferedApi(APIView):
    """Enterprises that a record may name as counterparty, twenty at most: name and code."""

    permission_classes = [Requires(Perm.PREPARE_FILING)]

    @extend_schema(responses=EnterpriseNameOut(many=True))
    def get(self, request: Request) -> Response:
        """Those that the caller's enterprise has traded with first."""
        asked = asked_of(LookUpAsked, request)
        found = partners_offered(enterprise_read(request), asked["search"])
        return Response(EnterpriseNameOut(found, many=True).data)
