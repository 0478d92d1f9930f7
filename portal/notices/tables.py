"""The list of notices."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.kernel.tables import ListFilter, ListTable, MomentColumn, StatusColumn
from portal.notices.kinds import KINDS
from portal.notices.models import Notice

STATES = {"unread": _("unread"), "read": pgettext_lazy("notice", "read")}


class NoticeTable(ListTable):
    """What one was told, with the way to what it is about."""

    text = tables.TemplateColumn(
        verbose_name=_("Notice"), template_name="notices/_text.html", orderable=False
    )
    state = StatusColumn(verbose_name=_("Status"), kind="notice", order_by="read_at")
    at = MomentColumn(verbose_name=_("At"))
    name = tables.Column(verbose_name=_("About"), order_by="kind")
    deed = tables.TemplateColumn(
        verbose_name=_("Mark"),
        template_name="notices/_deed.html",
        orderable=False,
        empty_values=(),
        exclude_from_export=True,
    )

    class Meta(ListTable.Meta):
        model = Notice
        fields = ("text", "state", "at", "name", "deed")
        empty_text = _("No notices.")

    def value_text(self, record: Notice) -> str:
        """The words alone."""
        return record.text


class NoticeFilter(ListFilter):
    """By whether they were read, and by kind."""

    state = django_filters.ChoiceFilter(label=_("Status"), choices=list(STATES.items()))
    kind = django_filters.ChoiceFilter(label=_("About"), choices=[])

    class Meta:
        model = Notice
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of = self.request.user.organisation.kind
        self.filters["kind"].extra["choices"] = [
            (told.kind.value, told.name) for told in KINDS.values() if of in told.of
        ]
