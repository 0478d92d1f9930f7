"""Flagged or not, and what the checks measure, agree in worlds made by chance."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from enterprises.models import Enterprise
from tests.worlds.build import build, turn_of
from tests.worlds.files import write_world
from traceability.queries.checks import Scope, measure_checks, run_checks
from traceability.queries.tolerances import tolerances_on
from traceability.rules.checks.measures import MEASURES, REASONS

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 1, 16)


def flagged(scope: Scope) -> set[tuple[str, int, date]]:
    """Every check, enterprise and month for which there is a finding."""
    run_checks(scope)
    with connection.cursor() as cursor:
        cursor.execute(
            "select code, enterprise_id, month from found where enterprise_id = %(pk)s"
            " or %(pk)s::bigint is null",
            {"pk": scope.enterprise_id},
        )
        return set(cursor.fetchall())


def agree(scope: Scope) -> int:
    """How many things were measured; flagged is what is beyond, and beyond is what it says."""
    found, measured = flagged(scope), measure_checks(scope)
    beyond = {(each.code, each.enterprise_id, each.month) for each in measured if each.beyond}
    assert beyond - found == set(), "the page says beyond, and no check found it"
    assert found - beyond == set(), "found, and the page does not say so"
    wrong = []
    for each in measured:
        measure = MEASURES[each.code, each.part]
        if each.unjudged is not None:
            assert each.unjudged in REASONS
            if each.beyond:
                wrong.append(each)
        elif measure.is_beyond(each.figure, each.bound) != each.beyond:
            wrong.append(each)
    assert wrong == []
    return len(measured)


@pytest.mark.parametrize("seed", [1002])
def test_flagged_is_what_the_measures_say(seed: int, tmp_path: Path):
    made = build(seed, size="small", plots=turn_of(seed, size="small"))
    write_world(tmp_path, made.world, made.office)
    call_command("import_dataset", str(tmp_path), verbosity=0)
    tolerances = tolerances_on(AS_OF)

    assert agree(Scope(2025, AS_OF, tolerances)) > 1000
    for enterprise in Enterprise.objects.exclude(activities=[]).order_by("pk"):
        agree(Scope(2025, AS_OF, tolerances, enterprise.pk))


def test_the_measures_follow_other_tolerances(tmp_path: Path):
    """The measures follow the tolerances they are given, as the checks do."""
    made = build(1003, size="small", plots=turn_of(1003, size="small"))
    write_world(tmp_path, made.world, made.office)
    call_command("import_dataset", str(tmp_path), verbosity=0)
    wide = tolerances_on(AS_OF) | {
        name: tolerances_on(AS_OF)[name] * 3
        for name in ("quantity_tolerance_percent", "yield_drop_percent", "document_span_days")
    }

    assert agree(Scope(2025, AS_OF, wide)) > 1000
