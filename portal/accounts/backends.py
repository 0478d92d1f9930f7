"""The sign-in backend that reads permissions from a user's role."""

from typing import Any

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
