"""Errors met before or after an endpoint has its say: problems under /api/, pages elsewhere."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views import defaults

from portal.kernel.api.problems import TITLES, problem_answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, for what Django itself finds suspicious."""
    return _answer(request, 400, "bad_request") or defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    told = _answer(request, 403, "permission_denied")
    return told or defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, for an address that is none."""
    return _answer(request, 404, "not_found") or defaults.page_not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """500; what went wrong is in the log, under the id of the request."""
    return _answer(request, 500, "server_error") or defaults.server_error(request)


def _answer(request: HttpRequest, status: int, code: str) -> HttpResponse | None:
    if not request.path.startswith("/api/"):
        return None
    title: Any = TITLES.get(status) or _("Something went wrong here")
    return problem_answer(status, code=code, detail=str(title))
