"""Where an enterprise stands: its caps, what it holds, and what a draft would make of both."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from allocations.permissions import Perm as CapPerm
from portal.kernel import clock
from portal.kernel.access import Requires
from portal.kernel.api.pages import LedgerPages
from traceability.api.callers import asked_of, enterprise_read
from traceability.models import Balance
from traceability.permissions import Perm
from traceability.queries.balances import balances_visible_to
from traceability.queries.caps import cap_position
from traceability.queries.differences import differences
from traceability.queries.filings import filings_visible_to, in_force, version_before
from traceability.serializers.consequences import (
    BalanceOut,
    CapStandingOut,
    DifferencesOut,
    FilingPreviewOut,
    PreviewOut,
)
from traceability.services.previews import preview_submission


class BalancesFilter(django_filters.FilterSet):
    """Whose, of which lot or product; `held=true`: of which there is anything, or too little."""

    uscc = django_filters.CharFilter(field_name="enterprise__uscc")
    lot = django_filters.CharFilter(field_name="lot__number")
    lot_maker = django_filters.CharFilter(field_name="lot__maker__uscc")
    product = django_filters.CharFilter(field_name="lot__product__code")
    held = django_filters.BooleanFilter(method="of_held")

    class Meta:
        model = Balance
        fields = ()

    def of_held(self, rows: QuerySet[Balance], _name: str, held: bool) -> QuerySet[Balance]:
        """Those with a balance, or those without."""
        return rows.exclude(held_kg=0) if held else rows.filter(held_kg=0)


@extend_schema(tags=["caps and balances"])
class BalancesApi(ListAPIView):
    """What is held of each lot, by the filings in force."""

    permission_classes = [Requires(Perm.VIEW_FILINGS)]
    serializer_class = BalanceOut
    filterset_class = BalancesFilter
    pagination_class = LedgerPages
    queryset = Balance.objects.none()

    def get_queryset(self) -> QuerySet[Balance]:
        """Of the enterprises that the account may see."""
        user: Any = self.request.user
        return balances_visible_to(user)


class StandingAsked(serializers.Serializer[Any]):
    """Which year, and whose caps: those of the caller's own enterprise unless it says."""

    year = serializers.IntegerField(min_value=1990, max_value=2999, required=False)
    uscc = serializers.CharField(max_length=18, required=False)


@extend_schema(tags=["caps and balances"])
class CapStandingApi(APIView):
    """Caps of a year, what is used of them and what is left."""

    permission_classes = [Requires(CapPerm.VIEW_CAPS)]

    @extend_schema(parameters=[StandingAsked], responses=CapStandingOut)
    def get(self, request: Request) -> Response:
        """By the decisions issued and the filings in force; this year's unless it says."""
        asked = asked_of(StandingAsked, request)
        enterprise = enterprise_read(request, asked.get("uscc"))
        year = asked.get("year", clock.today().year)
        told = {
            "uscc": enterprise.uscc,
            "year": year,
            "positions": cap_position(enterprise, year),
        }
        return Response(CapStandingOut(told).data)


@extend_schema(tags=["filings"])
class FilingDifferencesApi(APIView):
    """How a version differs from the one before it."""

    permission_classes = [Requires(Perm.VIEW_FILINGS)]

    @extend_schema(responses=DifferencesOut)
    def get(self, request: Request, pk: int) -> Response:
        """Record by record; 404 for a first version, which differs from nothing."""
        seen = filings_visible_to(request.user)
        filing = get_object_or_404(seen, pk=pk)
        before = version_before(filing, seen)
        if before is None:
            raise Http404
        return Response(DifferencesOut(differences(before, filing)).data)


@extend_schema(tags=["filings"])
class FilingPreviewApi(APIView):
    """What submitting a draft would do, worked out by the submission itself."""

    permission_classes = [Requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)]

    @extend_schema(responses=FilingPreviewOut)
    def get(self, request: Request, pk: int) -> Response:
        """Caps, balances and findings of the enterprise before and after; 409 when submitted.

        Of an amendment besides how its records differ from those in force.
        """
        draft = get_object_or_404(filings_visible_to(request.user), pk=pk)
        told = PreviewOut(preview_submission(filing=draft, by=request.user, at=clock.now())).data
        standing = in_force(draft.enterprise_id, draft.month)
        found = DifferencesOut(differences(standing, draft)).data if standing else None
        amends = standing.pk if standing else None
        return Response({**told, "amends": amends, "differences": found})
