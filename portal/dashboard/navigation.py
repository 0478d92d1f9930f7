"""The main navigation as one page shows it, to whoever is signed in."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from enterprises.models import Enterprise
from portal.dashboard.entries import NAVIGATION, SHIPMENTS, Entry, Group
from portal.kernel import clock
from portal.kernel.access import holds
from traceability.queries.shipments import to_confirm


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as one page shows it."""

    url: str
    label: Promise
    icon: str
    current: bool
    # Asked only where the navigation is drawn: parts of a page have the same context.
    count: Callable[[], int] | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """A group as one page shows it."""

    label: Promise
    icon: str
    entries: tuple[Shown, ...]

    @property
    def current(self) -> bool:
        """True when the page belongs to one of its entries."""
        return any(entry.current for entry in self.entries)

    @property
    def count(self) -> int:
        """How much waits behind its entries."""
        return sum(entry.count() for entry in self.entries if entry.count)


def shown_to(request: HttpRequest) -> list[Shown | Menu]:
    """The navigation for whoever is signed in; the longest address that fits is the current one."""
    user: Any = request.user
    if not user.is_authenticated:
        return []
    addresses = {
        entry.name: url
        for part in NAVIGATION
        for entry in _entries(part)
        if _may(user, entry) and (url := _address(entry.name))
    }
    current = max((url for url in addresses.values() if _fits(url, request)), key=len, default="")
    shown: list[Shown | Menu] = []
    for part in NAVIGATION:
        entries = tuple(
            _shown(entry, addresses[entry.name], current, user)
            for entry in _entries(part)
            if entry.name in addresses
        )
        if isinstance(part, Group) and len(entries) > 1:
            shown.append(Menu(part.label, part.icon, entries))
        else:
            shown.extend(entries)
    return shown


def _entries(part: Entry | Group) -> tuple[Entry, ...]:
    return part.entries if isinstance(part, Group) else (part,)


def _may(user: Any, entry: Entry) -> bool:
    return not entry.perms or any(holds(user, perm) for perm in entry.perms)


def _fits(url: str, request: HttpRequest) -> bool:
    """True for an address above the page's; the first page stands above none."""
    return request.path == url or (url != "/" and request.path.startswith(url))


def _shown(entry: Entry, url: str, current: str, user: Any) -> Shown:
    count = cache(partial(_waiting, user)) if entry.name == SHIPMENTS else None
    return Shown(url, entry.label, entry.icon, url == current, count)


def _waiting(user: Any) -> int:
    """How many shipments wait for the enterprise of whoever is signed in."""
    enterprise = Enterprise.objects.filter(organisation_id=user.organisation_id).first()
    return to_confirm(enterprise, today=clock.today()) if enterprise else 0


def _address(name: str) -> str | None:
    """The address called `name`; None where the pages that have it are not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
