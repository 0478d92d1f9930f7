"""The code lists that records are written in, and an enterprise's name by its code."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from enterprises.models import Enterprise
from enterprises.permissions import Perm as DirectoryPerm
from portal.kernel.access import Requires
from traceability.models import Product
from traceability.permissions import Perm
from traceability.rules.checks import CHECKS
from traceability.rules.countries import COUNTRIES
from traceability.rules.intake import NEEDS
from traceability.serializers.reference import (
    CountryOut,
    EnterpriseNameOut,
    FindingCodeOut,
    KindOut,
    ProductOut,
)


@extend_schema(tags=["reference"])
class ProductsApi(ListAPIView):
    """Every product."""

    permission_classes = [Requires(Perm.VIEW_FILINGS)]
    serializer_class = ProductOut
    pagination_class = None
    filter_backends = ()
    queryset = Product.objects.all()


class CodeListApi(APIView):
    """A short list that is the same for everybody."""

    permission_classes = [Requires(Perm.VIEW_FILINGS)]


@extend_schema(tags=["reference"])
class KindsApi(CodeListApi):
    """Every kind of record."""

    @extend_schema(responses=KindOut(many=True))
    def get(self, request: Request) -> Response:
        """With the fields it needs."""
        return Response(KindOut(NEEDS, many=True).data)


@extend_schema(tags=["reference"])
class FindingCodesApi(CodeListApi):
    """Every kind of finding."""

    @extend_schema(responses=FindingCodeOut(many=True))
    def get(self, request: Request) -> Response:
        """In the order in which they are checked."""
        return Response(FindingCodeOut(CHECKS, many=True).data)


@extend_schema(tags=["reference"])
class CountriesApi(CodeListApi):
    """Every country or region that a record may name."""

    @extend_schema(responses=CountryOut(many=True))
    def get(self, request: Request) -> Response:
        """By code."""
        return Response([{"code": code} for code in sorted(COUNTRIES)])


@extend_schema(tags=["reference"])
class EnterpriseNameApi(RetrieveAPIView):
    """Who a counterparty is, by its unified social credit code: the name, and no more."""

    permission_classes = [Requires(DirectoryPerm.VIEW_ENTERPRISE)]
    serializer_class = EnterpriseNameOut
    lookup_field = "uscc"
    filter_backends = ()
    queryset = Enterprise.objects.none()

    def get_queryset(self) -> QuerySet[Enterprise]:
        """Everybody in the directory: a record may name any of them."""
        found: Any = Enterprise.objects.filter(uscc__isnull=False)
        return found.select_related("organisation")
