"""The months that a dossier looks at."""

from dataclasses import dataclass
from datetime import date

from portal.kernel.period import Month


@dataclass(frozen=True, slots=True)
class Period:
    """Some months, both included, as they stand on a day."""

    first: Month
    last: Month
    today: date

    @property
    def months(self) -> list[Month]:
        """All of them, the first first."""
        return [self.first + step for step in range(self.length)]

    @property
    def length(self) -> int:
        """How many they are."""
        last, first = self.last, self.first
        return (last.year - first.year) * 12 + last.number - first.number + 1

    @property
    def years(self) -> list[int]:
        """The years they lie in."""
        return list(range(self.first.year, self.last.year + 1))
