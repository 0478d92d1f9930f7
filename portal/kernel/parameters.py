"""The settings that hold on a day."""

from datetime import date

from portal.kernel.models import Parameter


def value_of(name: Parameter.Name, *, on: date) -> int:
    """The value of one setting as it holds on a day. Raises Parameter.DoesNotExist before any."""
    return (
        Parameter.objects.filter(name=name, from_day__lte=on)
        .order_by("-from_day", "-id")
        .values_list("value", flat=True)[:1]
        .get()
    )
