"""Signing in, being locked out, and the demonstration's one click for each role."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.views import LoginView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from portal.accounts import queries
from portal.accounts.sign_in import address_of, username_tried
from portal.kernel.access import open_to_all


class SignInView(LoginView):
    """The sign-in page; in demonstration mode with the accounts of the demonstration."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page shows."""
        shown = queries.demo_users() if settings.DEMO else []
        return super().get_context_data(**kwargs) | {"demo_users": shown}


login = SignInView.as_view()


def locked_out(request: HttpRequest, response: Any, credentials: dict[str, Any]) -> HttpResponse:
    """Says that too many passwords were wrong, and when to try again; axes calls it."""
    until = queries.locked_until(username_tried(request, credentials), address_of(request))
    return render(request, "account/locked_out.html", {"until": until}, status=429)


@open_to_all
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Become one of the demonstration's people; routed in demonstration mode only."""
    user = get_object_or_404(queries.demo_users(), username=request.POST.get("name", ""))
    get_adapter().login(request, user)
    return redirect("dashboard:home")
