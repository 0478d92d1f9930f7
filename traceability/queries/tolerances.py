"""The tolerances that hold on a day."""

from datetime import date
from decimal import Decimal

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
