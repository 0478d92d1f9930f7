"""What a kind of notice is: its name, its words, where it leads, whom it can concern."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

from portal.accounts.roles import OrganisationKind


class Channel(StrEnum):
    """How notices of one kind reach a person."""

    MAIL = "mail"
    PORTAL = "portal"
    OFF = "off"


class Kind(StrEnum):
    """What a notice can be about."""

    DECISION_CIRCULATED = "decision_circulated"
    DECISION_SIGNED = "decision_signed"
    SIGN_OFFS_VOIDED = "sign_offs_voided"
    DECISION_ORDERED = "decision_ordered"
    DECISION_STOPPED = "decision_stopped"
    DECISION_HELD_BACK = "decision_held_back"
    DECISION_ISSUED = "decision_issued"
    DECISION_WITHDRAWN = "decision_withdrawn"
    LINE_COMMENTED = "line_commented"
    COMMENT_ANSWERED = "comment_answered"
    COPY_RECEIVED = "copy_received"
    COPY_PASSED_DOWN = "copy_passed_down"
    COPY_OUTDATED = "copy_outdated"
    COPY_REMINDER = "copy_reminder"
    QUERY_ASKED = "query_asked"
    QUERY_ANSWERED = "query_answered"
    FILING_DUE = "filing_due"
    FILING_OVERDUE = "filing_overdue"
    FILING_HANDED_OVER = "filing_handed_over"
    FILING_RETURNED = "filing_returned"
    FILING_ASKED = "filing_asked"
    FILING_ANSWERED = "filing_answered"
    DEADLINE_EXTENDED = "deadline_extended"
    CASE_ASKED = "case_asked"
    CASE_ANSWERED = "case_answered"
    CASE_CLOSED = "case_closed"
    SHIPMENTS_FILED = "shipments_filed"
    SHIPMENTS_CHANGED = "shipments_changed"
    SHIPMENT_DISPUTED = "shipment_disputed"
    SHIPMENT_TAKEN_BACK = "shipment_taken_back"
    SHIPMENT_WRITTEN = "shipment_written"
    SHIPMENT_DECIDED = "shipment_decided"
    TOLERANCE_PROPOSED = "tolerance_proposed"
    TOLERANCE_DECIDED = "tolerance_decided"


@dataclass(frozen=True, slots=True)
class KindTold:
    """One kind: its name, its words, the page it leads to, and whom it can concern.

    `page` is the name of an address that takes the notice's subject. `channel` holds until a person
    chooses another; `may_be_off` says whether no notice at all is among the choices.
    """

    kind: Kind
    name: Promise
    words: Promise
    page: str
    of: frozenset[OrganisationKind]
    channel: Channel = Channel.MAIL
    may_be_off: bool = False


MINISTRY = frozenset({OrganisationKind.MINISTRY})
BELOW = frozenset({OrganisationKind.AUTHORITY, OrganisationKind.ENTERPRISE})
AUTHORITY = frozenset({OrganisationKind.AUTHORITY})
ENTERPRISE = frozenset({OrganisationKind.ENTERPRISE})
