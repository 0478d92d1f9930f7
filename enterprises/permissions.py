"""The permissions of the directory."""

from enum import StrEnum


class Perm(StrEnum):
    """What an account may be allowed to do with the directory."""

    VIEW_DIRECTORY = "enterprises.view_directory"
    VIEW_ENTERPRISE = "enterprises.view_enterprise"
    MANAGE_DIRECTORY = "enterprises.manage_directory"
    MANAGE_DESIGNATIONS = "enterprises.manage_designations"
    REGISTER_PARTNER = "enterprises.register_partner"
