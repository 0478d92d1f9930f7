"""Filings in versions: listed, opened, read, thrown away; their receipts."""

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from portal.kernel import clock
from portal.kernel.access import Requires
from portal.kernel.api.pages import LedgerPages
from portal.kernel.api.renderers import PdfRenderer
from portal.kernel.downloads import PDF, download
from portal.kernel.filters import MonthNamed
from portal.machines.idempotency import WritingView
from traceability.api.callers import (
    ETAG,
    IF_MATCH,
    answer_filing,
    draft_as_read,
    own_enterprise,
)
from traceability.models import Filing
from traceability.permissions import Perm
from traceability.queries.filings import draft_id_of, filings_visible_to
from traceability.queries.months import with_lateness
from traceability.queries.receipts import receipt_paper
from traceability.serializers.filings import DraftIn, FilingOut, ReceiptOut
from traceability.services.filings import discard_draft, open_draft

LOCATION = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, response=[200, 201], description="The draft."
)

FORMAT = OpenApiParameter(
    "format", enum=["json", "pdf"], description="Instead of the header `Accept: application/pdf`."
)


class FilingsFilter(django_filters.FilterSet):
    """`uscc`, `month` (2025-03) and `status` narrow the filings."""

    uscc = django_filters.CharFilter(field_name="enterprise__uscc")
    month = MonthNamed(field_name="month")
    status = django_filters.ChoiceFilter(choices=Filing.Status.choices)

    class Meta:
        model = Filing
        fields = ()


@extend_schema(tags=["filings"])
class FilingsApi(WritingView, ListAPIView):
    """The versions of filings that the account may see, in the order they were begun."""

    permission_classes = [Requires(Perm.VIEW_FILINGS)]
    serializer_class = FilingOut
    filterset_class = FilingsFilter
    pagination_class = LedgerPages
    queryset = Filing.objects.none()

    def get_queryset(self) -> QuerySet[Filing]:
        """Each with whether it came late."""
        return with_lateness(filings_visible_to(self.request.user))

    @extend_schema(
        request=DraftIn, responses={200: FilingOut, 201: FilingOut}, parameters=[ETAG, LOCATION]
    )
    def post(self, request: Request) -> Response:
        """Open the draft of a month: 201, or 200 with the one that stands."""
        enterprise = own_enterprise(request, Perm.PREPARE_FILING)
        asked = DraftIn(data=request.data)
        asked.is_valid(raise_exception=True)
        month = asked.validated_data["month"]
        standing = draft_id_of(enterprise.pk, month)
        draft = open_draft(
            enterprise=enterprise,
            month=month,
            reason=asked.validated_data["reason"],
            reason_kind=asked.validated_data["reason_kind"],
            with_records=not asked.validated_data["empty"],
            by=request.user,
            at=clock.now(),
        )
        answer = answer_filing(request, draft.pk, 200 if draft.pk == standing else 201)
        answer.headers["Location"] = reverse("api:filing", args=[draft.pk])
        return answer


@extend_schema(tags=["filings"])
class FilingApi(WritingView, RetrieveAPIView):
    """One version of a month."""

    permission_classes = [Requires(Perm.VIEW_FILINGS)]
    serializer_class = FilingOut
    queryset = Filing.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Filing]:
        """The filings that the account may see."""
        return filings_visible_to(self.request.user)

    @extend_schema(parameters=[ETAG])
    def get(self, request: Request, pk: int) -> Response:
        """With its ETag, which every write of a draft asks back."""
        return answer_filing(request, pk)

    @extend_schema(responses={204: None}, parameters=[IF_MATCH])
    def delete(self, request: Request, pk: int) -> Response:
        """Throw a draft away with its records; what was submitted stays."""
        discard_draft(filing=draft_as_read(request, pk), by=request.user, at=clock.now())
        return Response(status=204)


@extend_schema(tags=["filings"])
class FilingReceiptApi(RetrieveAPIView):
    """The receipt of a submitted version; 404 for a draft."""

    permission_classes = [Requires(Perm.VIEW_FILINGS)]
    renderer_classes = [JSONRenderer, PdfRenderer]
    serializer_class = ReceiptOut
    queryset = Filing.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Filing]:
        """The submitted versions that the account may see."""
        submitted = filings_visible_to(self.request.user).exclude(status=Filing.Status.DRAFT)
        return with_lateness(submitted)

    @extend_schema(
        parameters=[FORMAT],
        responses={
            (200, "application/json"): ReceiptOut,
            (200, "application/pdf"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """As JSON, or as the paper with its code to scan."""
        if request.accepted_renderer.format != PdfRenderer.format:
            return super().get(request, pk=pk)
        filing = self.get_object()
        answer = download(receipt_paper(filing), f"{filing.receipt_no}.pdf", kind=PDF)
        answer.headers["Vary"] = "Accept"
        return answer
