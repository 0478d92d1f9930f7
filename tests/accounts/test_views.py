"""The pages of accounts: who gets them, one fact on each, and how many queries they take."""

import csv
import io
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection

from portal.accounts import services
from portal.accounts.models import Organisation, User
from portal.kernel import audit
from portal.kernel.models import AuditEvent

INVITED = {
    "username": "li.na",
    "full_name": "李娜",
    "email": "li.na@example.cn",
    "role": "filer",
    "language": "zh-hans",
}
ADMINISTRATORS_PAGES = ["/users/", "/organisations/", "/regions/", "/regions/register/"]


@pytest.fixture
def desk(client, administrator):
    """An administrator's browser."""
    client.force_login(administrator)
    return client


def rows_of(answer) -> list[list[str]]:
    """The rows of an exported CSV file."""
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


# --- who gets what -------------------------------------------------------------------------------
@pytest.mark.parametrize("address", ADMINISTRATORS_PAGES)
def test_pages_of_accounts_are_the_administrators(client, address, drafter, auditor, filer):
    for user in (drafter, auditor, filer):
        client.force_login(user)
        assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", [*ADMINISTRATORS_PAGES, "/audit/", "/audit/check/"])
def test_administrators_get_their_pages_in_few_queries(
    desk, address, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        assert desk.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/audit/", "/audit/check/"])
def test_the_audit_trail_is_the_auditors_too(client, address, auditor, supervisor):
    client.force_login(auditor)
    assert client.get(address).status_code == 200

    client.force_login(supervisor)
    assert client.get(address).status_code == 403


def test_the_portals_own_account_has_no_page(desk, system):
    assert desk.get(f"/users/{system.pk}/").status_code == 404
    assert desk.post(f"/users/{system.pk}/deactivate/").status_code == 404


@pytest.fixture
def system(db):
    """The portal's own account."""
    return User.objects.get(username="system")


# --- the list ------------------------------------------------------------------------------------
def test_user_list_filters_by_role_organisation_and_status(desk, filer, attester, drafter):
    drafter.is_active = False
    drafter.save()

    def names(query: str) -> set[str]:
        return {row[1] for row in rows_of(desk.get(f"/users/?export=csv&{query}"))[1:]}

    assert names("role=filer") == {filer.username}
    assert names("at=Northern") == {filer.username, attester.username}
    assert names("kind=ministry") == {drafter.username}
    assert names("standing=inactive") == {drafter.username}
    assert names(f"search={attester.username}") == {attester.username}


def test_user_list_takes_the_same_queries_however_long(
    desk, northern, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12) as few:
        desk.get("/users/")
    for serial in range(10):
        User.objects.create(
            username=f"person{serial}", organisation=northern.organisation, role="filer"
        )

    with django_assert_max_num_queries(len(few)):
        desk.get("/users/")


# --- inviting ------------------------------------------------------------------------------------
def test_user_invite_offers_only_the_roles_that_fit(desk, northern):
    answer = desk.get(f"/organisations/{northern.organisation.pk}/invite/")

    roles = [value for value, _ in answer.context["form"].fields["role"].choices]
    assert roles == ["filer", "attester"]


def test_user_invite_mails_the_link_and_shows_it_to_nobody(desk, northern):
    answer = desk.post(f"/organisations/{northern.organisation.pk}/invite/", INVITED, follow=True)

    assert answer.context["person"].username == "li.na"
    assert answer.context["link"] is None
    (letter,) = mail.outbox
    assert "/password/set/" in letter.body
    assert "/password/set/" not in answer.content.decode()


@pytest.mark.parametrize(
    "backend",
    [
        "django.core.mail.backends.console.EmailBackend",
        "django.core.mail.backends.dummy.EmailBackend",
        "tests.accounts.test_views.BrokenMail",
    ],
)
def test_without_mail_the_administrator_is_shown_the_link_once(desk, northern, settings, backend):
    settings.EMAIL_BACKEND = backend

    answer = desk.post(f"/organisations/{northern.organisation.pk}/invite/", INVITED, follow=True)

    assert "/password/set/" in answer.context["link"]
    again = desk.get(f"/users/{User.objects.get(username='li.na').pk}/")
    assert again.context["link"] is None
    assert "/password/set/" not in again.content.decode()


class BrokenMail:
    """A mail server that can't be reached."""

    def __init__(self, *args, **kwargs) -> None:
        pass

    def send_messages(self, messages) -> int:
        """Fails."""
        raise ConnectionRefusedError


def test_user_invite_says_a_refusal_at_its_field(desk, northern, filer):
    typed = INVITED | {"username": filer.username.upper()}

    answer = desk.post(f"/organisations/{northern.organisation.pk}/invite/", typed)

    assert answer.status_code == 422
    assert "username" in answer.context["form"].errors
    assert not mail.outbox


# --- one account ---------------------------------------------------------------------------------
def test_user_detail_changes_name_and_role(desk, filer):
    typed = {
        "full_name": "Changed",
        "email": filer.email,
        "role": "attester",
        "language": "en",
    }

    answer = desk.post(f"/users/{filer.pk}/", typed, follow=True)

    filer.refresh_from_db()
    assert (filer.full_name, filer.role, filer.language) == ("Changed", "attester", "en")
    assert "Changed" in answer.content.decode()


def test_user_detail_moves_to_another_organisation(desk, filer, southern):
    listed = desk.get(f"/organisations/?move={filer.pk}&search=Southern").content.decode()
    address = f"/users/{filer.pk}/?organisation={southern.organisation.pk}"
    assert address in listed

    typed = {"full_name": "X", "email": filer.email, "role": "filer", "language": "en"}
    assert desk.get(address).context["organisation"] == southern.organisation
    desk.post(address, typed)

    filer.refresh_from_db()
    assert filer.organisation == southern.organisation


def test_user_detail_says_a_refusal(desk, administrator, filer):
    typed = {"full_name": "X", "email": administrator.email, "role": "filer", "language": "en"}

    answer = desk.post(f"/users/{filer.pk}/", typed)

    assert answer.status_code == 422
    assert "email" in answer.context["form"].errors


def test_the_own_account_is_not_changed_by_its_holder(desk, administrator):
    own = f"/users/{administrator.pk}/"
    typed = {"full_name": "X", "email": "", "role": "administrator", "language": "en"}

    assert "form method" not in desk.get(own).content.decode().partition("<main")[2]
    assert desk.post(own, typed | {"email": "x@example.cn"}).status_code == 422
    assert desk.post(f"{own}deactivate/", follow=True).status_code == 200

    administrator.refresh_from_db()
    assert administrator.is_active
    assert administrator.full_name != "X"


def test_user_deactivate_and_reactivate(desk, filer):
    closed = desk.post(f"/users/{filer.pk}/deactivate/", follow=True)
    assert closed.context["person"].standing == "inactive"
    assert desk.get(f"/users/{filer.pk}/deactivate/").status_code == 405

    opened = desk.post(f"/users/{filer.pk}/reactivate/", follow=True)

    assert opened.context["person"].standing == "invited"
    assert len(mail.outbox) == 1


def test_user_deactivate_twice_says_so(desk, filer):
    for _ in range(2):
        answer = desk.post(f"/users/{filer.pk}/deactivate/", follow=True)

    assert [message.level_tag for message in answer.context["messages"]] == ["error"]


def test_user_send_link_and_reset_second_factor(desk, filer):
    Authenticator.objects.create(user=filer, type="totp", data={"secret": "x"})

    desk.post(f"/users/{filer.pk}/link/")
    desk.post(f"/users/{filer.pk}/second-factor/")

    assert mail.outbox[0].to == [filer.email]
    assert not Authenticator.objects.exists()
    actions = AuditEvent.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["user.password_link_issued", "user.second_factor_reset"]


# --- regions -------------------------------------------------------------------------------------
def test_region_register_makes_a_region_with_its_authorities(desk, jiangxi):
    typed = {"code": "360800", "parent": "360000", "name_zh": "吉安市", "name_en": "Ji'an"}

    answer = desk.post("/regions/register/", typed)

    assert answer.url == "/regions/"
    assert Organisation.objects.filter(region="360800").count() == 2


def test_region_register_says_a_refusal_at_its_field(desk, jiangxi):
    typed = {"code": "370800", "parent": "360000", "name_zh": "某", "name_en": "X"}

    answer = desk.post("/regions/register/", typed)

    assert answer.status_code == 422
    assert "parent" in answer.context["form"].errors


# --- the audit trail -----------------------------------------------------------------------------
@pytest.fixture
def events(filer, attester, administrator, noon, later):
    """Three deeds on two days."""
    services.choose_language(user=filer, language="en", by=filer, at=noon)
    services.deactivate_user(user=filer, by=administrator, at=later)
    services.deactivate_user(user=attester, by=administrator, at=later + timedelta(days=1))


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("action=user.deactivated", 2),
        ("person=administrator", 2),
        ("since=2025-03-06", 1),
        ("until=2025-03-05", 2),
        ("since=2025-03-05&until=2025-03-05", 2),
        ("subject=Attester", 1),
    ],
)
def test_audit_list_filters(desk, events, query, count):
    assert len(rows_of(desk.get(f"/audit/?export=csv&{query}"))) == 1 + count


def test_audit_list_names_who_did_what(desk, events, administrator):
    page = desk.get("/audit/").content.decode()

    assert f"{administrator.full_name} ({administrator.username})" in page
    assert "zh-hans" not in page.partition("<main")[2]


def test_audit_list_names_facts_in_the_readers_language(desk, filer, administrator, noon):
    audit.record(
        "view.saved",
        filer,
        by=administrator,
        at=noon,
        is_shared=True,
        copies=["甲", "乙"],
        query="",
        voided=["NDRC", "MNR"],
    )

    desk.cookies["django_language"] = "zh-hans"
    page = desk.get("/audit/").content.decode()

    for told in (
        "共享：是",
        "副本：甲、乙",
        "询问：—",
        "失效的签署：国家发展和改革委员会、自然资源部",
    ):
        assert f"<div>{told}</div>" in page


def test_audit_check_says_that_the_chain_is_whole(desk, events):
    answer = desk.get("/audit/check/")

    assert answer.context["breaks"] == []
    assert answer.context["events"] == 3


def test_audit_check_names_where_the_chain_breaks(desk, events):
    altered = AuditEvent.objects.order_by("id")[1]
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table kernel_auditevent disable trigger user")
        cursor.execute(
            "update kernel_auditevent set subject = 'somebody else' where id = %s", [altered.pk]
        )

    answer = desk.get("/audit/check/")

    assert [event for event, _ in answer.context["breaks"]] == [altered]
    assert "somebody else" in answer.content.decode()


# --- one's own -----------------------------------------------------------------------------------
def test_profile_tells_who_one_is(client, filer, northern, django_assert_max_num_queries):
    client.force_login(filer)

    with django_assert_max_num_queries(12):
        answer = client.get("/profile/")

    assert northern.organisation.name_zh in answer.content.decode()
