"""Pages of long lists: a cursor leads on, so that what comes in meanwhile shifts nothing."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView


class LedgerPages(CursorPagination):
    """Entries in the order they came; `limit` of them at a time, `next` leads to the rest."""

    ordering = "pk"
    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 1_000
    invalid_cursor_message: Any = _("This cursor leads nowhere.")

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        """One page; raises NotFound (404) for a cursor that is none of ours."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (TypeError, ValueError) as error:
            raise NotFound(self.invalid_cursor_message) from error


class LinePages(LedgerPages):
    """Lines of one filing."""

    ordering = "line"


class NamedPages(LedgerPages):
    """Things in the order of their names, where they are kept nowhere."""

    ordering = "key"
