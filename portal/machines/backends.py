"""A machine shows its key: `Authorization: Bearer …`."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from portal.accounts.models import User
from portal.kernel import clock
from portal.kernel.period import civil_day
from portal.machines import queries, rules
from portal.machines.models import Key


class KeyAuthentication(BaseAuthentication):
    """Lets in who shows a living key; the request then acts for the person who made it."""

    def authenticate(self, request: Request) -> tuple[User, Key] | None:
        """The person and the key; None without a key. Raises AuthenticationFailed (401)."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        key = None
        if len(words) == 2:
            key = queries.key_shown(words[1].decode("ascii", "replace"))
        _speak(request, key)
        if key is None:
            raise AuthenticationFailed(_("This key is not known here."))
        if not rules.lives(queries.key_facts(key), today=civil_day(clock.now())):
            raise AuthenticationFailed(_("This key has ended."))
        request._request.key_used = key
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """So that who is not let in gets 401, and is told how to come in."""
        return 'Bearer realm="portal"'


def _speak(request: Request, key: Key | None) -> None:
    """Answer in the language that was asked for, else in that of the key's person.

    LanguageMiddleware puts the language back when the request is done.
    """
    if request.headers.get("Accept-Language"):
        language = translation.get_language_from_request(request._request)
    else:
        language = key.user.language if key else settings.LANGUAGE_CODE
    translation.activate(language)
    request._request.LANGUAGE_CODE = language


class KeyScheme(OpenApiAuthenticationExtension):
    """How the description of the API tells of keys."""

    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "description": "A key of the enterprise."}
