"""Metal works, magnet makers, traders and the buyers outside: what becomes of the oxides."""

from dataclasses import dataclass
from datetime import date, timedelta

from tests.worlds.ledger import GRAM, Lot
from tests.worlds.makers import number_of
from tests.worlds.substance import METAL_TO_OXIDE, Split, grade_of, normalised
from tests.worlds.trade import Agent, World


@dataclass(frozen=True)
class Recipe:
    """What a furnace takes, mostly `main` and a little of `spice`, and what comes out."""

    main: tuple[str, ...]
    product: str
    spice: tuple[str, ...] = ()
    spice_share: float = 0.0


PRND_METAL = Recipe(("OX-PRND", "OX-ND", "OX-PR"), "MET-PRND")
METALS = (
    PRND_METAL,
    Recipe(("OX-DY",), "ALY-DYFE"),
    Recipe(("OX-TB",), "MET-TB"),
    Recipe(("OX-GD",), "MET-GD"),
    Recipe(("OX-LA",), "MET-LA"),
    Recipe(("OX-CE",), "MET-CE"),
)
MAGNET = Recipe(("MET-PRND", "MET-ND"), "MAG-NDFEB", ("ALY-DYFE", "MET-DY", "MET-TB"), 0.03)


class Works(Agent):
    """Metal works or magnet maker: a charge every few days, out the same week."""

    def __init__(
        self, *, recipes: tuple[Recipe, ...], charge_reo_kg: float, every: int, **facts: object
    ) -> None:
        super().__init__(**facts)
        self.recipes = recipes
        self.charge_reo_kg = charge_reo_kg
        self.every = every
        magnets = recipes == (MAGNET,)
        self.recovery = self.rng.uniform(0.74, 0.93) if magnets else self.rng.uniform(0.963, 0.983)
        self.swarf = 0.0
        self.tapping = 0.0  # kg REO fed to the charge that is being tapped
        self.open: list[tuple[date, str, str, float, Split]] = []

    def act(self, world: World, day: date) -> None:
        """Empty the furnaces that are done, charge others, sell."""
        for charge in [c for c in self.open if c[0] <= day]:
            self.open.remove(charge)
            self._tap(day, *charge[1:])
        for i, recipe in enumerate(self.recipes):
            if (day.toordinal() + i) % self.every == 0:
                self._charge(day, recipe)
        self.sell(world, day, *(recipe.product for recipe in self.recipes))

    def _charge(self, day: date, recipe: Recipe) -> None:
        wanted = self.charge_reo_kg if recipe.product in ("MET-PRND", "MAG-NDFEB") else 4_000
        if self.held_reo(*recipe.main) < min(wanted * 0.3, 300):
            return
        run = f"{recipe.product[:3]}{day:%y%m%d}-{self.next_number('run'):04}"
        fed: dict[str, float] = {}
        total = self._take(day, run, recipe.main, wanted, fed)
        if recipe.spice:
            total += self._take(day, run, recipe.spice, total * recipe.spice_share, fed)
        out = day + timedelta(self.rng.randint(1, 3))
        self.open.append((out, run, recipe.product, total, normalised(fed)))

    def _take(
        self, day: date, run: str, products: tuple[str, ...], wanted: float, fed: dict[str, float]
    ) -> float:
        taken = 0.0
        for lot in self.held(*products):
            if taken >= wanted * 0.97:
                break
            held = self.stock[lot]
            grams = min(held, self.rounded((wanted - taken) / lot.grade * 100 * GRAM))
            if held - grams < held * 0.03:
                grams = held
            self.write("input", day, lot, grams, run=run)
            reo = lot.reo_kg(grams)
            taken += reo
            for element, share in lot.split.items():
                fed[element] = fed.get(element, 0.0) + reo * share / 100
        return taken

    def _tap(self, day: date, run: str, product: str, reo_kg: float, split: Split) -> None:
        spread = 0.012 if product.startswith("MAG") else 0.003
        most = 0.97 if product.startswith("MAG") else 0.992
        recovery = min(most, self.recovery + self.rng.gauss(0, spread))
        if product.startswith("MAG"):
            grade = round(self.rng.uniform(29.5, 31.5) * _oxide_per_metal(split), 2)
            self.swarf += reo_kg * (1 - recovery) * 0.9
        else:
            grade = round(grade_of(product, split, self.rng), 2)
        lot = Lot(self, number_of(self, product, day), product, grade, split)
        self.tapping = reo_kg
        self.make("output", day, lot, reo_kg * recovery / grade * 100 * GRAM, run=run)


def _oxide_per_metal(split: Split) -> float:
    total = sum(split.values())
    return total / sum(share / METAL_TO_OXIDE.get(e, 1.17) for e, share in split.items())


class Trader(Agent):
    """Buys and sells, and exports part of it; makes nothing."""

    def act(self, world: World, day: date) -> None:
        """Sell on what is held."""
        self.sell(world, day, *{lot.product for lot in self.stock})


class Outside(Agent):
    """A buyer who uses rare earths and files nothing: polishing, catalysts, motors."""
