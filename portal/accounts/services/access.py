"""Passwords, second factors, sessions and languages of accounts."""

from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.db import transaction

from portal.accounts import rules
from portal.accounts.models import User
from portal.kernel import audit


@transaction.atomic
def issue_password_link(*, user: User, by: User, at: datetime) -> tuple[str, str]:
    """The two parts of a link by which the person sets a password, once, within three days.

    The link of an earlier day keeps working until a password is set. Raises AlreadyDeactivated,
    NobodyChangesThemselves or SystemAccountUntouchable.
    """
    rules.require_a_person(user.username)
    rules.require_somebody_else(user_id=user.pk, by_id=by.pk)
    rules.require_active(is_active=user.is_active)
    audit.record("user.password_link_issued", user, by=by, at=at)
    return user_pk_to_url_str(user), default_token_generator.make_token(user)


@transaction.atomic
def reset_second_factor(*, user: User, by: User, at: datetime) -> None:
    """Take the second factor off an account whose holder lost it; the next sign-in sets a new one.

    Raises NobodyChangesThemselves or SystemAccountUntouchable.
    """
    rules.require_a_person(user.username)
    rules.require_somebody_else(user_id=user.pk, by_id=by.pk)
    Authenticator.objects.filter(user=user).delete()
    audit.record("user.second_factor_reset", user, by=by, at=at)


@transaction.atomic
def choose_language(*, user: User, language: str, by: User, at: datetime) -> None:
    """Keep the language a person chose; the same one again leaves no event."""
    if user.language == language:
        return
    user.language = language
    user.save(update_fields=["language"])
    audit.record("user.language_chosen", user, by=by, at=at, language=language)


@transaction.atomic
def record_sign_in(*, user: User, by: User, at: datetime) -> None:
    """Put a sign-in on record."""
    user.last_login = at
    user.save(update_fields=["last_login"])
    audit.record("user.signed_in", user, by=by, at=at)


@transaction.atomic
def record_access(*, action: str, user: User, by: User, at: datetime) -> None:
    """Put on record what a person did with the own access, such as `user.password_set`."""
    audit.record(action, user, by=by, at=at)
