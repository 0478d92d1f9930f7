"""Plots of several, and over the year's end: collusion, a neighbour's cap, December in January."""

from datetime import date, timedelta

from tests.worlds.ledger import Lot, Record
from tests.worlds.makers import Mine, Plant, Run
from tests.worlds.planting import Planted, Plot, Stage, drop, of_kind, recount
from tests.worlds.plots.figures import Jump
from tests.worlds.trade import Agent, Scheme


class Understates(Scheme):
    """Files less ore than it digs; the rest goes to its accomplice on the same lorry."""

    def __init__(self, first: date, last: date, factor: float) -> None:
        self.first, self.last, self.factor = first, last, factor

    def made(self, who: Agent, kind: str, lot: Lot, grams: int, day: date) -> int:
        """The share that is filed."""
        if not self.first <= day <= self.last:
            return grams
        return who.rounded(grams * self.factor)


class Accomplice(Scheme):
    """Files what the papers say came and works up all that came."""

    def __init__(self, truth: Planted, first: date, last: date, factor: float) -> None:
        self.truth, self.first, self.last, self.factor = truth, first, last, factor

    def before_output(self, who: Agent, run: Run, day: date, *, last: bool) -> None:
        """The unfiled part of the feed is in the tanks as well."""
        if last and self.first + timedelta(25) <= run.opened <= self.last:
            unfiled = 1 / self.factor - 1
            self.truth.kg += run.fed * unfiled
            for element in run.pool:
                run.pool[element] *= 1 + unfiled

    def filed(self, who: Agent, record: Record) -> None:
        """Remember the products."""
        if record.kind == "output" and record.day >= self.first + timedelta(25):
            self.truth.touch(record, 0)


def collusion(stage: Stage, plot: Plot) -> Planted | None:
    """A mine and its plant file the same wrong weights; only the products are filed in full.

    Plain: a fifth to a third of the ore is left out. Subtle: a tenth. The plant has no other feed.
    """
    mine = stage.pick(Mine, stage.steady)
    who = mine and stage.pick(Plant, lambda a: _could_live_of(a, mine) and stage.steady(a))
    if not who:
        return None
    truth = plot.truth(who, "files, with its mine, less ore than came", mine)
    factor = stage.rng.uniform(0.89, 0.91) if plot.subtle else stage.rng.uniform(0.67, 0.8)
    number = stage.rng.randint(2, 6)
    first, last = date(stage.year, number, 1), date(stage.year, number + 4, 28)
    mine.customers[mine.product] = [(who, 1.0)]
    who.limits = {mine.product: max(who.limits.values()) * 8}
    who.daily_reo_kg = mine.daily_reo_kg * 1.4
    who.imports = {}
    mine.scheme = Understates(first, last, factor)
    who.scheme = Accomplice(truth, first, last, factor)
    return truth


def _could_live_of(who: Plant, mine: Mine) -> bool:
    return mine.product in who.feeds and not who.continuous and who.turn is None


def complete_collusion(stage: Stage, plot: Plot) -> Planted | None:
    """Mine and plant leave out the ore, the products and their sale: the papers are whole."""
    mine = stage.pick(Mine, stage.steady)
    who = mine and stage.pick(Plant, lambda a: mine.product in a.feeds)
    if not who:
        return None
    truth = plot.truth(who, "a tenth of ore and products, at mine and plant, is in no book", mine)
    truth.months = [m for m in stage.world.months if m.startswith(str(stage.year))]
    truth.kg = mine.daily_reo_kg * 36
    mine.scheme = Understates(date(stage.year, 1, 1), stage.world.last, 0.9)
    return truth


def neighbours_cap(stage: Stage, plot: Plot) -> Planted | None:
    """A mine whose cap is used up passes its ore through the books of a neighbour with room.

    Plain: the neighbour files three to four times what it digs, for four months. Subtle: twice.
    """
    who = stage.pick(Mine, stage.steady)
    source = who and stage.pick(Mine, lambda a: a.product == who.product)
    if not source:
        return None
    truth = plot.truth(who, "files a neighbour's ore as its own", source)
    number = stage.rng.randint(3, 8)
    first, last = date(stage.year, number, 1), date(stage.year, number + 3, 28)
    factor = stage.rng.uniform(1.9, 2.2) if plot.subtle else stage.rng.uniform(3, 4)
    who.scheme = FromNeighbour(truth, first, last, factor, source)
    return truth


class FromNeighbour(Jump):
    """The lots it files are a neighbour's ore; where there is a laboratory its assays say so."""

    def __init__(
        self, truth: Planted, first: date, last: date, factor: float, source: Mine
    ) -> None:
        super().__init__(truth, first, last, factor)
        self.source = source

    def dug(self, who: Agent, lot: Lot, day: date) -> None:
        """A blend of two deposits."""
        if not self.first <= day <= self.last:
            return
        own = 1 / self.factor
        lot.split = {
            element: own * share + (1 - own) * self.source.deposit.get(element, 0.0)
            for element, share in lot.split.items()
        }


def december_in_january(stage: Stage, plot: Plot) -> Planted | None:
    """A mine's last lots are dated into January, when a new cap counts them.

    They were sold and delivered in December already: more leaves than was ever dug.
    """
    who = stage.pick(Mine, stage.steady)
    if who is None:
        return None
    since = date(stage.year, 12, 1)
    truth = plot.truth(who, "moves December's production into January")
    sold = {r.lot for r in of_kind(who, "sale")}
    gone = [r for r in of_kind(who, "extraction") if r.day >= since and r.lot in sold]
    for record in gone:
        truth.touch(record)
    drop(who, gone)
    for record in gone:
        recount(stage.world, who, record.lot)
    return truth if gone else None


class HeldBack(Scheme):
    """Products of December are kept off the books until the new year has a new cap."""

    def __init__(self, truth: Planted, first: date) -> None:
        self.truth, self.first = truth, first
        self.runs: set[str] = set()

    def before_output(self, who: Agent, run: Run, day: date, *, last: bool) -> None:
        """Runs that begin in time to be finished in December."""
        if run.opened >= self.first:
            self.runs.add(run.number)
            self.truth.runs = sorted(self.runs)
            self.truth.months = [f"{self.first:%Y-%m}"]

    def made(self, who: Agent, kind: str, lot: Lot, grams: int, day: date) -> int:
        """Nothing, for now."""
        if kind != "output" or day < self.first or not self.runs:
            return grams
        self.truth.kg += lot.reo_kg(grams)
        return 0


def products_held_back(stage: Stage, plot: Plot) -> Planted | None:
    """A plant of short batches feeds all December and files the products in January."""
    who = stage.pick(Plant, lambda a: stage.steady(a) and not a.continuous)
    if who is None:
        return None
    truth = plot.truth(who, "files the products of December in January")
    who.scheme = HeldBack(truth, date(stage.year, 12, 1))
    return truth


PLOTS = (
    Plot(
        "collusion", "plain", "scheme", ("yield_impossible", "element_excess"), collusion
    ),
    Plot(
        "collusion", "subtle", "scheme", ("yield_impossible", "element_excess"), collusion
    ),
    Plot("complete_collusion", "untraceable", "scheme", ("unusual_figures",), complete_collusion),
    Plot("neighbours_cap", "plain", "scheme", ("unusual_figures",), neighbours_cap),
    Plot("neighbours_cap", "subtle", "scheme", ("unusual_figures",), neighbours_cap),
    Plot("december_in_january", "plain", "records", ("oversold_lot",), december_in_january),
    Plot(
        "december_in_january", "subtle", "scheme", ("yield_low", "unusual_figures"),
        products_held_back,
    ),
)  # fmt: skip
