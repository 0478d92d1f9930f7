"""Plots that send goods round: through traders and friends, back to where they came from."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

from tests.worlds.ledger import GRAM, Lot, Record
from tests.worlds.makers import Plant
from tests.worlds.planting import OUTGOING, Planted, Plot, Stage, append, recount
from tests.worlds.trade import Agent


def _resting(stage: Stage, who: Agent, days: int) -> list[tuple[Lot, date, int]]:
    """Lots of which so much lay untouched for so many days: the lot, since when, how much."""
    moves: dict[Lot, list[tuple[date, int]]] = defaultdict(list)
    for record in who.records:
        if record.kind != "stock":
            sign = -1 if record.kind in OUTGOING else 1
            moves[record.lot].append((record.day, sign * record.grams))
    found = []
    for lot, of_lot in moves.items():
        of_lot.sort(key=lambda move: move[0])
        held = 0
        ends = [day for day, _ in of_lot[1:]] + [stage.world.last]
        for (day, grams), until in zip(of_lot, ends, strict=True):
            held += grams
            if held >= 1_000 * GRAM and (until - day).days > days and day.year == stage.year:
                found.append((lot, day, held))
    return found


def circle(stage: Stage, plot: Plot) -> Planted | None:
    """A resting lot is sold round and comes back unchanged: turnover, invoices, nothing made.

    Plain: through two others within weeks. Subtle: through three to five, over months' ends, a
    little less each time.
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
    _round(stage, truth, ring, lot, grams, since, shrink=0.997 if plot.subtle else 1.0)
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


def renamed_circle(stage: Stage, plot: Plot) -> Planted | None:
    """The goods go to a plant that “works them up” on paper into a lot of the same product and the
    same mass, and sells that back."""
    who = stage.pick(Agent, lambda a: any(_separated(r[0]) for r in _resting(stage, a, 20)))
    friend = who and stage.pick(Plant, stage.steady)
    if not friend:
        return None
    options = [r for r in _resting(stage, who, 20) if _separated(r[0])]
    lot, since, held = stage.rng.choice(options)
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
    Plot("renamed_circle", "subtle", "records", ("circular_trade",), renamed_circle),
)
