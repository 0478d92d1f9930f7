"""The sign-in backends: who somebody is, and what their role carries."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.backends import ModelBackend
from django.db.models import Model


class RoleBackend(ModelBackend):
    """Gives a user what the role carries nationally; never signs anybody in."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Never: signing in is allauth's business."""

    def has_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:
        """Whether the role of `user_obj` carries `perm` for the whole country."""
        return user_obj.is_active and perm in user_obj.role_held.national

    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        """All that the role carries nationally."""
        return set(user_obj.role_held.national) if user_obj.is_active else set()


class SignInBackend(AuthenticationBackend):  # type: ignore[misc]
    """Signs people in. What they may is their role's to say: Django's tables of it stay unasked."""

    def has_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:
        """Never by itself."""
        return False

    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        """None by itself."""
        return set()
