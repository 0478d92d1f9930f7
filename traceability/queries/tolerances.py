"""The tolerances that hold on a day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.kernel.dated import holding
from traceability.models import Tolerance


def tolerances_on(day: date) -> dict[str, Decimal]:
    """Every tolerance by name, as it holds on `day`."""
    rows = (
        Tolerance.objects.filter(valid_from__lte=day)
        .order_by("name", "-valid_from")
        .distinct("name")
        .values_list("name", "value")
    )
    return dict(rows)


def deadline_day(day: date) -> int:
    """The day of the month by which the month before is filed, as it holds on `day`."""
    return int(tolerances_on(day)[Tolerance.Name.FILING_DEADLINE_DAY])


@dataclass(frozen=True, slots=True)
class ToleranceShown:
    """One row of the tolerances, and whether it is the one that holds."""

    tolerance: Tolerance
    holds: bool

    @property
    def value(self) -> str:
        """The value without trailing zeros."""
        return f"{self.tolerance.value.normalize():f}"


def tolerances_shown(day: date) -> list[ToleranceShown]:
    """Every tolerance there is and was, the latest of each first, marked as they hold on `day`."""
    rows = list(Tolerance.objects.select_related("set_by").order_by("name", "-valid_from"))
    held = holding(((row.pk, row.name, row.valid_from) for row in rows), day=day)
    return [ToleranceShown(row, row.pk in held) for row in rows]
