"""Plots in the yard and the books: short counts, numbers given twice, origins that cannot be."""

from datetime import date, timedelta

from tests.worlds.ledger import GRAM, Lot, Record
from tests.worlds.makers import Mine, Plant, Recycler, number_of
from tests.worlds.planting import Planted, Plot, Stage, balance, of_kind, swap
from tests.worlds.substance import assay_text, split_of_deposit
from tests.worlds.trade import Agent, Scheme, World
from tests.worlds.works import Trader, Works

UNUSABLE = ("无", "待补", "/", "N/A", "0", "-", "补办中")


def short_count(stage: Stage, plot: Plot) -> Planted | None:
    """Goods were sold in silence before the count and are replaced in silence after it.

    Plain: a third to two thirds of a lot is not there. Subtle: three to five percent of a large
    lot.
    """
    least = (20_000 if plot.subtle else 3_000) * GRAM

    def counts(who: Agent) -> list[Record]:
        return [r for r in of_kind(who, "stock") if r.grams > least and r.day.year == stage.year]

    who = stage.pick(Agent, lambda a: len(counts(a)) > 0)
    if who is None:
        return None
    count = stage.rng.choice(counts(who))
    share = stage.rng.uniform(0.03, 0.05) if plot.subtle else stage.rng.uniform(0.33, 0.66)
    held = balance(who, count.lot, count.day)
    truth = plot.truth(who, f"{share:.1%} of a lot is not in the yard")
    less = swap(who, count, grams=who.rounded(held * (1 - share)))
    truth.touch(less, count.lot.reo_kg(held - less.grams))
    return truth


def number_twice(stage: Stage, plot: Plot) -> Planted | None:
    """A lot number is given a second time, so that papers of the first cover the second.

    Plain: to another product. Subtle: to the same product, months later.
    """
    who = stage.pick((Mine, Plant, Works), lambda a: len(_namesakes(stage, a, plot)) > 0)
    if who is None:
        return None
    first, second = stage.rng.choice(_namesakes(stage, who, plot))
    truth = plot.truth(who, "gives the number of a lot to another")
    second.lot.number = first.lot.number
    for record in (first, second):
        truth.touch(record)
    return truth


def _namesakes(stage: Stage, who: Agent, plot: Plot) -> list[tuple[Record, Record]]:
    """Two lots of its own that could bear one number."""
    made = sorted(of_kind(who, "extraction", "output"), key=lambda r: r.day)
    made = [r for r in made if r.day.year == stage.year and r.grams > 100 * GRAM][:150]
    return [
        (a, b)
        for a in made[:60]
        for b in made
        if a.lot is not b.lot
        and (a.lot.product == b.lot.product) == plot.subtle
        and (50 if plot.subtle else 0) < (b.day - a.day).days < 200
    ]


def no_papers(stage: Stage, plot: Plot) -> Planted | None:
    """Smuggled ore is filed as an import, with a document number that is none.

    Plain: words or signs in place of the declaration. Subtle: a number of twelve digits.
    """
    who = stage.pick(Plant, lambda a: len(of_kind(a, "import")) > 0)
    if who is None:
        return None
    landed = stage.rng.choice(of_kind(who, "import"))
    document = stage.rng.choice(UNUSABLE)
    if plot.subtle:
        document = landed.document[:12]
    truth = plot.truth(who, f"imports under the document “{document}”")
    truth.touch(swap(who, landed, document=document))
    return truth


def no_purchase_papers(stage: Stage, plot: Plot) -> Planted | None:
    """Scrap of unknown origin, with no purchase document behind it."""
    who = stage.pick(Recycler, lambda a: len(of_kind(a, "recycled")) > 0)
    if who is None:
        return None
    scrap = stage.rng.choice(of_kind(who, "recycled"))
    document = stage.rng.choice(UNUSABLE)
    truth = plot.truth(who, f"recycles under the document “{document}”")
    truth.touch(swap(who, scrap, document=document))
    return truth


class OreAsScrap(Scheme):
    """Illegal ore enters as recycled, where no cap counts it."""

    def __init__(self, truth: Planted, first: date, last: date, reo_kg: float) -> None:
        self.truth, self.first, self.last, self.reo_kg = truth, first, last, reo_kg

    def daily(self, who: Agent, world: World, day: date) -> None:
        """Every tenth day of the time a load of “scrap”, sold on as it came."""
        if not self.first <= day <= self.last or day.day % 10:
            return
        split = split_of_deposit("OX-MIX", who.rng)
        grade = round(who.rng.uniform(88, 95), 2)
        lot = Lot(who, number_of(who, "OX-MIX", day), "OX-MIX", grade, split, recycled=True)
        grams = who.rounded(self.reo_kg * who.rng.uniform(0.8, 1.2) / grade * 100 * GRAM)
        document = f"ZS{day:%Y%m%d}{who.next_number('scrap'):04}"
        self.truth.touch(who.write("recycled", day, lot, grams, document=document))


def not_a_recycler(stage: Stage, plot: Plot) -> Planted | None:
    """A mine or a trader, with no right or means to recycle, files recycled lots."""
    who = stage.pick((Mine, Trader), stage.steady)
    if who is None:
        return None
    truth = plot.truth(who, "files recycled lots without being a recycler")
    number = stage.rng.randint(2, 9)
    first, last = date(stage.year, number, 1), date(stage.year, number, 28)
    who.scheme = OreAsScrap(truth, first, last, stage.rng.uniform(3_000, 12_000))
    return truth


class MuchScrap(Scheme):
    """A recycler's loads grow many times over: illegal ore under the name of scrap."""

    def __init__(self, truth: Planted, first: date, last: date, factor: float) -> None:
        self.truth, self.first, self.last, self.factor = truth, first, last, factor

    def made(self, who: Agent, kind: str, lot: Lot, grams: int, day: date) -> int:
        """More of it than magnets were ever scrapped."""
        if kind != "recycled" or not self.first <= day <= self.last:
            return grams
        return who.rounded(grams * self.factor)

    def filed(self, who: Agent, record: Record) -> None:
        """Remember the loads."""
        if record.kind == "recycled" and self.first <= record.day <= self.last:
            self.truth.touch(record)


def much_scrap(stage: Stage, plot: Plot) -> Planted | None:
    """Recycled volumes far beyond the swarf of all magnet makers.

    Plain: eight to twelve times as much from spring on. Subtle: three to four times, three months.
    """
    who = stage.pick(Recycler, stage.steady)
    if who is None:
        return None
    truth = plot.truth(who, "passes illegal ore off as scrap")
    number = stage.rng.randint(4, 8)
    first = date(stage.year, number, 1)
    last = date(stage.year, number + 2, 28) if plot.subtle else stage.world.last
    factor = stage.rng.uniform(3, 4) if plot.subtle else stage.rng.uniform(8, 12)
    who.daily_reo_kg *= factor
    who.scheme = MuchScrap(truth, first, last, factor)
    return truth


class OreUnderScrap(Scheme):
    """A recycler's scrap holds lanthanum and cerium, which magnets do not: it is ore."""

    def __init__(self, truth: Planted, first: date, last: date) -> None:
        self.truth, self.first, self.last = truth, first, last

    def daily(self, who: Agent, world: World, day: date) -> None:
        """Every tenth day of the time a load whose assay gives it away, into the tanks at once."""
        if not self.first <= day <= self.last or day.day % 10:
            return
        split = split_of_deposit("ORE-BAST", who.rng)
        grade = round(who.rng.uniform(40, 60), 2)
        lot = Lot(who, number_of(who, "OX-SWARF", day), "OX-MIX", grade, split, recycled=True)
        grams = who.rounded(who.daily_reo_kg * 4 / grade * 100 * GRAM)
        document = f"ZS{day:%Y%m%d}{who.next_number('scrap'):04}"
        assay = assay_text(split, who.rng)
        facts = {"document": document, "assay": assay}
        self.truth.touch(who.write("recycled", day, lot, grams, **facts))


def ore_under_scrap(stage: Stage, plot: Plot) -> Planted | None:
    """A recycler takes in illegal concentrate as scrap, for two months; the assays show it."""
    who = stage.pick(Recycler, stage.steady)
    if who is None:
        return None
    truth = plot.truth(who, "takes in ore as scrap; its assays are those of bastnaesite")
    first = date(stage.year, stage.rng.randint(3, 9), 1)
    who.scheme = OreUnderScrap(truth, first, first + timedelta(60))
    return truth


PLOTS = (
    Plot("short_count", "plain", "records", ("stock_mismatch",), short_count),
    Plot("short_count", "subtle", "records", ("stock_mismatch",), short_count),
    Plot("number_twice", "plain", "records", ("lot_conflict",), number_twice),
    Plot("number_twice", "subtle", "records", ("lot_conflict",), number_twice),
    Plot("no_papers", "plain", "records", ("undocumented_origin",), no_papers),
    Plot("no_papers", "subtle", "records", ("undocumented_origin",), no_papers),
    Plot("no_purchase_papers", "plain", "records", ("undocumented_origin",), no_purchase_papers),
    Plot("not_a_recycler", "plain", "scheme", ("undocumented_origin",), not_a_recycler),
    Plot(
        "ore_under_scrap",
        "subtle",
        "scheme",
        ("undocumented_origin", "element_excess"),
        ore_under_scrap,
    ),
    Plot("much_scrap", "plain", "scheme", ("undocumented_origin", "unusual_figures"), much_scrap),
    Plot("much_scrap", "subtle", "scheme", ("undocumented_origin", "unusual_figures"), much_scrap),
)
