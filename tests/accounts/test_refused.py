"""Writes that were refused go on record, whatever becomes of the request's transaction."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.urls import resolve, reverse

from allocations import services
from allocations.models import Copy
from portal.accounts.models import RefusedWrites
from portal.accounts.refused import RefusedWriteMiddleware
from portal.accounts.services import record_refused_write, record_repeated_refusals
from portal.accounts.tasks import record_repeated_refusals as swept
from portal.kernel import clock
from portal.kernel.errors import Refusal, note
from portal.kernel.models import AuditEvent
from portal.machines.services import create_key

DRAFT = reverse("allocations:decision_add")
YEAR = {"year": "2025", "kind": "annual", "note": ""}


def refused() -> list[AuditEvent]:
    """The events of refused writes, in order."""
    return list(AuditEvent.objects.filter(action="write.refused").order_by("id"))


@pytest.mark.parametrize("who", ["recipient", "filer", "attester", "auditor"])
def test_a_write_without_the_right_is_refused_and_recorded(client, request, who):
    person = request.getfixturevalue(who)
    client.force_login(person)

    assert client.post(DRAFT, YEAR).status_code == 403

    (event,) = refused()
    assert event.by == person
    assert event.facts == {
        "method": "POST",
        "route": "allocations:decision_add",
        "reason": "403",
        "address": DRAFT,
    }


def test_a_write_on_what_is_not_theirs_is_recorded(client, recipient, year_copy):
    client.force_login(recipient)

    client.post(reverse("allocations:copy_acknowledge", args=[year_copy.pk]))

    assert [event.facts["reason"] for event in refused()] == ["404"]


def test_the_record_stands_when_the_request_is_undone(committed_db, client, filer):
    client.force_login(filer)

    client.post(DRAFT, YEAR)

    assert len(refused()) == 1


def test_reading_and_what_is_no_address_leave_no_record(client, filer):
    client.force_login(filer)

    client.get(DRAFT)
    client.post("/no/such/address/")

    assert refused() == []


def test_strangers_are_sent_to_the_sign_in_and_not_recorded(client, db):
    client.post(DRAFT, YEAR)

    assert refused() == []


def test_a_write_by_key_beyond_its_scope_is_recorded_with_the_key(client, filer, noon):
    today = clock.now()
    key, token = create_key(
        purpose="ERP",
        scope="read",
        expires_on=today.date() + timedelta(days=9),
        by=filer,
        at=today,
    )

    answer = client.post(
        reverse("api:copy_acknowledge", args=[1]),
        headers={"authorization": f"Bearer {token}"},
    )

    assert answer.status_code == 403
    (event,) = refused()
    assert event.by == filer
    assert event.facts["key"] == key.pk


def test_what_a_rule_refused_is_recorded_with_its_words(client, drafter, noon):
    client.force_login(drafter)
    client.cookies["django_language"] = "en"
    asked = {"year": "2025", "kind": "annual", "note": "", "effective_on": "2026-01-01"}

    assert client.post(DRAFT, asked).status_code == 422

    (event,) = refused()
    assert event.facts["reason"] == "effective_unfit"
    assert "生效" in event.facts["said"]


def test_a_flood_leaves_two_events_and_no_attempt_out(filer, noon):
    asked = {"method": "POST", "route": "x:y", "reason": "403", "facts": {}, "by": filer}
    for _ in range(50):
        record_refused_write(**asked, at=noon)

    assert len(refused()) == 1
    assert record_repeated_refusals(at=noon + timedelta(seconds=59)) == 0
    assert record_repeated_refusals(at=noon + timedelta(minutes=1)) == 1

    again = AuditEvent.objects.get(action="write.refused_again")
    assert again.by == filer
    assert again.facts["times"] == 49
    assert not RefusedWrites.objects.exists()


def test_the_next_minute_has_an_event_of_its_own(filer, noon):
    asked = {"method": "POST", "route": "x:y", "reason": "403", "facts": {}, "by": filer}

    assert record_refused_write(**asked, at=noon)
    assert record_refused_write(**asked, at=noon + timedelta(minutes=1))
    assert record_repeated_refusals(at=noon + timedelta(minutes=2)) == 0
    assert not RefusedWrites.objects.exists()


def test_the_sweep_twice_leaves_one_event(filer, noon, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: noon + timedelta(minutes=2))
    asked = {"method": "POST", "route": "x:y", "reason": "403", "facts": {}, "by": filer}
    record_refused_write(**asked, at=noon)
    record_refused_write(**asked, at=noon)

    swept()
    swept()

    assert AuditEvent.objects.filter(action="write.refused_again").count() == 1


def test_the_auditor_finds_it_in_the_audit_trail(client, filer, auditor):
    client.force_login(filer)
    client.post(DRAFT, YEAR)
    client.force_login(auditor)
    client.cookies["django_language"] = "en"

    text = client.get(reverse("accounts:audit_list"), {"action": "write.refused"}).content.decode()

    assert "allocations:decision_add" in text


@pytest.fixture
def year_copy(drafter, southern, noon) -> Copy:
    """Jiangxi's copy."""

    decision = services.transcribe_decision(
        year=2025,
        regime="total_control",
        kind="annual",
        document_no="1",
        approval_no="1",
        ceilings=[services.CeilingEntry("separation", Decimal(100_000), "")],
        allocations=[services.AllocationEntry(southern, "separation", Decimal(60_000), "")],
        by=drafter,
        at=noon,
    )
    return decision.copies.get(recipient__region="360000", recipient__department="industry")


@pytest.mark.parametrize(
    ("status", "recorded"), [(409, ["told"]), (403, ["told"]), (412, []), (428, []), (400, [])]
)
def test_only_what_a_rule_does_not_allow_is_recorded_of_refusals(rf, filer, status, recorded):
    class Told(Refusal):
        """A refusal with this status."""

    Told.status = status
    request = rf.post(DRAFT)
    request.user, request.resolver_match = filer, resolve(DRAFT)

    def answer(request):
        note(Told("no"))
        return HttpResponse(status=status)

    RefusedWriteMiddleware(answer)(request)

    assert [event.facts["reason"] for event in refused()] == recorded
