"""Plots that send goods round: through traders and friends, back to where they came from."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

from tests.worlds.ledger import GRAM, Lot, Record
from tests.worlds.makers import Plant
from tests.worlds.planting import OUTGOING, Planted, Plot, Stage, append, recount
from tests.worlds.trade import Agent


def _resting(
    stage: Stage, who: Agent, days: int, *, to_the_end: bool = False
) -> list[tuple[Lot, date, int]]:
    """Lots of which so much lay untouched for so many days: the lot, since when, how much.

    `to_the_end`: only those that nobody touched again.
    """
    moves: dict[Lot, list[tuple[date, int]]] = defaultdict(list)
    for record in who.records:
        if record.kind != "stock":
            sign = -1 if record.kind in OUTGOING else 1
            moves[record.lot].append((record.day, sign * record.grams))
    found = []
    for lot, of_lot in moves.items():
        of_lot.sort(key=lambda move: move[0])
        held = 0
        lasts = stage.world.last + timedelta(1)
        ends = [day for day, _ in of_lot[1:]] + [lasts]
        for (day, grams), until in zip(of_lot, ends, strict=True):
            held += grams
            if to_the_end and until != lasts:
                continue
            if held >= 1_000 * GRAM and (until - day).days > days and day.year == stage.year:
                found.append((lot, day, held))
    return found


def circle(stage: Stage, plot: Plot) -> Planted | None:
    """A resting lot is sold round and comes back unchanged: turnover, invoices, nothing made.

    Plain: through two others within weeks. Subtle: through three to five, over months' ends, a
    few kilograms less each time.
    """
    hops = stage.rng.randint(4, 6) if plot.subtle else 3
    days = hops * 5 + 2
    who = stage.pick(Agent, lambda a: len(_resting(stage, a, days)) > 0)
    if who is None:
        return None
    lot, since, held = stage.rng.choice(_resting(stage, who, days))
    friends = stage.free(Agent, lambda a: lot not in a.stock and a is not lot.maker)
    if len(friends) < hops - 1:
        return None
    ring = [who, *stage.rng.sample(friends, hops - 1), who]
    stage.taken.update(ring)
    truth = plot.truth(who, f"sends a lot round through {hops - 1} others", *ring[1:-1])
    grams = who.rounded(held * stage.rng.uniform(0.4, 0.9))
    _round(stage, truth, ring, lot, grams, since, shrink=0.9996 if plot.subtle else 1.0)
    return truth


def _round(
    stage: Stage,
    truth: Planted,
    ring: list[Agent],
    lot: Lot,
    grams: int,
    since: date,
    *,
    shrink: float,
) -> None:
    """Each sells to the next, who has it two or three days later."""
    day = since + timedelta(1)
    for seller, buyer in pairwise(ring):
        document = seller.document(day)
        sale = Record("sale", day, lot, grams, counterparty=buyer, document=document)
        truth.touch(append(seller, sale), 0)
        day += timedelta(stage.rng.randint(1, 3))
        came = Record("purchase", day, lot, grams, counterparty=seller, document=document)
        truth.touch(append(buyer, came), 0)
        grams = buyer.rounded(grams * shrink)
        day += timedelta(stage.rng.randint(0, 2))
    truth.kg = lot.reo_kg(grams)
    for agent in set(ring):
        recount(stage.world, agent, lot)


def there_and_back(stage: Stage, plot: Plot) -> Planted | None:
    """Half of a resting lot goes to a friend and comes back in two parts, weeks apart."""
    who = stage.pick(Agent, lambda a: len(_resting(stage, a, 45)) > 0)
    if who is None:
        return None
    lot, since, held = stage.rng.choice(_resting(stage, who, 45))
    friends = stage.free(Agent, lambda a: lot not in a.stock and a is not lot.maker)
    if not friends:
        return None
    friend = stage.rng.choice(friends)
    stage.taken.add(friend)
    truth = plot.truth(who, "sends half of a lot to a friend, who sells it back in parts", friend)
    grams = who.rounded(held * 0.5)
    first = friend.rounded(grams * stage.rng.uniform(0.3, 0.7))
    _pass_on(truth, who, friend, lot, grams, since + timedelta(1))
    _pass_on(truth, friend, who, lot, first, since + timedelta(stage.rng.randint(6, 14)))
    _pass_on(truth, friend, who, lot, grams - first, since + timedelta(stage.rng.randint(20, 38)))
    truth.kg = lot.reo_kg(grams)
    for agent in (who, friend):
        recount(stage.world, agent, lot)
    return truth


def _pass_on(truth: Planted, seller: Agent, buyer: Agent, lot: Lot, grams: int, day: date) -> None:
    """Both sides of a shipment that takes two days."""
    document = seller.document(day)
    sale = Record("sale", day, lot, grams, counterparty=buyer, document=document)
    truth.touch(append(seller, sale), 0)
    came = day + timedelta(2)
    bought = Record("purchase", came, lot, grams, counterparty=seller, document=document)
    truth.touch(append(buyer, bought), 0)


def renamed_circle(stage: Stage, plot: Plot) -> Planted | None:
    """The goods go to a plant that “works them up” on paper into a lot of the same product and the
    same mass, and sells that back."""

    def goods(agent: Agent) -> list[tuple[Lot, date, int]]:
        found = _resting(stage, agent, 20, to_the_end=True)
        return [each for each in found if _separated(each[0])]

    who = stage.pick(Agent, lambda a: len(goods(a)) > 0)
    friend = who and stage.pick(Plant, stage.steady)
    if not friend:
        return None
    lot, since, held = stage.rng.choice(goods(who))
    truth = plot.truth(who, "sells a lot that comes back under another name, unchanged", friend)
    grams = who.rounded(held * stage.rng.uniform(0.5, 0.9))
    document = who.document(since)
    day = since + timedelta(1)
    sale = Record("sale", day, lot, grams, counterparty=friend, document=document)
    came = Record("purchase", day + timedelta(2), lot, grams, counterparty=who, document=document)
    truth.touch(append(who, sale))
    truth.touch(append(friend, came), 0)
    run = f"R{day:%y%m}-{friend.next_number('run'):04}"
    truth.touch(append(friend, Record("input", day + timedelta(3), lot, grams, run=run)), 0)
    number = f"{lot.product[-4:].strip('-')}{day:%y%m%d}-{friend.next_number('lot'):04}"
    made = Lot(friend, number, lot.product, lot.grade, lot.split)
    back = friend.rounded(grams * stage.rng.uniform(0.985, 0.998))
    truth.touch(append(friend, Record("output", day + timedelta(5), made, back, run=run)), 0)
    document, day = friend.document(day), day + timedelta(8)
    facts = {"document": document}
    truth.touch(append(friend, Record("sale", day, made, back, counterparty=who, **facts)), 0)
    returned = Record("purchase", day + timedelta(2), made, back, counterparty=friend, **facts)
    truth.touch(append(who, returned), 0)
    for agent, each in ((who, lot), (friend, lot), (friend, made), (who, made)):
        recount(stage.world, agent, each)
    return truth


def _separated(lot: Lot) -> bool:
    return lot.product.startswith("OX-") and lot.product != "OX-MIX"


PLOTS = (
    Plot("circle", "plain", "records", ("circular_trade",), circle),
    Plot("circle", "subtle", "records", ("circular_trade",), circle),
    Plot("there_and_back", "subtle", "records", ("circular_trade",), there_and_back),
    Plot("renamed_circle", "subtle", "records", ("circular_trade",), renamed_circle),
)
