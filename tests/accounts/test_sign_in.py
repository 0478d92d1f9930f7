"""Signing in, being locked out, coming back, setting a password, and the second factor."""

import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axes.models import AccessAttempt
from cryptography.fernet import InvalidToken
from django.conf import settings as configured
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.sessions.models import Session
from django.core import mail
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from portal.accounts import services
from portal.accounts.adapters import SealedMfaAdapter
from portal.accounts.models import User
from portal.kernel.models import AuditEvent
from tests.cast import make_user

SIGN_IN = "/sign-in/"
NEW_PASSWORD = "correct horse battery"


def sign_in(client, user, password=None, to=SIGN_IN, **extra):
    """What happens when `user` types this password; by default the right one."""
    typed = {"login": user.username, "password": password or user.username * 2}
    return client.post(to, typed, **extra)


def code_now(secret: str, ahead: int = 0) -> str:
    """The code an authenticator app shows for `secret`, so many half minutes ahead."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def set_up_second_factor(client, capture) -> str:
    """Set one up through the pages; the secret."""
    client.get("/second-factor/set-up/")
    secret = client.session["mfa.totp.secret"]
    with capture(execute=True):
        answer = client.post("/second-factor/set-up/", {"code": code_now(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret


# --- by password ---------------------------------------------------------------------------------
def test_sign_in_goes_to_the_first_page_and_is_on_record(client, administrator):
    answer = sign_in(client, administrator)

    assert (answer.status_code, answer.url) == (302, "/")
    assert AuditEvent.objects.get().action == "user.signed_in"


def test_sign_in_brings_back_to_the_page_asked_for(client, administrator):
    asked = client.get("/users/?role=filer&page=2")

    answer = sign_in(client, administrator, to=asked.url)

    assert answer.url == "/users/?role=filer&page=2"


def test_sign_in_never_leads_elsewhere(client, administrator):
    answer = sign_in(client, administrator, to="/sign-in/?next=https://example.com/")

    assert answer.url == "/"


def test_sign_in_with_a_wrong_password_says_so_without_telling_which(client, administrator):
    wrong = sign_in(client, administrator, "wrong")
    unknown = client.post(SIGN_IN, {"login": "nobody", "password": "wrong"})

    assert wrong.status_code == unknown.status_code == 422
    said = [
        re.findall(r'id="error-summary".*?</ul>', answer.content.decode(), re.DOTALL)
        for answer in (wrong, unknown)
    ]
    assert said[0] == said[1] != []


def test_sign_in_applies_the_persons_language(client, administrator):
    administrator.language = "en"
    administrator.save()

    answer = sign_in(client, administrator)

    assert answer.cookies[configured.LANGUAGE_COOKIE_NAME].value == "en"


def test_a_deactivated_account_is_told_so_only_with_its_password(client, administrator):
    administrator.is_active = False
    administrator.save()

    assert sign_in(client, administrator, "wrong").status_code == 422
    assert sign_in(client, administrator).url == "/sign-in/deactivated/"
    assert client.get("/sign-in/deactivated/").status_code == 200
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client, db):
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    assert client.get("/accounts/signup/").status_code == 404


def test_passwords_are_hashed_with_argon2():
    hashers = [name for name in configured.PASSWORD_HASHERS if "MD5" not in name]

    assert hashers == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert identify_hasher(make_password("x", hasher="argon2")).algorithm == "argon2"


# --- the session ---------------------------------------------------------------------------------
def test_a_session_ends_half_an_hour_after_the_last_request(client, administrator):
    sign_in(client, administrator)
    first = Session.objects.get().expire_date

    client.get("/users/")

    session = Session.objects.get()
    assert session.expire_date > first
    left = session.expire_date - AuditEvent.objects.get().at
    assert timedelta(minutes=29) < left <= timedelta(minutes=31)


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://testserver/users/5/?organisation=7", "/users/5/?organisation=7"),
        ("https://example.com/users/", "/"),
        ("", "/"),
    ],
)
def test_a_deed_after_the_session_ended_leads_back_to_its_form(client, db, came_from, back):
    answer = client.post("/users/5/deactivate/", headers={"referer": came_from})

    assert answer.url == f"/sign-in/?next={back.replace('?', '%3F').replace('=', '%3D')}"


def test_htmx_is_sent_to_the_sign_in_page_as_a_whole(client, db):
    answer = client.get(
        "/users/?page=2",
        headers={"hx-request": "true", "hx-current-url": "http://testserver/users/?page=1"},
    )

    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"] == "/sign-in/?next=/users/%3Fpage%3D1"
    assert not answer.content


def test_a_deactivated_person_is_out_with_the_next_request(client, filer, administrator, noon):
    client.force_login(filer)
    assert client.get("/profile/").status_code == 200

    services.deactivate_user(user=filer, by=administrator, at=noon)

    assert client.get("/profile/").status_code == 302
    services.reactivate_user(user=filer, by=administrator, at=noon)
    assert client.get("/profile/").status_code == 302


def test_sign_out_ends_the_session(client, filer):
    client.force_login(filer)

    assert client.get("/sign-out/").status_code == 200
    assert client.post("/sign-out/").url == "/sign-in/"
    assert client.get("/profile/").status_code == 302


# --- lockout -------------------------------------------------------------------------------------
def lock_out(client, user):
    """Five wrong passwords; the last answer."""
    for _ in range(5):
        answer = sign_in(client, user, "wrong")
    return answer


def test_five_wrong_passwords_lock_out_and_say_until_when(client, administrator):
    answer = lock_out(client, administrator)

    assert answer.status_code == 429
    until = answer.context["until"]
    assert until == AccessAttempt.objects.get().attempt_time + timedelta(minutes=15)
    assert sign_in(client, administrator).status_code == 429
    assert answer.context["until"] == until


def test_trying_again_while_locked_out_does_not_put_it_off(client, administrator):
    until = lock_out(client, administrator).context["until"]

    assert sign_in(client, administrator, "wrong").context["until"] == until


def test_the_spelling_of_the_user_name_gives_no_more_attempts(client, administrator):
    name = administrator.username
    for typed in (name, name.upper(), name.title(), f" {name}", name):
        answer = client.post(SIGN_IN, {"login": typed, "password": "wrong"})

    assert answer.status_code == 429


def test_lockout_is_by_name_and_address_together(client, administrator, filer):
    lock_out(client, administrator)

    assert sign_in(client, administrator, REMOTE_ADDR="10.0.0.9").status_code == 302
    assert sign_in(client, filer).status_code == 302


def test_behind_a_proxy_the_address_is_the_one_it_tells(client, administrator, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for _ in range(5):
        sign_in(client, administrator, "wrong", HTTP_X_FORWARDED_FOR="6.6.6.6, 10.1.1.1")

    assert AccessAttempt.objects.get().ip_address == "10.1.1.1"
    elsewhere = sign_in(client, administrator, HTTP_X_FORWARDED_FOR="6.6.6.6, 10.1.1.2")
    assert elsewhere.status_code == 302


def test_the_lockout_ends_after_a_quarter_of_an_hour(client, administrator):
    lock_out(client, administrator)
    attempt = AccessAttempt.objects.get()
    attempt.attempt_time -= timedelta(minutes=15, seconds=1)
    attempt.save()

    assert sign_in(client, administrator).status_code == 302


# --- the link to a password ----------------------------------------------------------------------
def test_an_invited_person_sets_a_password_by_the_link_once(client, administrator, northern):
    client.force_login(administrator)
    typed = {
        "username": "li.na",
        "full_name": "李娜",
        "email": "li.na@example.cn",
        "role": "filer",
        "language": "en",
    }
    client.post(f"/organisations/{northern.organisation.pk}/invite/", typed)
    client.logout()
    (letter,) = mail.outbox
    link = re.search(r"http://testserver(\S+)", letter.body)[1]
    assert letter.to == ["li.na@example.cn"]
    assert "Your user name is li.na" in letter.body

    form = client.get(link, follow=True)
    words = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    done = client.post(form.redirect_chain[-1][0], words, follow=True)

    assert done.status_code == 200
    assert client.login(request=done.wsgi_request, username="li.na", password=NEW_PASSWORD)
    client.logout()
    again = client.get(link, follow=True)
    assert again.context["token_fail"]
    assert AuditEvent.objects.filter(action="user.password_set").count() == 1


@pytest.mark.parametrize("word", ["short", "123456789012", "password1234"])
def test_a_weak_password_is_refused(client, administrator, filer, noon, word):
    uid, key = services.issue_password_link(user=filer, by=administrator, at=noon)
    form = client.get(f"/password/set/{uid}-{key}/", follow=True)

    answer = client.post(form.redirect_chain[-1][0], {"password1": word, "password2": word})

    assert answer.status_code == 422


def test_a_made_up_link_sets_nothing(client, filer):
    answer = client.get("/password/set/1-abc-0123456789abcdef/")

    assert answer.status_code == 200
    assert answer.context["token_fail"]


def test_changing_the_password_keeps_the_session_and_ends_the_others(client, filer):
    sign_in(client, filer)
    typed = {
        "oldpassword": filer.username * 2,
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    }

    assert client.post("/password/change/", typed).status_code == 302

    assert client.get("/profile/").status_code == 200
    assert User.objects.get(pk=filer.pk).check_password(NEW_PASSWORD)
    assert AuditEvent.objects.filter(action="user.password_changed").exists()


# --- the second factor ---------------------------------------------------------------------------
def test_secrets_lie_encrypted_in_the_database(
    client, administrator, django_capture_on_commit_callbacks
):
    sign_in(client, administrator)

    secret = set_up_second_factor(client, django_capture_on_commit_callbacks)

    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in kept
    assert SealedMfaAdapter().decrypt(kept) == secret
    assert AuditEvent.objects.filter(action="user.second_factor_set").count() == 1


def test_a_sealed_secret_opens_with_its_key_or_a_former_one_only(settings):
    sealed = SealedMfaAdapter().encrypt("secret")
    former = settings.SECRET_KEY

    settings.SECRET_KEY = "another"
    with pytest.raises(InvalidToken):
        SealedMfaAdapter().decrypt(sealed)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert SealedMfaAdapter().decrypt(sealed) == "secret"


def test_the_code_is_asked_at_the_next_sign_in(
    client, administrator, django_capture_on_commit_callbacks
):
    sign_in(client, administrator)
    secret = set_up_second_factor(client, django_capture_on_commit_callbacks)
    client.post("/sign-out/")

    first = sign_in(client, administrator, to="/sign-in/?next=/audit/")
    assert first.url.startswith("/sign-in/code/")
    assert client.get("/users/").status_code == 302
    assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 422
    answer = client.post("/sign-in/code/", {"code": code_now(secret)})

    assert answer.url == "/audit/"
    assert client.get("/users/").status_code == 200


def test_a_recovery_code_signs_in_once(client, administrator, django_capture_on_commit_callbacks):
    sign_in(client, administrator)
    set_up_second_factor(client, django_capture_on_commit_callbacks)
    codes = client.get("/second-factor/recovery-codes/").context["unused_codes"]
    assert client.get("/second-factor/recovery-codes/download/").content.decode().split() == codes

    for expected in (302, 422):
        client.post("/sign-out/")
        sign_in(client, administrator)
        answer = client.post("/sign-in/code/", {"code": codes[0]})
        assert answer.status_code == expected


def test_roles_that_need_a_second_factor_set_one_up_before_anything_else(
    client, settings, drafter, signatory, supervisor, viewer, auditor, administrator
):
    settings.MFA_REQUIRED = True
    needing = [drafter, signatory, supervisor, viewer, auditor, administrator]

    for user in needing:
        assert user.role_held.needs_second_factor
        client.force_login(user)
        answer = client.get("/profile/")
        assert (answer.status_code, answer.url) == (302, "/second-factor/set-up/")
        assert client.get("/api/v1/anything").status_code == 403
        assert client.post("/sign-out/").status_code == 302


def test_other_roles_need_none(client, settings, filer, attester, recipient):
    settings.MFA_REQUIRED = True

    for user in (filer, attester, recipient):
        client.force_login(user)
        assert client.get("/profile/").status_code == 200


def test_right_after_the_sign_in_the_password_is_not_asked_again(client, settings, administrator):
    settings.MFA_REQUIRED = True
    sign_in(client, administrator)

    assert client.get("/second-factor/set-up/").status_code == 200


def test_later_on_the_password_is_asked_again(client, administrator):
    client.force_login(administrator)

    answer = client.get("/second-factor/set-up/")
    assert answer.url.startswith("/confirm/password/")
    wrong = client.post(answer.url, {"password": "wrong"})
    right = client.post(answer.url, {"password": administrator.username * 2})

    assert wrong.status_code == 422
    assert right.url == "/second-factor/set-up/"
    assert client.get(right.url).status_code == 200


def test_who_has_just_set_it_up_goes_on(
    client, settings, administrator, django_capture_on_commit_callbacks
):
    settings.MFA_REQUIRED = True
    sign_in(client, administrator)

    set_up_second_factor(client, django_capture_on_commit_callbacks)

    assert client.get("/second-factor/recovery-codes/").status_code == 200
    assert client.get("/users/").status_code == 200


def test_a_session_without_the_factor_is_asked_for_its_code(
    client, settings, administrator, django_capture_on_commit_callbacks
):
    sign_in(client, administrator)
    secret = set_up_second_factor(client, django_capture_on_commit_callbacks)
    settings.MFA_REQUIRED = True
    client.logout()
    client.force_login(administrator)

    answer = client.get("/users/?page=2")
    assert answer.url == "/confirm/code/?next=%2Fusers%2F%3Fpage%3D2"
    assert client.get(answer.url).status_code == 200
    right = client.post(answer.url, {"code": code_now(secret)})

    assert right.url == "/users/?page=2"
    assert client.get("/users/").status_code == 200


def test_who_needs_a_second_factor_cannot_remove_it(
    client, settings, administrator, filer, django_capture_on_commit_callbacks
):
    settings.MFA_REQUIRED = True
    for user, status, left in ((administrator, 422, True), (filer, 302, False)):
        sign_in(client, user)
        set_up_second_factor(client, django_capture_on_commit_callbacks)
        assert client.get("/second-factor/remove/").status_code == 200
        assert client.post("/second-factor/remove/").status_code == status
        assert Authenticator.objects.filter(user=user, type="totp").exists() is left
        client.logout()


def test_recovery_codes_are_renewed(client, filer, django_capture_on_commit_callbacks):
    sign_in(client, filer)
    set_up_second_factor(client, django_capture_on_commit_callbacks)
    before = client.get("/second-factor/recovery-codes/").context["unused_codes"]

    assert client.get("/second-factor/recovery-codes/renew/").status_code == 200
    client.post("/second-factor/recovery-codes/renew/")

    after = client.get("/second-factor/recovery-codes/").context["unused_codes"]
    assert not set(before) & set(after)
    assert client.get("/second-factor/").status_code == 200


# --- language ------------------------------------------------------------------------------------
def test_a_stranger_reads_chinese_until_choosing_english(client, db):
    assert 'lang="zh-hans"' in client.get(SIGN_IN).content.decode()

    answer = client.post("/language/", {"language": "en", "next": "/sign-in/?next=/users/"})

    assert answer.url == "/sign-in/?next=/users/"
    assert 'lang="en"' in client.get(SIGN_IN).content.decode()


def test_a_choice_of_language_is_kept_with_the_account(client, filer):
    client.force_login(filer)

    client.post("/language/", {"language": "en", "next": "/profile/"})

    filer.refresh_from_db()
    assert filer.language == "en"


@pytest.mark.parametrize(
    ("language", "back", "to"),
    [("fr", "/profile/", "/profile/"), ("en", "https://example.com/", "/"), ("en", "", "/")],
)
def test_set_language_goes_nowhere_else_and_knows_two_languages(client, db, language, back, to):
    answer = client.post("/language/", {"language": language, "next": back})

    assert answer.url == to
    assert (configured.LANGUAGE_COOKIE_NAME in answer.cookies) is (language == "en")


# --- the demonstration ---------------------------------------------------------------------------
def test_outside_demonstration_mode_there_is_no_sign_in_by_click(client, miit):
    make_user(miit, "drafter", username="demo-miit-drafter")

    page = client.get(SIGN_IN).content.decode()

    assert "demo-miit-drafter" not in page
    assert client.post("/sign-in/demonstration/", {"name": "demo-miit-drafter"}).status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("accounts:demo_sign_in")


def test_in_demonstration_mode_one_click_signs_in(demo_mode, client, miit, administrator):
    user = make_user(miit, "drafter", username="demo-miit-drafter")

    page = client.get(SIGN_IN).content.decode()
    answer = client.post("/sign-in/demonstration/", {"name": user.username})

    assert 'value="demo-miit-drafter"' in page
    assert administrator.username not in page
    with override("zh-hans"):
        assert str(user.role_held.sentence) in page
    assert answer.url == "/"
    assert client.session["_auth_user_id"] == str(user.pk)


def test_in_demonstration_mode_only_its_own_people_are_a_click_away(
    demo_mode, client, administrator
):
    answer = client.post("/sign-in/demonstration/", {"name": administrator.username})

    assert answer.status_code == 404
    assert "_auth_user_id" not in client.session
