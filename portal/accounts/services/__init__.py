"""The deeds of accounts."""

from portal.accounts.services.access import (
    choose_language,
    issue_password_link,
    record_access,
    record_sign_in,
    reset_second_factor,
)
from portal.accounts.services.enterprises import (
    OrganisationNames,
    enter_organisations,
    rename_organisation,
)
from portal.accounts.services.organisations import create_organisation, register_region
from portal.accounts.services.refusals import record_refused_write, record_repeated_refusals
from portal.accounts.services.settings import enter_day, remove_day, set_parameter
from portal.accounts.services.users import (
    change_user,
    deactivate_user,
    invite_user,
    reactivate_user,
)

__all__ = [
    "OrganisationNames",
    "change_user",
    "choose_language",
    "create_organisation",
    "deactivate_user",
    "enter_day",
    "enter_organisations",
    "invite_user",
    "issue_password_link",
    "reactivate_user",
    "record_access",
    "record_refused_write",
    "record_repeated_refusals",
    "record_sign_in",
    "register_region",
    "remove_day",
    "rename_organisation",
    "reset_second_factor",
    "set_parameter",
]
