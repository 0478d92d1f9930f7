"""Which month the checks are asked about."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kernel.filters import MonthFormField
from portal.kernel.period import Month
from portal.kernel.widgets import DayInput


class VerdictForm(forms.Form):
    """A month, as known at the end of a day, and perhaps one lot, run or document."""

    month = MonthFormField(label=_("Month"))
    as_of = forms.DateField(
        label=_("As known at the end of"),
        widget=DayInput(),
    )
    subject = forms.CharField(label=_("Lot, run or document number"), required=False, max_length=60)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)
        self.fields["as_of"].widget.attrs["max"] = today.isoformat()

    def clean_as_of(self) -> date:
        """A day that has come."""
        day: date = self.cleaned_data["as_of"]
        if day > self.today:
            raise forms.ValidationError(_("That day is still to come."), code="day_to_come")
        return day

    def clean(self) -> dict[str, Any]:
        """A month that had begun by then."""
        told: dict[str, Any] = super().clean() or {}
        month: Month | None = told.get("month")
        if month and (day := told.get("as_of")) and month.first_day > day:
            self.add_error("month", _("That month had not begun by then."))
        return told
