"""Mines and plants: ore is dug, and parted into its elements."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.worlds.ledger import GRAM, Lot
from tests.worlds.substance import (
    FLOWSHEETS,
    RANGES,
    Split,
    assay_text,
    grade_of,
    normalised,
    split_of_deposit,
    split_of_lot,
)
from tests.worlds.trade import COUNTRIES, Agent, World

SEASONS = {
    "steady": (1.0,) * 12,
    "cold winter": (0.35, 0.5, 0.95, 1.1, 1.2, 1.25, 1.25, 1.25, 1.2, 1.1, 0.8, 0.4),
    "rain": (0.85, 0.8, 0.9, 1.1, 1.2, 1.25, 1.15, 1.1, 1.05, 1.0, 0.85, 0.75),
    "spring pause": (1.0, 0.45, 1.05, 1.1, 1.1, 1.05, 1.05, 1.0, 1.05, 1.05, 1.05, 1.0),
}


def number_of(maker: Agent, product: str, day: date) -> str:
    """The next lot number, in the maker's own way."""
    n = maker.next_number("lot")
    if maker.habits.documents == "invoice":
        return f"{product[-4:].strip('-')}{day:%y%m%d}-{n:04}"
    return f"{day:%Y%m}{product.replace('-', '')[2:6]}{n:05}"


class Mine(Agent):
    """Digs and dresses ore; a lot every few days."""

    def __init__(
        self, *, product: str, yearly_reo_kg: float, lot_days: int, season: str, **facts: object
    ) -> None:
        super().__init__(**facts)
        self.product = product
        self.deposit = split_of_deposit(product, self.rng)
        self.daily_reo_kg = yearly_reo_kg / 365
        self.lot_days = lot_days
        self.season = SEASONS[season]
        self.dressed = 0.0
        self.due = self.rng.randint(1, lot_days)

    def act(self, world: World, day: date) -> None:
        """Dig; close the lot when it is time; sell."""
        self.dressed += self.daily_reo_kg * self.season[day.month - 1] * self.rng.gauss(1, 0.12)
        self.due -= 1
        if self.due <= 0 and self.dressed > 0:
            self.due = max(1, self.lot_days + self.rng.randint(-1, 1))
            self.dig(day, self.dressed)
            self.dressed = 0.0
        self.sell(world, day, self.product)

    def dig(self, day: date, reo_kg: float) -> Lot:
        """One lot of ore product."""
        split = split_of_lot(self.deposit, self.rng)
        grade = round(grade_of(self.product, split, self.rng), 2)
        lot = Lot(self, number_of(self, self.product, day), self.product, grade, split)
        self.scheme.dug(self, lot, day)
        self.make("extraction", day, lot, reo_kg / grade * 100 * GRAM, assay=self.assay(lot))
        return lot

    def assay(self, lot: Lot) -> str:
        """The laboratory's answer, where there is a laboratory."""
        return assay_text(lot.split, self.rng) if self.habits.assays else ""


@dataclass(eq=False, repr=False)
class Run:
    """A process run under way: what is in the tanks, kg REO by element; `most` is what its feed
    could hold of each at the richest of the published splits."""

    number: str
    opened: date
    closes: date
    recovery: float
    pool: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    fed: float = 0.0
    out: float = 0.0
    most: dict[str, float] = field(default_factory=lambda: defaultdict(float))


def _richest(lot: Lot, element: str) -> float:
    """The highest published share of an element in such an ore; nothing for what is no ore."""
    return RANGES[lot.product][element][1] if lot.is_ore else 0.0


class Plant(Agent):
    """Separates what it buys into products; in batches of days or campaigns of weeks."""

    def __init__(
        self, *, flowsheet: str, daily_reo_kg: float, run_days: int, **facts: object
    ) -> None:
        super().__init__(**facts)
        self.flowsheet = FLOWSHEETS[flowsheet]
        self.feeds = self.flowsheet.feeds
        self.daily_reo_kg = daily_reo_kg
        self.run_days = run_days
        self.recovery = self.rng.uniform(0.928, 0.962)
        self.packs = self.rng.random() < 0.6
        self.runs: list[Run] = []
        self.carry: dict[str, float] = defaultdict(float)
        self.imports: dict[str, float] = {}  # product to kg REO of one ship, when it buys abroad
        self.next_ship = self.rng.randint(3, 25)
        self.rest = self.rng.randint(2, 6)
        self.monthly: dict[str, float] = {}
        self.turn: date | None = None

    def sells(self, lot: Lot) -> bool:
        """Only what it made itself; the rest is feed."""
        return lot.maker is self and not lot.is_ore and not lot.recycled

    @property
    def continuous(self) -> bool:
        """Whether a run is a campaign with feed and products all the way."""
        return self.run_days > 10

    def act(self, world: World, day: date) -> None:
        """Import, start a run, feed it, take products out, sell."""
        if day == self.turn:
            self._turn()
        self._import(day)
        for run in list(self.runs):
            if self.continuous and day < run.closes - timedelta(3) and day.day % 3 == 0:
                self.feed(run, day, self.daily_reo_kg * 3)
            if day >= run.closes:
                self.take_out(run, day, last=True)
                self.runs.remove(run)
            elif self.continuous and (day - run.opened).days % 7 == 6:
                self.take_out(run, day, last=False)
        self._start(day)
        self.sell(world, day, *self.flowsheet.products)

    def _start(self, day: date) -> None:
        busy = self.runs if self.continuous else [r for r in self.runs if r.opened == day]
        self.rest -= 1
        least = self.daily_reo_kg * (1 if self.continuous else self.pause * 0.6)
        if busy or self.rest > 0 or self.held_reo(*self.feeds) < least:
            return
        n = self.next_number("run")
        length = self.run_days + self.rng.randint(-2, 4) if self.continuous else self.run_days
        run = Run(f"R{day:%y%m}-{n:04}", day, day + timedelta(length), self._recovery_now(day))
        self.runs.append(run)
        self.rest = self.rng.randint(1, 3) if self.continuous else self.pause
        self.feed(run, day, self.daily_reo_kg * (3 if self.continuous else self.pause))

    def _turn(self) -> None:
        """From now on another feed: what it bought most of is bought no more."""
        kept = self.feeds[1:] if self.held_reo(self.feeds[0]) else self.feeds[:-1]
        self.limits = {feed: limit for feed, limit in self.limits.items() if feed in kept}
        if "ORE-MON" in self.feeds:
            self.imports = {"ORE-MON": self.daily_reo_kg * 12}

    @property
    def pause(self) -> int:
        """Days from one batch to the next."""
        return max(1, self.run_days - 1)

    def _recovery_now(self, day: date) -> float:
        month = f"{day:%Y-%m}"
        if month not in self.monthly:
            self.monthly[month] = self.recovery + self.rng.gauss(0, 0.005)
        return max(0.915, min(0.972, self.monthly[month] + self.rng.gauss(0, 0.004)))

    def feed(self, run: Run, day: date, reo_kg: float) -> None:
        """Blend lots, oldest first, until there is enough."""
        wanted = reo_kg * self.rng.uniform(0.9, 1.05)
        for lot in self.held(*self.feeds):
            if wanted <= reo_kg * 0.02:
                break
            if self.sells(lot):
                continue
            held = self.stock[lot]
            grams = min(held, self.rounded(wanted / lot.grade * 100 * GRAM))
            if held - grams < held * 0.03:
                grams = held
            self.write("input", day, lot, grams, run=run.number)
            self._dissolve(run, lot, grams)
            wanted -= lot.reo_kg(grams)

    def _dissolve(self, run: Run, lot: Lot, grams: int) -> None:
        reo = lot.reo_kg(grams)
        run.fed += reo
        for element, share in lot.split.items():
            run.most[element] += reo * max(share, _richest(lot, element)) / 100
            keeps = min(0.985, run.recovery * (1 + self.rng.gauss(0, 0.003)))
            run.pool[element] += reo * share / 100 * keeps

    def take_out(self, run: Run, day: date, *, last: bool) -> None:
        """Pack what is ready; what stays in the tanks comes out with the next run."""
        if last:
            self._from_tanks(run)
        self.scheme.before_output(self, run, day, last=last)
        ready = 1 - self.rng.uniform(0, 0.012) if last else self.rng.uniform(0.6, 0.8)
        for product, elements in self.flowsheet.products.items():
            part = {e: run.pool.get(e, 0.0) * ready for e in elements if run.pool.get(e, 0.0) > 0}
            if sum(part.values()) >= (2 if last else 300):
                self._pack(run, product, part, day)
        if last:
            for element, kg in run.pool.items():
                self.carry[element] += kg

    def _from_tanks(self, run: Run) -> None:
        """What the run before left, as far as this one is large enough to wash it out."""
        left = sum(self.carry.values())
        share = min(1.0, run.fed * 0.014 / left) if left else 0.0
        for element, kg in self.carry.items():
            run.pool[element] += kg * share
            self.carry[element] -= kg * share

    def _pack(self, run: Run, product: str, part: dict[str, float], day: date) -> None:
        split: Split = normalised(part)
        grade = round(grade_of(product, split, self.rng), 2)
        grams = self._in_bags(sum(part.values()) / grade * 100 * GRAM)
        if grams <= 0:
            return
        taken = grams / GRAM * grade / 100 / sum(part.values())
        for element, kg in part.items():
            run.pool[element] -= kg * taken
        lot = Lot(self, number_of(self, product, day), product, grade, split)
        assay = assay_text(split, self.rng) if self.habits.assays and product == "OX-MIX" else ""
        run.out += lot.reo_kg(self.make("output", day, lot, grams, run=run.number, assay=assay))

    def _in_bags(self, grams: float) -> float:
        kg = grams / GRAM
        if not self.packs:
            return grams
        bag = 1000 if kg >= 60_000 else 500 if kg >= 30_000 else 50 if kg >= 3_000 else 0
        if not bag:
            return grams
        return kg // bag * bag * GRAM

    def _import(self, day: date) -> None:
        self.next_ship -= 1
        if self.next_ship > 0 or not self.imports:
            return
        self.next_ship = self.rng.randint(25, 50)
        for product, reo_kg in self.imports.items():
            self.land(day, product, reo_kg * self.rng.uniform(0.6, 1.3), self.customs(day, "1"))

    def land(self, day: date, product: str, reo_kg: float, declaration: str) -> Lot:
        """A ship's cargo becomes a lot of its own."""
        split = split_of_deposit(product, self.rng)
        grade = round(grade_of(product, split, self.rng), 2)
        country = self.rng.choice(COUNTRIES.get(product, ("MM", "LA", "MY")))
        lot = Lot(self, number_of(self, product, day), product, grade, split)
        assay = assay_text(split, self.rng) if self.rng.random() < 0.6 else ""
        facts = {"document": declaration, "country": country, "assay": assay}
        self.make("import", day, lot, reo_kg / grade * 100 * GRAM, **facts)
        return lot


class Recycler(Plant):
    """Buys swarf and scrap and takes the elements back; outside the caps."""

    def __init__(self, **facts: object) -> None:
        super().__init__(flowsheet="from magnets", **facts)
        self.sources: list[Agent] = []
        self.elsewhere = self.rng.uniform(0.1, 0.5)  # scrap from beyond the platform
        self.next_load = self.rng.randint(10, 25)

    def act(self, world: World, day: date) -> None:
        """Fetch swarf now and then; otherwise a plant like others."""
        self.next_load -= 1
        if self.next_load <= 0:
            self.next_load = self.rng.randint(12, 28)
            self._fetch(day)
        super().act(world, day)

    def _fetch(self, day: date) -> None:
        for maker in self.sources:
            reo_kg = maker.swarf * (1 + self.elsewhere * self.rng.uniform(0.5, 1.5))
            if reo_kg < 50:
                continue
            maker.swarf = 0.0
            split = split_of_deposit("OX-MIX", self.rng)
            grade = round(self.rng.uniform(24, 33), 2)
            number = number_of(self, "OX-SWARF", day)
            lot = Lot(self, number, "OX-MIX", grade, split, recycled=True)
            document = f"ZS{day:%Y%m%d}{self.next_number('scrap'):04}"
            assay = assay_text(split, self.rng) if self.rng.random() < 0.5 else ""
            self.make(
                "recycled", day, lot, reo_kg / grade * 100 * GRAM, document=document, assay=assay
            )
