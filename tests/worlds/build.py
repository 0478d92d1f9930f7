"""A world from its seed: populated, lived through, filed; and falsified when asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from tests.worlds.cast import SIZES, populate
from tests.worlds.office import Office, designate, file_everything
from tests.worlds.planting import Planted, Plot, Stage
from tests.worlds.plots import PLOTS
from tests.worlds.trade import World

# How many falsifications a world of each size has room for without one hiding another.
ROOM = {"small": 6, "medium": 12, "large": 20}


@dataclass
class Built:
    """A world with what was written about it, and the truth about what is false."""

    world: World
    office: Office
    truth: list[Planted] = field(default_factory=list)


def build(
    seed: int,
    *,
    size: str = "medium",
    years: int = 1,
    last_year: int = 2025,
    plots: Sequence[Plot] = (),
) -> Built:
    """A world in which the plots are tried; without any, an honest one.

    The same arguments always give the same world. A plot that finds no place is left out.
    """
    first = date(last_year - years + 1, 1, 1)
    world = World(first, date(last_year, 12, 31), Random(f"world {seed}"))
    populate(world, seed, SIZES[size])
    stage = Stage(world, Random(f"plots {seed}"))
    truth = _phase(stage, plots, "scheme")
    world.live()
    truth += _phase(stage, plots, "records")
    stage.office = designate(world)
    truth += _phase(stage, plots, "office")
    file_everything(world)
    truth += _phase(stage, plots, "filings")
    return Built(world, stage.office, [each for each in truth if each.months])


def _phase(stage: Stage, plots: Sequence[Plot], phase: str) -> list[Planted]:
    found = (plot.act(stage, plot) for plot in plots if plot.phase == phase)
    return [planted for planted in found if planted]


def turn_of(seed: int, *, size: str = "medium", only: str = "") -> list[Plot]:
    """The plots of one world: as many as fit, so that worlds of successive seeds try all alike.

    `only`: one kind, every variant of it; what is not planted in turn is planted only so.
    """
    if only:
        return [plot for plot in PLOTS if plot.kind == only]
    able = [plot for plot in PLOTS if plot.in_turn]
    Random(0).shuffle(able)  # the same order for every seed, the kinds well mixed
    room = ROOM[size]
    return [able[(seed * room + i) % len(able)] for i in range(room)]
