"""What administrators must obey: tables of the boundary cases."""

from contextlib import nullcontext

import pytest

from portal.accounts import rules
from portal.accounts.roles import ROLES, OrganisationKind


@pytest.mark.parametrize("kind", list(OrganisationKind))
@pytest.mark.parametrize("role", list(ROLES))
def test_require_role_fits(role, kind):
    fits = ROLES[role].of == kind
    expected = nullcontext() if fits else pytest.raises(rules.RoleDoesNotFit)

    with expected:
        rules.require_role_fits(role_of=ROLES[role].of, kind=kind)


@pytest.mark.parametrize(
    ("username", "expected"),
    [
        ("zhang.wei", nullcontext()),
        ("demonstrator", nullcontext()),
        ("systems", nullcontext()),
        ("system", pytest.raises(rules.UserNameReserved)),
        ("System", pytest.raises(rules.UserNameReserved)),
        ("demo-filer", pytest.raises(rules.UserNameReserved)),
        ("DEMO-x", pytest.raises(rules.UserNameReserved)),
    ],
)
def test_require_free_name(username, expected):
    with expected:
        rules.require_free_name(username)


@pytest.mark.parametrize(
    ("user_id", "by_id", "expected"),
    [
        (1, 2, nullcontext()),
        (2, 2, pytest.raises(rules.NobodyChangesThemselves)),
    ],
)
def test_require_somebody_else(user_id, by_id, expected):
    with expected:
        rules.require_somebody_else(user_id=user_id, by_id=by_id)


def test_require_a_person_refuses_the_portals_own_account():
    rules.require_a_person("wang")

    with pytest.raises(rules.SystemAccountUntouchable):
        rules.require_a_person("system")


def test_an_account_is_deactivated_or_reactivated_only_from_the_other_state():
    rules.require_active(is_active=True)
    rules.require_inactive(is_active=False)

    with pytest.raises(rules.AlreadyDeactivated):
        rules.require_active(is_active=False)
    with pytest.raises(rules.NotDeactivated):
        rules.require_inactive(is_active=True)
