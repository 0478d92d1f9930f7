"""The backend that grants what a role carries for one enterprise."""

from typing import Any

from django.db import connection
from django.db.models import Model
from guardian.backends import ObjectPermissionBackend

from enterprises.models import Enterprise


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
        return perm in held.own and _granted(user_obj, obj, self.GRANT)


# The grants of guardian, to the person or to a group that the person is in: one question for both.
_GRANTED = """
select exists (
    select from enterprises_enterprisegroupobjectpermission g
      join accounts_user_groups m on m.group_id = g.group_id and m.user_id = %(user)s
      join auth_permission p on p.id = g.permission_id and p.codename = %(grant)s
     where g.content_object_id = %(enterprise)s)
or exists (
    select from enterprises_enterpriseuserobjectpermission g
      join auth_permission p on p.id = g.permission_id and p.codename = %(grant)s
     where g.content_object_id = %(enterprise)s and g.user_id = %(user)s)
"""


def _granted(user: Any, enterprise: Model, grant: str) -> bool:
    if not isinstance(enterprise, Enterprise):
        return False
    asked = {"user": user.pk, "grant": grant, "enterprise": enterprise.pk}
    with connection.cursor() as cursor:
        cursor.execute(_GRANTED, asked)
        return bool(cursor.fetchone()[0])


def _in_territory(user: Any, enterprise: Any) -> bool:
    region = user.organisation.region
    return region is not None and enterprise.region_id.startswith(region.prefix)
