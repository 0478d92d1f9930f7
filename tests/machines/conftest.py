"""Keys of Northern's filer."""

from datetime import date

import pytest

from portal.machines import services


@pytest.fixture
def make_key(filer, noon):
    """Makes a key of the filer's; the key and what is sent."""

    def make(*, scope: str = "file", by=filer, expires_on: date = date(2025, 6, 30)):
        return services.create_key(
            purpose="ERP", scope=scope, expires_on=expires_on, by=by, at=noon
        )

    return make


@pytest.fixture
def bearer(make_key):
    """The header that a machine with a filing key sends."""
    return {"HTTP_AUTHORIZATION": f"Bearer {make_key()[1]}"}
