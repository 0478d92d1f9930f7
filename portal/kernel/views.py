"""The gallery of components."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.kernel.access import signed_in
from portal.kernel.charts import Chart, Series
from portal.kernel.period import CIVIL, Month, year_months
from portal.kernel.statuses import STATUSES
from portal.kernel.tables import (
    DayColumn,
    ListTable,
    MonthColumn,
    NumberColumn,
    StatusColumn,
    TonnesColumn,
    UseColumn,
    list_page,
)

# Invented, and the same at every visit.
USES = [(Decimal(used), Decimal(100)) for used in (42, 93, 100, 117)] + [(Decimal(8), Decimal(0))]
USED, LEFT = (178, 91, 55, 12), (12, 40, 7, 33)
MINED = [Decimal(3_000 + 311 * number) for number in range(10)]


class SampleTable(ListTable):
    """Each kind of column once."""

    name = tables.Column(verbose_name=_("Enterprise"))
    month = MonthColumn(verbose_name=_("Month"))
    day = DayColumn(verbose_name=_("Day"))
    records = NumberColumn(verbose_name=_("Records"))
    used_kg = TonnesColumn(verbose_name=_("Used, t REO"))
    use = UseColumn(verbose_name=_("Share of the cap"))
    status = StatusColumn(kind="filing", verbose_name=_("Status"))

    class Meta(ListTable.Meta):
        order_by = "name"


class SampleForm(forms.Form):
    """Each kind of field once."""

    name = forms.CharField(label=_("Enterprise"), help_text=_("As on the business licence."))
    month = forms.CharField(label=_("Month"), widget=forms.TextInput(attrs={"type": "month"}))
    kind = forms.ChoiceField(label=_("Status"), choices=[("draft", _("draft"))])
    reason = forms.CharField(
        label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    agreed = forms.BooleanField(label=_("I attest that this is true."))


@require_safe
@signed_in
def gallery(request: HttpRequest) -> HttpResponseBase:
    """Every component with the source that makes it."""
    form = SampleForm({"reason": "x"})
    form.is_valid()
    return list_page(
        request,
        template="kernel/gallery.html",
        name="gallery",
        table=SampleTable,
        queryset=_sample_rows(),
        per_page=6,
        context={
            "statuses": [(kind, list(values)) for kind, values in STATUSES.items()],
            "uses": USES,
            # Wrapped, since a form with errors would make the page answer 422.
            "sample": {"form": form},
            "line": _line(),
            "bars": _bars(),
            "events": [
                (_("submitted"), datetime(2025, 12, 8, 9, 30, tzinfo=CIVIL), "李起草"),
                (_("closed"), None, ""),
            ],
            "parts": [(request.path, _("Overview")), ("#list", _("List"))],
        },
    )


def _sample_rows() -> list[dict[str, Any]]:
    return [
        {
            "name": f"{name} {number}",
            "month": Month(2025, number),
            "day": Month(2025, number).last_day,
            "records": 611 * number,
            "used_kg": Decimal(12_345_678) * number,
            "cap_kg": Decimal(110_000_000),
            "status": status,
        }
        for number in range(1, 11)
        for name, status in [("北方稀土", "submitted"), ("中国稀土", "draft")]
    ]


def _line() -> Chart:
    total = [sum(MINED[: number + 1], Decimal(0)) for number in range(len(MINED))]
    return Chart(
        title=_("Cumulative production by month"),
        unit=_("t REO"),
        category_name=_("Month"),
        categories=year_months(2025),
        series=[
            Series(_("mining"), [*total, None, None]),
            Series(_("cap"), [Decimal(50_000)] * 12, form="cap"),
        ],
        note=_("Invented figures."),
    )


def _bars() -> Chart:
    return Chart(
        title=_("Used and left by enterprise"),
        unit=_("t REO"),
        category_name=_("Enterprise"),
        categories=["北方稀土", "中国稀土", "厦门钨业", "广东稀土"],
        series=[
            Series(_("used"), [Decimal(n) for n in USED], form="bar", stack="cap"),
            Series(_("left"), [Decimal(n) for n in LEFT], form="bar", stack="cap", rest=True),
        ],
        horizontal=True,
    )
