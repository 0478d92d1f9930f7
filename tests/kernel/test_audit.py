"""The audit trail: chained, and never changed."""

import pytest
from django.db import DatabaseError, connection, transaction

from portal.accounts.models import Region
from portal.kernel import audit
from portal.kernel.models import AuditEvent
from portal.kernel.period import Month


def test_record_chains_each_event_to_the_one_before(inner_mongolia, auditor, noon, february):
    first = audit.record("region.looked_at", inner_mongolia, by=auditor, at=noon, month=february)
    second = audit.record("region.looked_at", inner_mongolia, by=auditor, at=noon, times=2)

    assert first.previous_digest == audit.GENESIS
    assert second.previous_digest == first.digest
    assert first.facts == {"month": "2025-02"}
    assert list(audit.broken_links()) == []


def test_record_many_chains_as_one_by_one_would(inner_mongolia, jiangxi, auditor, noon):
    deeds = [audit.Deed("region.looked_at", place, {}) for place in (inner_mongolia, jiangxi)]

    audit.record_many(deeds, by=auditor, at=noon)

    assert list(audit.broken_links()) == []
    assert AuditEvent.objects.count() == 2


@pytest.mark.parametrize(
    "tampering",
    [
        "update kernel_auditevent set action = 'other'",
        "delete from kernel_auditevent",
        "truncate kernel_auditevent cascade",
    ],
)
def test_the_database_refuses_to_change_it(inner_mongolia, auditor, noon, tampering):
    audit.record("region.looked_at", inner_mongolia, by=auditor, at=noon)

    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(tampering)

    assert AuditEvent.objects.get().action == "region.looked_at"


def test_broken_links_names_what_was_altered(inner_mongolia, auditor, noon):
    for times in range(3):
        audit.record("region.looked_at", inner_mongolia, by=auditor, at=noon, times=times)
    altered = AuditEvent.objects.order_by("id")[1]
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table kernel_auditevent disable trigger audit_append_only")
        cursor.execute("update kernel_auditevent set facts = '{}' where id = %s", [altered.pk])
        cursor.execute("alter table kernel_auditevent enable trigger audit_append_only")

    assert list(audit.broken_links()) == [altered]


def test_month_and_model_facts_are_kept_as_text(inner_mongolia, auditor, noon):
    event = audit.record(
        "region.looked_at",
        inner_mongolia,
        by=auditor,
        at=noon,
        month=Month(2025, 2),
        region=Region.objects.get(code="360000"),
    )

    assert event.facts == {"month": "2025-02", "region": "江西省 360000"}
