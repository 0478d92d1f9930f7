"""The draw as a pure function: the same everywhere, by weight, and checked from its file alone."""

import hmac
import json
import math
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from traceability.rules import drawing
from traceability.rules.drawing import Candidate, drawn, key_of, seats_of, sha256

SEED = "00" * 32
# Chi-square, 99.9th percentile: a fair draw with these fixed seeds stays well below.
CRITICAL = {2: Decimal("13.82"), 5: Decimal("20.52")}


def population(*weights: int, stratum: str = "all") -> list[Candidate]:
    return [Candidate(f"C{place}", stratum, weight) for place, weight in enumerate(weights)]


def test_a_key_is_the_logarithm_of_a_keyed_digest_over_the_weight():
    number = int(hmac.new(bytes(32), b"C0", "sha256").hexdigest(), 16)

    key = key_of(SEED, "C0", 1)

    assert float(key) == pytest.approx(-math.log((number + 0.5) / 2**256), rel=1e-12)
    assert len(key.as_tuple().digits) == 100
    assert abs(Fraction(key_of(SEED, "C0", 2)) * 2 - Fraction(key)) < Fraction(1, 10**98)


def test_the_order_of_the_population_does_not_matter():
    some = population(5, 1, 3, 2)

    drawings = {tuple(each.code for each in drawn(SEED, list(p), 2)) for p in permutations(some)}

    assert len(drawings) == 1
    digests = {drawing.population_digest(p) for p in permutations(some)}
    assert len(digests) == 1


def test_who_is_drawn_first_follows_the_weights():
    some = population(1, 2, 3)
    rounds = 6_000

    first = Counter(drawn(sha256(str(n)), some, 1)[0].code for n in range(rounds))

    expected = {"C0": Decimal(rounds) / 6, "C1": Decimal(rounds) / 3, "C2": Decimal(rounds) / 2}
    chi = sum((first[code] - want) ** 2 / want for code, want in expected.items())
    assert chi < CRITICAL[2]


def test_samples_of_two_follow_the_weights_without_replacement():
    weights = {"C0": 1, "C1": 2, "C2": 3}
    some = population(1, 2, 3)
    rounds = 6_000

    seen = Counter(
        tuple(each.code for each in drawn(sha256(f"two {n}"), some, 2)) for n in range(rounds)
    )

    chi = Decimal(0)
    for one, two in permutations(weights, 2):
        share = Decimal(weights[one]) / 6 * weights[two] / (6 - weights[one])
        want = share * rounds
        chi += (seen[one, two] - want) ** 2 / want
    assert chi < CRITICAL[5]


@given(
    weights=st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 10_000)), max_size=30),
    size=st.integers(1, 40),
)
def test_seats_add_up_and_fit(weights, size):
    some = [Candidate(f"C{n}", stratum, weight) for n, (stratum, weight) in enumerate(weights)]

    seats = seats_of(some, size)

    count = Counter(each.stratum for each in some)
    assert sum(seats.values()) == min(size, len(some))
    assert all(taken <= count[stratum] for stratum, taken in seats.items())


@pytest.mark.parametrize(
    ("heavy", "light", "size", "seats"),
    [
        (30, 10, 4, {"heavy": 3, "light": 1}),
        (10, 10, 3, {"heavy": 2, "light": 1}),  # the first by name where two are equal
        (1000, 1, 6, {"heavy": 4, "light": 2}),  # full, the rest goes to the other
    ],
)
def test_seats_follow_the_weight_of_strata(heavy, light, size, seats):
    some = [Candidate(f"H{n}", "heavy", heavy) for n in range(4)]
    some += [Candidate(f"L{n}", "light", light) for n in range(4)]

    assert seats_of(some, size) == seats


def published() -> dict[str, object]:
    some = population(100, 300, 200, 100)
    told = {
        "number": "draw-1",
        "size": 2,
        "population": [
            {"code": each.code, "stratum": each.stratum, "weight": each.weight} for each in some
        ],
        "population_sha256": drawing.population_digest(some),
        "salt": "ab" * 32,
        "salt_sha256": sha256("ab" * 32),
        "words": "correct horse battery",
        "words_sha256": sha256("correct horse battery"),
        "public_digest": "cd" * 32,
    }
    seed = drawing.seed_of(
        number="draw-1",
        population=str(told["population_sha256"]),
        salt="ab" * 32,
        words="correct horse battery",
        public="cd" * 32,
    )
    return told | {"seed": seed, "drawn": [each.code for each in drawn(seed, some, 2)]}


def test_what_was_published_holds():
    assert all(is_so for _name, is_so in drawing.checked(published()))


@pytest.mark.parametrize(
    ("changed", "fails"),
    [
        ({"words": "another secret altogether"}, {"words_sha256", "seed"}),
        ({"salt": "00" * 32}, {"salt_sha256", "seed"}),
        ({"public_digest": "00" * 32}, {"seed"}),
        ({"drawn": ["C9", "C8"]}, {"drawn"}),
        (
            {"population": [{"code": "C0", "stratum": "all", "weight": 1}]},
            {"population_sha256", "drawn"},
        ),
    ],
)
def test_whatever_was_changed_shows(changed, fails):
    told = drawing.checked(published() | changed)

    assert fails <= {name for name, is_so in told if not is_so}


def test_the_file_is_checked_by_a_command_that_needs_nothing_else(tmp_path: Path):
    kept = tmp_path / "draw-1.json"
    kept.write_text(json.dumps(published()), encoding="utf-8")
    # Alone, without the portal around it and without its packages.
    alone = tmp_path / "drawing.py"
    alone.write_bytes((settings.BASE_DIR / "traceability/rules/drawing.py").read_bytes())

    done = subprocess.run(
        [sys.executable, "-I", str(alone), str(kept)], capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("as published") == 5
    kept.write_text(json.dumps(published() | {"drawn": []}), encoding="utf-8")
    again = subprocess.run(
        [sys.executable, "-m", "traceability.rules.drawing", str(kept)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=settings.BASE_DIR,
    )
    assert again.returncode == 1
    assert "NOT AS PUBLISHED: drawn" in again.stdout
