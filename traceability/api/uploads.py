"""Files sent by machines, which are checked in the background."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import RetrieveAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from portal.kernel import clock
from portal.kernel.access import Requires
from portal.machines.idempotency import WritingView
from traceability import tasks
from traceability.api.callers import own_enterprise
from traceability.models import Upload
from traceability.permissions import Perm
from traceability.queries.uploads import uploads_visible_to
from traceability.serializers.filings import UploadIn, UploadOut
from traceability.services.uploads import receive_upload


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
        upload = receive_upload(
            enterprise=own_enterprise(request, Perm.PREPARE_FILING),
            month=asked.validated_data["month"],
            file_name=file.name,
            content=file,
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
