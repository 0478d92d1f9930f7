"""Who sees which accounts and events."""

from portal.accounts import queries, services
from tests.cast import make_user


def test_an_administrator_sees_everybody_but_the_portal_itself(administrator, filer, drafter):
    seen = set(queries.users_visible_to(administrator))

    assert seen == {administrator, filer, drafter}


def test_others_see_nobody_but_themselves(filer, attester, auditor, drafter):
    for user in (filer, attester, auditor, drafter):
        assert list(queries.users_visible_to(user)) == [user]
        assert not queries.organisations_visible_to(user).exists()


def test_standing_tells_active_invited_and_inactive(administrator, filer, attester, noon):
    attester.set_unusable_password()
    attester.save()
    services.deactivate_user(user=filer, by=administrator, at=noon)

    standing = dict(queries.users_visible_to(administrator).values_list("username", "standing"))

    assert standing == {
        administrator.username: "active",
        attester.username: "invited",
        filer.username: "inactive",
    }


def test_the_audit_trail_is_for_auditors_and_administrators(
    administrator, auditor, drafter, supervisor, filer, recipient, noon
):
    services.choose_language(user=filer, language="en", by=filer, at=noon)

    assert queries.events_visible_to(auditor).count() == 1
    assert queries.events_visible_to(administrator).count() == 1
    for user in (drafter, supervisor, filer, recipient):
        assert not queries.events_visible_to(user).exists()


def test_demo_users_are_those_named_so_in_the_order_of_the_roles(filer, miit, northern, auditor):
    for username, organisation, role in (
        ("demo-auditor", auditor.organisation, "auditor"),
        ("demo-filer", northern.organisation, "filer"),
        ("demo-drafter", miit, "drafter"),
    ):
        make_user(organisation, role, username=username)
    make_user(miit, "viewer", username="demo-closed", is_active=False)

    assert [user.username for user in queries.demo_users()] == [
        "demo-drafter",
        "demo-filer",
        "demo-auditor",
    ]


def test_regions_come_in_the_order_of_their_codes(baotou, ganzhou):
    codes = list(queries.regions().values_list("code", flat=True))

    assert codes == sorted(codes)
    assert {"110000", "150200", "360700", "820000"} <= set(codes)


def test_the_system_account_is_closed(db):
    system = queries.system_user()

    assert not system.is_active
    assert not system.has_usable_password()
