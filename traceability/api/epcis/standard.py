"""What every endpoint of EPCIS does alike: its headers, its errors, its pages."""

import re
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.utils.encoding import escape_uri_path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotAcceptable, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from traceability.rules.epcis.asked import MOST_PER_PAGE, PER_PAGE
from traceability.rules.epcis.words import OWN, OWN_NAMES

VERSION = "2.0"
Row = TypeVar("Row", bound=Model)
_SPOKEN = (2, 0)
_TOKEN = re.compile(r"[0-9]{1,18}")
_NUMBERS = re.compile(r"([0-9]{1,4})(?:\.([0-9]{1,4}))?(?:\.[0-9]{1,4})?$")
HEADERS = {
    "GS1-EPCIS-Version": VERSION,
    "GS1-EPCIS-Min": VERSION,
    "GS1-EPCIS-Max": VERSION,
    "GS1-CBV-Version": VERSION,
    "GS1-CBV-Min": VERSION,
    "GS1-CBV-Max": VERSION,
    "GS1-EPC-Format": "Always_GS1_Digital_Link",
    "GS1-Vendor-Version": "1",
}
_FORMAT = "GS1-EPC-Format"
_FORMATS = ("No_Preference", HEADERS[_FORMAT], "Never_Translates")
# The standard's exception for each status, where the endpoint does not say otherwise.
EXCEPTIONS = {
    400: "ValidationException",
    401: "SecurityException",
    403: "SecurityException",
    404: "NoSuchNameException",
    413: "CaptureLimitExceededException",
    414: "URITooLongException",
}
COUNTED = {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": PER_PAGE}
PER_PAGE_ASKED = OpenApiParameter("perPage", COUNTED)
NEXT_PAGE = OpenApiParameter(
    "nextPageToken", str, description="Where the page before ended, as its `Link` header tells."
)
LINK = OpenApiParameter(
    "Link",
    str,
    OpenApiParameter.HEADER,
    response=[200],
    description='The address of the next page with `rel="next"`; missing on the last one.',
)


class JsonLdRenderer(JSONRenderer):
    """The same JSON for who asks for linked data."""

    media_type = "application/ld+json"


class EpcisView(APIView):
    """An endpoint of the standard: tells its versions, and errors by the standard's names."""

    exceptions = EXCEPTIONS
    renderer_classes = [JSONRenderer, JsonLdRenderer]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Once it is known who asks: in a version that is spoken here. Raises NotAcceptable."""
        super().initial(request, *args, **kwargs)
        for standard in ("EPCIS", "CBV"):
            least = _version(request, f"GS1-{standard}-Min", VERSION)
            most = _version(request, f"GS1-{standard}-Max", VERSION)
            meant = _version(request, f"GS1-{standard}-Version", VERSION)
            if least > _SPOKEN or most < _SPOKEN or meant != _SPOKEN:
                raise NotAcceptable(_("Version 2.0 is spoken here, and no other."))
        if request.headers.get(_FORMAT, HEADERS[_FORMAT]) not in _FORMATS:
            raise NotAcceptable(_("Lots are told by addresses in the manner of GS1 Digital Link."))

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What the endpoint can do, in headers."""
        return Response(status=204, headers={"Allow": ", ".join(self.allowed_methods)})

    def finalize_response(
        self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The versions with every answer; of an error the standard's exception."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        told = getattr(answer, "data", None)
        if answer.status_code >= 400 and isinstance(told, dict) and "code" in told:
            named = self.exceptions.get(answer.status_code, "ImplementationException")
            told["type"] = f"epcisException:{named}"
        for name, value in self.told_headers().items():
            answer.headers[name] = value
        return answer

    def told_headers(self) -> dict[str, str]:
        """The headers of every answer."""
        extension = f'{{"{OWN.rstrip(":")}": "{settings.ADDRESS}{OWN_NAMES}"}}'
        return {**HEADERS, "GS1-Extensions": extension}


def _version(request: Request, header: str, default: str) -> tuple[int, ...]:
    """A version by its first two numbers; one that can't be read is none that is spoken."""
    match = _NUMBERS.match(request.headers.get(header, default))
    return (int(match[1]), int(match[2] or 0)) if match else (0, 0)


def next_link(request: Request, token: str) -> dict[str, str]:
    """The header that leads to the next page."""
    told = request.query_params.lists()
    asked = [(name, text) for name, texts in told for text in texts if name != "nextPageToken"]
    # The path as it was sent: a value in it may have signs that mean something in an address.
    address = request.build_absolute_uri(escape_uri_path(request.path))
    return {"Link": f'<{address}?{urlencode([*asked, ("nextPageToken", token)])}>; rel="next"'}


def per_page(request: Request) -> int:
    """How many entries a page has. Raises ValidationError (400)."""
    text = request.query_params.get("perPage", str(PER_PAGE))
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= MOST_PER_PAGE:
        raise ValidationError({"perPage": [f"1 … {MOST_PER_PAGE}"]})
    return int(text)


def keyed_page(request: Request, rows: QuerySet[Row]) -> tuple[list[Row], dict[str, str]]:
    """The page of `rows` that is asked for, and the header that leads to the next one.

    They are ordered by their keys, upwards or downwards. Raises ValidationError (400).
    """
    most, token = per_page(request), request.query_params.get("nextPageToken", "")
    if token:
        if not _TOKEN.fullmatch(token):
            raise ValidationError({"nextPageToken": [_("This token leads nowhere.")]})
        downwards = rows.query.order_by[0].startswith("-")
        rows = rows.filter(**{"pk__lt" if downwards else "pk__gt": int(token)})
    page = list(rows[: most + 1])
    headers = next_link(request, str(page[most - 1].pk)) if len(page) > most else {}
    return page[:most], headers
