"""Plots of figures that nobody weighed: copied, rounded, made up, or jumping."""

from datetime import date

from tests.worlds.ledger import GRAM, Lot, Record
from tests.worlds.makers import Mine, Plant
from tests.worlds.planting import Planted, Plot, Stage
from tests.worlds.trade import Agent, Scheme
from tests.worlds.works import Works

CREATING = ("extraction", "output")


class Figures(Scheme):
    """New lots are filed with figures from the desk; a subclass says which."""

    def __init__(self, truth: Planted, first: date, last: date) -> None:
        self.truth, self.first, self.last = truth, first, last

    def made(self, who: Agent, kind: str, lot: Lot, grams: int, day: date) -> int:
        """What the desk says instead of the scale."""
        if kind not in CREATING or not self.first <= day <= self.last:
            return grams
        return self.desk(who, lot, grams, day)

    def filed(self, who: Agent, record: Record) -> None:
        """Remember them."""
        if record.kind in CREATING and self.first <= record.day <= self.last:
            self.truth.touch(record)

    def desk(self, who: Agent, lot: Lot, grams: int, day: date) -> int:
        """The figure that is filed."""
        raise NotImplementedError


class Copied(Figures):
    """Each month repeats the month before the first, lot for lot."""

    def __init__(self, truth: Planted, first: date, last: date) -> None:
        super().__init__(truth, first, last)
        self.model: list[int] = []
        self.month = 0
        self.place = 0

    def made(self, who: Agent, kind: str, lot: Lot, grams: int, day: date) -> int:
        """Learn the model from the month before."""
        if kind in CREATING and (self.first.month - 1, self.first.year) == (day.month, day.year):
            self.model.append(grams)
            self.truth.touch(Record(kind, day, lot, grams), 0)  # what the copies are copies of
        return super().made(who, kind, lot, grams, day)

    def desk(self, who: Agent, lot: Lot, grams: int, day: date) -> int:
        """The same figure as in the model month, in the same place."""
        if day.month != self.month:
            self.month, self.place = day.month, 0
        self.place += 1
        return self.model[self.place - 1] if self.place <= len(self.model) else grams


class Rounded(Figures):
    """To whole tonnes or tens of them, where a scale shows kilograms."""

    def __init__(self, truth: Planted, first: date, last: date, step_kg: int) -> None:
        super().__init__(truth, first, last)
        self.step = step_kg * GRAM

    def desk(self, who: Agent, lot: Lot, grams: int, day: date) -> int:
        """The nearest round figure."""
        return max(self.step, round(grams / self.step) * self.step)


class MadeUp(Figures):
    """Invented figures: people who make up numbers have favourite last digits."""

    def desk(self, who: Agent, lot: Lot, grams: int, day: date) -> int:
        """About right, ending in a favourite digit."""
        kg = grams // GRAM // 10 * 10
        digit = who.rng.choice((3, 7)) if who.rng.random() < 0.85 else who.rng.randint(0, 9)
        return max(GRAM, (kg + digit) * GRAM)


class Jump(Figures):
    """Ore of others passes through the books as its own for a while."""

    def __init__(self, truth: Planted, first: date, last: date, factor: float) -> None:
        super().__init__(truth, first, last)
        self.factor = factor

    def desk(self, who: Agent, lot: Lot, grams: int, day: date) -> int:
        """Several times what it digs."""
        return who.rounded(grams * self.factor)


def _span(stage: Stage, months: int, *, latest: int) -> tuple[date, date]:
    """So many months of the year, from the second on."""
    number = stage.rng.randint(2, latest)
    last = min(12, number + months - 1)
    return date(stage.year, number, 1), date(stage.year, last, 31 if last == 12 else 28)


def copied(stage: Stage, plot: Plot) -> Planted | None:
    """The same figures month after month: most of the year, or four months."""
    who = stage.pick(Mine, stage.steady)
    if who is None:
        return None
    first, last = _span(stage, 4 if plot.subtle else 10, latest=7 if plot.subtle else 2)
    truth = plot.truth(who, "copies the figures of one month into the next ones")
    who.scheme = Copied(truth, first, last)
    return truth


def rounded(stage: Stage, plot: Plot) -> Planted | None:
    """Round figures for the whole year: tens of tonnes (ionic: tonnes), or a tenth of that."""
    who = stage.pick(Mine, lambda a: stage.steady(a) and a.lot_days < 12)
    if who is None:
        return None
    step = 10_000 if who.product in ("ORE-MIX", "ORE-BAST") else 1_000
    truth = plot.truth(who, "files round figures that nobody weighed")
    first, last = date(stage.year, 1, 1), stage.world.last
    who.scheme = Rounded(truth, first, last, step // 10 if plot.subtle else step)
    return truth


def made_up(stage: Stage, plot: Plot) -> Planted | None:
    """The last digits of a year's figures are those that people like."""
    who = stage.pick((Plant, Works), lambda a: stage.steady(a) and not getattr(a, "packs", False))
    if who is None:
        return None
    truth = plot.truth(who, "makes its figures up")
    who.habits.digits = 0
    who.scheme = MadeUp(truth, date(stage.year, 1, 1), stage.world.last)
    return truth


def jump(stage: Stage, plot: Plot) -> Planted | None:
    """One month's production is many times what the mine can dig: five to eight times, or three."""
    who = stage.pick(Mine, stage.steady)
    if who is None:
        return None
    first, last = _span(stage, 1, latest=10)
    factor = stage.rng.uniform(2.7, 3.3) if plot.subtle else stage.rng.uniform(5, 8)
    truth = plot.truth(who, f"files {factor:.1f} times its usual production")
    who.scheme = Jump(truth, first, last, factor)
    return truth


PLOTS = (
    Plot("copied", "plain", "scheme", ("unusual_figures",), copied),
    Plot("copied", "subtle", "scheme", ("unusual_figures",), copied),
    Plot("rounded", "plain", "scheme", ("unusual_figures",), rounded),
    Plot("rounded", "subtle", "scheme", ("unusual_figures",), rounded),
    Plot("made_up", "subtle", "scheme", ("unusual_figures",), made_up),
    Plot("jump", "plain", "scheme", ("unusual_figures",), jump),
    Plot("jump", "subtle", "scheme", ("unusual_figures",), jump),
)
