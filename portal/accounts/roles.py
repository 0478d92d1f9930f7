"""Every role: what it is for, in a sentence, and what it may do, and where.

`national` permissions hold for the whole country. `regional` ones hold for the enterprises of the
authority's territory, `own` ones for the enterprises that the organisation was granted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(StrEnum):
    """The roles of the portal."""

    DRAFTER = "drafter"
    SIGNATORY = "signatory"
    SUPERVISOR = "supervisor"
    VIEWER = "viewer"
    RECIPIENT = "recipient"
    FILER = "filer"
    ATTESTER = "attester"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class OrganisationKind(StrEnum):
    """What an organisation is in the regime."""

    MINISTRY = "ministry"
    AUTHORITY = "authority"
    ENTERPRISE = "enterprise"
    AUDIT = "audit"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """One role: its name, the sentence that explains it, who may have it, what it may do."""

    role: Role
    name: Promise
    sentence: Promise
    of: OrganisationKind
    national: frozenset[str] = frozenset()
    regional: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    needs_second_factor: bool = False

    @property
    def permissions(self) -> frozenset[str]:
        """All that the role carries, wherever it holds."""
        return self.national | self.regional | self.own


def _perms(*names: str) -> frozenset[str]:
    return frozenset(names)


# Named by string: accounts lies beneath the apps whose permissions these are. A test holds every
# name against the `Perm` of its app.
READ: frozenset[str] = _perms(
    "enterprises.view_directory",
    "enterprises.view_enterprise",
    "allocations.view_decisions",
    "allocations.view_caps",
    "allocations.view_copies",
    "traceability.view_filings",
    "traceability.view_findings",
    "traceability.view_reconciliations",
    "traceability.view_tolerances",
    "traceability.view_dossiers",
    "traceability.view_draws",
)

_ROLES: Iterable[RoleHeld] = (
    RoleHeld(
        Role.DRAFTER,
        _("Drafter"),
        _("Drafts decisions, the directory and designations for a ministry, and signs nothing."),
        OrganisationKind.MINISTRY,
        national=READ
        | _perms(
            "allocations.draft_decision",
            "allocations.answer_query",
            "enterprises.manage_directory",
            "enterprises.manage_designations",
            "accounts.keep_calendar",
        ),
        needs_second_factor=True,
    ),
    RoleHeld(
        Role.SIGNATORY,
        _("Signatory"),
        _("Signs decisions for one ministry, MIIT's also issues them; never drafts."),
        OrganisationKind.MINISTRY,
        national=READ | _perms("allocations.sign_decision", "allocations.issue_decision"),
        needs_second_factor=True,
    ),
    RoleHeld(
        Role.SUPERVISOR,
        _("Supervisor"),
        _(
            "Runs reconciliations, works findings and enters penalties for a ministry; MIIT's keep"
            " the tolerances, two together."
        ),
        OrganisationKind.MINISTRY,
        national=READ
        | _perms(
            "allocations.answer_query",
            "allocations.enter_penalty",
            "traceability.reconcile",
            "traceability.work_findings",
            "traceability.keep_draws",
            "traceability.keep_tolerances",
        ),
        needs_second_factor=True,
    ),
    RoleHeld(
        Role.VIEWER,
        _("Viewer"),
        _("Reads everything of the regime for a ministry and changes nothing."),
        OrganisationKind.MINISTRY,
        national=READ,
        needs_second_factor=True,
    ),
    RoleHeld(
        Role.RECIPIENT,
        pgettext_lazy("role", "Recipient"),
        _("Receives and acknowledges copies for an authority and reads what its territory holds."),
        OrganisationKind.AUTHORITY,
        regional=_perms(
            "enterprises.view_directory",
            "enterprises.view_enterprise",
            "allocations.view_caps",
            "allocations.view_copies",
            "allocations.acknowledge_copy",
            "allocations.ask_about_copy",
            "traceability.view_filings",
            "traceability.view_findings",
            "traceability.view_tolerances",
            "traceability.view_dossiers",
        ),
    ),
    RoleHeld(
        Role.FILER,
        _("Filer"),
        _("Prepares an enterprise's monthly filings, and enters trading partners it lacks."),
        OrganisationKind.ENTERPRISE,
        own=_perms(
            "enterprises.view_enterprise",
            "allocations.view_caps",
            "traceability.view_filings",
            "traceability.view_findings",
            "enterprises.register_partner",
            "traceability.prepare_filing",
            "traceability.answer_findings",
            "allocations.view_copies",
            "machines.view_keys",
            "machines.create_key",
        ),
    ),
    RoleHeld(
        Role.ATTESTER,
        _("Attester"),
        _("Attests to the truth of an enterprise's filing and submits it; a second person."),
        OrganisationKind.ENTERPRISE,
        own=_perms(
            "enterprises.view_enterprise",
            "allocations.view_caps",
            "traceability.view_filings",
            "traceability.view_findings",
            "traceability.submit_filing",
            "traceability.answer_findings",
            "allocations.view_copies",
            "allocations.acknowledge_copy",
            "machines.view_keys",
            "machines.allow_attestation",
        ),
    ),
    RoleHeld(
        Role.AUDITOR,
        _("Auditor"),
        _("Reads everything and the audit trail, and writes nothing."),
        OrganisationKind.AUDIT,
        national=READ | _perms("accounts.view_audit"),
        needs_second_factor=True,
    ),
    RoleHeld(
        Role.ADMINISTRATOR,
        _("Administrator"),
        _("Invites, changes and deactivates accounts and keeps the settings; sees no business."),
        OrganisationKind.OPERATOR,
        national=_perms(
            "accounts.manage_users",
            "accounts.view_audit",
            "accounts.administer_settings",
            "accounts.keep_calendar",
        ),
        needs_second_factor=True,
    ),
)

ROLES: dict[str, RoleHeld] = {held.role.value: held for held in _ROLES}
