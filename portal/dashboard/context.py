"""What every page knows: the navigation, unread notices, whether this is a demonstration."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal.dashboard.navigation import shown_to
from portal.kernel import clock
from portal.notices.queries import unread_count


def portal(request: HttpRequest) -> dict[str, Any]:
    """`portal` in every template."""
    facts: dict[str, Any] = {"demo": settings.DEMO, "navigation": []}
    if hasattr(request, "user"):
        facts["navigation"] = shown_to(request)
        if request.user.is_authenticated:
            # Asked where it is shown: parts of a page do not show it.
            facts["unread"] = partial(unread_count, request.user)
    if settings.DEMO:
        facts["demo_day"] = clock.today()
    return {"portal": facts}
