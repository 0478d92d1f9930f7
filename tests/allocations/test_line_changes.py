"""Several drafters change lines at once: what merges, what conflicts, who wrote what."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations import queries, rules, services
from allocations.rules import LineChange, LineKey, LineText, StandingLine
from portal.kernel.models import AuditEvent
from tests.cast import make_enterprise, make_user

KEY = LineKey(7, "separation")
OTHER = LineKey(None, "separation")
TEN, TWENTY, THIRTY = (LineText(Decimal(kg)) for kg in (10, 20, 30))


@pytest.mark.parametrize(
    ("before", "after", "stands", "written"),
    [
        (TEN, TWENTY, TEN, True),  # nobody else wrote
        (TEN, TWENTY, TWENTY, False),  # somebody else wrote the very same
        (None, TEN, None, True),  # a new line
        (None, TEN, TEN, False),
        (TEN, None, TEN, True),  # removed
        (TEN, None, None, False),  # removed by somebody else too
        (TEN, LineText(Decimal(10), "why"), TEN, True),  # only the reason
    ],
)
def test_a_line_as_it_was_read_is_free_to_change(before, after, stands, written):
    change = LineChange(KEY, before, after)
    standing = {KEY: StandingLine(stands)} if stands else {}

    assert rules.merge([change], standing) == ([change] if written else [])


@pytest.mark.parametrize(
    ("before", "after", "stands"),
    [
        (TEN, TWENTY, THIRTY),
        (TEN, TWENTY, LineText(Decimal(10), "their reason")),
        (TEN, TWENTY, None),  # they removed it
        (None, TEN, TWENTY),  # both entered it
        (TEN, None, TWENTY),  # removed here, changed there
    ],
)
def test_a_line_that_somebody_else_changed_is_a_conflict_and_nothing_is_written(
    before, after, stands
):
    free = LineChange(OTHER, None, TEN)
    change = LineChange(KEY, before, after)
    standing = {KEY: StandingLine(stands, "Li")} if stands else {}

    with pytest.raises(rules.ChangedMeanwhile) as refused:
        rules.merge([free, change], standing)

    assert [(each.change, each.standing) for each in refused.value.conflicts] == [
        (change, standing.get(KEY))
    ]


def test_a_line_changed_twice_in_one_go_is_refused():
    twice = [LineChange(KEY, TEN, TWENTY), LineChange(KEY, TEN, THIRTY)]

    with pytest.raises(rules.LineTwice):
        rules.merge(twice, {KEY: StandingLine(TEN)})


LINES = st.dictionaries(
    st.sampled_from([KEY, OTHER, LineKey(8, "separation"), LineKey(8, "mining_rock")]),
    st.sampled_from([TEN, TWENTY, THIRTY]),
)


@given(read=LINES, typed=LINES)
def test_differences_bring_what_was_read_to_what_was_typed(read, typed):
    lines = dict(read)

    for change in rules.merge(
        rules.differences(read, typed), {key: StandingLine(text) for key, text in read.items()}
    ):
        if change.after is None:
            del lines[change.key]
        else:
            lines[change.key] = change.after

    assert lines == typed


@given(read=LINES, theirs=LINES, mine=LINES)
def test_no_edit_is_lost(read, theirs, mine):
    """Whoever saves second either keeps every edit of the first or is refused."""
    standing = {key: StandingLine(text) for key, text in theirs.items()}
    their_keys = {change.key for change in rules.differences(read, theirs)}
    changes = rules.differences(read, mine)

    try:
        touched = {change.key for change in rules.merge(changes, standing)}
    except rules.ChangedMeanwhile as refused:
        told = {each.change.key for each in refused.conflicts}
        touched = set()
    else:
        told = set()

    assert not touched & their_keys
    assert told <= their_keys


def change(key, before, after):
    text = [None if each is None else LineText(Decimal(each) * 1000) for each in (before, after)]
    return LineChange(key, *text)


@pytest.fixture
def lines(northern, southern):
    return LineKey(northern.pk, "separation"), LineKey(southern.pk, "separation")


def test_two_drafters_change_different_lines(
    draft, northern, southern, lines, drafter, miit, later
):
    decision = draft((northern, "separation", "5"), (southern, "separation", "6"))
    other = make_user(miit, "drafter", full_name="Li Na")

    services.change_lines(decision=decision, changes=[change(lines[0], 5, 7)], by=drafter, at=later)
    changed = services.change_lines(
        decision=decision, changes=[change(lines[1], 6, None)], by=other, at=later
    )

    standing = queries.standing_lines(decision)
    assert {key: line.text.kg for key, line in standing.items()} == {lines[0]: 7000}
    assert standing[lines[0]].by == drafter.full_name
    assert changed.content_digest == queries.content_digest(decision)
    assert queries.drafters(decision) == {drafter.pk, other.pk}


def test_the_same_line_is_not_overwritten(draft, northern, lines, drafter, miit, noon, later):
    decision = draft(("separation", "50"), (northern, "separation", "5"))
    other = make_user(miit, "drafter", full_name="Li Na")
    services.change_lines(decision=decision, changes=[change(lines[0], 5, 7)], by=other, at=later)
    mine = [change(LineKey(None, "separation"), 50, 60), change(lines[0], 5, 8)]

    with pytest.raises(rules.ChangedMeanwhile, match="1") as refused:
        services.change_lines(decision=decision, changes=mine, by=drafter, at=later)

    (conflict,) = refused.value.conflicts
    assert (conflict.standing.text.kg, conflict.standing.by) == (7000, "Li Na")
    assert decision.ceiling_lines.get().kg == 50_000
    assert decision.allocation_lines.get().kg == 7000


def test_a_change_voids_the_sign_offs_and_one_that_changes_nothing_does_not(
    signed, northern, lines, drafter, later
):
    decision = signed((northern, "separation", "5"))

    same = services.change_lines(
        decision=decision, changes=[change(lines[0], 4, 5)], by=drafter, at=later
    )
    status_before = same.status
    changed = services.change_lines(
        decision=decision, changes=[change(lines[0], 5, 6)], by=drafter, at=later
    )

    assert (status_before, changed.status) == ("signed", "draft")
    assert not queries.standing_sign_offs(changed)
    events = AuditEvent.objects.filter(action="decision.lines_changed")
    assert events.get().facts["lines"] == 1


def test_a_line_for_somebody_who_can_hold_no_cap_is_refused(draft, baotou, drafter, later):
    decision = draft(("separation", "5"))
    trader = make_enterprise("Trader", baotou, "trade")

    with pytest.raises(rules.CategoryUnfit):
        services.change_lines(
            decision=decision,
            changes=[change(LineKey(trader.pk, "separation"), None, 5)],
            by=drafter,
            at=later,
        )

    assert not decision.allocation_lines.exists()


@pytest.mark.parametrize("who", ["ndrc_signatory", "signatory"])
def test_only_miit_drafts_and_an_issued_decision_stays(
    who, request, issued, northern, lines, later
):
    decision = issued(("separation", "50"), (northern, "separation", "5"))
    by = request.getfixturevalue(who)

    with pytest.raises((rules.NotTheirMinistry, rules.NotChangeable)):
        services.change_lines(decision=decision, changes=[change(lines[0], 5, 6)], by=by, at=later)

    assert decision.allocation_lines.get().kg == 5000
