"""How many views of a list one person keeps."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal

MOST_VIEWS = 20


class TooManyViews(Refusal):
    """There is no room for another view."""


def require_room(others: int) -> None:
    """At most MOST_VIEWS of a list, so that they can be looked over. Raises TooManyViews."""
    if others >= MOST_VIEWS:
        raise TooManyViews(
            _("You keep %(most)s views of this list already; drop one first."), most=MOST_VIEWS
        )
