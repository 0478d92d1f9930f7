"""Lists of trials and of what they found."""

import django_filters
import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from portal.kernel.tables import (
    DayColumn,
    KgColumn,
    ListFilter,
    ListTable,
    MomentColumn,
    MonthColumn,
    NamedColumn,
    SearchFilter,
    StatusColumn,
)
from traceability.models import Trial, TrialFinding
from traceability.queries.findings import message_of
from traceability.rules.checks import CHECK_OF, CHECKS
from traceability.tables.findings import CountColumn, MessageColumn, TitleColumn


class TrialTable(ListTable):
    """Trials with what would change."""

    asked_at = MomentColumn(verbose_name=_("Asked"), linkify=True)
    asked_by = tables.Column(verbose_name=_("Asked by"))
    first_month = MonthColumn(verbose_name=_("From month"))
    last_month = MonthColumn(verbose_name=_("To month"))
    as_of = DayColumn(verbose_name=_("As of"))
    state = StatusColumn(kind="reconciliation", verbose_name=_("State"))
    new = CountColumn(count="new", verbose_name=_("Found newly"))
    cleared = CountColumn(count="cleared", verbose_name=_("No longer found"))
    kept = CountColumn(count="kept", verbose_name=_("Stays"))

    class Meta(ListTable.Meta):
        model = Trial
        fields = (
            "asked_at",
            "asked_by",
            "first_month",
            "last_month",
            "as_of",
            "state",
            "new",
            "cleared",
            "kept",
        )
        order_by = "-asked_at"


class CodeColumn(TitleColumn):
    """What was found, in words; leads to the finding on record where there is one."""

    def render(self, record: TrialFinding) -> str:  # type: ignore[override]
        """The title of its code."""
        return CHECK_OF[record.code].heading


class SentenceColumn(MessageColumn):
    """What a finding says with its numbers, on the page too."""

    def render(self, record: TrialFinding) -> str:
        """The sentence, in the reader's language."""
        return message_of(record)


class TrialFindingTable(ListTable):
    """What a trial found, no longer found, and found either way."""

    change = StatusColumn(kind="trial", verbose_name=_("Change"))
    code = CodeColumn(
        verbose_name=_("Finding"),
        linkify=lambda record: record.finding.get_absolute_url() if record.finding else None,
    )
    enterprise = NamedColumn(
        verbose_name=_("Enterprise"), order_by="enterprise__organisation__name_zh"
    )
    month = MonthColumn(verbose_name=_("Month"))
    severity = StatusColumn(kind="severity", verbose_name=_("Severity"))
    amount_before_kg = KgColumn(verbose_name=_("Kg as it stands"))
    amount_kg = KgColumn(verbose_name=_("Kg on trial"))
    message = SentenceColumn(verbose_name=_("Message"), accessor="code", orderable=False)

    class Meta(ListTable.Meta):
        model = TrialFinding
        fields = (
            "change",
            "code",
            "enterprise",
            "month",
            "severity",
            "amount_before_kg",
            "amount_kg",
            "message",
        )


class TrialFindingFilter(ListFilter):
    """Narrows what a trial found."""

    search = SearchFilter(
        fields=[
            "enterprise__organisation__name_zh",
            "enterprise__organisation__name_en",
            "enterprise__uscc",
        ],
        label=_("Enterprise"),
    )
    change = django_filters.ChoiceFilter(label=_("Change"), choices=TrialFinding.Change.choices)
    code = django_filters.ChoiceFilter(
        label=_("Finding"), choices=[(check.code, check.title) for check in CHECKS]
    )

    class Meta:
        model = TrialFinding
        fields = ()
