"""What is said of events that can't become records, and what to do about it."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal
from traceability.rules.intake import MESSAGES, filled_in


class DocumentUnfit(Refusal):
    """What was sent is no document of EPCIS 2.0."""

    status = 400


class TooManyEvents(Refusal):
    """More events than are captured at once."""

    status = 413


class DocumentTooLarge(Refusal):
    """More bytes than are read at once."""

    status = 413


class TooManyRecords(Refusal):
    """More records than one document of events holds."""

    status = 413


class NotOffered(Refusal):
    """Something of the standard that is left out here."""

    status = 501


@dataclass(frozen=True, slots=True)
class EventFault:
    """One fault of one event: its place among those sent, where in it, and what stands there."""

    place: int
    pointer: str
    code: str
    value: str = ""

    def kept(self, events: str = "", event_id: str = "") -> dict[str, Any]:
        """As the job keeps it: codes and values, which its reader's language makes words of.

        `events`: where the events stand in the document.
        """
        pointer = f"{events}/{self.place}{self.pointer}" if events else ""
        told = {"place": self.place, "pointer": pointer, "code": self.code}
        return told | {"value": self.value, "event_id": event_id}


def require_one_document(records: int, *, most: int) -> None:
    """So many records go into one document; exactly `most` still do. Raises TooManyRecords."""
    if records > most:
        raise TooManyRecords(
            _(
                "More than %(most)s records are too many for one document. Ask for the events page"
                " by page at %(address)s."
            ),
            most=f"{most:,}",
            address="/api/v1/epcis/events",
        )


def fault_text(code: str, value: str) -> str:
    """What is wrong and what to do, in the reader's language."""
    return filled_in(CAPTURE_FAULTS.get(code) or MESSAGES[code], value)


CAPTURE_FAULTS: dict[str, Promise] = {
    "object_needed": _("Send an object here."),
    "list_needed": _("Send a list here."),
    "id_form": _("An eventID is an address of at most 200 characters, such as urn:uuid:…"),
    "prefix_undefined": _(
        "“%(value)s” stands for nothing: give its prefix in @context to an address that ends in"
        " /traceability/epcis/."
    ),
    "id_differs": _(
        "This eventID is on record with another content. Declare that event erroneous, and send the"
        " right one with an ID of its own."
    ),
    "type_unknown": _(
        "“%(value)s” is no event that records are made of; send an ObjectEvent, TransactionEvent or"
        " TransformationEvent."
    ),
    "step_unknown": _(
        "No kind of record is meant by %(value)s; see which there are in the help on EPCIS."
    ),
    "action_unfit": _("The action %(value)s does not go with this business step."),
    "kind_differs": _(
        "“%(value)s” in recordKind does not go with the type and the business step of the event."
    ),
    "time_form": _(
        "“%(value)s” is not an instant with its offset; write it like 2025-03-09T08:30:00+08:00."
    ),
    "lots_missing": _("Say of which lots, and how much of each, in a list of quantities."),
    "serials": _(
        "Single items can't be recorded, only quantities of lots: use quantityList,"
        " inputQuantityList and outputQuantityList."
    ),
    "lot_address": _(
        "“%(value)s” names no lot; write https://…/8010/CODE/10/NUMBER with the unified social"
        " credit code of the lot's maker and the lot number."
    ),
    "party_address": _(
        "“%(value)s” names no enterprise; write https://…/417/CODE with its unified social credit"
        " code."
    ),
    "party_other": _(
        "%(value)s is not your enterprise. Send only what happened at your own; the other side"
        " files its own record."
    ),
    "unit_unknown": _("“%(value)s” is no unit of mass; use KGM (kilograms) or TNE (tonnes)."),
    "month_closed": _(
        "%(value)s was submitted. Begin an amendment of the month, or declare in the same document"
        " which of its events was erroneous; then send this again."
    ),
    "month_ahead": _("%(value)s has not begun yet; send this when it has."),
    "event_unknown": _(
        "No event with this ID of your enterprise is on record, so it can't be declared erroneous."
        " Check the eventID."
    ),
    "event_changed": _(
        "The record made of this event was changed by hand since. Correct or cancel it at the desk."
    ),
    "parked": _(
        "Capturing was broken off three times and was set aside. Send the document again; if that"
        " fails too, tell the operator the number of this job."
    ),
}
