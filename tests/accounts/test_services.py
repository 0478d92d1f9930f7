"""The deeds of accounts: what they do, what they refuse, what a refusal leaves behind."""

import pytest
from allauth.account.forms import default_token_generator
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from enterprises.permissions import Perm
from portal.accounts import rules, services
from portal.accounts.models import Organisation, Region, User
from portal.accounts.queries import system_user
from portal.accounts.services.organisations import RegionCodeWrong, RegionOnRecord
from portal.accounts.services.users import EmailTaken, UserNameTaken
from portal.kernel import audit
from portal.kernel.access import allowed
from portal.kernel.models import AuditEvent


def facts_of(user: User, **changes) -> dict:
    """What change_user takes of `user`, with changes."""
    names = ("full_name", "email", "organisation", "role", "language")
    return {name: getattr(user, name) for name in names} | changes


def invitation(organisation: Organisation, **changes) -> dict:
    """What invite_user takes."""
    return {
        "username": "li.na",
        "full_name": "李娜",
        "email": "li.na@example.cn",
        "organisation": organisation,
        "role": "filer",
    } | changes


# --- inviting ------------------------------------------------------------------------------------
def test_invite_user_opens_an_account_that_nobody_can_sign_in_to(northern, administrator, noon):
    user = services.invite_user(**invitation(northern.organisation), by=administrator, at=noon)

    assert not user.has_usable_password()
    assert user.date_joined == noon
    assert allowed(user, Perm.VIEW_ENTERPRISE, northern)
    event = AuditEvent.objects.get()
    assert (event.action, event.by, event.facts["role"]) == ("user.invited", administrator, "filer")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"role": "drafter"}, rules.RoleDoesNotFit),
        ({"role": "administrator"}, rules.RoleDoesNotFit),
        ({"username": "demo-filer"}, rules.UserNameReserved),
        ({"username": "WANG"}, UserNameTaken),
        ({"email": "Wang@Example.cn"}, EmailTaken),
    ],
)
def test_invite_user_refuses_and_leaves_nothing_behind(
    changes, refusal, northern, administrator, noon
):
    services.invite_user(
        **invitation(northern.organisation, username="wang", email="wang@example.cn"),
        by=administrator,
        at=noon,
    )

    with pytest.raises(refusal):
        services.invite_user(
            **invitation(northern.organisation, **changes), by=administrator, at=noon
        )

    assert not User.objects.filter(full_name="李娜", username="li.na").exists()
    assert AuditEvent.objects.count() == 1


# --- changing ------------------------------------------------------------------------------------
def test_change_user_moves_a_person_with_their_grants(
    filer, northern, southern, administrator, noon
):
    services.change_user(
        user=filer,
        **facts_of(filer, organisation=southern.organisation, role="attester"),
        by=administrator,
        at=noon,
    )

    moved = User.objects.get(pk=filer.pk)
    assert not allowed(moved, Perm.VIEW_ENTERPRISE, northern)
    assert allowed(moved, Perm.VIEW_ENTERPRISE, southern)
    event = AuditEvent.objects.get()
    assert event.action == "user.changed"
    assert event.facts["role"] == ["filer", "attester"]


def test_change_user_leaves_no_event_when_nothing_is_new(filer, administrator, noon):
    services.change_user(user=filer, **facts_of(filer), by=administrator, at=noon)

    assert not AuditEvent.objects.exists()


def test_change_user_refuses_a_role_of_another_kind_of_organisation(filer, administrator, noon):
    with pytest.raises(rules.RoleDoesNotFit):
        services.change_user(
            user=filer, **facts_of(filer, role="administrator"), by=administrator, at=noon
        )

    filer.refresh_from_db()
    assert filer.role == "filer"
    assert not AuditEvent.objects.exists()


def test_change_user_refuses_anothers_email(filer, attester, administrator, noon):
    with pytest.raises(EmailTaken):
        services.change_user(
            user=filer, **facts_of(filer, email=attester.email), by=administrator, at=noon
        )


DEEDS = [
    services.deactivate_user,
    services.reactivate_user,
    services.issue_password_link,
    services.reset_second_factor,
]


@pytest.mark.parametrize("deed", DEEDS)
def test_nobody_manages_the_own_account(deed, administrator, noon):
    with pytest.raises(rules.NobodyChangesThemselves):
        deed(user=administrator, by=administrator, at=noon)

    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("deed", DEEDS)
def test_nobody_manages_the_portals_own_account(deed, administrator, noon):
    with pytest.raises(rules.SystemAccountUntouchable):
        deed(user=system_user(), by=administrator, at=noon)

    assert not AuditEvent.objects.exists()


def test_change_user_refuses_oneself_and_the_portals_own_account(administrator, noon):
    with pytest.raises(rules.NobodyChangesThemselves):
        services.change_user(
            user=administrator, **facts_of(administrator), by=administrator, at=noon
        )
    system = system_user()
    with pytest.raises(rules.SystemAccountUntouchable):
        services.change_user(user=system, **facts_of(system), by=administrator, at=noon)


def test_the_database_itself_refuses_a_superuser(filer):
    filer.is_superuser = True

    with pytest.raises(IntegrityError), transaction.atomic():
        filer.save()


# --- closing and opening -------------------------------------------------------------------------
def test_deactivate_user_ends_every_session_for_good(filer, administrator, noon, client):
    client.force_login(filer)
    session = client.session["_auth_user_hash"]

    services.deactivate_user(user=filer, by=administrator, at=noon)

    closed = User.objects.get(pk=filer.pk)
    assert not closed.is_active
    services.reactivate_user(user=closed, by=administrator, at=noon)
    assert User.objects.get(pk=filer.pk).get_session_auth_hash() != session
    assert [event.action for event in AuditEvent.objects.order_by("id")] == [
        "user.deactivated",
        "user.reactivated",
    ]


def test_deactivate_user_refuses_what_is_deactivated(filer, administrator, noon):
    services.deactivate_user(user=filer, by=administrator, at=noon)

    with pytest.raises(rules.AlreadyDeactivated):
        services.deactivate_user(user=filer, by=administrator, at=noon)
    filer.refresh_from_db()
    with pytest.raises(rules.AlreadyDeactivated):
        services.issue_password_link(user=filer, by=administrator, at=noon)

    assert AuditEvent.objects.count() == 1


def test_reactivate_user_refuses_what_is_active(filer, administrator, noon):
    with pytest.raises(rules.NotDeactivated):
        services.reactivate_user(user=filer, by=administrator, at=noon)


def test_a_password_link_is_void_once_used_or_the_account_closed(filer, administrator, noon):
    _, used = services.issue_password_link(user=filer, by=administrator, at=noon)
    filer.set_password("a new password, long enough")
    filer.save()
    _, closed = services.issue_password_link(user=filer, by=administrator, at=noon)
    assert default_token_generator.check_token(filer, closed)

    services.deactivate_user(user=filer, by=administrator, at=noon)
    services.reactivate_user(user=filer, by=administrator, at=noon)

    filer.refresh_from_db()
    assert not default_token_generator.check_token(filer, used)
    assert not default_token_generator.check_token(filer, closed)


def test_a_password_link_leaves_no_key_in_the_audit_trail(filer, administrator, noon):
    _, key = services.issue_password_link(user=filer, by=administrator, at=noon)

    assert key not in str(AuditEvent.objects.get().facts)


def test_reset_second_factor_takes_it_off(filer, administrator, noon):
    Authenticator.objects.create(user=filer, type=Authenticator.Type.TOTP, data={})

    services.reset_second_factor(user=filer, by=administrator, at=noon)

    assert not Authenticator.objects.exists()
    assert AuditEvent.objects.get().action == "user.second_factor_reset"


def test_choose_language_is_kept_once(filer, noon):
    services.choose_language(user=filer, language="en", by=filer, at=noon)
    services.choose_language(user=filer, language="en", by=filer, at=noon)

    filer.refresh_from_db()
    assert filer.language == "en"
    assert AuditEvent.objects.count() == 1


# --- regions and organisations -------------------------------------------------------------------
def test_register_region_comes_with_its_two_authorities(inner_mongolia, administrator, noon):
    region = services.register_region(
        code="150200",
        parent=inner_mongolia,
        name_en="Baotou",
        name_zh="包头市",
        by=administrator,
        at=noon,
    )

    assert region.level == Region.Level.PREFECTURE
    names = set(region.organisations.values_list("name_zh", flat=True))
    assert names == {"包头市工业和信息化局", "包头市自然资源局"}
    assert all(office.group for office in region.organisations.all())
    assert AuditEvent.objects.get().action == "region.registered"


@pytest.mark.parametrize(
    ("code", "parent", "refusal"),
    [
        ("15020", "150000", RegionCodeWrong),
        ("05020a", "150000", RegionCodeWrong),
        ("360200", "150000", RegionCodeWrong),  # in another province
        ("150000", "360000", RegionCodeWrong),  # a province lies in none
        ("150201", None, RegionCodeWrong),
        ("150000", None, RegionOnRecord),
    ],
)
def test_register_region_refuses(code, parent, refusal, administrator, noon):
    lies_in = Region.objects.get(pk=parent) if parent else None

    with pytest.raises(refusal):
        services.register_region(
            code=code, parent=lies_in, name_en="X", name_zh="某", by=administrator, at=noon
        )

    assert not AuditEvent.objects.exists()


def test_create_organisation_makes_its_group(administrator, noon):
    office = services.create_organisation(
        kind="audit", name_en="Second audit office", name_zh="审计二组", by=administrator, at=noon
    )

    assert office.group is not None
    assert AuditEvent.objects.get().action == "organisation.created"


def test_every_deed_extends_the_chain(filer, administrator, noon):
    services.issue_password_link(user=filer, by=administrator, at=noon)
    services.deactivate_user(user=filer, by=administrator, at=noon)
    services.record_access(action="user.signed_in", user=filer, by=filer, at=noon)

    assert not list(audit.broken_links())
