"""The deeds of the directory."""

from enterprises.services.changes import change_enterprise, merge_enterprise
from enterprises.services.designations import (
    DesignationEntry,
    designate,
    designate_many,
    end_designation,
)
from enterprises.services.registration import (
    EnterpriseEntry,
    register_enterprise,
    register_enterprises,
    register_trading_partner,
)
from enterprises.services.sites import add_site

__all__ = [
    "DesignationEntry",
    "EnterpriseEntry",
    "add_site",
    "change_enterprise",
    "designate",
    "designate_many",
    "end_designation",
    "merge_enterprise",
    "register_enterprise",
    "register_enterprises",
    "register_trading_partner",
]
