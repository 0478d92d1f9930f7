"""Putting on record what the checks found."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection

from portal.kernel.sql import keep_statistics
from traceability.models import Reconciliation
from traceability.rules.checks import CHECKS, CODES
from traceability.services.cases import keep_cases

_SQL = Path(__file__).parent / "sql"
KEEP = (_SQL / "keep_findings.sql").read_text(encoding="utf-8")
LOOK_BACK = (_SQL / "keep_look_back.sql").read_text(encoding="utf-8")
_BY_CODE = "select code, count(*) from found group by code order by code"
TWO_SIDED = [check.code for check in CHECKS if check.two_sided]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run found and what changed by it."""

    found: int
    new: int
    reopened: int
    cleared: int
    by_code: dict[str, int]

    @property
    def facts(self) -> dict[str, Any]:
        """As kept with the run."""
        return asdict(self)


def keep_findings(reconciliation: Reconciliation, *, at: datetime) -> Outcome:
    """Put what the temporary table `found` holds on record, within the run's transaction.

    New findings are opened and those no longer found are cleared, among what the run looked at, and
    every open one belongs to a case; a run as of an earlier day than the latest one changes nothing
    that was judged since.
    """
    asked: dict[str, Any] = {
        "year": reconciliation.year,
        "as_of": reconciliation.as_of,
        "reconciliation": reconciliation.pk,
        "enterprise": reconciliation.enterprise_id,
        "codes": list(CODES),
        "two_sided": TWO_SIDED,
        "later": _next_run(reconciliation),
    }
    with connection.cursor() as cursor:
        cursor.execute(_BY_CODE)
        counted = dict(cursor.fetchall())
        cursor.execute(LOOK_BACK if asked["later"] else KEEP, asked)
        found, new, reopened, cleared = cursor.fetchone()
    keep_statistics("traceability_finding", added=new)
    if not asked["later"]:
        keep_cases(reconciliation.year, at=at)
    by_code = {code: counted.get(code, 0) for code in CODES}
    return Outcome(found, new, reopened, cleared, by_code)


def _next_run(reconciliation: Reconciliation) -> date | None:
    """The day of the first country-wide run as of a later day; None for the latest."""
    later = Reconciliation.objects.filter(
        year=reconciliation.year,
        enterprise=None,
        state=Reconciliation.State.FINISHED,
        as_of__gt=reconciliation.as_of,
    )
    return later.order_by("as_of").values_list("as_of", flat=True).first()
