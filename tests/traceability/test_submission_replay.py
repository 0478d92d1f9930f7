"""Whatever is filed and amended in whatever order, lots, balances and cap use follow the ledger.

The ledger is computed a second time here, in plain Python from the words of the contract, and both
must agree with what submissions wrote step by step.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enterprises.models import Enterprise
from portal.accounts.models import Region, User
from portal.kernel.period import CIVIL, Month
from tests.cast import make_enterprise, make_user
from traceability.models import Balance, CapUse, Product
from traceability.queries.caps import cap_position
from traceability.queries.replay import replay_differences
from traceability.rules.intake import COLUMNS, CREATING
from traceability.services import filings as services
from traceability.services.derivation import rebuild_derived
from traceability.services.intake import SourceRow
from traceability.services.previews import preview_submission

MONTHS = [Month(2024, 12), Month(2025, 1), Month(2025, 2)]
AFTER = datetime(2025, 3, 1, 9, tzinfo=CIVIL)
INCOMING = {*CREATING, "purchase"}
OUTGOING = {"input", "sale", "export", "loss"}


@dataclass(frozen=True)
class Row:
    """One row of a small world: `maker` and `partner` are places in its list of enterprises."""

    kind: str
    day: int
    lot: str
    maker: int
    product: str
    gross_kg: Decimal
    percent: Decimal
    run: str
    partner: int


@dataclass
class World:
    """Three enterprises, each with its two people, and what is in force of their months."""

    enterprises: list[Enterprise]
    people: list[tuple[User, User]]
    in_force: dict[tuple[int, Month], tuple[int, list[Row]]] = field(default_factory=dict)
    clock: datetime = AFTER
    filled: int = 0

    def file(self, who: int, month: Month, rows: list[Row]) -> None:
        """Draft, fill and submit a month, or amend it."""
        self.clock += timedelta(minutes=1)
        filer, attester = self.people[who]
        draft = services.open_draft(
            enterprise=self.enterprises[who], month=month, by=filer, at=self.clock, reason="typing"
        )
        staged = [self._source(line, row, who, month) for line, row in enumerate(rows, start=2)]
        services.fill_draft(filing=draft, rows=staged, by=filer, at=self.clock)
        foreseen = preview_submission(filing=draft, by=attester, at=self.clock).caps
        services.submit_filing(filing=draft, by=attester, at=self.clock)
        stand = cap_position(self.enterprises[who], month.year)
        assert {each.category: each.after_kg for each in foreseen if each.after_kg} == {
            each.category: each.used_kg for each in stand if each.used_kg
        }
        self.filled += 1
        self.in_force[who, month] = (self.filled, rows)

    def _source(self, line: int, row: Row, who: int, month: Month) -> SourceRow:
        uscc = self.enterprises[row.maker].uscc
        cells = dict.fromkeys(COLUMNS, None) | {
            "kind": row.kind,
            "date": month.first_day.replace(day=row.day).isoformat(),
            "lot": row.lot,
            "gross_kg": str(row.gross_kg),
        }
        if row.kind in CREATING:
            cells |= {"product": row.product, "reo_percent": str(row.percent)}
        elif row.maker != who:
            cells["lot_maker"] = uscc
        if row.kind in ("input", "output"):
            cells["run"] = row.run
        if row.kind in ("sale", "purchase"):
            cells["counterparty"] = self.enterprises[row.partner].uscc
        if row.kind in ("sale", "purchase", "import", "export", "recycled"):
            cells["document"] = "INV1"
        if row.kind in ("import", "export"):
            cells["country"] = "VN"
        if row.kind == "loss":
            cells["note"] = "spilt"
        return SourceRow(line, [cells[column] for column in COLUMNS])


def owner(row: Row, who: int) -> int:
    """Whose lot it is: a creation is always the filer's own."""
    return who if row.kind in CREATING else row.maker


def lots_by_hand(world: World) -> dict[tuple[int, str], Row]:
    """The creation that says what a lot is: the earliest by date, then by when it was entered."""
    creations = [
        (month.first_day.replace(day=row.day), entered, line, who, row)
        for (who, month), (entered, rows) in world.in_force.items()
        for line, row in enumerate(rows)
        if row.kind in CREATING
    ]
    lots: dict[tuple[int, str], Row] = {}
    for _, _, _, who, row in sorted(creations, key=lambda found: found[:3]):
        lots.setdefault((who, row.lot), row)
    return lots


def balances_by_hand(world: World) -> dict[tuple[int, int, str], tuple[Decimal, Decimal]]:
    """What came to and left each enterprise, by lot."""
    sums: dict[tuple[int, int, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for (who, _), (_, rows) in world.in_force.items():
        for row in rows:
            if row.kind in INCOMING:
                sums[who, owner(row, who), row.lot][0] += row.gross_kg
            elif row.kind in OUTGOING:
                sums[who, owner(row, who), row.lot][1] += row.gross_kg
    return {key: (come, gone) for key, (come, gone) in sums.items()}


def cap_use_by_hand(
    world: World, products: dict[str, Product]
) -> dict[tuple[int, Month, str], Decimal]:
    """What counts against the caps, in exact fractions, rounded once at the end."""
    lots = lots_by_hand(world)
    use: dict[tuple[int, Month, str], Fraction] = defaultdict(Fraction)
    for (who, month), (_, rows) in world.in_force.items():
        for row in rows:
            reo = Fraction(row.gross_kg) * Fraction(row.percent) / 100
            product = products[row.product]
            if row.kind == "extraction" and product.mining_category:
                use[who, month, product.mining_category] += reo
            if row.kind == "output" and product.stage == "compound":
                share = ore_share(world, lots, products, who, row.run, month)
                use[who, month, "separation"] += reo * share
    return {key: kg for key, value in use.items() if (kg := to_gram(value))}


def ore_share(
    world: World,
    lots: dict[tuple[int, str], Row],
    products: dict[str, Product],
    who: int,
    run: str,
    until: Month,
) -> Fraction:
    """The share of a run's known input that came from ore; all of it where nothing is known."""
    known = ore = Fraction(0)
    for (enterprise, month), (_, rows) in world.in_force.items():
        for row in rows:
            if enterprise != who or month > until or (row.kind, row.run) != ("input", run):
                continue
            lot = lots.get((row.maker, row.lot))
            if lot is None:
                continue
            reo = Fraction(row.gross_kg) * Fraction(lot.percent) / 100
            known += reo
            ore += reo if products[lot.product].stage == "ore" else 0
    return ore / known if known else Fraction(1)


def to_gram(kg: Fraction) -> Decimal:
    """Kilograms to the gram, halves up."""
    grams = (kg * 1000 + Fraction(1, 2)).__floor__()
    return (Decimal(grams) / 1000).quantize(Decimal("0.001"), ROUND_HALF_UP)


KINDS = st.sampled_from(
    [
        "extraction",
        "import",
        "recycled",
        *["input"] * 4,
        *["output"] * 4,
        "sale",
        "purchase",
        "export",
        "loss",
        "stock",
    ]
)
ROWS = st.builds(
    Row,
    kind=KINDS,
    day=st.integers(1, 28),
    lot=st.sampled_from(["A", "B", "C"]),
    maker=st.integers(0, 2),
    product=st.sampled_from(["ORE-MIX", "ORE-ION-Y", "CMP-CARB", "OX-ND", "MET-ND"]),
    gross_kg=st.integers(1, 5_000_000).map(lambda grams: Decimal(grams) / 1000),
    percent=st.integers(1, 12_500).map(lambda hundredths: Decimal(hundredths) / 100),
    run=st.sampled_from(["R1", "R2"]),
    partner=st.integers(0, 2),
)
DEEDS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(MONTHS), st.lists(ROWS, max_size=6)),
    min_size=1,
    max_size=7,
)


@pytest.fixture
def world(baotou: Region) -> World:
    """Three enterprises that have filed nothing yet."""
    enterprises = [make_enterprise(name, baotou, "separation") for name in ("One", "Two", "Three")]
    people = [
        (make_user(each.organisation, "filer"), make_user(each.organisation, "attester"))
        for each in enterprises
    ]
    return World(enterprises, people)


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(deeds=DEEDS)
def test_what_submissions_write_is_what_the_ledger_says(world: World, deeds: list) -> None:
    products = {product.code: product for product in Product.objects.all()}
    fresh = World(world.enterprises, world.people)

    with transaction.atomic():
        for who, month, rows in deeds:
            fresh.file(who, month, [row for row in rows if row.partner != who])

        assert replay_differences() == []
        assert stored_use(fresh) == cap_use_by_hand(fresh, products)
        assert stored_balances(fresh) == balances_by_hand(fresh)
        rebuild_derived()
        assert replay_differences() == []
        transaction.set_rollback(True)


def stored_use(world: World) -> dict[tuple[int, Month, str], Decimal]:
    """What the submissions wrote, by the places of the enterprises."""
    places = {each.pk: place for place, each in enumerate(world.enterprises)}
    return {
        (places[use.enterprise_id], use.month, use.category): use.reo_kg
        for use in CapUse.objects.all()
    }


def stored_balances(world: World) -> dict[tuple[int, int, str], tuple[Decimal, Decimal]]:
    """What the submissions wrote, by the places of the enterprises."""
    places = {each.pk: place for place, each in enumerate(world.enterprises)}
    return {
        (places[held.enterprise_id], places[held.lot.maker_id], held.lot.number): (
            held.in_kg,
            held.out_kg,
        )
        for held in Balance.objects.select_related("lot")
    }
