"""Values that hold from a day on: the latest row of a name up to a day counts."""

from collections.abc import Iterable
from datetime import date


def holding(rows: Iterable[tuple[int, str, date]], *, day: date) -> set[int]:
    """Those of rows of (key, name, first day) that hold on `day`; of equals the last given."""
    latest: dict[str, tuple[date, int]] = {}
    for key, name, since in rows:
        if since <= day and (name not in latest or since >= latest[name][0]):
            latest[name] = (since, key)
    return {key for _since, key in latest.values()}
