"""What officials ask for: returns, questions and the answers to them; deadlines they extended."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from portal.kernel import clock
from portal.kernel.access import Requires, require_allowed
from portal.kernel.api.pages import LedgerPages
from portal.kernel.filters import MonthNamed
from portal.machines.idempotency import WritingView
from traceability.models import DeadlineExtension, FilingRemark
from traceability.permissions import Perm
from traceability.queries.extensions import extensions_visible_to
from traceability.queries.filings import filings_visible_to
from traceability.queries.remarks import remarks_visible_to
from traceability.serializers.supervision import ExtensionOut, FilingAnswerIn, FilingRemarkOut
from traceability.services.supervision import answer_about_filing


class FilingRemarksFilter(django_filters.FilterSet):
    """By filing, month, enterprise and kind; `open=true`: what still waits."""

    filing = django_filters.NumberFilter(field_name="filing_id")
    uscc = django_filters.CharFilter(field_name="filing__enterprise__uscc")
    month = MonthNamed(field_name="filing__month")
    kind = django_filters.ChoiceFilter(choices=FilingRemark.Kind.choices)
    open = django_filters.BooleanFilter()

    class Meta:
        model = FilingRemark
        fields = ()


class ExtensionsFilter(django_filters.FilterSet):
    """By month and enterprise."""

    uscc = django_filters.CharFilter(field_name="enterprise__uscc")
    month = MonthNamed(field_name="month")

    class Meta:
        model = DeadlineExtension
        fields = ()


@extend_schema(tags=["filings"])
class FilingRemarksApi(ListAPIView):
    """Returns, questions and answers, in the order they were said."""

    permission_classes = [Requires(Perm.VIEW_FILINGS)]
    serializer_class = FilingRemarkOut
    filterset_class = FilingRemarksFilter
    pagination_class = LedgerPages
    queryset = FilingRemark.objects.none()

    def get_queryset(self) -> QuerySet[FilingRemark]:
        """Of the filings that the account may see."""
        user: Any = self.request.user
        return remarks_visible_to(user)


@extend_schema(tags=["filings"])
class FilingRemarkApi(RetrieveAPIView):
    """One return, question or answer."""

    permission_classes = [Requires(Perm.VIEW_FILINGS)]
    serializer_class = FilingRemarkOut
    queryset = FilingRemark.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[FilingRemark]:
        """Of the filings that the account may see."""
        user: Any = self.request.user
        return remarks_visible_to(user)


@extend_schema(tags=["filings"])
class FilingAnswerApi(WritingView):
    """POST: the enterprise answers what was asked about a filing."""

    permission_classes = [Requires(Perm.PREPARE_FILING)]

    @extend_schema(request=FilingAnswerIn, responses={201: FilingRemarkOut})
    def post(self, request: Request, pk: int) -> Response:
        """Answers what was asked last; whoever asked is told. 409 where nothing was asked."""
        user: Any = request.user
        filing = get_object_or_404(filings_visible_to(user), pk=pk)
        require_allowed(user, Perm.PREPARE_FILING, filing.enterprise)
        asked = FilingAnswerIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = answer_about_filing(
            filing=filing, text=asked.validated_data["text"], by=user, at=clock.now()
        )
        told = remarks_visible_to(user).get(pk=said.pk)
        return Response(FilingRemarkOut(told).data, status=201)


@extend_schema(tags=["filings"])
class ExtensionsApi(ListAPIView):
    """Deadlines that officials extended, with their reasons, in the order they were granted."""

    permission_classes = [Requires(Perm.VIEW_FILINGS)]
    serializer_class = ExtensionOut
    filterset_class = ExtensionsFilter
    pagination_class = LedgerPages
    queryset = DeadlineExtension.objects.none()

    def get_queryset(self) -> QuerySet[DeadlineExtension]:
        """Of the enterprises whose filings the account may see."""
        user: Any = self.request.user
        return extensions_visible_to(user)
