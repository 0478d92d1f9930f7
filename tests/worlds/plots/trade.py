"""Plots between a seller and a buyer: sold twice, hidden, invented, weighed wrong, sent round."""

from datetime import date, timedelta

from tests.worlds.ledger import GRAM, Lot, Record
from tests.worlds.makers import Mine, Plant, number_of
from tests.worlds.planting import (
    Planted,
    Plot,
    Stage,
    append,
    arrivals_of,
    of_kind,
    recount,
    swap,
)
from tests.worlds.substance import grade_of, split_of_lot
from tests.worlds.trade import Agent, Delivery, Scheme, World
from tests.worlds.works import Outside, Works


def double_sale(stage: Stage, plot: Plot) -> Planted | None:
    """What was sold is sold again: the goods of the second sale come from unrecorded production.

    Plain: the whole lot a second time to another buyer, who files it. Subtle: five to nine percent
    more of a lot than there was, to a buyer outside who files nothing.
    """
    who = stage.pick((Mine, Plant), lambda a: len(_whole_sales(stage, a)) > 5)
    if who is None:
        return None
    sale = stage.rng.choice(_whole_sales(stage, who))
    truth = plot.truth(who, "sells a lot again, the goods come from unrecorded production")
    day = sale.day + timedelta(stage.rng.randint(3, 15))
    if plot.subtle:
        outside = [a for a in stage.world.agents if isinstance(a, Outside)]
        grams = who.rounded(sale.grams * stage.rng.uniform(0.05, 0.09))
        buyer = stage.rng.choice(outside)
    else:
        buyers = [a for a in stage.free(Agent) if a is not sale.counterparty]
        grams, buyer = sale.grams, stage.rng.choice(buyers)
        stage.taken.add(buyer)
        truth.others.append(buyer.uscc)
    _sell_on_paper(stage, truth, who, buyer, sale.lot, grams, day)
    return truth


def _whole_sales(stage: Stage, who: Agent) -> list[Record]:
    """Sales of four tonnes and more in the year's first ten months, of lots of its own."""
    return [
        r
        for r in of_kind(who, "sale")
        if r.day.year == stage.year
        and r.day.month < 11
        and r.lot.maker is who
        and r.grams >= 4_000 * GRAM
    ]


def _sell_on_paper(
    stage: Stage, truth: Planted, seller: Agent, buyer: Agent, lot: Lot, grams: int, day: date
) -> date:
    """Both sides of a shipment, in both books; when it arrived."""
    document = seller.document(day)
    facts = {"document": document}
    truth.touch(append(seller, Record("sale", day, lot, grams, counterparty=buyer, **facts)))
    arrives = day + timedelta(stage.rng.randint(1, 4))
    if buyer.files:
        bought = Record("purchase", arrives, lot, grams, counterparty=seller, **facts)
        truth.touch(append(buyer, bought), 0)
        recount(stage.world, buyer, lot)
    recount(stage.world, seller, lot)
    return arrives


class Forgets(Scheme):
    """Leaves deliveries out of its books and works them up in secret."""

    def __init__(self, truth: Planted, first: date, last: date, most: int) -> None:
        self.truth, self.first, self.last, self.most = truth, first, last, most

    def received(self, who: Agent, delivery: Delivery, grams: int, day: date) -> int:
        """Files nothing of a large delivery, until it has enough."""
        known = delivery.document in self.truth.documents
        enough = len(self.truth.documents) >= self.most and not known
        small = delivery.grams < 1_000 * GRAM
        if not self.first <= day <= self.last or small or enough:
            return grams
        record = Record("sale", day, delivery.lot, grams, document=delivery.document)
        self.truth.touch(record)
        # The seller's sale may lie in the month before.
        self.truth.months.append(f"{day - timedelta(14):%Y-%m}")
        if delivery.seller.uscc not in self.truth.others:
            self.truth.others.append(delivery.seller.uscc)
        return 0


def unconfirmed(stage: Stage, plot: Plot) -> Planted | None:
    """The buyer does not file what it bought, works it up in secret and sells the product so.

    Plain: everything that comes in for two months. Subtle: one delivery.
    """
    who = stage.pick((Plant, Works), stage.steady)
    if who is None:
        return None
    truth = plot.truth(who, "hides what it bought")
    first = date(stage.year, stage.rng.randint(2, 9), 1)
    days = 100 if plot.subtle else 60
    most = 1 if plot.subtle else 10_000
    who.scheme = Forgets(truth, first, first + timedelta(days), most)
    return truth


class Invents(Scheme):
    """Books ore of unknown origin as bought from a mine that never sold it."""

    def __init__(self, truth: Planted, mine: Mine, day: date, *, borrowed: bool) -> None:
        self.truth, self.mine, self.day, self.borrowed = truth, mine, day, borrowed

    def daily(self, who: Agent, world: World, day: date) -> None:
        """On its day: a purchase that has no sale. Its lot may be one that others bought."""
        if day != self.day:
            return
        sales = [r for r in of_kind(self.mine, "sale") if r.counterparty is not who]
        grams = who.rounded(who.daily_reo_kg * 2.5 / 0.6 * GRAM)
        if self.borrowed and sales:
            sale = sales[-1]
            lot, document, grams = sale.lot, self.mine.document(day), min(grams, sale.grams)
        else:
            split = split_of_lot(self.mine.deposit, who.rng)
            grade = round(grade_of(self.mine.product, split, who.rng), 2)
            number = number_of(self.mine, self.mine.product, day)
            lot = Lot(self.mine, number, self.mine.product, grade, split)
            document = self.mine.document(day)
        facts = {"counterparty": self.mine, "document": document}
        self.truth.touch(who.write("purchase", day, lot, grams, **facts))


def invented_purchase(stage: Stage, plot: Plot) -> Planted | None:
    """Illegal ore enters a plant's books as bought from a mine; the subtle one names a real lot."""
    mine = stage.pick(Mine, stage.steady)
    who = mine and stage.pick(Plant, lambda a: mine.product in a.feeds and stage.steady(a))
    if not who:
        return None
    truth = plot.truth(who, "books illegal ore as bought from a mine", mine)
    day = date(stage.year, stage.rng.randint(3, 10), stage.rng.randint(1, 28))
    who.scheme = Invents(truth, mine, day, borrowed=plot.subtle)
    return truth


class Underweighs(Scheme):
    """Files less of some lots than it makes and ships; the rest is sold in silence on the lorry."""

    def __init__(self, truth: Planted, first: date, most: int, factor: float) -> None:
        self.truth, self.first, self.most, self.factor = truth, first, most, factor
        self.lots: set[Lot] = set()

    def made(self, who: Agent, kind: str, lot: Lot, grams: int, day: date) -> int:
        """Less than the scale says."""
        if day < self.first or len(self.lots) >= self.most or grams < 5_000 * GRAM:
            return grams
        self.lots.add(lot)
        return who.rounded(grams * self.factor)

    def shipped(self, who: Agent, lot: Lot, grams: int, buyer: Agent, day: date) -> int:
        """The lorry carries what was really made."""
        if lot not in self.lots:
            return grams
        self.truth.touch(Record("sale", day, lot, grams), lot.reo_kg(grams) / self.factor)
        self.truth.kg -= lot.reo_kg(grams)
        self.truth.months.append(f"{day + timedelta(7):%Y-%m}")
        if buyer.files and buyer.uscc not in self.truth.others:
            self.truth.others.append(buyer.uscc)
        return round(grams / self.factor / GRAM) * GRAM


def underweighed(stage: Stage, plot: Plot) -> Planted | None:
    """A mine files less than it digs and ships; the honest buyer files what came."""
    who = stage.pick(Mine, stage.steady)
    if who is None:
        return None
    truth = plot.truth(who, "files less of its lots than it digs and ships")
    first = date(stage.year, stage.rng.randint(2, 8), 1)
    factor = stage.rng.uniform(0.96, 0.98) if plot.subtle else stage.rng.uniform(0.7, 0.85)
    who.scheme = Underweighs(truth, first, 2, factor)
    return truth


def one_invoice_twice(stage: Stage, plot: Plot) -> Planted | None:
    """One invoice covers two shipments, so that only one is taxed and looked at.

    Plain: to two different buyers. Subtle: to one buyer, months apart.
    """
    who = stage.pick((Plant, Works), lambda a: len(_pairs(stage, a, plot)) > 0)
    if who is None:
        return None
    first, second = stage.rng.choice(_pairs(stage, who, plot))
    truth = plot.truth(who, "uses one invoice for two shipments")
    truth.touch(first, 0)
    truth.others = sorted({first.counterparty.uscc, second.counterparty.uscc})
    for bought in arrivals_of(second, who):
        swap(second.counterparty, bought, document=first.document)
    truth.touch(swap(who, second, document=first.document))
    return truth


def _pairs(stage: Stage, who: Agent, plot: Plot) -> list[tuple[Record, Record]]:
    """Two sales that could share an invoice; each buyer alone on its own one."""
    sales = [
        r
        for r in of_kind(who, "sale")
        if r.counterparty.files and r.day.year == stage.year and r.grams > 500 * GRAM
    ]
    count: dict[str, int] = {}
    for sale in sales:
        count[sale.document] = count.get(sale.document, 0) + 1
    alone = [s for s in sales if count[s.document] == 1][:60]
    return [
        (a, b)
        for a in alone
        for b in alone
        if a.lot is not b.lot
        and (a.counterparty is b.counterparty) == plot.subtle
        and (45 if plot.subtle else 0) < (b.day - a.day).days < 150
    ]


def customs_twice(stage: Stage, plot: Plot) -> Planted | None:
    """One export declaration serves a second export, months later and to another country."""
    who = stage.pick(Agent, lambda a: len({r.document for r in of_kind(a, "export")}) > 6)
    if who is None:
        return None
    exports = sorted(of_kind(who, "export"), key=lambda r: r.day)
    first, second = exports[0], exports[-1]
    truth = plot.truth(who, "uses one export declaration for two exports")
    truth.touch(first, 0)
    countries = [c for c in ("JP", "DE", "US", "KR") if c != first.country]
    facts = {"document": first.document, "country": stage.rng.choice(countries)}
    truth.touch(swap(who, second, **facts))
    return truth


PLOTS = (
    Plot("double_sale", "plain", "records", ("oversold_lot",), double_sale),
    Plot("double_sale", "subtle", "records", ("oversold_lot",), double_sale),
    Plot("unconfirmed_sale", "plain", "scheme", ("unconfirmed_sale",), unconfirmed),
    Plot("unconfirmed_sale", "subtle", "scheme", ("unconfirmed_sale",), unconfirmed),
    Plot("invented_purchase", "plain", "scheme", ("unmatched_purchase",), invented_purchase),
    Plot("invented_purchase", "subtle", "scheme", ("unmatched_purchase",), invented_purchase),
    Plot("underweighed", "plain", "scheme", ("quantity_mismatch",), underweighed),
    Plot("underweighed", "subtle", "scheme", ("quantity_mismatch",), underweighed),
    Plot("one_invoice_twice", "plain", "records", ("duplicate_document",), one_invoice_twice),
    Plot("one_invoice_twice", "subtle", "records", ("duplicate_document",), one_invoice_twice),
    Plot("customs_twice", "plain", "records", ("duplicate_document",), customs_twice),
)
