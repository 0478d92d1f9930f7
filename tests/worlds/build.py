"""A world from its seed: populated, lived through, filed."""

from dataclasses import dataclass
from datetime import date
from random import Random

from tests.worlds.cast import SIZES, populate
from tests.worlds.office import Office, designate, file_everything
from tests.worlds.trade import World


@dataclass
class Built:
    """A world with what was written about it."""

    world: World
    office: Office


def build(seed: int, *, size: str = "medium", years: int = 1, last_year: int = 2025) -> Built:
    """An honest world; the same arguments always give the same one."""
    first = date(last_year - years + 1, 1, 1)
    world = World(first, date(last_year, 12, 31), Random(f"world {seed}"))
    populate(world, seed, SIZES[size])
    world.live()
    office = designate(world)
    file_everything(world)
    return Built(world, office)
