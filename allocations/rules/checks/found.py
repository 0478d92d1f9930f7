"""What a check found, line by line."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import pgettext

from allocations.rules.changes import LineKey


class Listed(tuple[Any, ...]):
    """Labels in a row, in the language of whoever reads them, when they are read."""

    def __str__(self) -> str:
        return pgettext("between phrases in a row", "; ").join(str(each) for each in self)


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found at one line; without an enterprise at a ceiling, without key at all."""

    key: LineKey
    text: Any
    facts: dict[str, Any]

    def __str__(self) -> str:
        return str(self.text) % self.facts if self.facts else str(self.text)
