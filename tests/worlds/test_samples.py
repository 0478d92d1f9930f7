"""The two sample worlds: the honest one is left alone, in the falsified one all is told."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Q

from enterprises.models import Enterprise
from portal.accounts.queries import system_user
from portal.kernel.period import CIVIL, Month
from traceability.models import Finding
from traceability.services.reconciliations import ask_reconciliation, run_reconciliation

pytestmark = pytest.mark.django_db
FIXTURES = Path(__file__).parents[2] / "traceability" / "fixtures"
AT = datetime(2026, 1, 16, 12, tzinfo=CIVIL)


def reconciled(world: str) -> None:
    """The world as known on 16 January of the next year."""
    call_command("import_dataset", str(FIXTURES / world), verbosity=0)
    asked = ask_reconciliation(year=2025, as_of=date(2026, 1, 16), by=system_user(), at=AT)
    run_reconciliation(reconciliation=asked, at=AT)


def test_the_honest_world_is_left_alone():
    reconciled("sample-honest")

    assert list(Finding.objects.values_list("code", "key")) == []


def test_of_the_falsified_world_all_is_told_and_nobody_else_is_named():
    reconciled("sample-falsified")
    truth = json.loads((FIXTURES / "sample-falsified" / "truth.json").read_text(encoding="utf-8"))

    missed = [each["kind"] for each in truth if not told(each)]

    involved = {uscc for each in truth for uscc in (each["uscc"], *each["others"])}
    strangers = Enterprise.objects.exclude(uscc__in=involved)
    assert missed == []
    assert not Finding.objects.filter(enterprise__in=strangers).exists()


def told(planted: dict) -> bool:
    """Whether a finding of one of its codes names who did it; with its lot, or its month."""
    named = Finding.objects.filter(code__in=planted["codes"])
    own = named.filter(enterprise__uscc=planted["uscc"]) | named.filter(
        counterparty__uscc=planted["uscc"]
    )
    if planted["lot"] and own.filter(lot__number=planted["lot"]).exists():
        return True
    if planted["month"] is None:
        return own.exists()
    return own.filter(Q(month=Month.parse(planted["month"])) | Q(month=None)).exists()
