"""Whose enterprise a request is about, and which draft in which state."""

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from enterprises.models import Enterprise
from enterprises.queries import enterprises_visible_to
from portal.kernel.access import holds, require_allowed
from portal.kernel.api.conditions import etag_of, require_match
from portal.kernel.period import Month
from traceability.models import Filing
from traceability.permissions import Perm
from traceability.queries.filings import filings_visible_to, with_state
from traceability.queries.months import with_lateness
from traceability.serializers.filings import FilingOut

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of the draft as it was read; `*` for any. 412 when it has changed since.",
)
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    response=[200, 201, 207],
    description="Tells one state of the filing from another; send it back as `If-Match`.",
)

MONTH = OpenApiParameter(
    "month", str, OpenApiParameter.PATH, pattern=r"^\d{4}-\d{2}$", description="Like `2025-03`."
)

# Made once: a serializer takes longer to be made than to tell a filing.
_FILING_OUT = FilingOut()

MODES = ("all", "partial")
MODE = OpenApiParameter(
    "mode",
    enum=MODES,
    default="all",
    description="`all`: everything or nothing. `partial`: what is right goes in, and 207 tells of"
    " both what did and what did not.",
)


def mode_of(request: Request) -> str:
    """How a call of several parts is meant. Raises ValidationError (400)."""
    mode = request.query_params.get("mode", "all")
    if mode not in MODES:
        raise ValidationError({"mode": ["all, partial"]})
    return mode


def own_enterprise(request: Request, perm: Perm) -> Enterprise:
    """The enterprise that the caller works for. Raises 403 without `perm`."""
    _require_role(request.user, perm)
    enterprise = enterprise_read(request)
    require_allowed(request.user, perm, enterprise)
    return enterprise


def enterprise_read(request: Request, uscc: str | None = None) -> Enterprise:
    """The same for who only reads, or the one with this code. Raises 404 for those who see none."""
    user: Any = request.user
    seen = enterprises_visible_to(user)
    if uscc:
        return get_object_or_404(seen, uscc=uscc)
    return get_object_or_404(seen, organisation_id=user.organisation_id)


def asked_of(kind: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """What a request's address asks, as `kind` reads it. Raises ValidationError."""
    asked = kind(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def month_named(text: str) -> Month:
    """The month of an address, like 2025-03. Raises 404 for what is none."""
    try:
        return Month.parse(text)
    except ValueError as error:
        raise Http404 from error


def draft_as_read(request: Request, pk: int) -> Filing:
    """The draft, held until the request ends, in the state that the caller read.

    Raises 404, 403, VersionNeeded or VersionPassed.
    """
    _require_role(request.user, Perm.PREPARE_FILING)
    held = _seen(request).only("ready_at", "enterprise__region")
    held = held.select_for_update(of=("self",), no_key=True)
    draft: Any = get_object_or_404(with_state(held), pk=pk)
    require_allowed(request.user, Perm.PREPARE_FILING, draft.enterprise)
    require_match(request.headers.get("If-Match"), state=draft.state)
    return cast(Filing, draft)


def _require_role(user: Any, perm: Perm) -> None:
    """Who may do such a thing nowhere is told so, whatever it is about."""
    if not holds(user, perm):
        raise PermissionDenied


def filing_told(request: Request, pk: int) -> tuple[dict[str, Any], dict[str, str]]:
    """A filing as the caller sees it, and the headers that go with it. Raises 404."""
    filing: Any = get_object_or_404(with_state(with_lateness(_seen(request))), pk=pk)
    return _FILING_OUT.to_representation(filing), {"ETag": etag_of(filing.state)}


def _seen(request: Request) -> QuerySet[Filing]:
    """The filings that the caller may see, each with its enterprise and no more."""
    return filings_visible_to(request.user).select_related(None).select_related("enterprise")


def answer_filing(request: Request, pk: int, status: int = 200) -> Response:
    """The filing as it stands after a deed, with its ETag."""
    told, headers = filing_told(request, pk)
    return Response(told, status=status, headers=headers)
