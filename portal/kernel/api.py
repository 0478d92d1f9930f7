"""What every API endpoint does alike."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from portal.kernel.errors import Refusal


def answer_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """A Refusal answers 409 with its code, message and source; the rest as DRF does."""
    if isinstance(error, Refusal):
        set_rollback()
        answer = {"code": error.code, "message": error.text, "field": error.field}
        if error.source:
            answer["source"] = str(error.source)
        return Response(answer, status=409)
    return exception_handler(error, context)
