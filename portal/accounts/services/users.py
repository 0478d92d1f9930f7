"""Inviting, changing, deactivating and reactivating people's accounts."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts import rules
from portal.accounts.models import Organisation, User
from portal.accounts.roles import ROLES
from portal.kernel import audit
from portal.kernel.errors import Refusal


class UserNameTaken(Refusal):
    """Another account has this user name; upper and lower case count as the same."""


class EmailTaken(Refusal):
    """Another account has this e-mail address: one person would hold two accounts."""


@transaction.atomic
def invite_user(
    *,
    username: str,
    full_name: str,
    email: str,
    organisation: Organisation,
    role: str,
    by: User,
    at: datetime,
    language: str = "zh-hans",
) -> User:
    """Open an account that nobody can sign in to until a password is set by the one-time link.

    Raises RoleDoesNotFit, UserNameReserved, UserNameTaken or EmailTaken.
    """
    rules.require_role_fits(role_of=ROLES[role].of, kind=organisation.kind)
    rules.require_free_name(username)
    _require_own_name(username)
    _require_own_email(email)
    user = User(
        username=username,
        full_name=full_name,
        email=email,
        organisation=organisation,
        role=role,
        language=language,
        date_joined=at,
    )
    user.set_unusable_password()
    user.save()
    _join(user, organisation)
    audit.record(
        "user.invited", user, by=by, at=at, username=username, role=role, organisation=organisation
    )
    return user


@transaction.atomic
def change_user(
    *,
    user: User,
    full_name: str,
    email: str,
    organisation: Organisation,
    role: str,
    language: str,
    by: User,
    at: datetime,
) -> User:
    """Change who somebody is to the portal; what is the same leaves no event.

    Raises RoleDoesNotFit, EmailTaken, NobodyChangesThemselves or SystemAccountUntouchable.
    """
    user = _locked(user, by)
    rules.require_role_fits(role_of=ROLES[role].of, kind=organisation.kind)
    _require_own_email(email, besides=user)
    asked = {
        "full_name": full_name,
        "email": email,
        "organisation": organisation,
        "role": role,
        "language": language,
    }
    before = {name: getattr(user, name) for name in asked}
    changed = {name: value for name, value in asked.items() if value != before[name]}
    if not changed:
        return user
    _write(user, changed)
    if "organisation" in changed:
        _leave(user, before["organisation"])
        _join(user, organisation)
    facts = {name: [before[name], value] for name, value in changed.items()}
    audit.record("user.changed", user, by=by, at=at, **facts)
    return user


@transaction.atomic
def deactivate_user(*, user: User, by: User, at: datetime) -> User:
    """Close an account at once: every session of the person ends, and the password is gone.

    Raises AlreadyDeactivated, NobodyChangesThemselves or SystemAccountUntouchable.
    """
    user = _locked(user, by)
    rules.require_active(is_active=user.is_active)
    user.is_active = False
    # Sessions hang on the password: without this, old ones would wake up with the account.
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    audit.record("user.deactivated", user, by=by, at=at)
    return user


@transaction.atomic
def reactivate_user(*, user: User, by: User, at: datetime) -> User:
    """Open a closed account again; its holder sets a new password by a one-time link.

    Raises NotDeactivated, NobodyChangesThemselves or SystemAccountUntouchable.
    """
    user = _locked(user, by)
    rules.require_inactive(is_active=user.is_active)
    _write(user, {"is_active": True})
    audit.record("user.reactivated", user, by=by, at=at)
    return user


def _locked(user: User, by: User) -> User:
    """The account as it stands, locked, when `by` may manage it."""
    rules.require_a_person(user.username)
    rules.require_somebody_else(user_id=user.pk, by_id=by.pk)
    return (
        User.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation")
        .get(pk=user.pk)
    )


def _write(user: User, changed: dict[str, Any]) -> None:
    for name, value in changed.items():
        setattr(user, name, value)
    user.save(update_fields=list(changed))


def _join(user: User, organisation: Organisation) -> None:
    if organisation.group:
        user.groups.add(organisation.group)


def _leave(user: User, organisation: Organisation) -> None:
    if organisation.group:
        user.groups.remove(organisation.group)


def _require_own_name(username: str) -> None:
    if User.objects.filter(username__iexact=username).exists():
        raise UserNameTaken(_("Another account has this user name."), field="username")


def _require_own_email(email: str, *, besides: User | None = None) -> None:
    others = User.objects.filter(email__iexact=email)
    if besides:
        others = others.exclude(pk=besides.pk)
    if email and others.exists():
        raise EmailTaken(
            _("Another account has this e-mail address; one person has one account."), field="email"
        )
