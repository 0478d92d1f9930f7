"""Runs over the country and over one enterprise each find the same in worlds made by chance."""

from datetime import date, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model

from enterprises.models import Enterprise
from portal.accounts.queries import system_user
from portal.kernel.period import CIVIL
from tests.traceability.test_gravity import weighed
from tests.worlds.build import build, turn_of
from tests.worlds.files import write_world
from traceability.models import Case, Filing, Finding, Lot, Movement, Record
from traceability.services.reconciliations import ask_reconciliation, run_reconciliation

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 16, 12, tzinfo=CIVIL)


def reconciled(enterprise: Enterprise | None = None) -> dict:
    """The counts of a run over 2025 as known on 16 January."""
    asked = ask_reconciliation(
        year=2025, as_of=date(2026, 1, 16), by=system_user(), at=AT, enterprise=enterprise
    )
    return run_reconciliation(reconciliation=asked, at=AT).counts


@pytest.mark.parametrize("seed", [1002])
def test_one_enterprise_at_a_time_finds_what_the_whole_country_does(seed: int, tmp_path: Path):
    made = build(seed, size="small", plots=turn_of(seed, size="small"))
    write_world(tmp_path, made.world, made.office)
    call_command("import_dataset", str(tmp_path), verbosity=0)
    whole = reconciled()
    assert whole["found"] >= len(made.truth) / 2
    told = set(Finding.objects.values_list("code", "key", "status", "amount_kg", "case"))

    changed = {
        enterprise.pk: counts
        for enterprise in Enterprise.objects.exclude(activities=[]).order_by("pk")
        if any((counts := reconciled(enterprise))[name] for name in ("new", "reopened", "cleared"))
    }

    assert changed == {}
    assert set(Finding.objects.values_list("code", "key", "status", "amount_kg", "case")) == told
    assert not Finding.objects.filter(status="open", case=None).exists()
    for finding in Finding.objects.all():
        assert finding.weight == weighed(finding), finding
    assert Case.objects.count() <= 3 * len(made.truth)


def test_an_import_tells_the_planner_what_it_brought(tmp_path: Path):
    """What was rolled back leaves pages without rows; joins planned for those take hours."""
    made = build(1002, size="small", plots=[])
    write_world(tmp_path, made.world, made.office)
    with transaction.atomic():
        call_command("import_dataset", str(tmp_path), verbosity=0)
        transaction.set_rollback(True)
    tables = "traceability_record, traceability_lot, traceability_filing, traceability_movement"
    with connection.cursor() as cursor:
        cursor.execute(f"analyze {tables}")
        assert known_rows(Record) == 0

        call_command("import_dataset", str(tmp_path), verbosity=0)

    for model in (Record, Lot, Filing, Movement):
        assert known_rows(model) > model.objects.count() / 10


def known_rows(model: type[Model]) -> float:
    """How many rows the planner thinks that a table has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select reltuples from pg_class where oid = %s::regclass", [model._meta.db_table]
        )
        return cursor.fetchone()[0]
