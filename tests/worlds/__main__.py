"""`python -m tests.worlds --seed 7 --out DIR`: write one world in the dataset format."""

import argparse
from pathlib import Path

from tests.worlds.build import build, turn_of
from tests.worlds.cast import SIZES
from tests.worlds.files import write_truth, write_world


def main() -> None:
    """Build the world that was asked for and write it down."""
    parser = argparse.ArgumentParser(prog="python -m tests.worlds", description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--size", choices=SIZES, default="medium")
    parser.add_argument("--years", type=int, default=1, help="years up to the last one")
    parser.add_argument("--last-year", type=int, default=2025)
    parser.add_argument("--falsified", action="store_true", help="plant what this seed's turn is")
    parser.add_argument("--only", default="", metavar="KIND", help="plant one kind only")
    asked = parser.parse_args()
    falsified = asked.falsified or asked.only
    plots = turn_of(asked.seed, size=asked.size, only=asked.only) if falsified else ()
    built = build(
        asked.seed, size=asked.size, years=asked.years, last_year=asked.last_year, plots=plots
    )
    count = write_world(asked.out, built.world, built.office)
    write_truth(asked.out, built.truth)
    enterprises = len(built.world.agents)
    print(f"{asked.out}: {enterprises} enterprises, {count} records, {len(built.truth)} planted")


if __name__ == "__main__":
    main()
