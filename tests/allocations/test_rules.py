"""The rules of deciding, at their boundaries."""

from contextlib import nullcontext
from dataclasses import replace

import pytest

from allocations import rules
from allocations.rules import DecisionFacts

ALL = frozenset({"MIIT", "NDRC", "MNR"})
FACTS = DecisionFacts(
    status="circulated",
    regime="total_control",
    kind="annual",
    digest="d1",
    has_ceilings=True,
    has_allocations=True,
    lines_without_reason=5,
    undivided_lines=0,
    unfit_lines=0,
    agreed=frozenset(),
    refused=frozenset(),
)


@pytest.mark.parametrize(
    ("regime", "ceilings", "expected"),
    [
        ("total_control", True, ALL),
        ("total_control", False, {"MIIT", "MNR"}),
        ("directive_plan", True, {"MIIT"}),
        ("directive_plan", False, {"MIIT"}),
    ],
)
def test_required_ministries_follow_the_regime_and_the_lines(regime, ceilings, expected):
    facts = replace(FACTS, regime=regime, has_ceilings=ceilings)

    assert rules.required_ministries(facts) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": "draft"}, nullcontext()),
        ({"status": "circulated"}, pytest.raises(rules.WrongStep)),
        (
            {"status": "draft", "has_ceilings": False, "has_allocations": False},
            pytest.raises(rules.NothingDecided),
        ),
        ({"status": "draft", "kind": "deduction"}, pytest.raises(rules.ReasonMissing)),
        ({"status": "draft", "kind": "deduction", "lines_without_reason": 0}, nullcontext()),
    ],
)
def test_require_circulable(changes, expected):
    with expected:
        rules.require_circulable(replace(FACTS, **changes))


@pytest.mark.parametrize(
    ("changes", "asked", "expected"),
    [
        ({}, {}, nullcontext()),
        ({"status": "signed"}, {}, nullcontext()),
        ({"status": "draft"}, {}, pytest.raises(rules.WrongStep)),
        ({"status": "issued"}, {}, pytest.raises(rules.WrongStep)),
        ({}, {"ministry": ""}, pytest.raises(rules.NotTheirMinistry)),
        ({"has_ceilings": False}, {"ministry": "NDRC"}, pytest.raises(rules.NotTheirMinistry)),
        ({}, {"is_drafter": True}, pytest.raises(rules.DrafterSigns)),
        ({}, {"read_digest": "d0"}, pytest.raises(rules.StaleDigest)),
        ({"agreed": frozenset({"MIIT"})}, {}, pytest.raises(rules.SignedAlready)),
        ({"refused": frozenset({"MIIT"})}, {}, pytest.raises(rules.SignedAlready)),
    ],
)
def test_require_may_sign(changes, asked, expected):
    arguments = {"ministry": "MIIT", "read_digest": "d1", "is_drafter": False} | asked

    with expected:
        rules.require_may_sign(replace(FACTS, **changes), **arguments)


@pytest.mark.parametrize(
    ("changes", "numbers", "expected"),
    [
        ({}, ("No. 1", "SC 1"), nullcontext()),
        ({"agreed": ALL - {"MNR"}}, ("No. 1", "SC 1"), pytest.raises(rules.SignOffMissing)),
        ({"status": "issued"}, ("No. 1", "SC 1"), pytest.raises(rules.NotChangeable)),
        ({"status": "withdrawn"}, ("No. 1", "SC 1"), pytest.raises(rules.NotChangeable)),
        ({}, (" ", "SC 1"), pytest.raises(rules.DocumentMissing)),
        ({}, ("No. 1", ""), pytest.raises(rules.ApprovalMissing)),
        ({"has_ceilings": False}, ("No. 1", ""), nullcontext()),
        ({"regime": "directive_plan"}, ("", ""), nullcontext()),
        ({"kind": "adjustment"}, ("No. 1", "SC 1"), pytest.raises(rules.ReasonMissing)),
    ],
)
def test_require_issuable(changes, numbers, expected):
    facts = replace(FACTS, **({"status": "signed", "agreed": ALL} | changes))

    with expected:
        rules.require_issuable(facts, document_no=numbers[0], approval_no=numbers[1])


def test_obstacles_names_what_is_not_met():
    told = {one.name: one.met for one in rules.obstacles(FACTS, over=[("separation", 2, 1)])}

    assert told == {"lines": True, "reasons": True, "ceilings": False, "sign_offs": False}
