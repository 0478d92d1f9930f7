"""Permissions, asked one way and declared one way."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    # Its module reads the default permission of the API, which is `Undeclared` below.
    from rest_framework.views import APIView

View: TypeAlias = Callable[..., HttpResponseBase]


def allowed(user: Any, perm: str, enterprise: Model | None = None) -> bool:
    """True when `user` holds `perm` nationally, or on this enterprise."""
    return user.has_perm(perm) or (enterprise is not None and user.has_perm(perm, enterprise))


def require_allowed(user: Any, perm: str, enterprise: Model | None = None) -> None:
    """Raises PermissionDenied (403) unless `allowed`."""
    if not allowed(user, perm, enterprise):
        raise PermissionDenied


def holds(user: Any, perm: str) -> bool:
    """True when the role of `user` carries `perm`, nationally or for some enterprises."""
    return not isinstance(user, AnonymousUser) and user.is_active and user.holds(perm)


def requires(*perms: str) -> Callable[[View], View]:
    """Declare what a page needs: a role that carries one of `perms`.

    Which objects it reaches is the business of `visible_to`; a deed for one enterprise asks
    `require_allowed` besides.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not any(holds(request.user, perm) for perm in perms):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permissions = perms  # type: ignore[attr-defined]
        return guarded

    return declare


def signed_in(view: View) -> View:
    """Declare a page that everyone with an account may open."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    guarded.permissions = ("signed in",)  # type: ignore[attr-defined]
    return guarded


def open_to_all(view: View) -> View:
    """Declare a page that needs no account; the access table says why."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    guarded.permissions = ("everyone",)  # type: ignore[attr-defined]
    guarded.login_required = False  # type: ignore[attr-defined]
    return guarded


class SignedIn(BasePermission):
    """An API endpoint for everyone with an account."""

    permissions = ("signed in",)

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether somebody is signed in."""
        return bool(request.user and request.user.is_authenticated)


class Undeclared(BasePermission):
    """The default of the API: an endpoint that declares no permission lets nobody in."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Never."""
        return False


def Requires(*perms: str) -> type[BasePermission]:  # noqa: N802 - reads as the class it makes
    """Declare what an API endpoint needs: a role that carries one of `perms`.

    Who comes with a key reaches no further than the key's scope.
    """

    class Declared(BasePermission):
        permissions = perms

        def has_permission(self, request: Request, view: "APIView") -> bool:
            key: Any = request.auth
            reaches = key is None or key.may(request.method)
            return reaches and any(holds(request.user, perm) for perm in perms)

    return Declared
