"""The checks as SQL over the ledger as it was known at the end of a day.

`ledger.sql` (or, for one enterprise, `ledger_of_enterprise.sql`) copies what was known into
temporary tables, `facts.sql`, `runs.sql` and `elements.sql` derive once what several checks share,
and each check is one statement of its own file that gives back the columns of `found.sql`: for the
severity, the sort of finding and the mass that its amount is held against, which `gravity` grades.
Every statement works on the whole set; none reads CapUse or Balance. What only a run over the whole
country can see (what peers do) has a key that begins with `country:`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from portal.kernel.models import AuditEvent
from portal.kernel.period import end_of
from traceability.rules import substance
from traceability.rules.checks import CHECKS, Check, gravity
from traceability.rules.checks.gravity import GRADES, NATURES
from traceability.rules.countries import IONIC_ORE_FROM

HERE = Path(__file__).parent
# Everything the statements make; they end with the transaction, or with the next run in it.
TEMPORARY = (
    *(
        "party",
        "known_filing",
        "led",
        "lot_def",
        "platform",
        "due",
        "extended",
        "must_file",
        "unfiled",
    ),
    *("settled", "cap", "ore_share", "produced", "production", "shipment", "left_over"),
    *("paired", "counted", "run_part", "run_balance", "run_in_doubt", "recovery", "recovery_level"),
    *("ore_range", "usual", "assayed", "element_out", "product_most", "mixed_most", "element_in"),
    "found",
)
FACTS = ("facts", "runs", "elements")
# What products are made of, as the statements read it.
SUBSTANCE = {
    "ore_split_most": json.dumps(substance.ORE_SPLIT_MOST),
    "ore_split_least": json.dumps(substance.ORE_SPLIT_LEAST),
    "joined": json.dumps(substance.JOINED),
    "impurities_most": substance.IMPURITIES_MOST,
    "ionic_ore_from": sorted(IONIC_ORE_FROM),
}
_KEEP = """
insert into found
select %(code)s, %(version)s, s.key,
       -- As `gravity.severity` has it; a sort without a grade fails.
       case when s.amount_kg > s.of_kg * g.share or s.amount_kg >= g.kg then g.graver
            else g.usual end,
       s.enterprise_id, s.counterparty_id, s.month,
       s.category, s.lot_id, s.run, s.document, s.amount_kg,
       s.arithmetic || jsonb_build_object('tolerances', %(tolerances)s::jsonb),
       -- As `gravity.weight` has it: what it is about, the share and the mass beyond.
       case when s.amount_kg is null or not %(beyond)s then %(points)s
            else round(%(points)s
                       + least(%(share_at_most)s * coalesce(
                                 abs(round(s.amount_kg, 3))
                                 / nullif((s.arithmetic ->> nullif(%(of)s, ''))::numeric, 0), 1),
                               %(share_at_most)s)
                       + least(%(for_each_power)s * log(1 + abs(round(s.amount_kg, 3))),
                               %(mass_at_most)s)) end
  from ({statement}) s
  left join jsonb_to_recordset(%(grades)s::jsonb)
         as g(sort text, usual text, graver text, share numeric, kg numeric) using (sort)
 where %(enterprise)s::bigint is null or s.enterprise_id = %(enterprise)s
    or (%(two_sided)s and s.counterparty_id = %(enterprise)s)
"""


# The file of a check: facts, what of them is found, what of them is measured.
_FINDINGS, _MEASURES = "-- Findings.\n", "-- Measures.\n"
# Figures are rounded to what decides; columns that a check has no use for are null.
_MEASURE = """
select %(code)s, s.part, s.enterprise_id, s.month, (x.row ->> 'counterparty_id')::bigint,
       (x.row ->> 'lot_id')::bigint, coalesce(x.row ->> 'run', ''),
       coalesce(x.row ->> 'document', ''),
       coalesce(x.row ->> 'category', x.row ->> 'note', ''),
       s.figure::numeric, s.bound::numeric, s.unjudged, s.beyond
  from ({statement}) s
 cross join lateral (select to_jsonb(s) as row) x
 where %(enterprise)s::bigint is null or s.enterprise_id = %(enterprise)s
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One thing that a check looks at: its figure, the bound, and whether it is beyond.

    `unjudged` says in a word why it was not held against the bound. `note`: a category, or an
    element. `month` is the finding's where there is one.
    """

    code: str
    part: str
    enterprise_id: int
    month: date | None
    counterparty_id: int | None
    lot_id: int | None
    run: str
    document: str
    note: str
    figure: Decimal | None
    bound: Decimal | None
    unjudged: str | None
    beyond: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run looks at: a year, as known at the end of a day; one enterprise, or (None) all.

    `tried_deadline_day` is a deadline on trial, in place of those that held month by month.
    """

    year: int
    as_of: date
    tolerances: Mapping[str, Decimal]
    enterprise_id: int | None = None
    tried_deadline_day: int | None = None

    def parameters(self) -> dict[str, Any]:
        """The parameters of the statements, tolerances by name among them."""
        grace = int(self.tolerances["unconfirmed_grace_days"])
        last_day = date(self.year, 12, 31)
        return {
            **self.tolerances,
            "year": self.year,
            "first_month": date(self.year, 1, 1),
            "last_month": date(self.year, 12, 1),
            # Shipments of December may arrive until then.
            "horizon": (last_day + timedelta(days=grace)).replace(day=1),
            "as_of": self.as_of,
            "known_before": end_of(self.as_of),
            "enterprise": self.enterprise_id,
            "tried_deadline_day": self.tried_deadline_day,
            **SUBSTANCE,
        }


def run_checks(scope: Scope, *, told: Callable[[int], None] = lambda done: None) -> None:
    """Fill the temporary table `found` with what every check finds, and tell how many are done.

    Needs a transaction: the tables end with it.
    """
    asked = scope.parameters()
    with connection.cursor() as cursor:
        _prepare(cursor, scope)
        cursor.execute(_statement("found"), asked)
        for done, check in enumerate(CHECKS, start=1):
            cursor.execute(
                _KEEP.format(statement=_statement(check.code)), asked | _judged_by(check, scope)
            )
            told(done)
        cursor.execute("analyze found")


_POSITION = """
select (select count(*) from known_filing), (select count(*) from led),
       (select max(id) from known_filing)
"""


def measure_checks(scope: Scope) -> list[Measured]:
    """What every check measures, found or not: the figure and the bound that it is held against.

    By the statements of the checks themselves, so that they agree with what is found. Needs a
    transaction.
    """
    measured: list[Measured] = []
    with connection.cursor() as cursor:
        _prepare(cursor, scope)
        for check in CHECKS:
            cursor.execute(
                _MEASURE.format(statement=_measures(check.code)),
                scope.parameters() | {"code": check.code},
            )
            measured.extend(Measured(*row) for row in cursor.fetchall())
    return measured


def _prepare(cursor: CursorWrapper, scope: Scope) -> None:
    """The tables that the checks share, anew."""
    ledger = "ledger" if scope.enterprise_id is None else "ledger_of_enterprise"
    # For this transaction only: the sums of a year fit, no plan is worth compiling, and what does
    # not end in half an hour fails with its reason instead of holding the year's lock.
    cursor.execute(
        "set local work_mem = '128MB'; set local jit = off; set local statement_timeout = '30min'"
    )
    cursor.execute("drop table if exists " + ", ".join(f"pg_temp.{name}" for name in TEMPORARY))
    for step in (ledger, *FACTS):
        cursor.execute(_statement(step), scope.parameters())


def record_of(scope: Scope) -> dict[str, Any]:
    """What judges in this transaction, and on what: tolerances, rule versions, the ledger."""
    return {
        "tolerances": {name: str(value) for name, value in scope.tolerances.items()},
        "versions": {check.code: check.version for check in CHECKS},
        "ledger": ledger_position(),
    }


def ledger_position() -> dict[str, Any]:
    """What the statements of this transaction looked at, so that it can be looked at again.

    The filings that count and their movements, the last of those filings, and how far the audit
    trail had come.
    """
    with connection.cursor() as cursor:
        cursor.execute(_POSITION)
        filings, movements, last_filing = cursor.fetchone()
    event = AuditEvent.objects.order_by("-pk").values("pk", "digest").first()
    return {
        "filings": filings,
        "movements": movements,
        "last_filing": last_filing,
        "audit_event": event["pk"] if event else None,
        "audit_digest": event["digest"] if event else "",
    }


def _judged_by(check: Check, scope: Scope) -> dict[str, Any]:
    used = {name: str(scope.tolerances[name]) for name in check.tolerances}
    return {
        "code": check.code,
        "version": check.version,
        "tolerances": json.dumps(used),
        "two_sided": check.two_sided,
        "points": NATURES[check.code].points,
        "of": NATURES[check.code].of,
        "beyond": NATURES[check.code].beyond,
        "share_at_most": gravity.SHARE_AT_MOST,
        "mass_at_most": gravity.MASS_AT_MOST,
        "for_each_power": gravity.FOR_EACH_POWER,
        "grades": json.dumps(
            [{"sort": sort, **asdict(grade)} for sort, grade in GRADES[check.code].items()],
            default=str,
        ),
    }


def _statement(name: str) -> str:
    """A step, or what a check finds: its file up to what it measures."""
    return _file(name).partition(_MEASURES)[0]


def _measures(code: str) -> str:
    """What a check measures: the facts its findings are made of, and another end."""
    facts, _, rest = _file(code).partition(_FINDINGS)
    return facts + rest.partition(_MEASURES)[2]


def _file(name: str) -> str:
    return (HERE / f"{name}.sql").read_text(encoding="utf-8")
