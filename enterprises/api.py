"""The directory and the list of designated enterprises as JSON, read-only."""

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView

from enterprises import queries
from enterprises.models import Designation, Enterprise
from enterprises.permissions import Perm
from enterprises.serializers import DesignationOut, EnterpriseDetailOut, EnterpriseOut
from enterprises.tables import DesignationFilter, EnterpriseFilter
from portal.kernel import clock
from portal.kernel.access import Requires


def _enterprises(user: object) -> QuerySet[Enterprise]:
    seen = queries.enterprises_visible_to(user).select_related("parent")  # type: ignore[arg-type]
    return queries.with_designated(seen, day=clock.today()).order_by("pk")


@extend_schema(tags=["enterprises"])
class EnterprisesApi(ListAPIView):
    """The enterprises that the account may see."""

    permission_classes = [Requires(Perm.VIEW_ENTERPRISE)]
    serializer_class = EnterpriseOut
    filterset_class = EnterpriseFilter
    queryset = Enterprise.objects.none()

    def get_queryset(self) -> QuerySet[Enterprise]:
        """In the order in which they were entered."""
        return _enterprises(self.request.user)


@extend_schema(tags=["enterprises"])
class EnterpriseApi(RetrieveAPIView):
    """One enterprise by its unified social credit code, with its sites and designations."""

    permission_classes = [Requires(Perm.VIEW_ENTERPRISE)]
    serializer_class = EnterpriseDetailOut
    lookup_field = "uscc"
    queryset = Enterprise.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Enterprise]:
        """The enterprises that the account may see."""
        designations = Designation.objects.select_related("enterprise__organisation")
        return _enterprises(self.request.user).prefetch_related(
            "sites__region", Prefetch("designations", designations)
        )


@extend_schema(tags=["enterprises"])
class DesignationsApi(ListAPIView):
    """Every designation there is and was; `on=2025-03-09` narrows them to those of a day."""

    permission_classes = [Requires(Perm.VIEW_ENTERPRISE)]
    serializer_class = DesignationOut
    filterset_class = DesignationFilter
    queryset = Designation.objects.none()

    def get_queryset(self) -> QuerySet[Designation]:
        """In the order in which they were entered."""
        return queries.designations_visible_to(self.request.user).order_by("pk")
