"""The months of an enterprise: where each stands, its spreadsheet, the shape of the one before."""

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from enterprises.models import Enterprise
from portal.kernel import clock
from portal.kernel.access import Requires
from portal.kernel.api.renderers import XlsxRenderer
from portal.kernel.downloads import XLSX, written
from portal.machines.idempotency import WritingView
from traceability.api.callers import (
    ETAG,
    MONTH,
    answer_filing,
    asked_of,
    enterprise_read,
    month_named,
    own_enterprise,
)
from traceability.permissions import Perm
from traceability.queries.filings import filings_visible_to
from traceability.queries.months import last_months, months_of
from traceability.queries.workbooks import month_template
from traceability.serializers.filings import FilingOut
from traceability.serializers.months import MonthOut
from traceability.services.workspace import start_from_last_month

MOST_MONTHS = 120


class MonthsAsked(serializers.Serializer[Any]):
    """Whose months: those of the caller's own enterprise unless it says. `last`: how many."""

    uscc = serializers.CharField(max_length=18, required=False)
    last = serializers.IntegerField(min_value=1, max_value=MOST_MONTHS, default=12)


class MonthAsked(serializers.Serializer[Any]):
    """Whose month: that of the caller's own enterprise unless it says."""

    uscc = serializers.CharField(max_length=18, required=False)


class TemplateAsked(serializers.Serializer[Any]):
    """An empty template, or (`filing`) one with the records of that version.

    With `lines` the records of `filing` come with their lines instead, to be changed or cancelled
    and sent back as an addition.
    """

    filing = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    lines = serializers.BooleanField(default=False)


@extend_schema(tags=["filings"])
class MonthsApi(APIView):
    """The months that an enterprise must file, the latest first."""

    permission_classes = [Requires(Perm.VIEW_FILINGS)]

    @extend_schema(parameters=[MonthsAsked], responses=MonthOut(many=True))
    def get(self, request: Request) -> Response:
        """Up to the one that ended last: its deadline, what was filed, what is begun."""
        asked = asked_of(MonthsAsked, request)
        enterprise = enterprise_read(request, asked.get("uscc"))
        shown = last_months(
            enterprise,
            today=clock.today(),
            count=asked["last"],
            drafts=_sees_drafts(request, enterprise),
        )
        return Response(MonthOut(shown, many=True).data)


@extend_schema(tags=["filings"], parameters=[MONTH])
class MonthApi(APIView):
    """One month."""

    permission_classes = [Requires(Perm.VIEW_FILINGS)]

    @extend_schema(parameters=[MonthAsked], responses=MonthOut)
    def get(self, request: Request, month: str) -> Response:
        """Its deadline, what was filed, what is begun."""
        asked = asked_of(MonthAsked, request)
        enterprise = enterprise_read(request, asked.get("uscc"))
        (shown,) = months_of(
            enterprise,
            [month_named(month)],
            today=clock.today(),
            drafts=_sees_drafts(request, enterprise),
        )
        return Response(MonthOut(shown).data)


@extend_schema(tags=["filings"], parameters=[MONTH])
class MonthTemplateApi(APIView):
    """The spreadsheet of a month for the caller's own enterprise."""

    permission_classes = [Requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)]
    renderer_classes = [XlsxRenderer]

    @extend_schema(parameters=[TemplateAsked], responses={(200, XLSX): OpenApiTypes.BINARY})
    def get(self, request: Request, month: str) -> HttpResponseBase:
        """An XLSX workbook with the enterprise's own partners to choose from."""
        asked = asked_of(TemplateAsked, request)
        enterprise = enterprise_read(request)
        filing = None
        if wanted := asked.get("filing"):
            seen = filings_visible_to(request.user).filter(enterprise=enterprise)
            filing = get_object_or_404(seen, pk=wanted)
        book = month_template(enterprise, month_named(month), filing=filing, lines=asked["lines"])
        return written(*book, kind=XLSX)


@extend_schema(tags=["filings"], parameters=[MONTH])
class MonthShapeApi(WritingView):
    """POST: start a month from the shape of the one before."""

    permission_classes = [Requires(Perm.PREPARE_FILING)]

    @extend_schema(request=None, responses={200: FilingOut}, parameters=[ETAG])
    def post(self, request: Request, month: str) -> Response:
        """Its rows without masses and a stock row for each held lot wait in an empty draft.

        They are read at `unfinished-rows`, and written as records by their lines. 409 when the
        draft holds rows already.
        """
        draft = start_from_last_month(
            enterprise=own_enterprise(request, Perm.PREPARE_FILING),
            month=month_named(month),
            by=request.user,
            at=clock.now(),
        )
        return answer_filing(request, draft.pk)


def _sees_drafts(request: Request, enterprise: Enterprise) -> bool:
    """Only its own people see what an enterprise has begun."""
    user: Any = request.user
    return enterprise.organisation_id == user.organisation_id
