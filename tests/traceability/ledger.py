"""A ledger written by hand: filings that go straight to the tables and are sealed there."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import translation

from allocations.models import AllocationLine, CeilingLine, Decision
from enterprises.models import Enterprise
from portal.accounts.queries import system_user
from portal.kernel.period import CIVIL, Month, deadline_of
from traceability.models import Filing, Finding, Lot, Product, Reconciliation, Record
from traceability.queries.findings import message_of
from traceability.services.reconciliations import ask_reconciliation, run_reconciliation

_serial = count(1)
# Everything of 2025 is filed, due and settled by then.
SETTLED = date(2026, 3, 1)
MINED, SEPARATED = "ORE-MIX", "OX-PRND"


@dataclass(frozen=True)
class Row:
    """One record to be: `lot` is a number of `maker`, of the filing enterprise when None."""

    kind: str
    day: int
    lot: str
    kg: str
    maker: Enterprise | None = None
    fields: dict[str, Any] = field(default_factory=dict)


def creation(kind: str, day: int, lot: str, kg: str, product: str, percent: str = "50") -> Row:
    """A new lot of the filing enterprise."""
    return Row(kind, day, lot, kg, fields={"product": product, "reo_percent": Decimal(percent)})


def extraction(day: int, lot: str, kg: str, product: str = MINED, percent: str = "50") -> Row:
    """Ore mined and dressed."""
    return creation("extraction", day, lot, kg, product, percent)


def output(
    day: int, lot: str, kg: str, run: str, product: str = SEPARATED, percent: str = "100"
) -> Row:
    """A lot that leaves a run."""
    row = creation("output", day, lot, kg, product, percent)
    row.fields["run"] = run
    return row


def feed(day: int, lot: str, kg: str, run: str, maker: Enterprise | None = None) -> Row:
    """Part of a lot that goes into a run."""
    return Row("input", day, lot, kg, maker, {"run": run})


def sale(
    day: int, lot: str, kg: str, to: Enterprise, document: str = "INV1", maker: Any = None
) -> Row:
    """Part of a lot that goes to a buyer."""
    return Row("sale", day, lot, kg, maker, {"counterparty": to, "document": document})


def purchase(
    day: int, lot: str, kg: str, of: Enterprise, document: str = "INV1", maker: Any = None
) -> Row:
    """A seller's shipment that arrived; the lot is the seller's unless `maker` says otherwise."""
    return Row("purchase", day, lot, kg, maker or of, {"counterparty": of, "document": document})


def assayed(row: Row, assay: str) -> Row:
    """The same record with an element split."""
    row.fields["assay"] = assay
    return row


def recycled(
    day: int, lot: str, kg: str, document: str = "SCR100", product: str = "OX-PRND"
) -> Row:
    """A lot from scrap."""
    row = creation("recycled", day, lot, kg, product, "99")
    row.fields["document"] = document
    return row


def imported(
    day: int,
    lot: str,
    kg: str,
    document: str = "CD2025001",
    country: str = "MM",
    product: str = "ORE-ION-M",
) -> Row:
    """A lot from abroad."""
    row = creation("import", day, lot, kg, product, "90")
    row.fields.update(document=document, country=country)
    return row


def stock(day: int, lot: str, kg: str, maker: Enterprise | None = None) -> Row:
    """What was counted of a lot."""
    return Row("stock", day, lot, kg, maker)


def runs(
    enterprise: Enterprise,
    shares: list[str],
    *,
    first_month: int = 1,
    fed: str = "1000",
    product: str = SEPARATED,
) -> None:
    """A year with one run a month from `first_month` on, each with its recovery of `fed` kg REO."""
    for number in range(1, 13):
        month = f"2025-{number:02}"
        place = number - first_month
        if not 0 <= place < len(shares):
            file(enterprise, month)
            continue
        ore, run = f"F{number}", f"R{number}"
        given = (Decimal(fed) * Decimal(shares[place])).quantize(Decimal("0.001"))
        file(
            enterprise,
            month,
            imported(2, ore, fed, document=f"CD20250{number:02}7"),
            feed(3, ore, f"{Decimal(fed) / Decimal('0.9'):.3f}", run),
            output(9, f"P{number}", str(given), run, product),
        )


def file(
    enterprise: Enterprise, month: str, *rows: Row, at: datetime | None = None, reason: str = ""
) -> Filing:
    """One more version of a month, submitted; two days before the deadline unless `at` says."""
    period = Month.parse(month)
    at = at or datetime.combine(
        deadline_of(period, day=8), datetime.min.time(), tzinfo=CIVIL
    ) + timedelta(hours=12)
    before = Filing.objects.filter(enterprise=enterprise, month=period).order_by("-version").first()
    person = system_user()
    filing = Filing.objects.create(
        enterprise=enterprise,
        month=period,
        version=before.version + 1 if before else 1,
        reason=reason,
        prepared_by=person,
        prepared_at=at,
    )
    Record.objects.bulk_create(_record(filing, line, row) for line, row in enumerate(rows, start=1))
    Filing.objects.filter(enterprise=enterprise, month=period, status="submitted").update(
        status="superseded"
    )
    filing.status = "submitted"
    filing.submitted_at = at
    filing.attested_by = person
    filing.record_count = len(rows)
    filing.digest = "0" * 64
    filing.receipt_no = f"T{next(_serial)}"
    filing.save()
    return filing


def _record(filing: Filing, line: int, row: Row) -> Record:
    fields = dict(row.fields)
    if "product" in fields:
        fields["product"] = Product.objects.get(code=fields["product"])
        fields["reo_kg"] = (Decimal(row.kg) * fields["reo_percent"] / 100).quantize(
            Decimal("0.001")
        )
    lot, _ = Lot.objects.get_or_create(maker=row.maker or filing.enterprise, number=row.lot)
    return Record(
        filing=filing,
        line=line,
        kind=row.kind,
        date=filing.month.first_day.replace(day=row.day),
        lot=lot,
        gross_kg=Decimal(row.kg),
        **fields,
    )


def nil(enterprise: Enterprise, *months: str) -> None:
    """Nil returns, all in time."""
    for month in months:
        file(enterprise, month)


def months(first: int, last: int, year: int = 2025) -> list[str]:
    """Some months of a year, as text."""
    return [f"{year}-{number:02}" for number in range(first, last + 1)]


def give_cap(enterprise: Enterprise, category: str, kg: str, year: int = 2025) -> Decision:
    """An issued decision that allocates `kg` REO in a category."""
    person, at = system_user(), datetime(year, 1, 1, 9, tzinfo=CIVIL)
    number = Decision.objects.filter(year=year).count() + 1
    decision = Decision.objects.create(
        year=year,
        number=number,
        regime="total_control",
        kind="batch",
        drafted_by=person,
        drafted_at=at,
    )
    CeilingLine.objects.create(decision=decision, category=category, kg=Decimal(kg))
    AllocationLine.objects.create(
        decision=decision, enterprise=enterprise, category=category, kg=Decimal(kg)
    )
    decision.status = "issued"
    decision.issued_at, decision.issued_by = at, person
    decision.content_digest = "0" * 64
    decision.document_no, decision.approval_no = f"D{year}-{number}", f"S{year}-{number}"
    decision.save()
    return decision


def reconciled(
    as_of: date = SETTLED, year: int = 2025, enterprise: Enterprise | None = None
) -> Reconciliation:
    """A finished run."""
    at = datetime(2026, 6, 1, 2, tzinfo=CIVIL)
    asked = ask_reconciliation(
        year=year, as_of=as_of, by=system_user(), at=at, enterprise=enterprise
    )
    return run_reconciliation(reconciliation=asked, at=at)


def found(code: str, as_of: date = SETTLED, year: int = 2025) -> list[Finding]:
    """The open findings of one code after a run over `year` as known on `as_of`."""
    reconciled(as_of, year)
    return list(
        Finding.objects.filter(code=code, status="open", year=year).order_by("month", "key")
    )


def kg(text: str) -> Decimal:
    """A mass to compare with."""
    return Decimal(text)


def said(finding: Finding) -> str:
    """What a finding says, in English."""
    with translation.override("en"):
        return message_of(finding)
