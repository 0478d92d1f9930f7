"""What stands in the main navigation.

A page that people look for by itself is declared here: one `Entry` in the group it belongs to.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from allocations.permissions import Perm as Allocations
from enterprises.permissions import Perm as Enterprises
from portal.accounts.permissions import Perm as Accounts
from portal.machines.permissions import Perm as Machines
from traceability.permissions import Perm as Traceability


@dataclass(frozen=True, slots=True)
class Entry:
    """One page: its name, label, icon, and the permissions of which one is needed (none: all)."""

    name: str
    label: Promise
    icon: str
    perms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading; one of which a person sees a single entry is that entry."""

    label: Promise
    icon: str
    entries: tuple[Entry, ...]


HOME = Entry("dashboard:home", _("Overview"), "home")
HELP = Entry("help:index", _("Help"), "help")
# The entry that shows how much waits there.
SHIPMENTS = "traceability:shipment_inbox"
FILING = (Traceability.PREPARE_FILING, Traceability.SUBMIT_FILING)

DECIDING = Group(
    _("Decisions"),
    "gavel",
    (
        Entry("allocations:decision_list", _("Decisions"), "gavel", (Allocations.VIEW_DECISIONS,)),
        Entry(
            "allocations:year_list",
            _("Ceilings by year"),
            "calendar",
            (Allocations.VIEW_DECISIONS,),
        ),
        Entry(
            "allocations:scenario_list",
            _("Scenarios"),
            "chart-line",
            (Allocations.VIEW_DECISIONS,),
        ),
        Entry(
            "allocations:eligibility_list",
            _("Eligibility and capacity"),
            "certificate",
            (Allocations.VIEW_DECISIONS,),
        ),
        Entry("allocations:regime_list", _("Two regimes"), "table", (Allocations.VIEW_DECISIONS,)),
    ),
)
CAPS = Group(
    _("Caps and copies"),
    "scale",
    (
        Entry("allocations:cap_list", _("Caps"), "scale", (Allocations.VIEW_CAPS,)),
        Entry(
            "traceability:forecast_list",
            _("Expected use"),
            "chart-line",
            (Allocations.VIEW_CAPS,),
        ),
        Entry("allocations:penalty_list", _("Penalties"), "ban", (Allocations.VIEW_CAPS,)),
        Entry("allocations:copy_list", _("Copies"), "copy", (Allocations.VIEW_COPIES,)),
        Entry(
            "allocations:copy_query_list",
            _("Queries about copies"),
            "help",
            (Allocations.VIEW_COPIES,),
        ),
    ),
)
DIRECTORY = Group(
    _("Enterprises"),
    "building-factory-2",
    (
        Entry(
            "enterprises:enterprise_list",
            _("Enterprises"),
            "building-factory-2",
            (Enterprises.VIEW_DIRECTORY,),
        ),
        Entry(
            "enterprises:group_list", _("Rare earth groups"), "users", (Enterprises.VIEW_DIRECTORY,)
        ),
        Entry(
            "enterprises:designation_list",
            _("Designated enterprises"),
            "certificate",
            (Enterprises.VIEW_ENTERPRISE,),
        ),
    ),
)
FILINGS = Group(
    _("Filings"),
    "files",
    (
        Entry("traceability:filing_desk", _("Monthly filing"), "upload", FILING),
        Entry(SHIPMENTS, _("Goods to confirm"), "inbox", FILING),
        Entry("traceability:filing_list", _("Filings"), "files", (Traceability.VIEW_FILINGS,)),
        Entry(
            "traceability:extension_list",
            _("Extended deadlines"),
            "clock",
            (Traceability.WORK_FINDINGS,),
        ),
        Entry("machines:key_list", _("Keys of machines"), "key", (Machines.VIEW_KEYS,)),
    ),
)
TRACING = Group(
    _("Tracing"),
    "qrcode",
    (
        Entry("traceability:lot_list", _("Lots"), "qrcode", (Traceability.VIEW_FILINGS,)),
        Entry("traceability:flow_detail", _("Flows"), "chart-line", (Traceability.VIEW_FILINGS,)),
        Entry("traceability:record_list", _("Records"), "table", (Traceability.VIEW_FILINGS,)),
    ),
)
SUPERVISION = Group(
    _("Supervision"),
    "alert-triangle",
    (
        Entry(
            "traceability:finding_list",
            _("Findings"),
            "alert-triangle",
            (Traceability.VIEW_FINDINGS,),
        ),
        Entry("traceability:case_list", _("Cases"), "list-check", (Traceability.VIEW_FINDINGS,)),
        Entry(
            "traceability:shipment_disputes",
            _("Disputes about shipments"),
            "alert-circle",
            (Traceability.VIEW_FINDINGS,),
        ),
        Entry("traceability:draw_list", _("Inspection draws"), "eye", (Traceability.VIEW_DRAWS,)),
        Entry(
            "traceability:reconciliation_list",
            _("Reconciliation"),
            "checks",
            (Traceability.VIEW_RECONCILIATIONS,),
        ),
        Entry(
            "traceability:tolerance_list", _("Tolerances"), "scale", (Traceability.VIEW_TOLERANCES,)
        ),
        Entry(
            "traceability:trial_list", _("Trials"), "checks", (Traceability.VIEW_RECONCILIATIONS,)
        ),
    ),
)
ADMINISTRATION = Group(
    _("Administration"),
    "key",
    (
        Entry("accounts:user_list", _("Accounts"), "users", (Accounts.MANAGE_USERS,)),
        Entry("accounts:organisation_list", _("Organisations"), "users", (Accounts.MANAGE_USERS,)),
        Entry("accounts:calendar", _("Working days"), "calendar", (Accounts.KEEP_CALENDAR,)),
        Entry("accounts:region_list", _("Regions"), "map-pin", (Accounts.ADMINISTER_SETTINGS,)),
        Entry(
            "accounts:parameter_list",
            _("Settings"),
            "list-check",
            (Accounts.ADMINISTER_SETTINGS,),
        ),
        Entry("accounts:audit_list", _("Audit trail"), "history", (Accounts.VIEW_AUDIT,)),
    ),
)
NAVIGATION: tuple[Entry | Group, ...] = (
    HOME,
    DECIDING,
    CAPS,
    DIRECTORY,
    FILINGS,
    TRACING,
    SUPERVISION,
    ADMINISTRATION,
    HELP,
)
