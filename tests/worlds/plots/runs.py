"""Plots inside the works: feed that no input tells of, output that nobody files."""

from datetime import date, timedelta

from tests.worlds.ledger import GRAM, Lot, Record
from tests.worlds.makers import Plant, Run, number_of
from tests.worlds.planting import Planted, Plot, Stage
from tests.worlds.substance import grade_of
from tests.worlds.trade import Agent, Scheme
from tests.worlds.works import MAGNET, Works


class HiddenFeed(Scheme):
    """Illegal ore goes into one run; what comes out is filed in full."""

    def __init__(self, truth: Planted, first: date, recovery: float) -> None:
        self.truth, self.first, self.recovery = truth, first, recovery
        self.run = ""

    def before_output(self, who: Agent, run: Run, day: date, *, last: bool) -> None:
        """At the end of the run the tanks hold more than its inputs brought."""
        if day < self.first or not last or self.run or run.fed < 500:
            return
        self.run = run.number
        inside = sum(run.pool.values())
        missing = run.fed * self.recovery - run.out - inside
        if missing > 0 and inside > 0:
            for element in run.pool:
                run.pool[element] *= 1 + missing * 1.012 / inside

    def filed(self, who: Agent, record: Record) -> None:
        """Remember the run's products."""
        if record.run and record.run == self.run:
            self.truth.touch(record)

    def made(self, who: Agent, kind: str, lot: Lot, grams: int, day: date) -> int:
        """Metal works: the furnace gives more than it was charged with."""
        if not isinstance(who, Works) or day < self.first or self.run or kind != "output":
            return grams
        if who.tapping < 1_000:
            return grams
        more = who.rounded(who.tapping * self.recovery / lot.grade * 100 * GRAM)
        self.run = "tapped"
        self.truth.touch(Record("output", day, lot, more))
        return more


def hidden_feed(stage: Stage, plot: Plot) -> Planted | None:
    """Ore that no input tells of: a run gives more than it got.

    Plain: a tenth to a third too much. Subtle: three to five percent.
    """
    who = stage.pick((Plant, Works), lambda a: stage.steady(a) and not _magnets(a))
    if who is None:
        return None
    truth = plot.truth(who, "outputs of a run hold more than its inputs")
    recovery = stage.rng.uniform(1.03, 1.05) if plot.subtle else stage.rng.uniform(1.1, 1.3)
    who.scheme = HiddenFeed(truth, date(stage.year, stage.rng.randint(2, 9), 1), recovery)
    return truth


def _magnets(who: Agent) -> bool:
    return isinstance(who, Works) and who.recipes == (MAGNET,)


class HiddenOutput(Scheme):
    """A share of the output is sold in silence, of one run or of every one."""

    def __init__(
        self, truth: Planted, first: date, last: date, share: float, *, one_run: bool
    ) -> None:
        self.truth, self.first, self.last, self.share = truth, first, last, share
        self.one_run = one_run
        self.run = ""
        self.hiding = False

    def before_output(self, who: Agent, run: Run, day: date, *, last: bool) -> None:
        """Choose the run, when it is one run: the first that begins after the day."""
        if self.one_run and not self.run and run.opened >= self.first and run.fed > 500:
            self.run = run.number
        self.hiding = run.number == self.run if self.one_run else True

    def made(self, who: Agent, kind: str, lot: Lot, grams: int, day: date) -> int:
        """What is filed of an output."""
        if isinstance(who, Works):
            self.hiding = not (self.one_run and self.run) and who.tapping > 1_000
        if kind != "output" or not self.hiding or not self.first <= day <= self.last:
            return grams
        if isinstance(who, Works):
            self.run = "tapped"
        self.truth.kg += lot.reo_kg(round(grams * self.share))
        return max(1, who.rounded(grams * (1 - self.share)))

    def filed(self, who: Agent, record: Record) -> None:
        """Remember where the rest was filed."""
        if record.kind == "output" and self.hiding and self.first <= record.day <= self.last:
            self.truth.touch(record, 0)


def one_run_low(stage: Stage, plot: Plot) -> Planted | None:
    """Part of one run's output is never filed: a third to a half, or a ninth to a sixth."""
    who = stage.pick((Plant, Works), lambda a: stage.steady(a) and not _magnets(a))
    if who is None:
        return None
    truth = plot.truth(who, "hides part of the output of one run")
    share = stage.rng.uniform(0.11, 0.16) if plot.subtle else stage.rng.uniform(0.3, 0.5)
    first = date(stage.year, stage.rng.randint(2, 9), 1)
    who.scheme = HiddenOutput(truth, first, stage.world.last, share, one_run=True)
    return truth


def every_run_low(stage: Stage, plot: Plot) -> Planted | None:
    """A share of every run's output is never filed, the whole year."""
    who = stage.pick((Plant, Works), lambda a: stage.steady(a) and not _magnets(a))
    if who is None:
        return None
    share = stage.rng.uniform(0.05, 0.08) if plot.subtle else stage.rng.uniform(0.09, 0.14)
    truth = plot.truth(who, f"hides {share:.1%} of the output of every run")
    first = date(stage.year, 1, 1)
    who.scheme = HiddenOutput(truth, first, stage.world.last, share, one_run=False)
    return truth


def low_from_summer(stage: Stage, plot: Plot) -> Planted | None:
    """From a month on four to six percent of every run is never filed; before, all was."""
    who = stage.pick((Plant, Works), lambda a: stage.steady(a) and not _magnets(a))
    if who is None:
        return None
    share = stage.rng.uniform(0.04, 0.06)
    truth = plot.truth(who, f"begins to hide {share:.1%} of the output of every run")
    first = date(stage.year, stage.rng.randint(5, 8), 1)
    who.scheme = HiddenOutput(truth, first, stage.world.last, share, one_run=False)
    return truth


def little_from_everything(stage: Stage, plot: Plot) -> Planted | None:
    """Two to four percent of every run, the whole year: no more than honest plants differ by."""
    who = stage.pick(Plant, stage.steady)
    if who is None:
        return None
    share = stage.rng.uniform(0.02, 0.04)
    truth = plot.truth(who, f"hides {share:.1%} of the output of every run")
    first = date(stage.year, 1, 1)
    who.scheme = HiddenOutput(truth, first, stage.world.last, share, one_run=False)
    return truth


class OneElement(HiddenOutput):
    """A share of what is made of a few products is sold in silence, of every run of the year."""

    def __init__(
        self, truth: Planted, first: date, last: date, share: float, *, products: tuple[str, ...]
    ) -> None:
        super().__init__(truth, first, last, share, one_run=False)
        self.products = products

    def made(self, who: Agent, kind: str, lot: Lot, grams: int, day: date) -> int:
        """All but those products as it is."""
        hidden = lot.product in self.products
        return super().made(who, kind, lot, grams, day) if hidden else grams

    def filed(self, who: Agent, record: Record) -> None:
        """Remember where the rest was filed."""
        if record.lot.product in self.products:
            super().filed(who, record)


def one_element(stage: Stage, plot: Plot) -> Planted | None:
    """An eighth to a tenth of the dysprosium and terbium: half a percent of all that is made.

    By a plant with a laboratory, so that no product of its is unknown; whether those that it buys
    of have one is left to chance.
    """
    who = stage.pick(
        Plant,
        lambda a: stage.steady(a) and a.habits.assays and "OX-DY" in a.flowsheet.products,
    )
    if who is None:
        return None
    share = stage.rng.uniform(0.1, 0.125)
    truth = plot.truth(who, f"hides {share:.1%} of its dysprosium and terbium")
    first = date(stage.year, 1, 1)
    products = ("OX-DY", "OX-TB")
    who.scheme = OneElement(truth, first, stage.world.last, share, products=products)
    return truth


class HeavyFromLight(Scheme):
    """Products of illegal ionic ore are filed as outputs of runs that never held so much."""

    def __init__(self, truth: Planted, first: date, last: date, excess: float) -> None:
        self.truth, self.first, self.last, self.excess = truth, first, last, excess
        self.runs: set[str] = set()

    def before_output(self, who: Agent, run: Run, day: date, *, last: bool) -> None:
        """At the end of each run of the time: a lot of dysprosium or terbium oxide more."""
        if not last or not self.first <= run.opened <= self.last or run.fed < 500:
            return
        element, product = who.rng.choice((("Dy", "OX-DY"), ("Tb", "OX-TB")))
        true_kg = run.pool.get(element, 0.0)
        reo_kg = max(self.excess * run.most[element], true_kg * 1.6) - true_kg
        if reo_kg < 3:
            return
        split = {element: 100.0}
        grade = round(grade_of(product, split, who.rng), 2)
        lot = Lot(who, number_of(who, product, day), product, grade, split)
        self.runs.add(run.number)
        self.truth.kg += reo_kg
        who.make("output", day, lot, reo_kg / grade * 100 * GRAM, run=run.number)

    def filed(self, who: Agent, record: Record) -> None:
        """Remember the products that cannot be."""
        if record.run in self.runs and record.lot.product in ("OX-DY", "OX-TB"):
            self.truth.touch(record, 0)


def heavy_from_light(stage: Stage, plot: Plot) -> Planted | None:
    """More dysprosium and terbium than the richest ore of the kind holds.

    Plain: three to five times as much, for two months and more. Subtle: a third to two thirds more
    than the richest published ore of that kind, for six weeks.
    """
    who = stage.pick(Plant, lambda a: stage.steady(a) and _from_ore(a))
    if who is None:
        return None
    excess = stage.rng.uniform(1.35, 1.7) if plot.subtle else stage.rng.uniform(3, 5)
    truth = plot.truth(who, "files heavy rare earths that its ore cannot hold")
    first = date(stage.year, stage.rng.randint(2, 9), 1)
    last = first + timedelta(45 if plot.subtle else 75)
    who.scheme = HeavyFromLight(truth, first, last, excess)
    return truth


def _from_ore(who: Plant) -> bool:
    return who.flowsheet.name.startswith(("light", "ionic"))


class Didymium(Scheme):
    """Bought-in praseodymium-neodymium passes as made from the run; cerium is left unfiled."""

    def __init__(self, truth: Planted, first: date, last: date, excess: float) -> None:
        self.truth, self.first, self.last, self.excess = truth, first, last, excess

    def before_output(self, who: Agent, run: Run, day: date, *, last: bool) -> None:
        """More Pr and Nd in the tanks, less Ce: the run as a whole looks as always."""
        if not self.first <= run.opened <= self.last or not last:
            return
        more = 0.0
        for element in ("Pr", "Nd"):
            added = run.pool[element] * self.excess
            run.pool[element] += added
            more += added
        run.pool["Ce"] = max(0.0, run.pool["Ce"] - more)

    def filed(self, who: Agent, record: Record) -> None:
        """Remember where it shows."""
        if record.lot.product in ("OX-PRND", "OX-PR", "OX-ND") and record.day >= self.first:
            in_time = record.day <= self.last or record.run in self.truth.runs
            if in_time:
                self.truth.touch(record, record.lot.reo_kg(record.grams) * self.excess)


def didymium(stage: Stage, plot: Plot) -> Planted | None:
    """Half as much again of Pr and Nd as the ore holds, in batches; the totals stay right."""
    who = stage.pick(Plant, lambda a: stage.steady(a) and _light_batches(a))
    if who is None:
        return None
    truth = plot.truth(who, "passes illegal praseodymium and neodymium off as its own")
    number = stage.rng.randint(2, 8)
    first, last = date(stage.year, number, 1), date(stage.year, number + 1, 28)
    who.scheme = Didymium(truth, first, last, stage.rng.uniform(0.55, 0.7))
    return truth


def _light_batches(who: Plant) -> bool:
    return who.flowsheet.name in ("light", "light apart") and not who.continuous


PLOTS = (
    Plot("hidden_feed", "plain", "scheme", ("yield_impossible",), hidden_feed),
    Plot("hidden_feed", "subtle", "scheme", ("yield_impossible",), hidden_feed),
    Plot("one_run_low", "plain", "scheme", ("yield_low",), one_run_low),
    Plot("one_run_low", "subtle", "scheme", ("yield_low",), one_run_low),
    Plot("every_run_low", "plain", "scheme", ("yield_low",), every_run_low),
    Plot("every_run_low", "subtle", "scheme", ("yield_low",), every_run_low),
    Plot("low_from_summer", "subtle", "scheme", ("yield_low",), low_from_summer),
    Plot("little_from_everything", "untraceable", "scheme", ("yield_low",), little_from_everything),
    Plot("one_element", "apart", "scheme", ("yield_low",), one_element),
    Plot("heavy_from_light", "plain", "scheme", ("element_excess",), heavy_from_light),
    Plot("heavy_from_light", "subtle", "scheme", ("element_excess",), heavy_from_light),
    Plot("didymium", "subtle", "scheme", ("element_excess",), didymium),
)
