"""Keys by machine: read, and revoked."""

from datetime import datetime

import pytest

from portal.accounts.models import User
from portal.kernel.models import AuditEvent
from portal.machines.models import Key
from tests.traceability.machine import Machine, machine_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def test_a_machine_sees_which_key_is_its_own_and_when_it_ends(
    machine: Machine, filer: User, attester: User, southern_filer: User, noon: datetime
) -> None:
    machine_for(southern_filer, at=noon)
    machine_for(filer, at=noon, scope="read")

    told = machine.ask("GET", "keys").json()["results"]

    assert [(key["scope"], key["shown"], key["standing"]) for key in told] == [
        ("file", True, "active"),
        ("read", False, "active"),
    ]
    assert (told[0]["expires_on"], told[0]["attested_by"]) == ("2025-06-30", attester.full_name)
    assert told[1]["attested_by"] is None
    assert machine.ask("GET", "key", told[0]["id"]).json()["name"] == told[0]["name"]
    assert "digest" not in told[0]


def test_a_key_ends_by_itself(machine: Machine) -> None:
    (key,) = machine.ask("GET", "keys").json()["results"]

    revoked = machine.ask("POST", "key_revoke", key["id"])

    assert (revoked.status_code, revoked.json()["standing"]) == (200, "revoked")
    assert machine.ask("GET", "keys").status_code == 401
    assert AuditEvent.objects.filter(action="key.revoked").count() == 1


def test_a_key_that_has_ended_ends_no_more(machine: Machine, filer: User, noon: datetime) -> None:
    machine_for(filer, at=noon)
    other = Key.objects.latest("pk")
    machine.ask("POST", "key_revoke", other.pk)

    refused = machine.ask("POST", "key_revoke", other.pk)

    assert (refused.status_code, refused.json()["code"]) == (409, "key_ended")


def test_the_key_of_another_enterprise_is_not_there(
    machine: Machine, southern_filer: User, noon: datetime
) -> None:
    machine_for(southern_filer, at=noon)
    foreign = Key.objects.latest("pk")

    assert machine.ask("GET", "key", foreign.pk).status_code == 404
    assert machine.ask("POST", "key_revoke", foreign.pk).status_code == 404


def test_a_key_that_reads_revokes_nothing(filer: User, noon: datetime) -> None:
    reader = machine_for(filer, at=noon, scope="read")

    assert reader.ask("POST", "key_revoke", Key.objects.get().pk).status_code == 403
