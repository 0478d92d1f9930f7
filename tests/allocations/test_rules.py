"""The rules of deciding, as tables."""

from contextlib import nullcontext
from dataclasses import replace

import pytest

from allocations import rules
from allocations.rules import DecisionFacts

FACTS = DecisionFacts(
    status="circulated",
    regime="total_control",
    kind="annual",
    digest="now",
    has_ceilings=True,
    has_allocations=True,
    lines_without_reason=0,
    undivided_lines=0,
    unfit_lines=0,
    agreed=frozenset(),
    refused=frozenset(),
)
ALL = frozenset({"MIIT", "NDRC", "MNR"})
SIGNED = replace(FACTS, status="signed", agreed=ALL)
EMPTY = {"has_ceilings": False, "has_allocations": False}


def refusal(kind: type[Exception]):
    return pytest.raises(kind)


@pytest.mark.parametrize(
    ("regime", "ceilings", "ministries"),
    [
        ("total_control", True, {"MIIT", "NDRC", "MNR"}),  # article 5
        ("total_control", False, {"MIIT", "MNR"}),  # article 6: allocations alone
        ("directive_plan", True, {"MIIT"}),
        ("directive_plan", False, {"MIIT"}),
    ],
)
def test_required_ministries(regime, ceilings, ministries):
    facts = replace(FACTS, regime=regime, has_ceilings=ceilings)

    assert rules.required_ministries(facts) == ministries


@pytest.mark.parametrize(
    ("facts", "cites"),
    [
        (FACTS, 5),
        (replace(FACTS, has_ceilings=False), 6),
        (replace(FACTS, regime="directive_plan"), None),
    ],
)
def test_source_of(facts, cites):
    assert rules.source_of(facts).article == cites


@pytest.mark.parametrize(
    ("year", "regime"),
    [(2010, "directive_plan"), (2024, "directive_plan"), (2025, "total_control")],
)
def test_require_regime_of_year(year, regime):
    other = ({"directive_plan", "total_control"} - {regime}).pop()

    rules.require_regime_of_year(regime, year)

    with refusal(rules.RegimeUnfit):
        rules.require_regime_of_year(other, year)


@pytest.mark.parametrize(
    ("ministry", "expected"),
    [
        ("MIIT", nullcontext()),
        ("NDRC", refusal(rules.NotTheirMinistry)),
        ("MNR", refusal(rules.NotTheirMinistry)),
        ("", refusal(rules.NotTheirMinistry)),
    ],
)
def test_require_drafting_and_issuing_ministry(ministry, expected):
    with expected:
        rules.require_drafting_ministry(ministry)
    with expected:
        rules.require_issuing_ministry(ministry)


@pytest.mark.parametrize(
    ("category", "activities", "is_group", "fits"),
    [
        ("mining_rock", ["mining"], False, True),
        ("mining_ionic", ["mining", "trade"], False, True),
        ("mining_rock", ["separation"], False, False),
        ("separation", ["separation"], False, True),
        ("separation", ["mining"], False, False),
        ("separation", [], False, False),
        ("separation", [], True, True),  # a group's head divides among its members
    ],
)
def test_category_fits(category, activities, is_group, fits):
    assert rules.category_fits(category, activities=activities, is_group=is_group) is fits


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("draft", nullcontext()),
        ("circulated", nullcontext()),
        ("signed", nullcontext()),
        ("issued", refusal(rules.IssuedAlready)),
        ("withdrawn", refusal(rules.NotChangeable)),
    ],
)
def test_require_changeable(status, expected):
    with expected:
        rules.require_changeable(status)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, nullcontext()),
        ({"status": "circulated"}, refusal(rules.WrongStep)),
        ({"status": "issued"}, refusal(rules.WrongStep)),
        ({"has_ceilings": False}, nullcontext()),
        ({"has_allocations": False}, nullcontext()),
        (EMPTY, refusal(rules.NothingDecided)),
        ({"lines_without_reason": 1}, nullcontext()),
        ({"lines_without_reason": 1, "kind": "adjustment"}, refusal(rules.ReasonMissing)),
        ({"lines_without_reason": 1, "kind": "deduction"}, refusal(rules.ReasonMissing)),
        ({"kind": "deduction"}, nullcontext()),
        ({"undivided_lines": 1}, refusal(rules.CategoryUnfit)),
        ({"undivided_lines": 1, "regime": "directive_plan"}, nullcontext()),
        ({"unfit_lines": 1}, refusal(rules.CategoryUnfit)),
        ({"unfit_lines": 1, "regime": "directive_plan"}, nullcontext()),
    ],
)
def test_require_circulable(changes, expected):
    with expected:
        rules.require_circulable(replace(FACTS, **{"status": "draft"} | changes))


@pytest.mark.parametrize(
    ("changes", "asked", "expected"),
    [
        ({}, {}, nullcontext()),
        ({"status": "signed"}, {}, nullcontext()),
        ({"status": "draft"}, {}, refusal(rules.WrongStep)),
        ({"status": "issued"}, {}, refusal(rules.WrongStep)),
        ({"status": "withdrawn"}, {}, refusal(rules.WrongStep)),
        ({"has_ceilings": False}, {"ministry": "NDRC"}, refusal(rules.NotTheirMinistry)),
        ({}, {"ministry": ""}, refusal(rules.NotTheirMinistry)),
        ({}, {"is_drafter": True}, refusal(rules.DrafterSigns)),
        ({}, {"read_digest": "before"}, refusal(rules.StaleDigest)),
        ({"agreed": frozenset({"MNR"})}, {}, refusal(rules.SignedAlready)),
        ({"refused": frozenset({"MNR"})}, {}, refusal(rules.SignedAlready)),
        ({"agreed": frozenset({"MIIT"})}, {}, nullcontext()),
    ],
)
def test_require_may_sign(changes, asked, expected):
    arguments = {"ministry": "MNR", "read_digest": "now", "is_drafter": False} | asked

    with expected:
        rules.require_may_sign(replace(FACTS, **changes), **arguments)


@pytest.mark.parametrize(
    ("changes", "numbers", "expected"),
    [
        ({}, {}, nullcontext()),
        ({"status": "issued"}, {}, refusal(rules.IssuedAlready)),
        ({"status": "withdrawn"}, {}, refusal(rules.NotChangeable)),
        ({"status": "draft"}, {}, refusal(rules.WrongStep)),
        ({"status": "circulated"}, {}, refusal(rules.WrongStep)),
        (EMPTY, {}, refusal(rules.NothingDecided)),
        ({"agreed": ALL - {"NDRC"}}, {}, refusal(rules.SignOffMissing)),
        ({"agreed": ALL - {"NDRC"}, "has_ceilings": False}, {}, nullcontext()),
        ({"agreed": frozenset()}, {}, refusal(rules.SignOffMissing)),
        ({"kind": "adjustment", "lines_without_reason": 2}, {}, refusal(rules.ReasonMissing)),
        ({"unfit_lines": 1}, {}, refusal(rules.CategoryUnfit)),
        ({}, {"document_no": " "}, refusal(rules.DocumentMissing)),
        ({}, {"approval_no": ""}, refusal(rules.ApprovalMissing)),
        ({"has_ceilings": False}, {"approval_no": ""}, nullcontext()),  # approved with the ceilings
        (
            {"regime": "directive_plan", "agreed": frozenset({"MIIT"})},
            {"document_no": "", "approval_no": ""},
            nullcontext(),
        ),
    ],
)
def test_require_issuable(changes, numbers, expected):
    numbers = {"document_no": "MIIT [2025] 1", "approval_no": "SC [2025] 1"} | numbers

    with expected:
        rules.require_issuable(replace(SIGNED, **changes), **numbers)
