"""Errors of the API as problem details (RFC 9457), in the caller's language."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.http import JsonResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from portal.kernel.errors import Refusal, note

CONTENT_TYPE = "application/problem+json"
# Where people read what each kind of problem means.
EXPLAINED_AT = "/help/api/"
TITLES = {
    400: _("The request can't be read, or fields need correcting"),
    401: _("A key or a sign-in is needed"),
    403: _("Not allowed"),
    404: _("There is no such thing for you"),
    405: _("This address does not do that"),
    406: _("This form of answer is not to be had"),
    409: _("The rules do not allow it now"),
    412: _("It has changed since you read it"),
    413: _("Too large"),
    415: _("This form of content is not read here"),
    422: _("What was sent contradicts itself"),
    428: _("Say which version you read"),
    429: _("Too many requests"),
    501: _("This is not offered here"),
}


def answer_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """A Refusal answers with its status, code and source; what DRF raises, likewise as a problem.

    Anything else is an error of the portal, which is logged and answers 500.
    """
    if isinstance(error, Refusal):
        note(error)
        set_rollback()
        return Response(refusal_problem(error), status=error.status, content_type=CONTENT_TYPE)
    answer = exception_handler(error, context)
    if answer is None:
        return None
    code, detail, errors = _told(error, answer)
    answer.data = problem(answer.status_code, code=code, detail=detail, errors=errors)
    answer.content_type = CONTENT_TYPE
    return answer


def problem(
    status: int, *, code: str, detail: str, errors: list[dict[str, Any]], source: str = ""
) -> dict[str, Any]:
    """The members of one problem. `errors`: each with a JSON pointer into what was sent."""
    told: dict[str, Any] = {
        "type": f"{EXPLAINED_AT}#{code}",
        "title": str(TITLES.get(status, HTTPStatus(status).phrase)),
        "status": status,
        "detail": detail,
        "code": code,
    }
    if source:
        told["source"] = source
    if errors:
        told["errors"] = errors
    return told


def refusal_problem(refusal: Refusal) -> dict[str, Any]:
    """What a refusal says, with the field or the rows it is about."""
    errors = list(refusal.errors)
    if refusal.field and not errors:
        errors = [{"pointer": f"/{refusal.field}", "detail": refusal.text}]
    return problem(
        refusal.status,
        code=refusal.code,
        detail=refusal.text,
        errors=errors,
        source=str(refusal.source or ""),
    )


def problem_answer(status: int, *, code: str, detail: str) -> JsonResponse:
    """A problem as a plain Django answer, for what is refused before DRF is asked."""
    told = problem(status, code=code, detail=detail, errors=[])
    return JsonResponse(told, status=status, content_type=CONTENT_TYPE)


def _told(error: Exception, answer: Response) -> tuple[str, str, list[dict[str, Any]]]:
    """Code, sentence and faults by field of what DRF raised."""
    if isinstance(error, exceptions.ValidationError):
        return "invalid", str(_("Some fields need correcting.")), list(_faults(error.detail))
    code = getattr(error, "default_code", HTTPStatus(answer.status_code).name.lower())
    detail = answer.data.get("detail", "") if isinstance(answer.data, dict) else ""
    return code, str(detail), []


def _faults(detail: Any, pointer: str = "") -> Iterator[dict[str, Any]]:
    """Each fault with a JSON pointer (RFC 6901) to what it is about."""
    if isinstance(detail, dict):
        for name, below in detail.items():
            inner = "" if name == "non_field_errors" else f"/{escaped(str(name))}"
            yield from _faults(below, pointer + inner)
    elif isinstance(detail, list):
        for place, below in enumerate(detail):
            nested = isinstance(below, dict | list)
            yield from _faults(below, f"{pointer}/{place}" if nested else pointer)
    else:
        yield {"pointer": pointer, "detail": str(detail)}


def escaped(name: str) -> str:
    """A name as a part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")
