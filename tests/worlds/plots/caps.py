"""Plots about caps, designations and the monthly deadline."""

from datetime import date, datetime, time, timedelta

from portal.kernel.period import CIVIL
from tests.worlds.ledger import GRAM, Lot, Version
from tests.worlds.makers import Mine, Plant, number_of
from tests.worlds.office import COMPOUNDS, counted
from tests.worlds.planting import Planted, Plot, Stage, last_day
from tests.worlds.substance import ROCK, grade_of, split_of_deposit
from tests.worlds.trade import Agent, Scheme, World
from tests.worlds.works import Trader


def _capped(stage: Stage) -> tuple[Agent, str, float] | None:
    """A steady mine or plant with a cap: who, the category, and kg REO counted in the year."""
    held = {who for year, who, _ in stage.office.caps if year == stage.year}
    who = stage.pick(Agent, lambda a: a in held and stage.steady(a))
    if who is None:
        return None
    (_, category), kg = max(
        (each for each in counted(who.records).items() if each[0][0] == stage.year),
        key=lambda each: each[1],
    )
    return who, category, kg


def _months_from(stage: Stage, who: Agent, category: str, cap_kg: float) -> list[str]:
    """The months of the year after which more than `cap_kg` is counted."""
    months = [m for m in stage.world.months if m.startswith(str(stage.year))]
    return [
        month
        for month in months
        if counted([r for r in who.records if r.month <= month]).get((stage.year, category), 0)
        > cap_kg
    ]


def over_cap(stage: Stage, plot: Plot) -> Planted | None:
    """It produces more than its cap and files it: greed, or half a percent by carelessness."""
    if (found := _capped(stage)) is None:
        return None
    who, category, kg = found
    over = stage.rng.uniform(1.006, 1.02) if plot.subtle else stage.rng.uniform(1.1, 1.4)
    tonnes = int(kg / over / 1000)
    stage.office.caps[stage.year, who, category] = tonnes
    truth = plot.truth(who, f"files {over:.3f} times its cap for {category}")
    truth.months = _months_from(stage, who, category, tonnes * 1000)
    truth.kg = kg - tonnes * 1000
    return truth


def nearly_used(stage: Stage, plot: Plot) -> Planted | None:
    """Nothing false: production comes within a tenth of the cap, which is worth a warning."""
    if (found := _capped(stage)) is None:
        return None
    who, category, kg = found
    used = stage.rng.uniform(0.905, 0.93) if plot.subtle else stage.rng.uniform(0.95, 0.99)
    tonnes = int(kg / used / 1000) + 1
    stage.office.caps[stage.year, who, category] = tonnes
    truth = plot.truth(who, f"uses {used:.3f} of its cap for {category}")
    truth.months = _months_from(stage, who, category, tonnes * 900)
    truth.kg = kg
    return truth


def no_cap(stage: Stage, plot: Plot) -> Planted | None:
    """It was designated but got nothing for the year, and produces all the same."""
    if (found := _capped(stage)) is None:
        return None
    who, category, kg = found
    del stage.office.caps[stage.year, who, category]
    truth = plot.truth(who, f"produces without an allocation for {category}")
    truth.months = _months_from(stage, who, category, 0)
    truth.kg = kg
    return truth


class OtherOre(Scheme):
    """Sells one lot of an ore that it has no allocation for."""

    def __init__(self, truth: Planted, product: str, day: date, reo_kg: float) -> None:
        self.truth, self.product, self.day, self.reo_kg = truth, product, day, reo_kg

    def daily(self, who: Agent, world: World, day: date) -> None:
        """On its day: dig, and sell to a plant that takes such ore."""
        takers = [a for a in world.agents if isinstance(a, Plant) and self.product in a.limits]
        if day != self.day or not takers:
            return
        split = split_of_deposit(self.product, who.rng)
        grade = round(grade_of(self.product, split, who.rng), 2)
        lot = Lot(who, number_of(who, self.product, day), self.product, grade, split)
        grams = who.rounded(self.reo_kg / grade * 100 * GRAM)
        self.truth.touch(who.write("extraction", day, lot, grams))
        world.ship(who, who.rng.choice(takers), [(lot, grams)], day)


def another_ore(stage: Stage, plot: Plot) -> Planted | None:
    """A mine digs, once, an ore of the other category, for which it has no allocation."""
    who = stage.pick(Mine, stage.steady)
    if who is None:
        return None
    product = "ORE-ION-M" if who.product in ROCK else "ORE-BAST"
    truth = plot.truth(who, f"digs one lot of {product} beside its own ore")
    day = date(stage.year, stage.rng.randint(2, 10), stage.rng.randint(1, 28))
    who.scheme = OtherOre(truth, product, day, stage.rng.uniform(2_000, 9_000))
    return truth


def dealer_digs(stage: Stage, plot: Plot) -> Planted | None:
    """A trader files ore of a pit of its own, which nobody designated."""
    who = stage.pick(Trader, stage.steady)
    if who is None:
        return None
    truth = plot.truth(who, "a trader files the ore of an illegal pit as extraction")
    day = date(stage.year, stage.rng.randint(2, 10), stage.rng.randint(1, 28))
    who.scheme = OtherOre(truth, "ORE-ION-M", day, stage.rng.uniform(2_000, 9_000))
    return truth


def not_designated(stage: Stage, plot: Plot) -> Planted | None:
    """Its designation was never given, or ended in the year; it goes on producing."""
    if (found := _capped(stage)) is None:
        return None
    who, category, _ = found
    activity = "separation" if category == "separation" else "mining"
    held = next(d for d in stage.office.designations if d.who is who and d.activity == activity)
    truth = plot.truth(who, f"{activity} without a designation")
    ends = date(stage.year, 1, 1)
    if plot.subtle:
        ends = date(stage.year, stage.rng.choice((6, 9, 10)), 30)
        held.valid_to = ends
        truth.story = f"goes on after its designation ended on {ends}"
    else:
        stage.office.designations.remove(held)
    kinds = ("output",) if activity == "separation" else ("extraction",)
    for record in who.records:
        if record.kind in kinds and record.day > ends and record.lot.product.startswith(_made(who)):
            truth.touch(record)
    return truth if truth.months else None


def _made(who: Agent) -> tuple[str, ...]:
    return COMPOUNDS if isinstance(who, Plant) else ("ORE-",)


def relief_by_amendment(stage: Stage, plot: Plot) -> Planted | None:
    """Months after filing the truth, and with the cap gone, it takes production back.

    Plain: one earlier month loses most of what was made. Subtle: a few percent of three months,
    with the sales of the same lots lowered to match.
    """
    if (found := _capped(stage)) is None:
        return None
    who, category, kg = found
    over = stage.rng.uniform(0.93, 0.99) if plot.subtle else stage.rng.uniform(1.03, 1.08)
    stage.office.caps[stage.year, who, category] = int(kg / over / 1000)
    truth = plot.truth(who, f"amends production of {category} away after the cap was used")
    low, high = (0.86, 0.92) if plot.subtle else (0.2, 0.5)
    at = datetime.combine(
        date(stage.year + 1, 1, stage.rng.randint(11, 14)), time(stage.rng.randint(9, 17)), CIVIL
    )
    for number in stage.rng.sample(range(3, 11), 3 if plot.subtle else 1):
        month = f"{stage.year}-{number:02}"
        factor = stage.rng.uniform(low, high)
        _amend(who, month, factor, at, truth, sales=plot.subtle)
        at += timedelta(minutes=7)
    return truth if truth.kg else None


def _amend(
    who: Agent, month: str, factor: float, at: datetime, truth: Planted, *, sales: bool
) -> None:
    standing = who.filings[month][-1].records
    made = {
        record.lot
        for record in standing
        if record.kind in ("extraction", "output") and record.lot.product.startswith(_made(who))
    }
    records = []
    for record in standing:
        lowered = record.kind in ("extraction", "output") or (sales and record.kind == "sale")
        if record.lot in made and lowered:
            less = record.changed(grams=max(GRAM, who.rounded(record.grams * factor)))
            if record.kind != "sale":
                truth.touch(record, record.lot.reo_kg(record.grams - less.grams))
            record = less
        records.append(record)
    who.filings[month].append(Version(at, records))


def missing_month(stage: Stage, plot: Plot) -> Planted | None:
    """A month is never filed; the subtle one leaves out December, due six days before the look."""
    who = stage.pick(Agent, stage.steady)
    if who is None:
        return None
    month = f"{stage.year}-12" if plot.subtle else stage.month(3, 10)
    del who.filings[month]
    truth = plot.truth(who, f"never files {month}")
    truth.months = [month]
    return truth


def late_month(stage: Stage, plot: Plot) -> Planted | None:
    """A month comes in weeks late, or in the first hours after the deadline."""
    who = stage.pick(Agent, stage.steady)
    if who is None:
        return None
    # Months whose tenth is an ordinary working day.
    month = f"{stage.year}-{stage.rng.choice((2, 3, 5, 6, 10, 11)):02}"
    after = last_day(month) + timedelta(11)
    day = after if plot.subtle else after + timedelta(stage.rng.randint(2, 30))
    hour = time(stage.rng.randint(0, 9), stage.rng.randint(1, 59))
    who.filings[month] = [
        Version(datetime.combine(day, hour, CIVIL), who.filings[month][-1].records)
    ]
    truth = plot.truth(who, f"files {month} on {day}")
    truth.months = [month]
    return truth


PLOTS = (
    Plot("over_cap", "plain", "office", ("over_cap",), over_cap),
    Plot("over_cap", "subtle", "office", ("over_cap",), over_cap),
    Plot("cap_nearly_used", "plain", "office", ("cap_nearly_used",), nearly_used),
    Plot("cap_nearly_used", "subtle", "office", ("cap_nearly_used",), nearly_used),
    Plot("no_cap", "plain", "office", ("no_cap",), no_cap),
    Plot("no_cap", "subtle", "scheme", ("no_cap",), another_ore),
    Plot("not_designated", "plain", "office", ("not_designated",), not_designated),
    Plot("not_designated", "subtle", "office", ("not_designated",), not_designated),
    Plot("dealer_digs", "plain", "scheme", ("not_designated", "no_cap"), dealer_digs),
    Plot("cap_relief", "plain", "filings", ("cap_relief_amendment",), relief_by_amendment),
    Plot("cap_relief", "subtle", "filings", ("cap_relief_amendment",), relief_by_amendment),
    Plot("missing_filing", "plain", "filings", ("missing_filing",), missing_month),
    Plot("missing_filing", "subtle", "filings", ("missing_filing",), missing_month),
    Plot("late_filing", "plain", "filings", ("late_filing",), late_month),
    Plot("late_filing", "subtle", "filings", ("late_filing",), late_month),
)
