"""The main navigation: what stands in it, for whom."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from allocations.permissions import Perm as Allocations
from enterprises.models import Enterprise
from enterprises.permissions import Perm as Enterprises
from portal.accounts.permissions import Perm as Accounts
from portal.kernel import clock
from portal.kernel.access import holds
from portal.machines.permissions import Perm as Machines
from traceability.permissions import Perm as Traceability
from traceability.queries.shipments import to_confirm


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its address, label, icon, and the permission it is shown for (None: everyone)."""

    name: str
    label: Promise
    icon: str
    perm: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as one page shows it."""

    url: str
    label: Promise
    icon: str
    current: bool
    # Asked only where the navigation is drawn: parts of a page have the same context.
    count: Callable[[], int] | None = None


# The entry that shows how much waits there.
SHIPMENTS = "traceability:shipment_inbox"
ENTRIES = (
    Entry("dashboard:home", _("Overview"), "home"),
    Entry(
        "traceability:filing_desk",
        _("Monthly filing"),
        "upload",
        Traceability.PREPARE_FILING,
    ),
    Entry(
        "traceability:filing_desk",
        _("Monthly filing"),
        "upload",
        Traceability.SUBMIT_FILING,
    ),
    Entry(SHIPMENTS, _("Goods to confirm"), "inbox", Traceability.PREPARE_FILING),
    Entry(SHIPMENTS, _("Goods to confirm"), "inbox", Traceability.SUBMIT_FILING),
    Entry("allocations:decision_list", _("Decisions"), "gavel", Allocations.VIEW_DECISIONS),
    Entry("allocations:copy_list", _("Copies"), "copy", Allocations.VIEW_COPIES),
    Entry("allocations:cap_list", _("Caps"), "scale", Allocations.VIEW_CAPS),
    Entry(
        "enterprises:enterprise_list",
        _("Enterprises"),
        "building-factory-2",
        Enterprises.VIEW_DIRECTORY,
    ),
    Entry("traceability:filing_list", _("Filings"), "files", Traceability.VIEW_FILINGS),
    Entry("traceability:lot_list", _("Lots"), "qrcode", Traceability.VIEW_FILINGS),
    Entry("traceability:flow_detail", _("Flows"), "chart-line", Traceability.VIEW_FILINGS),
    Entry(
        "traceability:finding_list",
        _("Findings"),
        "alert-triangle",
        Traceability.VIEW_FINDINGS,
    ),
    Entry("traceability:case_list", _("Cases"), "list-check", Traceability.VIEW_FINDINGS),
    Entry(
        "traceability:reconciliation_list",
        _("Reconciliation"),
        "checks",
        Traceability.VIEW_RECONCILIATIONS,
    ),
    Entry("machines:key_list", _("Keys of machines"), "key", Machines.VIEW_KEYS),
    Entry("accounts:calendar", _("Working days"), "calendar", Accounts.KEEP_CALENDAR),
    Entry("accounts:parameter_list", _("Settings"), "list-check", Accounts.ADMINISTER_SETTINGS),
    Entry("accounts:user_list", _("Accounts"), "users", Accounts.MANAGE_USERS),
    Entry("accounts:audit_list", _("Audit trail"), "history", Accounts.VIEW_AUDIT),
    Entry("help:index", _("Help"), "help"),
)


def shown_to(request: HttpRequest) -> list[Shown]:
    """The entries for whoever is signed in; the longest address that fits is the current one."""
    user: Any = request.user
    if not user.is_authenticated:
        return []
    wanted = {
        entry.name: entry for entry in ENTRIES if entry.perm is None or holds(user, entry.perm)
    }
    addresses = {name: url for name in wanted if (url := _address(name))}
    fitting = [url for url in addresses.values() if request.path.startswith(url)]
    current = max(fitting, key=len, default="")
    return [
        Shown(
            addresses[name],
            entry.label,
            entry.icon,
            addresses[name] == current,
            partial(_waiting, user) if name == SHIPMENTS else None,
        )
        for name, entry in wanted.items()
        if name in addresses
    ]


def _waiting(user: Any) -> int:
    """How many shipments wait for the enterprise of whoever is signed in."""
    enterprise = Enterprise.objects.filter(organisation_id=user.organisation_id).first()
    return to_confirm(enterprise, today=clock.today()) if enterprise else 0


def _address(name: str) -> str | None:
    """The address called `name`; None where the pages that have it are not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
