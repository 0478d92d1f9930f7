"""Who buys what from whom, and how much of it a buyer takes."""

from random import Random

from tests.worlds.makers import Mine, Plant, Recycler
from tests.worlds.trade import Agent, World
from tests.worlds.works import Outside, Trader, Works

# What works and magnet makers melt, buyers outside use and traders deal in.
USED_OUTSIDE = (
    "OX-LA",
    "OX-CE",
    "OX-Y",
    "OX-SM",
    "OX-EU",
    "OX-GD",
    "OX-HO",
    "OX-ER",
    "OX-TM",
    "OX-YB",
    "OX-LU",
    "OX-MIX",
    "MAG-NDFEB",
    "MET-LA",
    "MET-CE",
    "MET-GD",
    "CMP-CARB",
    "OX-PRND",
    "OX-ND",
    "OX-PR",
    "MET-PRND",
    "CMP-CHL",
    "OX-DY",
    "OX-TB",
    "ALY-DYFE",
    "MET-TB",
)
NO_LIMIT = 9e9
# How many of those who would buy a product a seller deals with.
REGULARS = {Plant: 3, Works: 4, Trader: 2, Outside: 2, Recycler: 1, Mine: 0}
WEIGHT = {Plant: 6.0, Works: 6.0, Trader: 1.5, Outside: 0.8, Recycler: 1.0, Mine: 0.0}


def wire(
    world: World,
    mines: list[Mine],
    plants: list[Plant],
    works: list[Works],
    recyclers: list[Recycler],
    traders: list[Trader],
    outside: list[Outside],
) -> None:
    """Set what each takes at most, and each seller's customers."""
    rng = world.rng
    for plant in plants:
        days = rng.uniform(18, 35)
        plant.limits = dict.fromkeys(plant.feeds, plant.daily_reo_kg * days)
        plant.load_kg = rng.choice((15_000, 30_000, 30_000, 60_000))
    for work in works:
        for recipe in work.recipes:
            each = work.charge_reo_kg if recipe.product in ("MET-PRND", "MAG-NDFEB") else 4_000
            work.limits |= dict.fromkeys(recipe.main, each * 9)
            work.limits |= dict.fromkeys(recipe.spice, each * 0.8)
        work.export_share = 0.25 if "magnet" in work.activities else 0.0
        work.load_kg = rng.choice((5_000, 10_000, 20_000))
    for i, recycler in enumerate(recyclers):
        magnets = [w for w in works if "magnet" in w.activities]
        recycler.sources = magnets[i :: len(recyclers)]
        recycler.load_kg = 10_000
    for trader in traders:
        goods = rng.sample(USED_OUTSIDE, 9)
        trader.limits = {product: rng.uniform(15_000, 90_000) for product in goods}
        trader.sale_chance = rng.uniform(0.03, 0.12)
        trader.export_share = rng.choice((0.0, 0.3, 0.6, 0.9))
        trader.load_kg = rng.choice((5_000, 10_000, 20_000))
    for buyer in outside:
        goods = rng.sample(USED_OUTSIDE, 14)
        buyer.limits = dict.fromkeys(goods, NO_LIMIT)
    for mine in mines:
        mine.load_kg = 60_000 if mine.product in ("ORE-MIX", "ORE-BAST") else 20_000
    for seller in world.agents:
        seller.customers = customers(seller, world.agents, rng)
    _somebody_takes_all(outside, rng)


def customers(
    seller: Agent, everybody: list[Agent], rng: Random
) -> dict[str, list[tuple[Agent, float]]]:
    """For each product its regular buyers; traders sell to those who use it up."""
    found: dict[str, list[tuple[Agent, float]]] = {}
    products = sorted({product for agent in everybody for product in agent.limits})
    for product in products:
        regulars: list[tuple[Agent, float]] = []
        for kind, most in REGULARS.items():
            able = [
                agent
                for agent in everybody
                if type(agent) is kind and agent is not seller and product in agent.limits
            ]
            if not _would_sell(seller, product, kind):
                continue
            chosen = rng.sample(able, min(most, len(able)))
            regulars += [(agent, WEIGHT[kind] * rng.uniform(0.6, 1.4)) for agent in chosen]
        found[product] = regulars
    return found


def _would_sell(seller: Agent, product: str, kind: type[Agent]) -> bool:
    """Traders do not pass goods on among themselves; only concentrates of the middle rare earths,
    and the residues of recycling, are worth separating again."""
    if isinstance(seller, Trader):
        return kind is not Trader and (product != "OX-MIX" or kind is Outside)
    if product == "OX-MIX" and kind is Plant and isinstance(seller, Plant):
        return seller.flowsheet.name.startswith(("light", "from"))
    return True


def _somebody_takes_all(outside: list[Outside], rng: Random) -> None:
    """Every product has a buyer outside, so that no yard fills without end."""
    for product in USED_OUTSIDE:
        if not any(product in buyer.limits for buyer in outside):
            rng.choice(outside).limits[product] = NO_LIMIT
