"""What the tests of the API share."""

from datetime import datetime

import pytest
from schemathesis.pytest.plugin import SchemathesisFunction

from enterprises.models import Enterprise
from portal.accounts.models import User
from tests.traceability.machine import Machine, machine_for


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each operation is a test with a name of its own.

    schemathesis gives all of them the same, of which a run on several processes plays one.
    """
    for item in items:
        if isinstance(item, SchemathesisFunction) and item.id.params is None:
            item._id = item.id.with_params(item.operation_label)


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch, noon: datetime) -> None:
    """It is noon."""
    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon)
    monkeypatch.setattr("portal.kernel.clock.today", noon.date)


@pytest.fixture
def machine(northern: Enterprise, filer: User, attester: User, noon: datetime) -> Machine:
    """A machine of Northern's that may submit."""
    return machine_for(filer, at=noon, attester=attester)
