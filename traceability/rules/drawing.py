"""How an inspection sample is drawn, from what is published of it alone.

This file needs nothing but Python. What is published of a draw holds everything that decides it:

    python -m traceability.rules.drawing draw-12.json

derives the draw again and says, line by line, whether it is the one that was published. The same
can be done by hand, or in any other language:

1. `population_sha256` is SHA-256 of one line `code TAB stratum TAB weight` for each enterprise, in
   the order of the codes, each line ended by a line feed, in UTF-8.
2. `seed` is SHA-256 of the lines `number`, `population_sha256`, `salt`, `words`, `public_digest`,
   joined by line feeds.
3. Seats go to the strata one by one, each to the stratum with the largest total weight divided by
   twice the seats it has plus one, that is not full; the first by name where two are equal.
4. The key of an enterprise is -ln(u) / weight, u = (2n + 1) / 2^257, n the number that HMAC-SHA-256
   of its code under the seed is; computed to 100 digits, so that every machine finds the same.
5. In each stratum the enterprises with the smallest keys are drawn, as many as it has seats.

An enterprise of twice the weight is the first drawn twice as often (exponential keys: Efraimidis
and Spirakis 2006).
"""

import hashlib
import hmac
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

SCHEME = "exponential keys, HMAC-SHA-256, 1"
_DIGITS = Context(prec=100, rounding=ROUND_HALF_EVEN)
_WHOLE = Decimal(2**257)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One enterprise that may be drawn: its code, its stratum, and a weight of at least one."""

    code: str
    stratum: str
    weight: int


@dataclass(frozen=True, slots=True)
class Picked:
    """One enterprise that was drawn, and its place: by stratum, then by key."""

    place: int
    code: str
    stratum: str


def sha256(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def population_digest(population: Iterable[Candidate]) -> str:
    """What the population and its weights are known by."""
    ordered = sorted(population, key=lambda each: each.code)
    return sha256("".join(f"{each.code}\t{each.stratum}\t{each.weight}\n" for each in ordered))


def seed_of(*, number: str, population: str, salt: str, words: str, public: str) -> str:
    """The seed: of the draw's number, the population's digest, and what three sides gave to it."""
    return sha256("\n".join((number, population, salt, words, public)))


def key_of(seed: str, code: str, weight: int) -> Decimal:
    """The smaller, the sooner an enterprise is drawn."""
    digest = hmac.new(bytes.fromhex(seed), code.encode(), hashlib.sha256).digest()
    number = 2 * int.from_bytes(digest, "big") + 1
    share = _DIGITS.divide(Decimal(number), _WHOLE)
    return _DIGITS.divide(_DIGITS.minus(_DIGITS.ln(share)), Decimal(weight))


def seats_of(population: Sequence[Candidate], size: int) -> dict[str, int]:
    """How many are drawn of each stratum, by total weight; never more than it has."""
    weight: dict[str, int] = {}
    count: dict[str, int] = {}
    for each in population:
        weight[each.stratum] = weight.get(each.stratum, 0) + each.weight
        count[each.stratum] = count.get(each.stratum, 0) + 1
    seats = dict.fromkeys(sorted(weight), 0)
    for _seat in range(min(size, len(population))):
        open_strata = [name for name in seats if seats[name] < count[name]]
        best = max(open_strata, key=lambda name: Fraction(weight[name], 2 * seats[name] + 1))
        seats[best] += 1
    return seats


def drawn(seed: str, population: Sequence[Candidate], size: int) -> list[Picked]:
    """Who is drawn, in the order of strata and keys."""
    picked: list[tuple[str, str]] = []
    for stratum, seats in seats_of(population, size).items():
        within = [each for each in population if each.stratum == stratum]
        within.sort(key=lambda each: (key_of(seed, each.code, each.weight), each.code))
        picked += [(each.code, stratum) for each in within[:seats]]
    return [Picked(place, code, stratum) for place, (code, stratum) in enumerate(picked, start=1)]


def checked(published: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Each thing that a published draw claims, and whether it is so."""
    population = [
        Candidate(each["code"], each["stratum"], int(each["weight"]))
        for each in published["population"]
    ]
    seed = seed_of(
        number=published["number"],
        population=published["population_sha256"],
        salt=published["salt"],
        words=published["words"],
        public=published["public_digest"],
    )
    codes = [each.code for each in drawn(seed, population, int(published["size"]))]
    return [
        ("population_sha256", population_digest(population) == published["population_sha256"]),
        ("salt_sha256", sha256(published["salt"]) == published["salt_sha256"]),
        ("words_sha256", sha256(published["words"]) == published["words_sha256"]),
        ("seed", seed == published["seed"]),
        ("drawn", codes == published["drawn"]),
    ]


def main(arguments: Sequence[str]) -> int:
    """Check one published file; 0 when all of it is so."""
    if len(arguments) != 1:
        print("usage: python -m traceability.rules.drawing FILE")  # noqa: T201 - it is asked for
        return 2
    told = checked(json.loads(Path(arguments[0]).read_text(encoding="utf-8")))
    for name, is_so in told:
        print(f"{'as published' if is_so else 'NOT AS PUBLISHED'}: {name}")  # noqa: T201 - as above
    return 0 if all(is_so for _name, is_so in told) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
