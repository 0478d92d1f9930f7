"""200 rounds of editing, signing and issuing by eight people at once.

    .venv/bin/python -m pytest tests/benchmarks/bench_rounds.py -s

Prints the seconds and how often each deed was done or refused; fails on a lost edit, a sum that
does not hold, or a deadlock.
"""

import time

from tests.allocations.rounds import play

ROUNDS = 200


def test_rounds(
    committed_db, drafter, signatory, mnr_signatory, ndrc_signatory, northern, southern, noon
):
    people = {
        "drafter": drafter,
        "miit": signatory,
        "mnr": mnr_signatory,
        "ndrc": ndrc_signatory,
    }
    begun = time.perf_counter()

    outcomes = play(ROUNDS, people=people, enterprises=[northern, southern], at=noon)

    print(f"\n{ROUNDS} rounds, 8 people: {time.perf_counter() - begun:.1f} s")
    for outcome, count in outcomes.most_common():
        print(f"  {outcome:<24} {count:>5}")
    assert sum(outcomes.values()) == ROUNDS * 8
