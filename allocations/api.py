"""Decisions, caps and copies in the API."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from allocations import queries, services
from allocations.models import AllocationLine, Copy, Decision
from allocations.permissions import Perm
from allocations.serializers import CapOut, CopyOut, DecisionOut
from allocations.tables import ApiCapFilter, CopyFilter, DecisionFilter
from enterprises.queries import enterprises_visible_to
from portal.kernel import clock
from portal.kernel.access import Requires
from portal.machines.idempotency import WritingView


@extend_schema(tags=["allocations"])
class DecisionsApi(ListAPIView):
    """Decisions with their lines."""

    permission_classes = [Requires(Perm.VIEW_DECISIONS)]
    serializer_class = DecisionOut
    filterset_class = DecisionFilter
    queryset = Decision.objects.none()

    def get_queryset(self) -> QuerySet[Decision]:
        """The latest first."""
        user: Any = self.request.user
        decisions = queries.decisions_visible_to(user)
        return decisions.prefetch_related(
            "ceiling_lines", "allocation_lines__enterprise__organisation", "sign_offs"
        )


@extend_schema(tags=["allocations"])
class CapsApi(ListAPIView):
    """Caps by enterprise, year and category; `year=2025` narrows them."""

    permission_classes = [Requires(Perm.VIEW_CAPS)]
    serializer_class = CapOut
    filterset_class = ApiCapFilter
    queryset = AllocationLine.objects.none()

    def get_queryset(self) -> QuerySet[AllocationLine, dict[str, Any]]:
        """Those that the account may see, the latest year first."""
        user: Any = self.request.user
        return queries.cap_sums(enterprises_visible_to(user))


@extend_schema(tags=["allocations"])
class CopiesApi(ListAPIView):
    """The copies that the account's authority received; for a ministry, all of them."""

    permission_classes = [Requires(Perm.VIEW_COPIES)]
    serializer_class = CopyOut
    filterset_class = CopyFilter
    queryset = Copy.objects.none()

    def get_queryset(self) -> QuerySet[Copy]:
        """The latest first."""
        user: Any = self.request.user
        return queries.copies_visible_to(user)


@extend_schema(tags=["allocations"], request=None, responses=CopyOut)
class CopyAcknowledgeApi(WritingView):
    """POST: put on record that the authority has the copy."""

    permission_classes = [Requires(Perm.ACKNOWLEDGE_COPY)]

    def post(self, request: Request, pk: int) -> Response:
        """Acknowledge it, once; a second time is refused with 409."""
        user: Any = request.user
        copy = get_object_or_404(queries.copies_visible_to(user), pk=pk)
        services.acknowledge_copy(copy=copy, by=user, at=clock.now())
        return Response(CopyOut(queries.copies_visible_to(user).get(pk=pk)).data)
