"""Saving and dropping views of lists."""

from datetime import datetime

from django.db import transaction

from portal.accounts.models import User
from portal.kernel import audit
from traceability.models import SavedView
from traceability.rules.saved_views import require_room


@transaction.atomic
def save_view(
    *,
    listing: str,
    name: str,
    query: str,
    is_shared: bool,
    is_default: bool,
    by: User,
    at: datetime,
) -> SavedView:
    """Keep a view under a name; one of the same name is replaced. Raises TooManyViews."""
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.pk)
    own = SavedView.objects.filter(user=by, listing=listing)
    require_room(own.exclude(name=name).count())
    if is_default:
        own.filter(is_default=True).update(is_default=False)
    view, _created = SavedView.objects.update_or_create(
        user=by,
        listing=listing,
        name=name,
        defaults={
            "query": query,
            "is_shared": is_shared,
            "is_default": is_default,
            "at": at,
        },
    )
    audit.record("view.saved", view, by=by, at=at, query=query, is_shared=is_shared)
    return view


@transaction.atomic
def drop_view(*, view: SavedView, by: User, at: datetime) -> None:
    """Forget a view of one's own."""
    audit.record("view.dropped", view, by=by, at=at)
    view.delete()
