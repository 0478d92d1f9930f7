"""The deeds of the directory: what they do, what they refuse, what a refusal leaves behind."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from enterprises import rules, services
from enterprises.models import Designation, Enterprise
from enterprises.permissions import Perm
from enterprises.services import DesignationEntry, EnterpriseEntry
from portal.accounts.models import Organisation, Region, User
from portal.kernel.access import allowed
from portal.kernel.models import AuditEvent
from portal.kernel.period import Month
from tests.cast import designate, make_enterprise, make_uscc, make_user

FIRST = date(2025, 1, 1)


def facts_of(enterprise: Enterprise) -> dict:
    """What the directory says of `enterprise`, as change_enterprise takes it."""
    return {
        "uscc": enterprise.uscc,
        "name_en": enterprise.name_en,
        "name_zh": enterprise.name_zh,
        "parent": enterprise.parent,
        "region": enterprise.region,
        "activities": enterprise.activities,
        "is_group": enterprise.is_group,
    }


# --- registering ---------------------------------------------------------------------------------
def test_register_enterprise_gives_its_people_the_right_to_act_for_it(baotou, drafter, noon):
    enterprise = services.register_enterprise(
        uscc=(uscc := make_uscc()),
        name_en="New Mine",
        name_zh="新矿",
        parent=None,
        region=baotou,
        activities=["separation", "mining"],
        by=drafter,
        at=noon,
    )

    somebody = make_user(enterprise.organisation, "filer")
    assert allowed(somebody, Perm.VIEW_ENTERPRISE, enterprise)
    assert enterprise.activities == ["mining", "separation"]
    assert enterprise.organisation.name_zh == "新矿"
    event = AuditEvent.objects.get()
    assert (event.action, event.facts["uscc"]) == ("enterprise.registered", uscc)


def test_register_enterprise_makes_its_parent_a_group(northern, baotou, drafter, noon):
    services.register_enterprise(
        uscc=make_uscc(),
        name_en="Daughter",
        name_zh="子公司",
        parent=northern,
        region=baotou,
        activities=[],
        by=drafter,
        at=noon,
    )

    northern.refresh_from_db()
    assert northern.is_group


@pytest.mark.parametrize(
    ("uscc", "activities", "refusal"),
    [
        ("taken", ["mining"], rules.CodeOnRecord),
        ("taken", [], rules.CodeOnRecord),
        (None, ["mining"], rules.CodeNeeded),
        ("", ["mining"], rules.CodeNeeded),
        ("91150200F8MGMB4C0M", [], rules.CodeMistyped),
    ],
)
def test_register_enterprise_refuses_and_leaves_nothing_behind(
    northern, baotou, drafter, noon, uscc, activities, refusal
):
    organisations = Organisation.objects.count()

    with pytest.raises(refusal) as refused:
        services.register_enterprise(
            uscc=northern.uscc if uscc == "taken" else uscc,
            name_en="Other",
            name_zh="别家",
            parent=None,
            region=baotou,
            activities=activities,
            by=drafter,
            at=noon,
        )

    assert refused.value.field == "uscc"
    assert Organisation.objects.count() == organisations
    assert not AuditEvent.objects.exists()


def test_register_enterprises_takes_groups_and_members_in_any_order(baotou, drafter, noon):
    head, middle, below = make_uscc(), make_uscc(), make_uscc()
    entries = [
        EnterpriseEntry(below, "Below", "下", baotou, ("mining",), parent_uscc=middle),
        EnterpriseEntry(middle, "Middle", "中", baotou, parent_uscc=head),
        EnterpriseEntry(head, "Head", "上", baotou),
    ]

    entered = services.register_enterprises(entries=entries, by=drafter, at=noon)

    assert [enterprise.uscc for enterprise in entered] == [below, middle, head]
    assert [enterprise.is_group for enterprise in entered] == [False, True, True]
    assert entered[0].parent == entered[1]
    assert AuditEvent.objects.filter(action="enterprise.registered").count() == 3


def test_register_enterprises_refuses_a_ring(baotou, drafter, noon):
    one, two = make_uscc(), make_uscc()
    entries = [
        EnterpriseEntry(one, "One", "一", baotou, parent_uscc=two),
        EnterpriseEntry(two, "Two", "二", baotou, parent_uscc=one),
    ]

    with pytest.raises(rules.GroupLoop):
        services.register_enterprises(entries=entries, by=drafter, at=noon)

    assert not Enterprise.objects.exists()


def test_register_enterprises_refuses_a_code_that_is_there_twice(baotou, drafter, noon):
    uscc = make_uscc()
    entries = [EnterpriseEntry(uscc, name, name, baotou) for name in ("One", "Two")]

    with pytest.raises(rules.CodeOnRecord, match=uscc):
        services.register_enterprises(entries=entries, by=drafter, at=noon)


def test_register_trading_partner_enters_one_that_files_nothing(filer, jiangxi, noon):
    partner = services.register_trading_partner(
        uscc=make_uscc(),
        name_zh="新买家",
        name_en="",
        region=jiangxi,
        by=filer,
        at=noon,
    )

    assert not partner.files
    assert AuditEvent.objects.get().action == "trading_partner.registered"


def test_register_trading_partner_refuses_a_code_on_record(filer, southern, jiangxi, noon):
    with pytest.raises(rules.CodeOnRecord) as refused:
        services.register_trading_partner(
            uscc=southern.uscc,
            name_zh="买家",
            name_en="",
            region=jiangxi,
            by=filer,
            at=noon,
        )

    assert "Southern" not in str(refused.value)
    assert not AuditEvent.objects.exists()


# --- changing ------------------------------------------------------------------------------------
def test_change_enterprise_writes_what_differs_and_tells_both(northern, jiangxi, drafter, noon):
    facts = facts_of(northern) | {"name_en": "North", "region": jiangxi}

    changed = services.change_enterprise(
        enterprise=northern, **facts, files_from=Month(2025, 1), by=drafter, at=noon
    )

    changed.refresh_from_db()
    assert (changed.organisation.name_en, changed.region) == ("North", jiangxi)
    assert changed.organisation.region == jiangxi
    assert AuditEvent.objects.get().facts == {
        "name_en": ["Northern", "North"],
        "region": ["包头市 150200", "江西省 360000"],
        "files_from": [None, "2025-01"],
    }


def test_change_enterprise_to_the_same_leaves_no_event(northern, drafter, noon):
    services.change_enterprise(enterprise=northern, **facts_of(northern), by=drafter, at=noon)

    assert not AuditEvent.objects.exists()


def test_change_enterprise_refuses_a_ring(northern, baotou, drafter, noon):
    below = make_enterprise("Below", baotou, parent=northern)
    lowest = make_enterprise("Lowest", baotou, parent=below)

    for parent in (northern, below, lowest):
        with pytest.raises(rules.GroupLoop):
            services.change_enterprise(
                enterprise=northern,
                **(facts_of(northern) | {"parent": parent}),
                by=drafter,
                at=noon,
            )

    northern.refresh_from_db()
    assert northern.parent is None


def test_change_enterprise_keeps_an_activity_it_is_designated_for(northern, drafter, noon):
    with pytest.raises(rules.ActivityDesignated, match="separation"):
        services.change_enterprise(
            enterprise=northern,
            **(facts_of(northern) | {"activities": ["mining"]}),
            by=drafter,
            at=noon,
        )


def test_change_enterprise_refuses_the_code_of_another(northern, southern, drafter, noon):
    with pytest.raises(rules.CodeOnRecord):
        services.change_enterprise(
            enterprise=northern,
            **(facts_of(northern) | {"uscc": southern.uscc}),
            by=drafter,
            at=noon,
        )


def test_an_enterprise_with_members_stays_a_group(northern, baotou, drafter, noon):
    make_enterprise("Below", baotou, parent=northern)

    changed = services.change_enterprise(
        enterprise=northern, **facts_of(northern), by=drafter, at=noon
    )

    assert changed.is_group


def test_merge_enterprise_happens_once(northern, southern, outsider, drafter, noon):
    services.merge_enterprise(enterprise=northern, into=southern, on=FIRST, by=drafter, at=noon)

    with pytest.raises(rules.AlreadyMerged, match="2025-01-01"):
        services.merge_enterprise(enterprise=northern, into=outsider, on=FIRST, by=drafter, at=noon)
    with pytest.raises(rules.GroupLoop):
        services.merge_enterprise(enterprise=southern, into=southern, on=FIRST, by=drafter, at=noon)


# --- sites ---------------------------------------------------------------------------------------
def test_add_site_refuses_a_name_twice(northern, baotou, drafter, noon):
    site = {"name_en": "Pit", "name_zh": "矿坑", "region": baotou, "activity": "mining"}
    services.add_site(enterprise=northern, **site, by=drafter, at=noon)

    with pytest.raises(rules.SiteOnRecord):
        services.add_site(enterprise=northern, **site, by=drafter, at=noon)

    assert northern.sites.count() == 1
    assert AuditEvent.objects.get().action == "site.added"


# --- designations --------------------------------------------------------------------------------
def test_designate_puts_it_on_record(outsider, drafter, noon):
    designation = services.designate(
        enterprise=outsider,
        activity="mining",
        valid_from=FIRST,
        document="MIIT list 2025",
        by=drafter,
        at=noon,
    )

    outsider.refresh_from_db()
    assert designation.valid_to is None
    assert outsider.activities == []  # the directory says otherwise, and the page says so
    event = AuditEvent.objects.get()
    assert event.action == "enterprise.designated"
    assert event.facts["valid_from"] == "2025-01-01"


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"valid_from": date(2030, 1, 1)}, rules.DesignationOverlaps),
        ({"valid_from": date(2023, 1, 1)}, rules.DesignationOverlaps),
        ({"activity": "trade"}, rules.ActivityNotControlled),
        ({"valid_from": FIRST, "valid_to": date(2024, 1, 1)}, rules.EndsBeforeStart),
    ],
)
def test_designate_refuses_and_leaves_nothing_behind(northern, drafter, noon, asked, refusal):
    deed = {"activity": "mining", "valid_from": FIRST, "document": "list"} | asked

    with pytest.raises(refusal):
        services.designate(enterprise=northern, **deed, by=drafter, at=noon)

    assert northern.designations.count() == 2
    assert not AuditEvent.objects.exists()


def test_designate_is_for_miit_and_mnr(southern, noon):
    ndrc = make_user(Organisation.objects.get(ministry="NDRC"), "drafter")
    mnr = make_user(Organisation.objects.get(ministry="MNR"), "drafter")
    deed = {"activity": "mining", "valid_from": FIRST, "document": "list", "at": noon}

    with pytest.raises(rules.NotDesignatingMinistry):
        services.designate(enterprise=southern, by=ndrc, **deed)
    services.designate(enterprise=southern, by=mnr, **deed)

    assert southern.designations.filter(activity="mining").count() == 1


def test_designate_many_is_all_or_nothing(outsider, southern, drafter, noon):
    entries = [
        DesignationEntry(outsider, "mining", FIRST, None, "list"),
        DesignationEntry(outsider, "mining", date(2026, 1, 1), None, "list"),
    ]

    with pytest.raises(rules.DesignationOverlaps):
        services.designate_many(entries=entries, by=drafter, at=noon)
    services.designate_many(
        entries=[entries[0], DesignationEntry(southern, "mining", FIRST, None, "list")],
        by=drafter,
        at=noon,
    )

    assert Designation.objects.filter(document="list").count() == 2
    assert AuditEvent.objects.filter(action="enterprise.designated").count() == 2


def test_end_designation_ends_it_and_lets_another_begin(southern, drafter, noon):
    designation = southern.designations.get()

    services.end_designation(
        designation=designation,
        valid_to=date(2025, 6, 30),
        reason="Closed.",
        by=drafter,
        at=noon,
    )
    services.designate(
        enterprise=southern,
        activity="separation",
        valid_from=date(2025, 7, 1),
        document="list",
        by=drafter,
        at=noon,
    )

    designation.refresh_from_db()
    assert (designation.valid_to, designation.end_reason) == (
        date(2025, 6, 30),
        "Closed.",
    )
    assert southern.designations.count() == 2
    assert AuditEvent.objects.filter(action="designation.ended").count() == 1


def test_end_designation_refuses_a_later_end(southern, drafter, noon):
    designation = southern.designations.get()
    deed = {"designation": designation, "reason": "Closed.", "by": drafter, "at": noon}
    services.end_designation(valid_to=date(2025, 6, 30), **deed)

    with pytest.raises(rules.DesignationEnded):
        services.end_designation(valid_to=date(2025, 7, 1), **deed)

    designation.refresh_from_db()
    assert designation.valid_to == date(2025, 6, 30)


# --- what the database itself holds --------------------------------------------------------------
@pytest.mark.parametrize(
    "change",
    [
        "update enterprises_designation set document = 'another'",
        "update enterprises_designation set valid_from = '2020-01-01'",
        "update enterprises_designation set valid_to = null",
        "update enterprises_designation set valid_to = '2026-01-01'",
        "delete from enterprises_designation",
        "truncate enterprises_designation",
    ],
)
def test_the_database_lets_a_designation_only_end(baotou, change):
    enterprise = make_enterprise("Held", baotou, "mining")
    Designation.objects.create(
        enterprise=enterprise,
        activity="mining",
        valid_from=FIRST,
        valid_to=date(2025, 12, 31),
        document="list",
    )

    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


def test_the_database_refuses_a_day_that_two_designations_share(baotou):
    enterprise = make_enterprise("Held", baotou, "mining")
    designate(enterprise, "mining")

    with (
        pytest.raises(DatabaseError, match="is designated for mining"),
        transaction.atomic(),
    ):
        Designation.objects.create(
            enterprise=enterprise,
            activity="mining",
            valid_from=date(2025, 1, 1),
            valid_to=date(2025, 1, 1),
            document="list",
        )


def test_the_database_refuses_a_ring_of_groups(northern, southern):
    Enterprise.objects.filter(pk=northern.pk).update(parent=southern)

    with pytest.raises(DatabaseError, match="belong to itself"), transaction.atomic():
        Enterprise.objects.filter(pk=southern.pk).update(parent=northern)


def test_of_two_designations_at_once_one_is_refused(committed_db, noon):
    enterprise = _committed_enterprise()
    drafter = make_user(Organisation.objects.get(ministry="MIIT"), "drafter")

    def attempt(first: date) -> str:
        try:
            services.designate(
                enterprise=enterprise,
                activity="mining",
                valid_from=first,
                valid_to=date(2030, 1, 1),
                document="list",
                by=User.objects.select_related("organisation").get(pk=drafter.pk),
                at=noon,
            )
            return "designated"
        except rules.DesignationOverlaps:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(attempt, [date(2025, 1, 1), date(2026, 1, 1)]))

    assert sorted(outcomes) == ["designated", "refused"]
    assert enterprise.designations.count() == 1


def test_of_two_enterprises_with_one_code_at_once_one_is_refused(committed_db, noon):
    region = _committed_enterprise().region
    drafter = make_user(Organisation.objects.get(ministry="MIIT"), "drafter")
    uscc = make_uscc()

    def attempt(name: str) -> str:
        try:
            services.register_trading_partner(
                uscc=uscc,
                name_zh=name,
                name_en=name,
                region=region,
                by=drafter,
                at=noon,
            )
            return "registered"
        except rules.CodeOnRecord:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(attempt, ["One", "Two"]))

    assert sorted(outcomes) == ["refused", "registered"]
    assert Enterprise.objects.filter(uscc=uscc).count() == 1


def _committed_enterprise() -> Enterprise:
    return make_enterprise("Contended", Region.objects.get(code="150000"), "mining")
