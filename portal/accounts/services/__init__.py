"""The deeds of accounts."""

from portal.accounts.services.access import (
    choose_language,
    issue_password_link,
    record_access,
    reset_second_factor,
)
from portal.accounts.services.organisations import create_organisation, register_region
from portal.accounts.services.users import (
    change_user,
    deactivate_user,
    invite_user,
    reactivate_user,
)

__all__ = [
    "change_user",
    "choose_language",
    "create_organisation",
    "deactivate_user",
    "invite_user",
    "issue_password_link",
    "reactivate_user",
    "record_access",
    "register_region",
    "reset_second_factor",
]
