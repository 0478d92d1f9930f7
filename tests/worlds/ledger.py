"""What is written down: lots, records, filings, and an enterprise's own books."""

from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from tests.worlds.substance import ORES, Split

GRAM = 1000  # masses in the books are whole grams; the format takes kg with three decimals


@dataclass(eq=False, repr=False)
class Lot:
    """An identified quantity of one product; `ore` is the share of it that counts as ore."""

    maker: "Books"
    number: str
    product: str
    grade: float
    split: Split
    recycled: bool = False

    def __repr__(self) -> str:
        return f"<{self.product} {self.number} of {self.maker.name_en}>"

    @property
    def is_ore(self) -> bool:
        """Whether what is made of it counts against a separation cap."""
        return self.product in ORES

    def reo_kg(self, grams: int) -> float:
        """REO of so much of it, in kg."""
        return grams / GRAM * self.grade / 100


@dataclass(eq=False, repr=False)
class Record:
    """One line of a filing, as it is filed."""

    kind: str
    day: date
    lot: Lot
    grams: int
    run: str = ""
    counterparty: "Books | None" = None
    document: str = ""
    country: str = ""
    assay: str = ""
    note: str = ""

    def __repr__(self) -> str:
        return f"<{self.kind} {self.day} {self.grams} g of {self.lot}>"

    @property
    def month(self) -> str:
        """The month it is filed in."""
        return f"{self.day:%Y-%m}"

    def changed(self, **facts: object) -> "Record":
        """The same line with other facts."""
        return Record(**{**self.__dict__, **facts})


@dataclass(repr=False)
class Version:
    """One version of a month's filing."""

    submitted_at: datetime
    records: list[Record]


@dataclass
class Habits:
    """How one enterprise keeps its books."""

    digits: int = 0  # decimals of a kg that its scales show
    scale_bias: float = 0.0  # its scale against everybody else's
    count_noise: float = 0.001
    counts_empty: bool = False  # writes down a lot that is used up as 0
    filing_day: int = 6
    sloppiness: float = 0.02  # share of months with a typing error
    documents: str = "invoice"
    assays: bool = False


@dataclass(eq=False, repr=False)
class Books:
    """An enterprise: who it is, what it holds and what it has written down."""

    name_en: str
    name_zh: str
    activities: tuple[str, ...]
    region: str
    rng: Random
    uscc: str = ""
    parent: "Books | None" = None
    habits: Habits = field(default_factory=Habits)
    stock: dict[Lot, int] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    filings: dict[str, list[Version]] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)  # documents and lots given out so far
    emptied: list[Lot] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<{self.name_en}>"

    @property
    def files(self) -> bool:
        """Whether it must file; a buyer outside the platform need not."""
        return bool(self.activities)

    def next_number(self, series: str) -> int:
        """1, 2, ... for each series."""
        self.counted[series] = self.counted.get(series, 0) + 1
        return self.counted[series]

    def write(self, kind: str, day: date, lot: Lot, grams: int, **facts: object) -> Record:
        """Write down one line, and let it move the stock."""
        record = Record(kind, day, lot, grams, **facts)
        self.records.append(record)
        if kind in ("extraction", "output", "import", "recycled", "purchase"):
            self.stock[lot] = self.stock.get(lot, 0) + grams
        elif kind != "stock":
            left = self.stock.get(lot, 0) - grams
            self.stock[lot] = left
            if left <= 0:
                del self.stock[lot]
                self.emptied.append(lot)
        return record

    def held(self, *products: str) -> list[Lot]:
        """Lots of these products, oldest first."""
        return [lot for lot in self.stock if lot.product in products]

    def held_reo(self, *products: str) -> float:
        """What they hold together, kg REO."""
        return sum(lot.reo_kg(g) for lot, g in self.stock.items() if lot.product in products)

    def rounded(self, grams: float) -> int:
        """As its scales show it."""
        step = GRAM // 10**self.habits.digits
        return max(step, round(grams / step) * step)
