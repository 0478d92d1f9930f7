"""What a check found, line by line."""

from dataclasses import dataclass
from typing import Any

from allocations.rules.changes import LineKey


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found at one line; without an enterprise at a ceiling, without key at all."""

    key: LineKey
    text: Any
    facts: dict[str, Any]

    def __str__(self) -> str:
        return str(self.text) % self.facts if self.facts else str(self.text)
