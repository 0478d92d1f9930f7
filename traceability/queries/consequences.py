"""What a change of the ledger does to an enterprise: its lots, and the findings on it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from enterprises.models import Enterprise
from portal.kernel.quantity import ZERO
from traceability.models import Filing, Finding, Lot
from traceability.queries.checks import Scope, run_checks
from traceability.queries.findings import Told, told

# So many lots and findings are shown; their number is told whole.
SHOWN = 100
_HELD = """
select l.id, l.number, coalesce(b.in_kg, 0), coalesce(b.out_kg, 0), m.uscc
  from (select distinct lot_id from traceability_record
         where filing_id = any (%s) and kind <> 'stock') moved
  join traceability_lot l on l.id = moved.lot_id
  join enterprises_enterprise m on m.id = l.maker_id
  left join traceability_balance b on b.lot_id = l.id and b.enterprise_id = %s
"""
_FOUND = """
select code, key, version, severity, counterparty_id, month, category, lot_id, run, document,
       amount_kg, arithmetic
  from found where enterprise_id = %s
"""
_COLUMNS = (
    *("code", "key", "rule_version", "severity", "counterparty_id", "month", "category", "lot_id"),
    *("run", "document", "amount_kg", "arithmetic"),
)


@dataclass(frozen=True, slots=True)
class Held:
    """What came of one lot and what left, gross kg."""

    number: str
    in_kg: Decimal = ZERO
    out_kg: Decimal = ZERO
    maker_uscc: str | None = None

    @property
    def kg(self) -> Decimal:
        """What the books hold; negative when more left than came."""
        return self.in_kg - self.out_kg


@dataclass(frozen=True, slots=True)
class BalanceChange:
    """One lot before and after, gross kg."""

    number: str
    before_kg: Decimal
    in_kg: Decimal
    out_kg: Decimal
    maker_uscc: str | None = None

    @property
    def after_kg(self) -> Decimal:
        """What the books would hold; negative when more leaves than came."""
        return self.before_kg + self.in_kg - self.out_kg


@dataclass(frozen=True, slots=True)
class BalanceChanges:
    """How many lots change, and the first of them: those that would be negative before others."""

    count: int
    shown: Sequence[BalanceChange]


def held_of(enterprise_id: int, filings: Sequence[int]) -> dict[int, Held]:
    """The balances of the lots that records of `filings` move, as they stand."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [list(filings), enterprise_id])
        return {pk: Held(*rest) for pk, *rest in cursor.fetchall()}


def balance_changes(before: Mapping[int, Held], after: Mapping[int, Held]) -> BalanceChanges:
    """Every lot that is not as it was."""
    changes = [
        BalanceChange(
            will.number,
            before_kg=before[lot].kg,
            in_kg=will.in_kg - before[lot].in_kg,
            out_kg=will.out_kg - before[lot].out_kg,
            maker_uscc=will.maker_uscc,
        )
        for lot, will in after.items()
        if will != before[lot]
    ]
    changes.sort(key=lambda change: (change.after_kg >= 0, change.number))
    return BalanceChanges(len(changes), changes[:SHOWN])


Found = dict[tuple[int, str, str], dict[str, Any]]


def found_in(scope: Scope) -> Found:
    """What the checks find on the enterprise of `scope`. Needs a transaction."""
    run_checks(scope)
    with connection.cursor() as cursor:
        cursor.execute(_FOUND, [scope.enterprise_id])
        rows = [dict(zip(_COLUMNS, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        if isinstance(row["arithmetic"], str):
            row["arithmetic"] = json.loads(row["arithmetic"])
    return {(scope.year, row["code"], row["key"]): row for row in rows}


@dataclass(frozen=True, slots=True)
class FindingChanges:
    """How many findings would be opened, cleared and judged anew, and the first of each."""

    opened: int
    cleared: int
    changed: int
    shown_opened: Sequence[Told]
    shown_cleared: Sequence[Told]
    shown_changed: Sequence[tuple[Told, Told]]


def finding_changes(before: Found, after: Found, *, of: Filing) -> FindingChanges:
    """What is found after and not before, before and not after, and with other figures."""
    opened = [key for key in after if key not in before]
    cleared = [key for key in before if key not in after]
    changed = [
        key
        for key in after
        if key in before and after[key]["amount_kg"] != before[key]["amount_kg"]
    ]
    shown_changed = changed[:SHOWN]
    return FindingChanges(
        opened=len(opened),
        cleared=len(cleared),
        changed=len(changed),
        shown_opened=_told(after, opened[:SHOWN], of),
        shown_cleared=_told(before, cleared[:SHOWN], of),
        shown_changed=list(
            zip(_told(before, shown_changed, of), _told(after, shown_changed, of), strict=True)
        ),
    )


def _told(found: Found, keys: Sequence[tuple[int, str, str]], of: Filing) -> list[Told]:
    """Findings as they would explain themselves if they were on record."""
    rows = [found[key] for key in keys]
    lots = Lot.objects.select_related("maker__organisation").in_bulk(
        {row["lot_id"] for row in rows if row["lot_id"]}
    )
    partners = Enterprise.objects.select_related("organisation").in_bulk(
        {row["counterparty_id"] for row in rows if row["counterparty_id"]}
    )
    return [
        told(
            Finding(
                year=year,
                enterprise=of.enterprise,
                lot=lots.get(row["lot_id"]),
                counterparty=partners.get(row["counterparty_id"]),
                **{
                    name: value
                    for name, value in row.items()
                    if name not in ("lot_id", "counterparty_id")
                },
            )
        )
        for (year, _code, _key), row in zip(keys, rows, strict=True)
    ]
