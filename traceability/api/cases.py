"""Cases: read by those who may, answered by the enterprise that was asked."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.kernel import clock
from portal.kernel.access import Requires
from portal.kernel.api.pages import LedgerPages
from portal.kernel.api.parsers import PlainJsonParser
from portal.kernel.api.renderers import FileRenderer
from portal.kernel.downloads import BINARY, download
from portal.machines.idempotency import WritingView
from traceability.models import Case
from traceability.permissions import Perm
from traceability.queries import cases as queries
from traceability.rules.cases import MOST_BYTES
from traceability.serializers.cases import CaseAnswerIn, CaseDetailOut, CaseOut
from traceability.services.cases import Attachment, answer_case

# So many findings of a case are named; the list of findings holds all of them.
FINDINGS_NAMED = 1_000


class CasesFilter(django_filters.FilterSet):
    """By year, topic, enterprise and where the work is."""

    year = django_filters.NumberFilter()
    uscc = django_filters.CharFilter(field_name="enterprise__uscc")
    topic = django_filters.ChoiceFilter(choices=Case.Topic.choices)
    status = django_filters.ChoiceFilter(choices=Case.Status.choices)

    class Meta:
        model = Case
        fields = ()


@extend_schema(tags=["findings"])
class CasesApi(ListAPIView):
    """The cases the account may see: an enterprise its own, from the first question on."""

    permission_classes = [Requires(Perm.VIEW_FINDINGS)]
    serializer_class = CaseOut
    filterset_class = CasesFilter
    pagination_class = LedgerPages
    queryset = Case.objects.none()

    def get_queryset(self) -> QuerySet[Case]:
        """In the order they were opened."""
        return queries.cases_visible_to(_user(self.request))


@extend_schema(tags=["findings"])
class CaseApi(APIView):
    """One case."""

    permission_classes = [Requires(Perm.VIEW_FINDINGS)]

    @extend_schema(responses=CaseDetailOut)
    def get(self, request: Request, pk: int) -> Response:
        """With what was asked and answered, and how it ended."""
        return Response(_told(request, pk))


@extend_schema(tags=["findings"])
class CaseAnswerApi(WritingView):
    """POST: the enterprise answers what it was asked."""

    permission_classes = [Requires(Perm.ANSWER_FINDINGS)]
    parser_classes = [MultiPartParser, PlainJsonParser]

    @extend_schema(
        request={"multipart/form-data": CaseAnswerIn, "application/json": CaseAnswerIn},
        responses={201: CaseDetailOut},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Its findings count as answered, and whoever asked is told; a form may bring a file."""
        case = _visible(request, pk)
        asked = CaseAnswerIn(data=request.data)
        asked.is_valid(raise_exception=True)
        file = asked.validated_data.get("attachment")
        # One byte more than allowed tells that it is too large.
        attachment = Attachment(file.name, file.read(MOST_BYTES + 1)) if file else None
        answer_case(
            case=case,
            text=asked.validated_data["text"],
            attachment=attachment,
            by=_user(request),
            at=clock.now(),
        )
        return Response(_told(request, pk), status=201)


@extend_schema(tags=["findings"])
class CaseAttachmentApi(APIView):
    """The file of an entry."""

    permission_classes = [Requires(Perm.VIEW_FINDINGS)]
    renderer_classes = [FileRenderer]

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int, entry_id: int) -> HttpResponseBase:
        """As it was sent; 404 where the entry has none."""
        entries = queries.evidence_in(_visible(request, pk), _user(request))
        entry = get_object_or_404(entries, pk=entry_id)
        return download(entry.attachment, entry.attachment_name, kind=BINARY)


def _user(request: Any) -> Any:
    return request.user


def _visible(request: Request, pk: int) -> Case:
    return get_object_or_404(queries.cases_visible_to(_user(request)), pk=pk)


def _told(request: Request, pk: int) -> dict[str, Any]:
    """A case as the caller may read it."""
    case: Any = _visible(request, pk)
    user = _user(request)
    case.shown_entries = queries.entries_visible_to(case, user)
    case.shown_findings = list(
        queries.findings_in(case, user).values_list("pk", flat=True)[:FINDINGS_NAMED]
    )
    return dict(CaseDetailOut(case).data)
