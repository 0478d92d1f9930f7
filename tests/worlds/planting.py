"""Falsifications planted in a world, and the truth about each.

A world lives honestly; what is filed of it is false. A plot works in one phase: `scheme` before the
world lives, on how an enterprise files; `records` on what was written down; `office` on caps and
designations; `filings` on versions and when they were submitted.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from random import Random

from tests.worlds.ledger import Lot, Record
from tests.worlds.office import Office
from tests.worlds.trade import Agent, World

OUTGOING = ("input", "sale", "export", "loss")
CREATING = ("extraction", "output", "import", "recycled")


@dataclass
class Planted:
    """The truth about one falsification; any of `codes` would be right.

    `others`: who else has a part in it, knowingly or not. kg are REO unless the kind is about
    weights as filed.
    """

    kind: str
    variant: str
    codes: tuple[str, ...]
    uscc: str
    story: str
    others: list[str] = field(default_factory=list)
    months: list[str] = field(default_factory=list)
    lots: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    kg: float = 0.0

    def touch(self, record: Record, kg: float | None = None) -> None:
        """Remember where a trace remains."""
        named = (
            (self.months, record.month),
            (self.lots, record.lot.number),
            (self.runs, record.run),
            (self.documents, record.document),
        )
        for known, value in named:
            if value and value not in known:
                known.append(value)
        self.kg += record.lot.reo_kg(record.grams) if kg is None else kg

    def as_json(self) -> dict[str, object]:
        """As truth.json holds it."""
        return asdict(self) | {"kg": round(self.kg, 3), "months": sorted(self.months)}


@dataclass(frozen=True)
class Plot:
    """One way to falsify; `act` returns None where the world has no place for it.

    `variant`: `plain` or `subtle`. Planted only when asked for: `untraceable`, what no bookkeeping
    can show, and `apart`, what shows only where laboratories happen to say what went in.
    """

    kind: str
    variant: str
    phase: str
    codes: tuple[str, ...]
    act: Callable[["Stage", "Plot"], Planted | None]

    def truth(self, who: Agent, story: str, *others: Agent) -> Planted:
        """The beginning of its truth."""
        named = [other.uscc for other in others]
        return Planted(self.kind, self.variant, self.codes, who.uscc, story, others=named)

    @property
    def in_turn(self) -> bool:
        """Whether worlds of successive seeds try it."""
        return self.variant in ("plain", "subtle")

    @property
    def subtle(self) -> bool:
        """Whether it tries to stay unseen."""
        return self.variant == "subtle"


@dataclass
class Stage:
    """A world in which plots find their victims; each enterprise has a part in one plot at most."""

    world: World
    rng: Random
    office: Office = field(default_factory=Office)
    taken: set[Agent] = field(default_factory=set)

    @property
    def year(self) -> int:
        """The year that is judged."""
        return self.world.last.year

    def free(self, kind: type[Agent], fits: Callable[[Agent], bool] = lambda _: True) -> list:
        """Enterprises of a kind that no plot has taken and that fit."""
        return [
            agent
            for agent in self.world.agents
            if isinstance(agent, kind) and agent.files and agent not in self.taken and fits(agent)
        ]

    def pick(self, kind: type[Agent], fits: Callable[[Agent], bool] = lambda _: True):
        """One of them, taken from now on; None when there is none."""
        found = self.free(kind, fits)
        if not found:
            return None
        chosen = self.rng.choice(found)
        self.taken.add(chosen)
        return chosen

    def steady(self, agent: Agent) -> bool:
        """Whether it works the whole year."""
        return agent.opens == date.min and not agent.idle

    def month(self, first: int, last: int) -> str:
        """A month of the judged year."""
        return f"{self.year}-{self.rng.randint(first, last):02}"


def balance(agent: Agent, lot: Lot, until: date) -> int:
    """What the books say is held of a lot at the end of a day, grams."""
    return sum(
        -record.grams if record.kind in OUTGOING else record.grams
        for record in agent.records
        if record.lot is lot and record.kind != "stock" and record.day <= until
    )


def recount(world: World, agent: Agent, lot: Lot) -> None:
    """Let the month-end counts of a lot say what the books say."""
    agent.records = [r for r in agent.records if not (r.kind == "stock" and r.lot is lot)]
    for month in world.months:
        day = last_day(month)
        held = balance(agent, lot, day)
        if held > 0:
            agent.records.append(Record("stock", day, lot, held))


def last_day(month: str) -> date:
    """The last day of a month."""
    year, number = map(int, month.split("-"))
    return date.fromordinal(date(year + number // 12, number % 12 + 1, 1).toordinal() - 1)


def append(agent: Agent, record: Record) -> Record:
    """One more line in the records of an enterprise; its stock is not asked."""
    agent.records.append(record)
    return record


def swap(agent: Agent, old: Record, **facts: object) -> Record:
    """The same line with other facts, in its place."""
    new = old.changed(**facts)
    agent.records[agent.records.index(old)] = new
    return new


def drop(agent: Agent, gone: list[Record]) -> None:
    """Leave lines out."""
    ids = {id(record) for record in gone}
    agent.records = [record for record in agent.records if id(record) not in ids]


def of_kind(agent: Agent, *kinds: str, months: tuple[str, ...] = ()) -> list[Record]:
    """Its records of some kinds, of some months when any are named."""
    return [r for r in agent.records if r.kind in kinds and (not months or r.month in months)]


def arrivals_of(sale: Record, seller: Agent) -> list[Record]:
    """The buyer's records of a sale."""
    return [
        r
        for r in sale.counterparty.records
        if r.kind == "purchase"
        and r.lot is sale.lot
        and r.document == sale.document
        and r.counterparty is seller
    ]
