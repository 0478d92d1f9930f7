"""The lists of accounts, organisations, regions and the audit trail."""

from portal.accounts.tables.actions import ACTIONS, action_name
from portal.accounts.tables.events import EventFilter, EventTable
from portal.accounts.tables.facts import FACTS
from portal.accounts.tables.people import (
    OrganisationFilter,
    OrganisationTable,
    RegionFilter,
    RegionTable,
    UserFilter,
    UserTable,
)

__all__ = [
    "ACTIONS",
    "FACTS",
    "EventFilter",
    "EventTable",
    "OrganisationFilter",
    "OrganisationTable",
    "RegionFilter",
    "RegionTable",
    "UserFilter",
    "UserTable",
    "action_name",
]
