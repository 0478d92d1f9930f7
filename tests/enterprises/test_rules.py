"""The rules of the directory, as tables."""

from contextlib import nullcontext
from datetime import date

import pytest

from enterprises import rules
from enterprises.rules import Term

GOOD = "91150200F8MGMB4C0L"


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD, None),
        ("", "has 18 characters; this one has 0"),
        (GOOD[:-1], "has 18 characters; this one has 17"),
        (GOOD + "0", "has 18 characters; this one has 19"),
        ("91150200F8MGMB4C0I", "this one has I"),
        ("91150200f8MGMB4CO0", "this one has O f"),
        ("91150200F8MGMB4C0M", "91150200F8MGMB4C0M is mistyped"),
        ("91150200F8MGBM4C0L", "is mistyped"),  # two characters exchanged
        ("９1150200F8MGMB4C0L", "this one has ９"),  # a full-width digit
    ],
)
def test_require_uscc_says_what_is_wrong(text, words):
    with pytest.raises(rules.CodeMistyped, match=words) if words else nullcontext():
        rules.require_uscc(text)


@pytest.mark.parametrize(
    ("uscc", "activities", "expected"),
    [
        (GOOD, ["mining"], nullcontext()),
        (GOOD, [], nullcontext()),
        (None, [], nullcontext()),
        (None, ["trade"], pytest.raises(rules.CodeNeeded)),
        (GOOD[:-1], [], pytest.raises(rules.CodeMistyped)),
    ],
)
def test_require_code(uscc, activities, expected):
    with expected:
        rules.require_code(uscc, activities=activities)


@pytest.mark.parametrize(
    ("parent_line", "expected"),
    [
        ([], nullcontext()),
        ([2, 3], nullcontext()),
        ([1], pytest.raises(rules.GroupLoop)),
        ([2, 3, 1], pytest.raises(rules.GroupLoop)),
    ],
)
def test_require_no_loop(parent_line, expected):
    with expected:
        rules.require_no_loop(1, parent_line=parent_line)


@pytest.mark.parametrize(
    ("ministry", "operator", "expected"),
    [
        ("MIIT", False, nullcontext()),
        ("MNR", False, nullcontext()),
        ("", True, nullcontext()),  # puts the published list on record
        ("NDRC", False, pytest.raises(rules.NotDesignatingMinistry)),
        ("", False, pytest.raises(rules.NotDesignatingMinistry)),
    ],
)
def test_require_designating(ministry, operator, expected):
    with expected:
        rules.require_designating(ministry, operator=operator)


def test_a_ministry_that_may_not_designate_is_told_the_article():
    with pytest.raises(rules.NotDesignatingMinistry) as refused:
        rules.require_designating("NDRC", operator=False)

    assert str(refused.value).endswith("(Rare Earth Regulations, article 8)")


@pytest.mark.parametrize("activity", ["metal", "magnet", "recycling", "trade"])
def test_require_controlled_refuses_what_needs_no_designation(activity):
    rules.require_controlled("mining")
    rules.require_controlled("separation")

    with pytest.raises(rules.ActivityNotControlled):
        rules.require_controlled(activity)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2025-03-01", None, nullcontext()),
        ("2025-03-01", "2025-03-01", nullcontext()),  # one day
        ("2025-03-01", "2025-02-28", pytest.raises(rules.EndsBeforeStart)),
    ],
)
def test_require_term(first, last, expected):
    with expected:
        rules.require_term(day(first), day(last))


OVERLAPS = pytest.raises(rules.DesignationOverlaps)


@pytest.mark.parametrize(
    ("standing", "adding", "expected"),
    [
        ([], ("2025-01-01", None), nullcontext()),
        (
            [("2024-01-01", "2024-12-31")],
            ("2025-01-01", None),
            nullcontext(),
        ),  # the day after
        (
            [("2024-01-01", "2024-12-31")],
            ("2024-12-31", None),
            OVERLAPS,
        ),  # its last day
        ([("2025-01-01", None)], ("2024-01-01", "2024-12-31"), nullcontext()),
        ([("2025-01-01", None)], ("2024-01-01", "2025-01-01"), OVERLAPS),
        ([("2025-01-01", None)], ("2026-01-01", None), OVERLAPS),
        ([("2025-01-01", "2025-12-31")], ("2025-06-01", "2025-06-30"), OVERLAPS),
        ([("2025-06-01", "2025-06-30")], ("2025-01-01", "2025-12-31"), OVERLAPS),
        (
            [("2024-01-01", "2024-06-30"), ("2025-01-01", None)],
            ("2024-07-01", "2024-12-31"),
            nullcontext(),
        ),  # exactly the gap
    ],
)
def test_require_no_overlap(standing, adding, expected):
    terms = [Term(day(first), day(last)) for first, last in standing]

    with expected:
        rules.require_no_overlap(terms, adding=Term(day(adding[0]), day(adding[1])))


@pytest.mark.parametrize(
    ("first", "last", "ending", "expected"),
    [
        ("2024-01-01", None, "2024-01-01", nullcontext()),  # on its first day
        ("2024-01-01", None, "2023-12-31", pytest.raises(rules.EndsBeforeStart)),
        ("2024-01-01", "2025-12-31", "2025-12-30", nullcontext()),
        (
            "2024-01-01",
            "2025-12-31",
            "2025-12-31",
            pytest.raises(rules.DesignationEnded),
        ),
        (
            "2024-01-01",
            "2025-12-31",
            "2026-12-31",
            pytest.raises(rules.DesignationEnded),
        ),
    ],
)
def test_require_endable(first, last, ending, expected):
    with expected:
        rules.require_endable(Term(day(first), day(last)), last=day(ending))


@pytest.mark.parametrize(
    ("taken_off", "designated", "expected"),
    [
        ([], ["mining"], nullcontext()),
        (["trade"], ["mining"], nullcontext()),
        (["mining", "trade"], ["mining"], pytest.raises(rules.ActivityDesignated)),
    ],
)
def test_require_activities_kept(taken_off, designated, expected):
    with expected:
        rules.require_activities_kept(taken_off, designated=designated)


@pytest.mark.parametrize(
    ("on", "holds"),
    [
        ("2024-12-31", False),
        ("2025-01-01", True),
        ("2025-12-31", True),
        ("2026-01-01", False),
    ],
)
def test_a_term_holds_from_its_first_to_its_last_day(on, holds):
    term = Term(date(2025, 1, 1), date(2025, 12, 31))

    assert term.holds_on(day(on)) is holds
