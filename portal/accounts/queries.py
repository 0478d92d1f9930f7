"""Who has an account, and in whose name the portal itself acts."""

from django.db.models import QuerySet

from portal.accounts.models import Region, User
from portal.accounts.permissions import Perm

SYSTEM = "system"


def system_user() -> User:
    """The account in whose name the portal itself and its operator's commands act."""
    return User.objects.select_related("organisation").get(username=SYSTEM)


def users_visible_to(user: User) -> QuerySet[User]:
    """The accounts `user` may see: an administrator all of people's, everybody else their own."""
    people = User.objects.exclude(username=SYSTEM).select_related("organisation")
    return people if user.holds(Perm.MANAGE_USERS) else people.filter(pk=user.pk)


def regions() -> QuerySet[Region]:
    """Every region on record, in the order of the codes."""
    return Region.objects.all()
