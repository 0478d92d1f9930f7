"""What a request costs in statements: one asked for again and again shows here."""

from datetime import datetime
from typing import Any

import pytest

from enterprises.models import Enterprise
from portal.accounts.models import User
from tests.traceability.machine import Machine, machine_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, noon: datetime) -> None:
    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon)


@pytest.fixture
def machine(northern: Enterprise, filer: User, attester: User, noon: datetime) -> Machine:
    """A machine of Northern's that may submit and has been at work before."""
    made = machine_for(filer, at=noon, attester=attester)
    made.open()
    made.write("PUT", mined(3))
    return made


def mined(count: int) -> list[dict[str, Any]]:
    """So many records."""
    told = {"kind": "extraction", "date": "2025-02-03", "product": "ORE-MIX"}
    told |= {"gross_kg": "1000.5", "reo_percent": 60}
    return [told | {"lot": f"L-{nth}"} for nth in range(count)]


def test_records_cost_the_same_however_many_there_are(
    machine: Machine, django_assert_num_queries: Any
) -> None:
    for count in (1, 200):
        with django_assert_num_queries(28):
            written = machine.write("PUT", mined(count), name=f"{count}")
        assert len(written.json()["accepted"]) == count


def test_one_record_costs_hardly_more_than_its_checks(
    machine: Machine, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(28):
        written = machine.write("POST", mined(9)[8:], name="one")

    assert written.status_code == 200


def test_a_submission_costs_its_derivation_and_little_else(
    machine: Machine, django_assert_max_num_queries: Any
) -> None:
    machine.do("hand_over")

    with django_assert_max_num_queries(25):
        submitted = machine.do("submit", truthful=True)

    assert submitted.json()["status"] == "submitted"
