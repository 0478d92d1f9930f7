"""Filings and their records as JSON, and files sent by machines."""

from functools import partial
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from enterprises.queries import enterprises_visible_to
from portal.kernel import clock
from portal.kernel.access import Requires, require_allowed
from portal.kernel.period import Month
from portal.machines.idempotency import WritingView
from traceability import tasks
from traceability.models import Filing, Kind, Record, Upload
from traceability.permissions import Perm
from traceability.queries.filings import filings_visible_to, records_of
from traceability.queries.months import with_lateness
from traceability.queries.uploads import uploads_visible_to
from traceability.serializers.filings import FilingOut, RecordOut, UploadIn, UploadOut
from traceability.services.uploads import receive_upload


class FilingsFilter(django_filters.FilterSet):
    """`uscc`, `month` (2025-03) and `status` narrow the filings."""

    uscc = django_filters.CharFilter(field_name="enterprise__uscc")
    month = django_filters.CharFilter(method="of_month")
    status = django_filters.ChoiceFilter(choices=Filing.Status.choices)

    class Meta:
        model = Filing
        fields = ()

    def of_month(self, rows: QuerySet[Model], _name: str, text: str) -> QuerySet[Model]:
        """Those of one month; none when it is not a month."""
        try:
            return rows.filter(month=Month.parse(text))
        except ValueError:
            return rows.none()


class RecordsFilter(django_filters.FilterSet):
    """`kind` narrows the records."""

    kind = django_filters.ChoiceFilter(choices=Kind.choices)

    class Meta:
        model = Record
        fields = ()


@extend_schema(tags=["filings"])
class FilingsApi(ListAPIView):
    """The versions of filings that the account may see, in the order they were begun."""

    permission_classes = [Requires(Perm.VIEW_FILINGS)]
    serializer_class = FilingOut
    filterset_class = FilingsFilter
    queryset = Filing.objects.none()

    def get_queryset(self) -> QuerySet[Filing]:
        """In the order in which they were begun."""
        return with_lateness(filings_visible_to(self.request.user)).order_by("pk")


@extend_schema(tags=["filings"])
class FilingApi(RetrieveAPIView):
    """One version of a month."""

    permission_classes = [Requires(Perm.VIEW_FILINGS)]
    serializer_class = FilingOut
    queryset = Filing.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Filing]:
        """The filings that the account may see."""
        return with_lateness(filings_visible_to(self.request.user))


@extend_schema(tags=["filings"])
class FilingRecordsApi(ListAPIView):
    """The records of one version, in line order."""

    permission_classes = [Requires(Perm.VIEW_FILINGS)]
    serializer_class = RecordOut
    filterset_class = RecordsFilter
    queryset = Record.objects.none()

    def get_queryset(self) -> QuerySet[Record]:
        """Those of a filing that the account may see."""
        seen = filings_visible_to(self.request.user)
        return records_of(get_object_or_404(seen, pk=self.kwargs["pk"]))


@extend_schema(tags=["uploads"])
class UploadsApi(WritingView):
    """POST a file with a month's records; it is checked in the background."""

    permission_classes = [Requires(Perm.PREPARE_FILING)]
    parser_classes = [MultiPartParser]

    @extend_schema(request=UploadIn, responses={202: UploadOut})
    def post(self, request: Request) -> Response:
        """Answers 202 with the upload; ask for it again until `state` is no longer `working`."""
        asked = UploadIn(data=request.data)
        asked.is_valid(raise_exception=True)
        file: Any = asked.validated_data["file"]
        enterprise = get_object_or_404(
            enterprises_visible_to(request.user), organisation_id=request.user.organisation_id
        )
        require_allowed(request.user, Perm.PREPARE_FILING, enterprise)
        upload = receive_upload(
            enterprise=enterprise,
            month=asked.validated_data["month"],
            file_name=file.name,
            content=file.read(),
            by=request.user,
            at=clock.now(),
        )
        queue = partial(tasks.uploads.check_upload.delay, upload_id=upload.pk)
        transaction.on_commit(queue, robust=True)
        return Response(UploadOut(upload).data, status=202)


@extend_schema(tags=["uploads"])
class UploadApi(RetrieveAPIView):
    """One file: how far checking it has come, and every fault found."""

    permission_classes = [Requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)]
    serializer_class = UploadOut
    queryset = Upload.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Upload]:
        """The files of the account's own enterprise."""
        return uploads_visible_to(self.request.user)
