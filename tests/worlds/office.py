"""What the authorities and the bookkeepers write: designations, caps, monthly filings."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from portal.kernel.period import CIVIL
from tests.worlds.ledger import Books, Record, Version
from tests.worlds.makers import Mine, Plant, Recycler
from tests.worlds.trade import Agent, World

MINING = {"ORE-MIX": "mining_rock", "ORE-BAST": "mining_rock", "ORE-MON": "mining_rock"}
CATEGORIES = ("mining_rock", "mining_ionic", "separation")
COMPOUNDS = ("CMP-", "OX-")


@dataclass
class Designation:
    """A right to mine or to separate, for a time."""

    who: Books
    activity: str
    valid_from: date
    valid_to: date | None
    document: str


@dataclass
class Office:
    """The registry of a world beside its enterprises; caps are tonnes REO."""

    designations: list[Designation] = field(default_factory=list)
    caps: dict[tuple[int, Books, str], int] = field(default_factory=dict)


def counted(records: list[Record]) -> dict[tuple[int, str], float]:
    """Production that counts against caps by year and category, kg REO, of one enterprise.

    A compound counts by the share of ore in what its run was fed up to the month of the output.
    """
    found: dict[tuple[int, str], float] = {}
    fed: dict[str, list[tuple[str, float, float]]] = {}
    for record in records:
        if record.kind == "input":
            reo = record.lot.reo_kg(record.grams)
            fed.setdefault(record.run, []).append(
                (record.month, reo, reo if record.lot.is_ore else 0.0)
            )
    for record in records:
        reo = record.lot.reo_kg(record.grams)
        if record.kind == "extraction":
            key = record.day.year, MINING.get(record.lot.product, "mining_ionic")
        elif record.kind == "output" and record.lot.product.startswith(COMPOUNDS):
            so_far = [f for f in fed.get(record.run, []) if f[0] <= record.month]
            total = sum(f[1] for f in so_far)
            reo *= sum(f[2] for f in so_far) / total if total else 0.0
            key = record.day.year, "separation"
        else:
            continue
        found[key] = found.get(key, 0.0) + reo
    return {key: kg for key, kg in found.items() if kg > 0}


def own_category(agent: Agent) -> str:
    """The category that a mine or plant is given a cap for."""
    if isinstance(agent, Mine):
        return MINING.get(agent.product, "mining_ionic")
    return "separation"


def designate(world: World) -> Office:
    """Designations and caps that everybody honest keeps within; most use 60 to 89 percent."""
    office = Office()
    first = date(world.first.year - 2, 1, 1)
    for agent in world.agents:
        for activity in ("mining", "separation"):
            if activity in agent.activities:
                document = f"工信部稀土函〔{first.year}〕{len(office.designations) + 11}号"
                since = max(first, agent.opens)
                office.designations.append(Designation(agent, activity, since, None, document))
        if not isinstance(agent, (Mine, Plant)) or isinstance(agent, Recycler):
            continue
        for (year, category), kg in counted(agent.records).items():
            if category != own_category(agent):
                continue  # what it has no business to make
            used = agent.rng.choice((agent.rng.uniform(0.6, 0.8), agent.rng.uniform(0.8, 0.885)))
            office.caps[year, agent, category] = int(kg / 1000 / used) + 1
    return office


def file_everything(world: World) -> None:
    """Every enterprise files every month in time; now and then it corrects a typing error."""
    for agent in world.agents:
        if not agent.files:
            continue
        by_month: dict[str, list[Record]] = {month: [] for month in world.months}
        for record in sorted(agent.records, key=lambda r: (r.day, r.kind == "stock")):
            by_month[record.month].append(record)
        for month, records in by_month.items():
            at = submitted_at(month, agent.habits.filing_day, agent.rng)
            agent.filings[month] = [Version(at, records)]
            if agent.rng.random() < agent.habits.sloppiness:
                _mistype(agent, month)


def submitted_at(month: str, day: int, rng: Random) -> datetime:
    """An office hour of a day around `day` of the month after, never past the tenth."""
    year, number = map(int, month.split("-"))
    after = date(year + number // 12, number % 12 + 1, 1)
    chosen = max(1, min(10, day + rng.randint(-2, 1)))
    hour = time(rng.randint(8, 17), rng.randint(0, 59), rng.randint(0, 59))
    return datetime.combine(after + timedelta(chosen - 1), hour, CIVIL)


def _mistype(agent: Agent, month: str) -> None:
    """Version 1 holds an error; version 2, days later, is right."""
    right = agent.filings[month][0]
    wrong = list(right.records)
    candidates = [i for i, r in enumerate(wrong) if r.kind in MISTYPED]
    if not candidates:
        return
    i = agent.rng.choice(candidates)
    error = MISTYPED[wrong[i].kind](wrong[i], agent.rng)
    wrong[i : i + 1] = [error] if error else []
    later = right.submitted_at + timedelta(
        days=agent.rng.randint(1, 5), hours=agent.rng.randint(0, 4)
    )
    agent.filings[month] = [
        Version(right.submitted_at, wrong),
        Version(later, right.records),
    ]


def _swapped(record: Record, rng: Random) -> Record | None:
    """Two digits of the mass change places."""
    text = str(record.grams // 1000)
    for i in range(len(text) - 1):
        if text[i] != text[i + 1] and text[i + 1] != "0":
            swapped = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
            return record.changed(grams=int(swapped) * 1000)
    return None


def _forgotten(record: Record, rng: Random) -> None:
    """A line is left out."""


def _other_document(record: Record, rng: Random) -> Record:
    """A digit of the document number is wrong."""
    last = record.document[-1]
    wrong = str((int(last) + rng.randint(1, 8)) % 10) if last.isdigit() else "1"
    return record.changed(document=record.document[:-1] + wrong)


def _either(record: Record, rng: Random) -> Record | None:
    return rng.choice((_swapped, _forgotten, _other_document))(record, rng)


def _slightly(record: Record, rng: Random) -> Record:
    """Half a percent less than it was."""
    return record.changed(grams=max(1000, int(record.grams * 0.995) // 1000 * 1000))


MISTYPED = {
    "extraction": _slightly,
    "output": _forgotten,
    "purchase": _either,
    "sale": _either,
    "stock": _swapped,
    "input": _swapped,
    "loss": _forgotten,
}
