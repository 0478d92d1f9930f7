"""What the tests of the directory share."""

import pytest


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    """The second factor is the tests of accounts' business."""
    settings.MFA_REQUIRED = False
