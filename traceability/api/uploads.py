"""Files sent by machines, which are checked in the background; what is given back of them."""

from functools import partial
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.kernel import clock
from portal.kernel.access import Requires, require_allowed
from portal.kernel.api.pages import LedgerPages
from portal.kernel.api.renderers import FileRenderer, XlsxRenderer
from portal.kernel.downloads import BINARY, XLSX, written
from portal.kernel.filters import MonthNamed
from portal.machines.idempotency import WritingView
from traceability import tasks
from traceability.api.callers import own_enterprise
from traceability.models import Upload
from traceability.permissions import Perm
from traceability.queries.uploads import uploads_visible_to, write_content
from traceability.queries.workbooks import gives_rows_back, rows_to_correct
from traceability.serializers.filings import UploadIn, UploadListedOut, UploadOut
from traceability.services.uploads import receive_upload, stop_upload


class UploadsFilter(django_filters.FilterSet):
    """By month, state and mode."""

    month = MonthNamed(field_name="month")
    state = django_filters.ChoiceFilter(choices=Upload.State.choices)
    mode = django_filters.ChoiceFilter(choices=Upload.Mode.choices)

    class Meta:
        model = Upload
        fields = ()


@extend_schema(tags=["uploads"])
class UploadsApi(WritingView, ListAPIView):
    """The files of the account's own enterprise, in the order they were sent."""

    permission_classes = [Requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)]
    parser_classes = [MultiPartParser]
    serializer_class = UploadListedOut
    filterset_class = UploadsFilter
    pagination_class = LedgerPages
    queryset = Upload.objects.none()

    def get_queryset(self) -> QuerySet[Upload]:
        """Without the files themselves and what was found in them."""
        return uploads_visible_to(self.request.user).defer("content", "errors")

    @extend_schema(request=UploadIn, responses={202: UploadOut})
    def post(self, request: Request) -> Response:
        """Send a file with a month's records; it is checked in the background.

        Answers 202 with the upload; ask for it again until it is neither `queued` nor `working`.
        """
        enterprise = own_enterprise(request, Perm.PREPARE_FILING)
        asked = UploadIn(data=request.data)
        asked.is_valid(raise_exception=True)
        told: Any = dict(asked.validated_data)
        file = told.pop("file")
        upload = receive_upload(
            enterprise=enterprise,
            file_name=file.name,
            content=file,
            by=request.user,
            at=clock.now(),
            **told,
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


@extend_schema(tags=["uploads"])
class UploadStopApi(WritingView):
    """POST: a file is checked no further."""

    permission_classes = [Requires(Perm.PREPARE_FILING)]

    @extend_schema(request=None, responses={200: UploadOut})
    def post(self, request: Request, pk: int) -> Response:
        """Nothing of it goes into the draft. 409 when checking it has ended already.

        One that waits is stopped at once; one that is being checked says `stopping` until its
        worker has seen it.
        """
        upload = _visible(request, pk)
        require_allowed(request.user, Perm.PREPARE_FILING, upload.enterprise)
        stop_upload(upload=upload, by=request.user, at=clock.now())
        return Response(UploadOut(_visible(request, pk)).data)


@extend_schema(tags=["uploads"])
class UploadFileApi(APIView):
    """The file itself, which is kept as evidence."""

    permission_classes = [Requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)]
    renderer_classes = [FileRenderer]

    @extend_schema(responses={(200, BINARY): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """As it was sent."""
        upload = _visible(request, pk)
        return written(partial(write_content, upload=upload), upload.file_name, kind=BINARY)


@extend_schema(tags=["uploads"])
class UploadRowsApi(APIView):
    """The rows of a file that were not taken."""

    permission_classes = [Requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)]
    renderer_classes = [XlsxRenderer]

    @extend_schema(responses={(200, XLSX): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """An XLSX workbook of the same shape, in which a first column says what is wrong.

        Corrected it is sent again. 404 where nothing comes back.
        """
        upload = _visible(request, pk)
        if not gives_rows_back(upload):
            raise Http404
        return written(*rows_to_correct(upload), kind=XLSX)


def _visible(request: Request, pk: int) -> Upload:
    return get_object_or_404(uploads_visible_to(request.user), pk=pk)
