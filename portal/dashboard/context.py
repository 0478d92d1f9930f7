"""What every page knows: the navigation, and whether this is a demonstration."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal.dashboard.navigation import shown_to
from portal.kernel import clock


def portal(request: HttpRequest) -> dict[str, Any]:
    """`portal` in every template."""
    facts: dict[str, Any] = {"demo": settings.DEMO, "navigation": []}
    if hasattr(request, "user"):
        facts["navigation"] = shown_to(request)
    if settings.DEMO:
        facts["demo_day"] = clock.today()
    return {"portal": facts}
