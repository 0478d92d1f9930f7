"""Decisions, caps and copies in the API."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from allocations import queries, services
from allocations.models import AllocationLine, Copy, Decision
from allocations.permissions import Perm
from allocations.serializers import CapOut, CopyOut, DecisionOut
from allocations.tables import CapFilter, CopyFilter, DecisionFilter
from enterprises.queries import enterprises_visible_to
from portal.kernel import clock
from portal.kernel.access import Requires


@extend_schema(tags=["allocations"])
class DecisionsApi(ListAPIView):
    """Decisions with their lines."""

    permission_classes = [Requires(Perm.VIEW_DECISIONS)]
    serializer_class = DecisionOut
    filterset_class = DecisionFilter
    queryset = Decision.objects.none()

    def get_queryset(self) -> QuerySet[Decision]:
        """The latest first."""
        return queries.decisions_visible_to(self.request.user).prefetch_related(  # type: ignore[arg-type]
            "ceiling_lines", "allocation_lines__enterprise"
        )


@extend_schema(tags=["allocations"])
class CapsApi(ListAPIView):
    """Caps by enterprise, year and category; `year=2025` narrows them."""

    permission_classes = [Requires(Perm.VIEW_CAPS)]
    serializer_class = CapOut
    filterset_class = CapFilter
    queryset = AllocationLine.objects.none()

    def get_queryset(self) -> QuerySet[AllocationLine, dict[str, Any]]:
        """Those that the account may see."""
        user: Any = self.request.user
        national = Perm.VIEW_CAPS in user.role_held.national
        seen = None if national else list(enterprises_visible_to(user).values_list("pk", flat=True))
        chinese = (get_language() or "").startswith("zh")
        return queries.cap_sums(seen, chinese=chinese).order_by(
            "-decision__year", "enterprise_id", "category"
        )


@extend_schema(tags=["allocations"])
class CopiesApi(ListAPIView):
    """The copies that the account's authority received."""

    permission_classes = [Requires(Perm.VIEW_COPIES)]
    serializer_class = CopyOut
    filterset_class = CopyFilter
    queryset = Copy.objects.none()

    def get_queryset(self) -> QuerySet[Copy]:
        """The latest first."""
        return queries.copies_visible_to(self.request.user)  # type: ignore[arg-type]


@extend_schema(tags=["allocations"], request=None, responses=CopyOut)
class CopyAcknowledgeApi(APIView):
    """POST: put on record that the authority has the copy."""

    permission_classes = [Requires(Perm.ACKNOWLEDGE_COPY)]

    def post(self, request: Request, pk: int) -> Response:
        """Acknowledge it, once."""
        user: Any = request.user
        copy = get_object_or_404(queries.copies_visible_to(user), pk=pk)
        acknowledged = services.acknowledge_copy(copy=copy, by=user, at=clock.now())
        return Response(CopyOut(acknowledged).data)
