"""Lists of shipments: what was sent to an enterprise, what it sent, and what is in dispute."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.kernel.statuses import STATUSES
from portal.kernel.tables import (
    DayColumn,
    KgColumn,
    ListFilter,
    ListTable,
    MonthFilter,
    NamedColumn,
    SearchFilter,
    StatusColumn,
)
from portal.kernel.templatetags.portal import day
from traceability.models import Shipment
from traceability.queries.shipments.answers import AnswerDays
from traceability.rules.shipments import CHANGED, DISPUTED, IN_DISPUTE, TO_DO, WAITING

TO_DO_CHOICE, DISPUTE_CHOICE = "to_do", "dispute"


def _states(*, without: Iterable[str]) -> list[tuple[str, Promise]]:
    return [
        (state, label) for state, (_tone, label) in STATUSES["shipment"].items()
        if state not in without
    ]  # fmt: skip


class DocumentColumn(tables.Column):
    """The document of a shipment, which leads to its page."""

    def render(self, record: Shipment) -> str:
        """A link."""
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.filed_document)

    def value(self, value: str) -> str:
        """The number alone."""
        return value


class TickColumn(tables.Column):
    """A box to tick what may be accepted together; not in exports."""

    def __init__(self, **kwargs: Any) -> None:
        # Not the row's name for it: no two controls have one name.
        super().__init__(
            accessor="key", orderable=False, exclude_from_export=True,
            verbose_name=_("Choose"), **kwargs,
        )  # fmt: skip

    def render(self, record: Shipment) -> str:
        """The box, where the shipment waits."""
        if record.state != WAITING:
            return ""
        return format_html(
            '<input class="form-check-input" type="checkbox" name="key" value="{}"'
            ' aria-label="{}">',
            record.key,
            gettext("Choose %(document)s, lot %(lot)s")
            % {"document": record.filed_document, "lot": record.lot.number},
        )


class DueColumn(DayColumn):
    """Until when the buyer answers, where it has not."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(accessor="sold_to", verbose_name=_("Answer by"), **kwargs)

    def render(self, record: Shipment, table: Any) -> str:
        """The day; a dash where nothing is awaited."""
        return day(self.value(record, table))

    def value(self, record: Shipment, table: Any) -> date | None:
        """The day."""
        if record.state not in (WAITING, CHANGED, DISPUTED) or record.sold_to is None:
            return None
        return table.answer_days.of(record.sold_to)


class _ShipmentTable(ListTable):
    state = StatusColumn(kind="shipment", verbose_name=_("Status"))
    document = DocumentColumn(verbose_name=_("Document number"), accessor="filed_document")
    lot = tables.Column(verbose_name=_("Lot"), accessor="lot__number")
    product = tables.Column(verbose_name=_("Product"), accessor="lot__product__code")
    sold_kg = KgColumn(verbose_name=_("Sent, gross kg"))
    sold_to = DayColumn(verbose_name=_("Sent on"))
    due = DueColumn()

    class Meta(ListTable.Meta):
        model = Shipment
        fields = ()
        order_by = "-sold_to"
        attrs = {"class": "table table-vcenter card-table wrap-heads"}

    def __init__(self, *args: Any, answer_days: AnswerDays, **kwargs: Any) -> None:
        self.answer_days = answer_days
        super().__init__(*args, **kwargs)

    def order_sold_to(self, rows: QuerySet[Shipment], descending: bool) -> Any:
        """By day, and always the same within one."""
        return rows.order_by("-sold_to" if descending else "sold_to", "key"), True


class InboxTable(_ShipmentTable):
    """What others sent to an enterprise."""

    tick = TickColumn()
    seller = NamedColumn(verbose_name=_("Seller"), order_by="seller__organisation__name_zh")
    recorded_kg = KgColumn(verbose_name=_("In your records, gross kg"))

    class Meta(_ShipmentTable.Meta):
        template_name = "traceability/_shipment_table.html"
        sequence = (
            *("tick", "state", "document", "seller", "lot", "product"),
            *("sold_kg", "recorded_kg", "sold_to", "due"),
        )

    def __init__(self, *args: Any, waiting: int, **kwargs: Any) -> None:
        # How many the reader may accept; their boxes are sent with the buttons below the list.
        self.waiting = waiting
        super().__init__(*args, exclude=() if waiting else ("tick",), **kwargs)


class SentTable(_ShipmentTable):
    """What an enterprise sent to others."""

    buyer = NamedColumn(verbose_name=_("Buyer"), order_by="buyer__organisation__name_zh")
    bought_kg = KgColumn(verbose_name=_("Bought as filed, gross kg"))

    class Meta(_ShipmentTable.Meta):
        sequence = (
            *("state", "document", "buyer", "lot", "product"),
            *("sold_kg", "bought_kg", "sold_to", "due"),
        )


class DisputeTable(_ShipmentTable):
    """What two enterprises do not agree on."""

    seller = NamedColumn(verbose_name=_("Seller"), order_by="seller__organisation__name_zh")
    buyer = NamedColumn(verbose_name=_("Buyer"), order_by="buyer__organisation__name_zh")
    received_kg = KgColumn(verbose_name=_("Received as said, gross kg"))

    class Meta(_ShipmentTable.Meta):
        sequence = (
            *("state", "document", "seller", "buyer", "lot", "product"),
            *("sold_kg", "received_kg", "sold_to", "due"),
        )


class _ShipmentFilter(ListFilter):
    month = MonthFilter(label=_("Sent in (2025-03)"), method="of_days")

    class Meta:
        model = Shipment
        fields = ()

    def of_days(self, rows: QuerySet[Model], _name: str, _month: Any) -> QuerySet[Model]:
        """As they are: the view has asked for the days of the month."""
        return rows

    def standing(self, rows: QuerySet[Model], _name: str, state: str) -> QuerySet[Model]:
        """Those in one state, or in one of several that belong together."""
        together = {TO_DO_CHOICE: TO_DO, DISPUTE_CHOICE: IN_DISPUTE}
        return rows.filter(state__in=together.get(state, (state,)))


class InboxFilter(_ShipmentFilter):
    """Narrows what was sent to an enterprise."""

    search = SearchFilter(
        fields=[
            "filed_document", "lot__number", "seller__organisation__name_zh",
            "seller__organisation__name_en",
        ],
        label=_("Document, lot or seller"),
    )  # fmt: skip
    state = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[(TO_DO_CHOICE, _("to be dealt with by you")), *_states(without={"outside"})],
        method="standing",
    )


class SentFilter(_ShipmentFilter):
    """Narrows what an enterprise sent to others."""

    search = SearchFilter(
        fields=[
            "filed_document", "lot__number", "buyer__organisation__name_zh",
            "buyer__organisation__name_en",
        ],
        label=_("Document, lot or buyer"),
    )  # fmt: skip
    state = django_filters.ChoiceFilter(
        label=_("Status"), choices=_states(without={"unsold"}), method="standing"
    )


class DisputeFilter(ListFilter):
    """Narrows disputes."""

    search = SearchFilter(
        fields=[
            "filed_document", "lot__number", "seller__organisation__name_zh",
            "seller__organisation__name_en", "buyer__organisation__name_zh",
            "buyer__organisation__name_en",
        ],
        label=_("Document, lot or enterprise"),
    )  # fmt: skip
    state = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[
            (DISPUTE_CHOICE, _("not settled between the two")), *_states(without={"unsold"}),
        ],
        method="standing",
    )  # fmt: skip

    class Meta:
        model = Shipment
        fields = ()

    def standing(self, rows: QuerySet[Model], _name: str, state: str) -> QuerySet[Model]:
        """Those in one state, or all that are not settled."""
        return rows.filter(state__in=IN_DISPUTE if state == DISPUTE_CHOICE else (state,))
