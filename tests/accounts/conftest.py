"""What the tests of accounts share."""

import importlib
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import clear_url_caches

ROUTED_BY_MODE = ("portal.accounts.urls", "portal.dashboard.urls", "portal.urls")


def _route_again() -> None:
    for name in ROUTED_BY_MODE:
        importlib.reload(sys.modules.get(name) or importlib.import_module(name))
    clear_url_caches()


@pytest.fixture
def demo_mode(settings: Any) -> Iterator[None]:
    """The portal as it is routed in demonstration mode."""
    settings.DEMO = True
    _route_again()
    yield
    settings.DEMO = False
    _route_again()
