"""The list of the audit trail."""

import json
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from portal.accounts.tables.actions import ACTIONS, action_name
from portal.accounts.tables.facts import facts_told
from portal.kernel.models import AuditEvent
from portal.kernel.period import end_of, start_of
from portal.kernel.tables import ListFilter, ListTable, MomentColumn, SearchFilter
from portal.kernel.templatetags.portal import colon
from portal.kernel.widgets import DayInput


class PersonColumn(tables.Column):
    """Who did it."""

    def render(self, value: Any) -> str:
        """Name and user name."""
        return f"{value.full_name} ({value.username})"

    def value(self, value: Any) -> str:
        """Name and user name."""
        return self.render(value)


class ActionColumn(tables.Column):
    """What was done."""

    def render(self, value: str) -> str:
        """In words."""
        return action_name(value)

    def value(self, value: str) -> str:
        """The name that programs know it by."""
        return value


class FactsColumn(tables.Column):
    """The facts of an event."""

    def render(self, record: AuditEvent) -> str:
        """One line for each fact."""
        said = ((name, colon(), words) for name, words in facts_told(record))
        return format_html_join("", "<div>{}{}{}</div>", said)

    def value(self, value: dict[str, Any]) -> str:
        """As JSON."""
        return json.dumps(value, ensure_ascii=False) if value else ""


class EventTable(ListTable):
    """The audit trail."""

    at = MomentColumn(verbose_name=_("At"), order_by="id")
    by = PersonColumn(verbose_name=_("By"), order_by="by__username")
    action = ActionColumn(verbose_name=_("Action"))
    subject = tables.Column(verbose_name=_("Subject"))
    facts = FactsColumn(verbose_name=_("Facts"), orderable=False)
    digest = tables.Column(verbose_name=_("Digest"), visible=False)

    class Meta(ListTable.Meta):
        model = AuditEvent
        fields = ("at", "by", "action", "subject", "facts", "digest")
        order_by = "-at"


class DayFilter(django_filters.DateFilter):
    """A civil day of China that the instant lies on or after, or on or before."""

    def __init__(self, *, last: bool, **kwargs: Any) -> None:
        self.last = last
        widget = DayInput()
        super().__init__(widget=widget, **kwargs)

    def filter(self, qs: QuerySet[AuditEvent], value: Any) -> QuerySet[AuditEvent]:
        """Events of the day, or after (before) it."""
        if not value:
            return qs
        return qs.filter(at__lt=end_of(value)) if self.last else qs.filter(at__gte=start_of(value))


class EventFilter(ListFilter):
    """By action, person, days and subject."""

    action = django_filters.ChoiceFilter(choices=list(ACTIONS.items()), label=_("Action"))
    person = SearchFilter(fields=["by__full_name", "by__username"], label=_("Person"))
    since = DayFilter(last=False, label=_("From day"))
    until = DayFilter(last=True, label=_("To day"))
    subject = SearchFilter(fields=["subject", "subject_id"], label=_("Subject"))
