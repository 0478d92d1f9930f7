"""What the tests of notices share: people who are told something."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.notices.kinds import Kind
from portal.notices.models import Notice
from portal.notices.services import Telling, tell

FACTS = {"decision": "2025-01", "document_no": "MIIT [2025] 1", "due_on": "2025-03-12"}


@pytest.fixture
def told(filer: User, attester: User, northern: Enterprise, noon: datetime) -> Callable[..., int]:
    """Tells Northern's people that a copy has arrived."""

    def tell_northern(at: datetime = noon, **more: Any) -> int:
        telling = Telling(northern.organisation_id, 1, FACTS, once=more.pop("once", ""))
        return tell(Kind.COPY_RECEIVED, [telling], perms=["allocations.view_copies"], at=at, **more)

    return tell_northern


@pytest.fixture
def notice(told: Callable[..., int], filer: User) -> Notice:
    """The filer's notice of a copy."""
    told()
    return Notice.objects.get(user=filer)
