"""Which months a dossier looks at."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import pgettext_lazy

from portal.kernel.filters import MonthFormField
from portal.kernel.period import Month
from traceability.queries.dossier.period import Period

MONTHS = 12
MOST_MONTHS = 36


class DossierForm(forms.Form):
    """From which month to which; the twelve that ended last where nothing sensible was asked."""

    first = MonthFormField(label=pgettext_lazy("months", "From"), required=False)
    last = MonthFormField(label=pgettext_lazy("months", "To"), required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs |= {"class": "form-control", "id": f"dossier-{name}"}

    @property
    def period(self) -> Period:
        """At most MOST_MONTHS, the latest, and none that is still to come."""
        self.full_clean()
        asked: dict[str, Any] = getattr(self, "cleaned_data", {})
        ended = Month.of(self.today) - 1
        last = min(asked.get("last") or ended, Month.of(self.today))
        first = asked.get("first") or last - MONTHS + 1
        if first > last:
            first, last = last, first
        return Period(max(first, last - MOST_MONTHS + 1), last, self.today)
