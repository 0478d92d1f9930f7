"""The deeds of accounts."""

from portal.accounts.services.organisations import create_organisation, register_region

__all__ = ["create_organisation", "register_region"]
