"""How allauth is held to the rules of the portal."""

import time
from base64 import urlsafe_b64encode
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from portal.accounts import services
from portal.kernel import clock

# A sign-in younger than this, in seconds, needs no second asking for the password.
JUST_SIGNED_IN = 300
# What allauth would write a notification of goes on record.
_NOTED = {
    "account/email/password_changed": "user.password_changed",
    "account/email/password_reset": "user.password_set",
    "mfa/email/totp_deactivated": "user.second_factor_removed",
    "mfa/email/recovery_codes_generated": "user.recovery_codes_renewed",
}


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Nobody signs up: administrators invite. What people do with their access goes on record."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing: axes locks out by name and address; by the name alone strangers could."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not right after the sign-in, so that the first second factor needs the password once."""
        request = context.request
        records = get_authentication_records(request, request.user)
        recent = time.time() - JUST_SIGNED_IN
        if any(record["method"] == "password" and record["at"] > recent for record in records):
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign `user` in, on record."""
        super().login(request, user)
        services.record_sign_in(user=user, by=user, at=clock.now())

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Go on in the person's language."""
        response = super().post_login(request, user, **kwargs)
        set_language_cookie(response, user.language)
        return response

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """What changed is said; that somebody signed in or out is plain to see."""
        if message_template not in {
            "account/messages/logged_in.txt",
            "account/messages/logged_out.txt",
        }:
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Put on record what the notification would tell of."""
        if action := _NOTED.get(template_prefix):
            services.record_access(action=action, user=user, by=user, at=clock.now())


def set_language_cookie(response: HttpResponse, language: str) -> None:
    """Keep `language` for the browser's next requests."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )


class SealedMfaAdapter(DefaultMFAAdapter):
    """Second factors, with their secrets encrypted under a key that comes from the secret key.

    With SECRET_KEY_FALLBACKS, what an earlier key sealed can still be read.
    """

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code does not hold now; a code holds once."),
    }

    def get_totp_label(self, user: Any) -> str:
        """The user name, which is what people sign in with."""
        return user.username

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not where the role needs one: an administrator resets it when it is lost."""
        return not (settings.MFA_REQUIRED and authenticator.user.role_held.needs_second_factor)

    def encrypt(self, text: str) -> str:
        """`text` as it may lie in the database."""
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was encrypted; raises InvalidToken when it was altered or the key is another."""
        return _seal().decrypt(encrypted_text.encode()).decode()


def _seal() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"portal second factors")
    return urlsafe_b64encode(derivation.derive(key.encode()))
