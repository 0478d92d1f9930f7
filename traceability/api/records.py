"""The records of a filing: read by pages, written in bulk."""

from functools import partial
from typing import Any

import django_filters
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from portal.kernel import clock
from portal.kernel.access import Requires
from portal.kernel.api.conditions import etag_of
from portal.kernel.api.pages import LinePages
from portal.kernel.api.renderers import CsvRenderer
from portal.kernel.downloads import CSV, written
from portal.machines.idempotency import SAFE, WritingView
from traceability.api.callers import (
    ETAG,
    IF_MATCH,
    MODE,
    asked_of,
    draft_as_read,
    filing_told,
    mode_of,
)
from traceability.models import Kind, Record
from traceability.permissions import Perm
from traceability.queries.filings import filings_visible_to, records_of, state_of
from traceability.queries.records import write_csv
from traceability.serializers.records import (
    MOST_ERRORS,
    ChangesIn,
    CsvParser,
    RecordOut,
    RecordsIn,
    RecordsParser,
    RecordsWrittenOut,
    Sent,
    written_out,
)
from traceability.services.intake import RowsRefused
from traceability.services.records import write_records

FORMAT = OpenApiParameter(
    "format", enum=["json", "csv"], description="Instead of the header `Accept: text/csv`."
)


class RecordsFilter(django_filters.FilterSet):
    """`kind` narrows the records."""

    kind = django_filters.ChoiceFilter(choices=Kind.choices)

    class Meta:
        model = Record
        fields = ()


class ReplaceAsked(serializers.Serializer[Any]):
    """`drop_accepted`: purchases written by accepting shipments are replaced too."""

    drop_accepted = serializers.BooleanField(default=False)


class RecordsRefused(RowsRefused):
    """Rows that can't be read, told as what the caller sent."""

    def __init__(self, refused: RowsRefused, sent: Sent) -> None:
        super().__init__(refused.rows)
        self.sent = sent

    @property
    def code(self) -> str:
        """As the rows of a file."""
        return "rows_refused"

    @property
    def errors(self) -> list[dict[str, Any]]:
        """Each fault with its pointer, as many as are told."""
        return [self.sent.told(fault) for fault in self.rows[:MOST_ERRORS]]


@extend_schema(tags=["filings"])
class FilingRecordsApi(WritingView, ListAPIView):
    """The records of one version, in line order; those of a draft can be written."""

    serializer_class = RecordOut
    filterset_class = RecordsFilter
    pagination_class = LinePages
    queryset = Record.objects.none()
    parser_classes = [RecordsParser, CsvParser]
    permission_classes = [Requires(Perm.VIEW_FILINGS)]
    most_bytes = settings.UPLOAD_MAX_BYTES

    def get_queryset(self) -> QuerySet[Record]:
        """Those of a filing that the account may see."""
        seen = filings_visible_to(self.request.user)
        return records_of(get_object_or_404(seen, pk=self.kwargs["pk"]))

    def get_renderers(self) -> list[BaseRenderer]:
        """CSV besides JSON for what is read."""
        renderers = super().get_renderers()
        return [*renderers, CsvRenderer()] if self.request.method in SAFE else renderers

    @extend_schema(
        parameters=[FORMAT],
        responses={
            (200, "application/json"): RecordOut(many=True),
            (200, "text/csv"): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """By pages as JSON; whole as CSV, in the columns in which records are sent."""
        if request.accepted_renderer.format != "csv":
            return super().get(request, *args, **kwargs)
        seen = filings_visible_to(request.user)
        filing = get_object_or_404(seen, pk=self.kwargs["pk"])
        asked = RecordsFilter(request.query_params)
        if not asked.is_valid():
            raise ValidationError(asked.errors)
        write = partial(write_csv, filing=filing, kind=asked.form.cleaned_data["kind"])
        name = f"{filing.enterprise.uscc}-{filing.month}-v{filing.version}.csv"
        answer = written(write, name, kind=CSV)
        answer.headers["ETag"], answer.headers["Vary"] = etag_of(state_of(filing)), "Accept"
        return answer

    @extend_schema(
        request={"application/json": RecordsIn, "text/csv": OpenApiTypes.STR},
        responses={200: RecordsWrittenOut, 207: RecordsWrittenOut},
        parameters=[MODE, ReplaceAsked, IF_MATCH, ETAG],
    )
    def put(self, request: Request, pk: int) -> Response:
        """Put these records in the place of those of the draft.

        Purchases written by accepting shipments stay, unless the same shipment is among what is
        sent, or `drop_accepted` says that they go too; `kept_purchases` tells how many stayed.
        """
        asked = asked_of(ReplaceAsked, request)
        return self._write(request, pk, replace=True, **asked)

    @extend_schema(
        request={"application/json": ChangesIn, "text/csv": OpenApiTypes.STR},
        responses={200: RecordsWrittenOut, 207: RecordsWrittenOut},
        parameters=[MODE, IF_MATCH, ETAG],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Add, change or cancel records of the draft by their lines."""
        return self._write(request, pk, replace=False)

    def _write(
        self, request: Request, pk: int, *, replace: bool, drop_accepted: bool = False
    ) -> Response:
        mode = mode_of(request)
        draft = draft_as_read(request, pk)
        sent = Sent(request.data, verbs=not replace)
        try:
            with sent.rows() as rows:
                written = write_records(
                    filing=draft,
                    rows=rows,
                    replace=replace,
                    partial=mode == "partial",
                    drop_accepted=drop_accepted,
                    by=request.user,
                    at=clock.now(),
                )
        except RowsRefused as refused:
            raise RecordsRefused(refused, sent) from refused
        filing, headers = filing_told(request, pk)
        told = {"filing": filing, **written_out(written, sent)}
        return Response(told, status=207 if mode == "partial" else 200, headers=headers)
