"""Charts: figures as ECharts draws them, with the same figures as a table beside.

    chart = Chart(title=_("Production by month"), unit=_("t REO"), categories=["2025-01", ...],
                  series=[Series(_("mining"), [Decimal(1), None, ...]),
                          Series(_("cap"), [...], form="cap")])

The template extends `chart_page.html` and says `{% chart chart "chart-use" %}`, which also gives
the table ("Show as table"). Values are in the unit named (not kg); None leaves a gap. Series that
share a `stack` stand on one another; `rest=True` draws what is left, in grey.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

Form = Literal["line", "bar", "cap", "points"]


@dataclass(frozen=True, slots=True)
class Series:
    """One row of figures with its name; `form="cap"` draws a dashed line to stay under,
    `form="points"` each figure by itself.

    `urls`: where each figure leads, in the chart and in its table; empty: nowhere.
    """

    name: Any
    values: Sequence[Decimal | int | None]
    form: Form = "line"
    stack: str | None = None
    rest: bool = False
    urls: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart over categories (months, years, enterprises)."""

    title: Any
    unit: Any
    categories: Sequence[Any]
    series: Sequence[Series]
    horizontal: bool = False
    category_name: Any = ""
    places: int = 3
    note: Any = ""
    rows: list[tuple[Any, list[Decimal | int | None]]] = field(init=False)

    def __post_init__(self) -> None:
        for one in self.series:
            if len(one.values) != len(self.categories):
                raise ValueError(
                    f"{one.name}: {len(one.values)} figures, {len(self.categories)} wanted"
                )
        rows = [
            (category, [one.values[i] for one in self.series])
            for i, category in enumerate(self.categories)
        ]
        object.__setattr__(self, "rows", rows)

    @property
    def linked_rows(self) -> list[tuple[Any, list[tuple[Decimal | int | None, str]]]]:
        """The rows, each figure with where it leads."""
        return [
            (
                category,
                [
                    (value, one.urls[i] if one.urls else "")
                    for one, value in zip(self.series, values, strict=True)
                ],
            )
            for i, (category, values) in enumerate(self.rows)
        ]

    @property
    def drawn(self) -> dict[str, Any]:
        """What the browser needs to draw it; floats only here, for the picture."""
        return {
            "title": str(self.title),
            "unit": str(self.unit),
            "categories": [str(category) for category in self.categories],
            "horizontal": self.horizontal,
            "places": self.places,
            "series": [
                {
                    "name": str(one.name),
                    "form": one.form,
                    "stack": one.stack,
                    "rest": one.rest,
                    "urls": list(one.urls),
                    "values": [None if value is None else float(value) for value in one.values],
                }
                for one in self.series
            ],
        }
