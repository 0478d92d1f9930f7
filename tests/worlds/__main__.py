"""`python -m tests.worlds --seed 7 --out DIR`: write one world in the dataset format."""

import argparse
from pathlib import Path

from tests.worlds.build import build
from tests.worlds.cast import SIZES
from tests.worlds.files import write_world


def main() -> None:
    """Build the world that was asked for and write it down."""
    parser = argparse.ArgumentParser(prog="python -m tests.worlds", description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--size", choices=SIZES, default="medium")
    parser.add_argument("--years", type=int, default=1, help="years up to the last one")
    parser.add_argument("--last-year", type=int, default=2025)
    asked = parser.parse_args()
    built = build(asked.seed, size=asked.size, years=asked.years, last_year=asked.last_year)
    count = write_world(asked.out, built.world, built.office)
    print(f"{asked.out}: {len(built.world.agents)} enterprises, {count} records")


if __name__ == "__main__":
    main()
