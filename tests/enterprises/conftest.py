"""What the tests of the directory share."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Refusals are read in English here; pages come in the language of their cookie."""
    with translation.override("en"):
        yield
