"""The members of an event as they were sent, and what is wrong with them."""

from collections.abc import Iterator, Mapping
from typing import Any

from traceability.rules.epcis.document import Sent
from traceability.rules.epcis.faults import EventFault
from traceability.rules.epcis.words import OWN, without_control


class Members:
    """Takes the members of one event by their form, and gathers what is wrong with them."""

    def __init__(self, place: int, sent: Sent) -> None:
        self.place = place
        self.sent = sent
        self.faults: list[EventFault] = []

    def fault(self, pointer: str, code: str, value: Any = "") -> None:
        """Something is wrong at this place, by the portal's own names, where `value` stands."""
        shown = without_control(str(value))[:60]
        self.faults.append(EventFault(self.place, self.as_sent(pointer), code, shown))

    def as_sent(self, pointer: str) -> str:
        """A pointer by the names that were sent."""
        return pointer.replace(OWN, without_control(self.sent.prefix) or OWN)

    def text(self, holder: Mapping[str, Any], name: str, pointer: str = "") -> str:
        """The text of a member; empty without it."""
        value = holder.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.fault(f"{pointer}/{name}", "text_needed")
            return ""
        return value

    def objects(self, holder: Mapping[str, Any], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The objects of a list, each with where it stands."""
        value = holder.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            self.fault(f"/{name}", "list_needed")
            return
        for place, each in enumerate(value):
            if isinstance(each, dict):
                yield f"/{name}/{place}", each
            else:
                self.fault(f"/{name}/{place}", "object_needed")
