"""Saved views: one's own, and those that colleagues share."""

from django.db.models import Q, QuerySet

from portal.accounts.models import User
from traceability.models import SavedView

# So many are offered above a list.
OFFERED = 30


def saved_views_of(user: User, listing: str) -> list[SavedView]:
    """One's own views of a list, then those that colleagues of one's organisation share."""
    offered = SavedView.objects.filter(
        Q(user=user) | Q(user__organisation_id=user.organisation_id, is_shared=True),
        listing=listing,
    ).select_related("user")
    views = list(offered.order_by("name", "pk")[:OFFERED])
    return sorted(views, key=lambda view: view.user_id != user.pk)


def own_views(user: User) -> QuerySet[SavedView]:
    """The views that `user` saved."""
    return SavedView.objects.filter(user=user)


def default_query(user: User, listing: str) -> str:
    """What a list is narrowed by when it is opened plainly; empty for nothing."""
    chosen = own_views(user).filter(listing=listing, is_default=True)
    return chosen.values_list("query", flat=True).first() or ""
