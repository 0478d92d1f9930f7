"""The list of cases."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.kernel.tables import (
    DayColumn,
    ListTable,
    MomentColumn,
    MonthFilter,
    NamedColumn,
    NumberColumn,
    SearchFilter,
    StatusColumn,
    YearColumn,
)
from traceability.models import Case, Finding
from traceability.rules.cases import ENDED
from traceability.rules.checks import CHECKS
from traceability.tables.work import WorkFilter

WORKED = "worked"
MINE = "mine"


class PickColumn(tables.Column):
    """A box to mark a row with, for what is done with several at once."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            verbose_name=_("Mark"),
            accessor="pk",
            orderable=False,
            exclude_from_export=True,
            **kwargs,
        )

    def render(self, value: int) -> str:
        """The box, which belongs to the form above the list."""
        return format_html(
            '<input type="checkbox" class="form-check-input" name="pick" value="{}"'
            ' form="bulk-form" aria-label="{} #{}">',
            value,
            _("Mark"),
            value,
        )


class TopicColumn(tables.Column):
    """What a case is about, in words."""

    def render(self, record: Case) -> str:
        """The topic's label."""
        return record.get_topic_display()

    def value(self, record: Case) -> str:
        """The same in exports."""
        return record.get_topic_display()


class CaseTable(ListTable):
    """Cases with how many of their findings still hold, and how many of those are grave."""

    pick = PickColumn()
    topic = TopicColumn(verbose_name=_("Case"), linkify=True)
    enterprise = NamedColumn(
        verbose_name=_("Enterprise"), order_by="enterprise__organisation__name_zh"
    )
    year = YearColumn(verbose_name=_("Year"))
    still_open = NumberColumn(verbose_name=_("Open findings"))
    grave = NumberColumn(verbose_name=_("Of high severity"))
    assigned_to = tables.Column(verbose_name=_("Worked by"))
    answer_due_on = DayColumn(verbose_name=_("Answer due on"))
    status = StatusColumn(kind="case", verbose_name=_("Status"))
    opened_at = MomentColumn(verbose_name=_("Case opened"))

    class Meta(ListTable.Meta):
        model = Case
        fields = (
            "pick",
            "topic",
            "enterprise",
            "year",
            "still_open",
            "grave",
            "assigned_to",
            "answer_due_on",
            "status",
            "opened_at",
        )
        order_by = "-grave"

    def render_year(self, value: int) -> str:
        """A year has no thousands."""
        return str(value)


class CaseFilter(WorkFilter):
    """Narrows the cases by what they are and by the findings they hold."""

    search = SearchFilter(
        fields=[
            "enterprise__organisation__name_zh",
            "enterprise__organisation__name_en",
            "enterprise__uscc",
        ],
        label=_("Enterprise"),
    )
    topic = django_filters.ChoiceFilter(label=_("Topic"), choices=Case.Topic.choices)
    status = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[(WORKED, _("not closed")), *Case.Status.choices],
        method="standing",
    )
    whose = django_filters.ChoiceFilter(
        label=_("Worked by"),
        choices=[(MINE, _("me")), ("nobody", _("nobody yet"))],
        method="worked_by",
    )
    year = django_filters.NumberFilter(label=_("Year"))
    code = django_filters.ChoiceFilter(
        label=_("Finding"),
        choices=[(check.code, check.title) for check in CHECKS],
        method="holding",
    )
    severity = django_filters.ChoiceFilter(
        label=_("Severity"), choices=Finding.Severity.choices, method="holding"
    )
    month = MonthFilter(label=_("Month"), method="holding")
    amount = django_filters.NumberFilter(label=_("Amount at least, kg"), method="of_amount")

    assigned_field = "assigned_to"
    opened_field = "opened_at__date"
    number_field = "pk"

    class Meta:
        model = Case
        fields = ()

    def standing(self, rows: QuerySet[Model], _name: str, status: str) -> QuerySet[Model]:
        """Those of one status, or all that are still worked."""
        if status == WORKED:
            return rows.exclude(status__in=ENDED)
        return rows.filter(status=status)

    def worked_by(self, rows: QuerySet[Model], _name: str, whose: str) -> QuerySet[Model]:
        """Those of the reader, or those nobody was given."""
        request: Any = self.request
        return rows.filter(assigned_to=request.user if whose == MINE else None)

    def holding(self, rows: QuerySet[Model], name: str, value: Any) -> QuerySet[Model]:
        """Those with a finding of this code, severity or month."""
        return rows.filter(Exists(Finding.objects.filter(case=OuterRef("pk"), **{name: value})))

    def of_amount(self, rows: QuerySet[Model], _name: str, kg: Any) -> QuerySet[Model]:
        """Those with a finding of at least so much."""
        large = Finding.objects.filter(case=OuterRef("pk"), amount_kg__gte=kg)
        return rows.filter(Exists(large))
