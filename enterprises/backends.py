"""The backend that grants what a role carries for one enterprise."""

from typing import Any

from django.db.models import Model
from guardian.backends import ObjectPermissionBackend


class EnterpriseBackend(ObjectPermissionBackend):
    """Gives a user what the role carries for one enterprise.

    An authority's holds for the enterprises of its territory; an enterprise's for those that its
    organisation's group was granted `represent_enterprise` on (guardian). The role says which
    deeds, the territory or the grant says where.
    """

    GRANT = "represent_enterprise"

    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Never: signing in is allauth's business."""

    def has_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:
        """Whether `user_obj` holds `perm` on the enterprise `obj`."""
        if obj is None or not user_obj.is_active or not hasattr(user_obj, "role_held"):
            return False
        held = user_obj.role_held
        if perm in held.regional:
            return _in_territory(user_obj, obj)
        return perm in held.own and super().has_perm(user_obj, self.GRANT, obj)


def _in_territory(user: Any, enterprise: Any) -> bool:
    region = user.organisation.region
    return region is not None and enterprise.region_id.startswith(region.prefix)
