"""What counts as found, and as a false alarm."""

import pytest

from tests.worlds.planting import Planted
from tests.worlds.verdict import Found, Verdict, World

A, B, C = "A", "B", "C"


def planted(uscc: str = A, **facts: object) -> Planted:
    usual = {"months": ["2025-03"], "lots": ["L1"], "others": [B]}
    return Planted(
        "double_sale", "plain", ("oversold_lot",), uscc, "sells a lot twice", **{**usual, **facts}
    )


def found(code: str = "oversold_lot", uscc: str = A, **facts: str) -> Found:
    usual = {"counterparty": "", "month": "2025-03", "lot": "", "run": "", "document": ""}
    return Found(code, uscc, kg=1.0, key="k", **{**usual, "case": "1", **facts})


@pytest.mark.parametrize(
    ("finding", "shows"),
    [
        (found(), True),
        (found(month=""), True),  # a finding on the year
        (found(month="2025-04"), False),
        (found(month="2025-04", lot="L1"), True),
        (found(code="stock_mismatch"), False),
        (found(uscc=B), False),  # another's name, and nothing that leads to the falsifier
        (found(uscc=B, lot="L1"), True),
        (found(uscc=C, counterparty=A), True),
        (found(uscc=C, lot="L1"), False),
    ],
)
def test_a_finding_shows_a_falsification_by_code_name_and_place(finding, shows):
    assert finding.shows(planted()) is shows


def test_what_belongs_to_nothing_planted_is_a_stray():
    stray, consequence = found(uscc=C), found(code="stock_mismatch", month="2025-07")

    traces, strays = World(1, 12, 1, 0.0, [planted()], [stray, consequence]).traces()

    assert strays == [stray]
    assert traces[0] == [consequence]


def test_the_table_tells_recall_and_cases_by_kind():
    world = World(
        1, 24, 1, 0.0, [planted(), planted(uscc=C, others=[])], [found(), found(month="")]
    )

    verdict = Verdict(falsified=[world], honest=[World(1, 500, 1, 0.0, [], [found()])])

    assert "| double_sale | plain | oversold_lot | 2 | 1 | 50.0% | 1.0 | 0.5 |" in verdict.table()
    assert "| oversold_lot | 1 | 2.00 |" in verdict.false_alarms()
    assert len(verdict.misses()) == 1
    assert len(verdict.strays()) == 1
