"""Findings as JSON, read-only."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView

from portal.kernel.access import Requires
from portal.kernel.api.pages import LedgerPages
from traceability.models import Finding
from traceability.permissions import Perm
from traceability.queries.findings import findings_visible_to
from traceability.serializers.findings import FindingDetailOut, FindingOut
from traceability.tables.findings import FindingFilter


@extend_schema(tags=["findings"])
class FindingsApi(ListAPIView):
    """The findings the account may see."""

    permission_classes = [Requires(Perm.VIEW_FINDINGS)]
    serializer_class = FindingOut
    filterset_class = FindingFilter
    pagination_class = LedgerPages
    queryset = Finding.objects.none()

    def get_queryset(self) -> QuerySet[Finding]:
        """In the order they were put on record."""
        return findings_visible_to(self.request.user)


@extend_schema(tags=["findings"])
class FindingApi(RetrieveAPIView):
    """One finding with its arithmetic."""

    permission_classes = [Requires(Perm.VIEW_FINDINGS)]
    serializer_class = FindingDetailOut
    queryset = Finding.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Finding]:
        """The findings the account may see."""
        return findings_visible_to(self.request.user)
