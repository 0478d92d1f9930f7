"""What people see and choose of their own account."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from portal.accounts import services
from portal.accounts.adapters import set_language_cookie
from portal.kernel import clock
from portal.kernel.access import open_to_all, signed_in
from portal.kernel.pages import page


@signed_in
@require_GET
def profile(request: HttpRequest) -> HttpResponse:
    """Who one is to the portal, and the ways to one's password and second factor."""
    context = {
        "held": request.user.role_held,
        "second_factor": is_mfa_enabled(request.user, [Authenticator.Type.TOTP]),
    }
    return page(request, "accounts/profile.html", context)


@open_to_all
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Show the page one is on in another language, and keep the choice with the account."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    answer = redirect(back)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        set_language_cookie(answer, language)
        if request.user.is_authenticated:
            services.choose_language(
                user=request.user, language=language, by=request.user, at=clock.now()
            )
    return answer
