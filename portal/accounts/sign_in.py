"""Where people without a session are sent, and by what axes tells one who tries from another."""

from typing import Any
from urllib.parse import urlsplit

from allauth.core.internal.httpkit import get_client_ip
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Brings people back, after the sign-in, to the page they were on when the session ended.

    For a deed that page is where its form stood; htmx gets a whole page in place of a fragment.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:
        """The way to the sign-in page, with the address to come back to."""
        answer = redirect_to_login(_page_of(request), self.get_login_url(view_func))
        return HttpResponseClientRedirect(answer.url) if request.htmx else answer


def _page_of(request: HttpRequest) -> str:
    """The address of the page in the browser's window: for a deed, that of its form."""
    if request.htmx:
        page = request.htmx.current_url_abs_path or "/"
    elif request.method in {"GET", "HEAD"}:
        page = request.get_full_path()
    else:
        page = _own_path(request, request.META.get("HTTP_REFERER", ""))
    return page


def _own_path(request: HttpRequest, address: str) -> str:
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return "/"
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def username_tried(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The user name somebody tries, small: sign-in does not tell upper from lower case."""
    told = credentials or {}
    name = told.get("username") or told.get("login") or request.POST.get("login") or ""
    return str(name).strip().lower()


def address_of(request: HttpRequest) -> str | None:
    """The address a request comes from, as the trusted proxies before the portal tell it."""
    return get_client_ip(request)
