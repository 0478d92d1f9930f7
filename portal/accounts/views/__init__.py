"""The pages of accounts."""

from portal.accounts.views.audit import audit_check, audit_list
from portal.accounts.views.organisations import organisation_list, region_list, region_register
from portal.accounts.views.own import profile, set_language
from portal.accounts.views.settings import calendar, calendar_year, day_remove, parameter_list
from portal.accounts.views.sign_in import demo_sign_in, locked_out, login, second_factor_set_up
from portal.accounts.views.users import (
    user_deactivate,
    user_detail,
    user_invite,
    user_list,
    user_reactivate,
    user_reset_second_factor,
    user_send_link,
)

__all__ = [
    "audit_check",
    "audit_list",
    "calendar",
    "calendar_year",
    "day_remove",
    "demo_sign_in",
    "locked_out",
    "login",
    "organisation_list",
    "parameter_list",
    "profile",
    "region_list",
    "region_register",
    "second_factor_set_up",
    "set_language",
    "user_deactivate",
    "user_detail",
    "user_invite",
    "user_list",
    "user_reactivate",
    "user_reset_second_factor",
    "user_send_link",
]
