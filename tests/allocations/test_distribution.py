"""Copies on their way down, and what becomes of them."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from allocations import queries, services
from allocations.models import Copy, Opening
from allocations.services.copies import NotTheRecipient
from allocations.services.distribution import NotAcknowledged, NothingBelow, PassedDownAlready
from portal.accounts.models import Organisation, Region
from portal.kernel.models import AuditEvent
from tests.cast import make_designated, make_user

pytestmark = pytest.mark.django_db


def authority(region: Region, department: str = "industry") -> Organisation:
    """The authority of a region; regions of the tests come without."""
    return Organisation.objects.get_or_create(
        kind="authority",
        region=region,
        department=department,
        defaults={"name_en": f"{region.name_en} {department}", "name_zh": f"{region.name_zh}局"},
    )[0]


@pytest.fixture
def bayan_obo(baotou):
    """A county of Baotou."""
    return Region.objects.create(
        code="150206", parent=baotou, level=3, name_en="Bayan Obo", name_zh="白云鄂博矿区"
    )


@pytest.fixture
def decision(issued, baotou, bayan_obo, inner_mongolia, northern, southern):
    """Lines in Baotou, in its county, in the province itself, and in Jiangxi."""
    for region in (baotou, bayan_obo):
        authority(region)
        authority(region, "natural_resources")
    mine = make_designated("Mine", bayan_obo, "mining")
    office = make_designated("Office", inner_mongolia, "separation")
    return issued(
        ("separation", "100"),
        ("mining_rock", "50"),
        (northern, "separation", "60"),
        (southern, "separation", "20"),
        (office, "separation", "5"),
        (mine, "mining_rock", "40"),
    )


@pytest.fixture
def province_copy(decision, recipient):
    """What Inner Mongolia's industry department received."""
    return decision.copies.get(recipient=recipient.organisation)


@pytest.fixture
def acknowledged(province_copy, recipient, later):
    """The same, acknowledged."""
    return services.acknowledge_copy(copy=province_copy, by=recipient, at=later)


def names(copy: Copy) -> set[str]:
    return {line["name_en"] for line in copy.content["lines"]}


# --- to enterprises ------------------------------------------------------------------------------
def test_every_enterprise_receives_its_own_lines_and_no_others(decision, northern, filer, attester):
    [own] = queries.copies_visible_to(filer)

    assert names(own) == {"Northern"}
    assert own.content["lines"][0]["kg"] == "60000.000"
    services.acknowledge_copy(copy=own, by=attester, at=own.sent_at)
    assert Copy.objects.get(pk=own.pk).acknowledged_by == attester


def test_copies_are_due_in_working_days(province_copy):
    # Issued on Thursday 6 March: Friday, Monday, Tuesday.
    assert province_copy.due_on == date(2025, 3, 11)


# --- down ----------------------------------------------------------------------------------------
def test_pass_down_sends_each_region_below_its_part(acknowledged, recipient, later, baotou):
    [sent] = services.pass_down(copy=acknowledged, by=recipient, at=later)

    assert (sent.recipient, sent.parent, sent.sent_by) == (
        authority(baotou),
        acknowledged,
        recipient,
    )
    assert names(sent) == {"Northern", "Mine"}
    assert sent.content["passed_down_from"] == acknowledged.digest
    assert sent.digest == queries.copy_digest(sent.content)
    assert AuditEvent.objects.first().action == "copy.passed_down"


def test_pass_down_goes_on_to_the_county(acknowledged, recipient, later, baotou, bayan_obo):
    [to_baotou] = services.pass_down(copy=acknowledged, by=recipient, at=later)
    mayor = make_user(authority(baotou), "recipient")
    services.acknowledge_copy(copy=to_baotou, by=mayor, at=later)

    [to_county] = services.pass_down(copy=to_baotou, by=mayor, at=later)

    assert names(to_county) == {"Mine"}
    head = make_user(authority(bayan_obo), "recipient")
    services.acknowledge_copy(copy=to_county, by=head, at=later)
    with pytest.raises(NothingBelow):
        services.pass_down(copy=to_county, by=head, at=later)


def test_pass_down_waits_for_the_acknowledgement(province_copy, recipient, later):
    with pytest.raises(NotAcknowledged):
        services.pass_down(copy=province_copy, by=recipient, at=later)

    assert not Copy.objects.exclude(parent=None).exists()


def test_pass_down_is_done_once_and_by_the_recipient(
    acknowledged, recipient, other_recipient, drafter, later
):
    for stranger in (other_recipient, drafter):
        with pytest.raises(NotTheRecipient):
            services.pass_down(copy=acknowledged, by=stranger, at=later)
    services.pass_down(copy=acknowledged, by=recipient, at=later)

    with pytest.raises(PassedDownAlready):
        services.pass_down(copy=acknowledged, by=recipient, at=later)

    assert Copy.objects.filter(parent=acknowledged).count() == 1


# --- opened, late, outdated ----------------------------------------------------------------------
def test_open_copy_counts_the_first_time_of_each_person(province_copy, recipient, later):
    services.open_copy(copy=province_copy, by=recipient, at=later)
    services.open_copy(copy=province_copy, by=recipient, at=later + timedelta(hours=1))

    assert Opening.objects.get().at == later
    assert AuditEvent.objects.filter(action="copy.opened").count() == 1


def test_open_copy_refuses_who_only_looks_on(province_copy, viewer, later):
    with pytest.raises(NotTheRecipient):
        services.open_copy(copy=province_copy, by=viewer, at=later)


def test_tree_of_lists_each_branch_under_its_root(acknowledged, recipient, viewer, later, baotou):
    services.open_copy(copy=acknowledged, by=recipient, at=later)
    services.pass_down(copy=acknowledged, by=recipient, at=later)
    seen = queries.copies_visible_to(viewer).filter(recipient__department="industry")

    branches = queries.tree_of(seen, today=date(2025, 3, 12))

    told = [
        (
            branch.copy.recipient.region_id,
            branch.depth,
            branch.passed_down,
            branch.standing == "late",
        )
        for branch in branches
    ]
    assert told == [("150000", 0, 1, False), ("150200", 1, 0, True), ("360000", 0, 0, True)]
    assert branches[0].opened_at == later


@pytest.mark.parametrize(("today", "late"), [(date(2025, 3, 11), 0), (date(2025, 3, 12), 1)])
def test_copy_counts_are_late_after_the_last_day(province_copy, viewer, today, late):
    seen = queries.copies_visible_to(viewer).filter(pk=province_copy.pk)

    assert queries.copy_counts(queries.with_standing(seen, today=today)).late == late


def test_a_later_decision_outdates_the_copies_it_changes(
    decision, province_copy, issued, northern, recipient, other_recipient
):
    later = issued((northern, "separation", "3"), document_no="MIIT [2025] 2")

    [outdating] = province_copy.outdated_by.all()
    assert outdating.later == later.copies.get(recipient=recipient.organisation)
    other = decision.copies.get(recipient=other_recipient.organisation)
    assert not other.outdated_by.exists()
    own = decision.copies.get(recipient=northern.organisation)
    assert own.outdated_by.count() == 1


def test_a_later_decision_on_other_caps_outdates_nothing(decision, province_copy, issued, baotou):
    mine = make_designated("Another mine", baotou, "mining")

    issued((mine, "mining_rock", "3"), document_no="MIIT [2025] 2")

    assert not province_copy.outdated_by.exists()


def test_the_database_lets_nothing_of_a_copy_change(acknowledged):
    for change in (
        {"content": {}},
        {"due_on": date(2030, 1, 1)},
        {"sent_by": None, "digest": "0" * 64},
        {"acknowledged_at": None, "acknowledged_by": None},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Copy.objects.filter(pk=acknowledged.pk).update(**change)


def test_tree_of_puts_first_what_is_late(acknowledged, viewer):
    seen = queries.copies_visible_to(viewer).filter(recipient__department="industry")

    def order(today):
        return [each.copy.recipient.region_id for each in queries.tree_of(seen, today=today)]

    assert order(date(2025, 3, 11)) == ["150000", "360000"]
    assert order(date(2025, 3, 12)) == ["360000", "150000"]
