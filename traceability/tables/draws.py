"""Lists of inspection draws, of their populations and of who was drawn."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from portal.kernel.tables import (
    DayColumn,
    KgColumn,
    ListFilter,
    ListTable,
    MomentColumn,
    NamedColumn,
    NumberColumn,
    SearchFilter,
    StatusColumn,
    YearColumn,
)
from traceability.models import Draw, DrawCandidate
from traceability.queries.draws import key_shown, stratum_names


class DrawTable(ListTable):
    """Draws."""

    title = tables.Column(verbose_name=_("Title"), linkify=True)
    year = YearColumn(verbose_name=_("Year"))
    quarter = tables.Column(verbose_name=_("Quarter"))
    size = NumberColumn(verbose_name=_("Sample size"))
    status = StatusColumn(kind="draw", verbose_name=_("Status"))
    drafted_by = tables.Column(verbose_name=_("Drafted by"))
    drafted_at = MomentColumn(verbose_name=_("Drafted at"))

    class Meta(ListTable.Meta):
        model = Draw
        fields = ("title", "year", "quarter", "size", "status", "drafted_by", "drafted_at")
        order_by = "-drafted_at"

    def render_year(self, value: int) -> str:
        """A year has no thousands."""
        return str(value)


class DrawFilter(ListFilter):
    """Narrows the draws."""

    search = SearchFilter(fields=["title"], label=_("Title"))
    year = django_filters.NumberFilter(label=_("Year"))
    status = django_filters.ChoiceFilter(label=_("Status"), choices=Draw.Status.choices)

    class Meta:
        model = Draw
        fields = ()


class StratumColumn(tables.Column):
    """What the stratum of a candidate is called; exports hold its code, which the key counts."""

    def render(self, value: str, record: Any) -> Any:
        """Its name."""
        if self._names is None:
            self._names = stratum_names(record.draw)
        return self._names.get(value, value)

    def value(self, value: str) -> str:
        """Its code."""
        return value

    _names: dict[str, Any] | None = None


class CandidateTable(ListTable):
    """The frozen population of a draw, with what made the weights."""

    place = NumberColumn(verbose_name=_("Drawn as"))
    code = tables.Column(verbose_name=_("Unified social credit code"))
    enterprise = NamedColumn(
        verbose_name=_("Enterprise"), linkify=True, order_by="enterprise__organisation__name_zh"
    )
    stratum = StratumColumn(verbose_name=_("Stratum"))
    weight = NumberColumn(verbose_name=_("Weight"))
    points = tables.Column(verbose_name=_("Reliability score"), default=_("not enough data"))
    findings = NumberColumn(verbose_name=_("Open findings, weighed"))
    quantity_kg = KgColumn(verbose_name=_("Moved, gross kg"))
    key = tables.Column(
        verbose_name=_("Key"), accessor="code", orderable=False, visible=False, empty_values=()
    )

    class Meta(ListTable.Meta):
        model = DrawCandidate
        fields = (
            *("place", "code", "enterprise", "stratum", "weight", "points", "findings"),
            *("quantity_kg", "key"),
        )
        order_by = ("place", "-weight")

    def value_key(self, record: DrawCandidate) -> str:
        """The key it was drawn by, in exports."""
        return key_shown(record.draw, record)


class CandidateFilter(ListFilter):
    """Narrows the population."""

    search = SearchFilter(
        fields=["code", "enterprise__organisation__name_zh", "enterprise__organisation__name_en"],
        label=_("Enterprise"),
    )

    class Meta:
        model = DrawCandidate
        fields = ()


class SampleTable(ListTable):
    """Who was drawn, and what the inspection found."""

    place = NumberColumn(verbose_name=_("Place"))
    enterprise = NamedColumn(
        verbose_name=_("Enterprise"),
        accessor="candidate__enterprise",
        linkify=lambda record: record.candidate.enterprise.get_absolute_url(),
        orderable=False,
    )
    stratum = StratumColumn(verbose_name=_("Stratum"), accessor="candidate__stratum")
    weight = NumberColumn(verbose_name=_("Weight"), accessor="candidate__weight")
    visited_on = DayColumn(verbose_name=_("Visited on"))
    result = StatusColumn(kind="inspection", verbose_name=_("Outcome"))
    note = tables.Column(verbose_name=_("What was found"))
    case = tables.Column(
        verbose_name=_("Case"),
        accessor="case_id",
        linkify=("traceability:case_detail", {"pk": tables.A("case_id")}),
    )
    record = tables.Column(
        verbose_name=_("Result"),
        accessor="pk",
        orderable=False,
        exclude_from_export=True,
        linkify=("traceability:inspection_record", {"pk": tables.A("pk")}),
    )

    class Meta(ListTable.Meta):
        order_by = "place"

    def render_record(self) -> Any:
        """The words of the link."""
        return _("Record a result")
