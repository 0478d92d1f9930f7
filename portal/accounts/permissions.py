"""The permissions of accounts."""

from enum import StrEnum


class Perm(StrEnum):
    """What an account may be allowed to do with accounts and the audit trail."""

    MANAGE_USERS = "accounts.manage_users"
    KEEP_CALENDAR = "accounts.keep_calendar"
    VIEW_AUDIT = "accounts.view_audit"
    ADMINISTER_SETTINGS = "accounts.administer_settings"
