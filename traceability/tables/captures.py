"""Lists of captured documents, and of what was wrong in one."""

import django_filters
import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from portal.kernel.tables import (
    DayFilter,
    ListFilter,
    ListTable,
    MomentColumn,
    NumberColumn,
    StatusColumn,
)
from traceability.models import Capture


class CaptureTable(ListTable):
    """Documents of events, the last first."""

    at = MomentColumn(verbose_name=_("Sent at"), linkify=True)
    by = tables.Column(verbose_name=_("Sent for"), order_by="by__full_name")
    state = StatusColumn(kind="upload", verbose_name=_("Status"))
    total = NumberColumn(verbose_name=_("Events"))
    captured = NumberColumn(verbose_name=_("Captured"))
    known = NumberColumn(verbose_name=_("Known before"))
    error_count = NumberColumn(verbose_name=_("Errors"))
    capture_id = tables.Column(verbose_name=_("Job"), visible=False)
    content_digest = tables.Column(verbose_name=_("Digest (SHA-256)"), visible=False)

    class Meta(ListTable.Meta):
        model = Capture
        fields = (
            *("at", "by", "state", "total", "captured", "known", "error_count", "capture_id"),
            "content_digest",
        )
        order_by = "-at"


class CaptureFilter(ListFilter):
    """Narrows captured documents."""

    state = django_filters.ChoiceFilter(label=_("Status"), choices=Capture.State.choices)
    at = DayFilter(label=_("Sent since"), lookup_expr="date__gte")

    class Meta:
        model = Capture
        fields = ()


class CaptureErrorTable(ListTable):
    """The faults of a document's events, where each stands."""

    place = NumberColumn(verbose_name=_("Event"))
    event_id = tables.Column(verbose_name=_("eventID"), attrs={"td": {"class": "digest"}})
    pointer = tables.Column(verbose_name=_("Place in the document"), orderable=False)
    value = tables.Column(verbose_name=_("What stands there"), orderable=False)
    text = tables.Column(verbose_name=_("What is wrong, and what to do"), orderable=False)

    class Meta(ListTable.Meta):
        fields = ("place", "event_id", "pointer", "value", "text")
