"""What the directory shows to whom."""

from datetime import date

import pytest

from enterprises import queries
from enterprises.models import Designation
from tests.cast import designate, make_enterprise


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("drafter", {"Northern", "Southern", "Outsider"}),
        ("ndrc_signatory", {"Northern", "Southern", "Outsider"}),
        ("supervisor", {"Northern", "Southern", "Outsider"}),
        ("viewer", {"Northern", "Southern", "Outsider"}),
        ("auditor", {"Northern", "Southern", "Outsider"}),
        ("recipient", {"Northern"}),
        ("other_recipient", {"Southern", "Outsider"}),
        ("filer", {"Northern"}),
        ("attester", {"Northern"}),
        ("southern_filer", {"Southern"}),
        ("administrator", set()),
    ],
)
def test_enterprises_visible_to(request, northern, southern, outsider, who, seen):
    user = request.getfixturevalue(who)

    names = {enterprise.name_en for enterprise in queries.enterprises_visible_to(user)}

    assert names == seen


@pytest.mark.parametrize("who", ["viewer", "recipient", "filer", "administrator"])
def test_sees_agrees_with_enterprises_visible_to(request, northern, southern, outsider, who):
    user = request.getfixturevalue(who)

    seen = set(queries.enterprises_visible_to(user))

    assert seen == {each for each in (northern, southern, outsider) if queries.sees(user, each)}


@pytest.mark.parametrize(
    ("who", "count"), [("viewer", 3), ("recipient", 3), ("filer", 3), ("administrator", 0)]
)
def test_the_list_of_designated_enterprises_is_public(request, northern, southern, who, count):
    user = request.getfixturevalue(who)

    assert queries.designations_visible_to(user).count() == count


def test_groups_visible_to_counts_the_members_one_may_see(
    northern, southern, baotou, viewer, recipient, other_recipient
):
    group = make_enterprise("Group", baotou, is_group=True)
    type(northern).objects.filter(pk__in=[northern.pk, southern.pk]).update(parent=group)

    counts = [
        [found.member_count for found in queries.groups_visible_to(user)]
        for user in (viewer, recipient, other_recipient)
    ]

    assert counts == [[2], [1], [1]]


def test_designated_on_counts_the_first_and_the_last_day(baotou):
    enterprise = make_enterprise("Brief", baotou, "mining")
    Designation.objects.create(
        enterprise=enterprise,
        activity="mining",
        valid_from=date(2025, 1, 1),
        valid_to=date(2025, 6, 30),
        document="list",
    )

    days = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 6, 30), date(2025, 7, 1)]
    standing = [queries.designated_on(day).count() for day in days]

    assert standing == [0, 1, 1, 0]
    assert queries.is_designated(enterprise, "mining", date(2025, 6, 30))
    assert not queries.is_designated(enterprise, "separation", date(2025, 6, 30))


def test_line_upward_names_every_group_above(baotou):
    top = make_enterprise("Top", baotou)
    middle = make_enterprise("Middle", baotou, parent=top)
    below = make_enterprise("Below", baotou, "mining", parent=middle)

    assert queries.line_upward(below) == [below.pk, middle.pk, top.pk]


def test_activities_designated_from_counts_what_stands_and_what_is_to_come(southern):
    designate(southern, "mining", since=date(2030, 1, 1))

    assert queries.activities_designated_from(southern, date(2025, 1, 1)) == {
        "separation",
        "mining",
    }


@pytest.mark.parametrize(
    ("uscc", "expected"),
    [
        ("91150200F8MGMB4C0L", "150200"),
        ("91150299F8MGMB4C0L", "150200"),  # the county is not known, its prefecture is
        ("91159900F8MGMB4C0L", "150000"),
        ("91990000F8MGMB4C0L", None),
        ("91", None),
    ],
)
def test_region_in_code_is_the_narrowest_known(baotou, uscc, expected):
    region = queries.region_in_code(uscc)

    assert (region.code if region else None) == expected


def test_directory_counts(northern, southern, outsider, viewer, recipient):
    day = date(2025, 3, 5)

    counts = queries.directory_counts(viewer, day=day)

    assert (counts.enterprises, counts.filing, counts.designated) == (3, 2, 2)
    assert queries.directory_counts(recipient, day=day).enterprises == 1


def test_seen_by_tells_whose_figures_a_reader_sees(
    northern, southern, viewer, auditor, recipient, filer, administrator
):
    assert queries.seen_by(viewer) is None
    assert queries.seen_by(auditor) is None
    assert queries.seen_by(recipient) == [northern.pk]
    assert queries.seen_by(filer) == [northern.pk]
    assert queries.seen_by(administrator) == []
