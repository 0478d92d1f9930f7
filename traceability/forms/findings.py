"""The form that asks for a reconciliation."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kernel.widgets import DayInput

FIRST_YEAR = 2010


class ReconciliationForm(forms.Form):
    """Which year to look at, and as known on which day."""

    year = forms.IntegerField(label=_("Year"), min_value=FIRST_YEAR)
    as_of = forms.DateField(
        label=_("As known at the end of"),
        widget=DayInput(),
        help_text=_("A day before the latest run looks back and changes no finding of today."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, initial={"year": today.year, "as_of": today}, **kwargs)
        self.fields["year"].max_value = today.year  # type: ignore[attr-defined]
        self.fields["as_of"].widget.attrs["max"] = today.isoformat()

    def clean_year(self) -> int:
        """A year that has begun."""
        year = int(self.cleaned_data["year"])
        if year > self.today.year:
            raise forms.ValidationError(_("That year has not begun."), code="year_to_come")
        return year

    def clean_as_of(self) -> date:
        """A day that has come."""
        day: date = self.cleaned_data["as_of"]
        if day > self.today:
            raise forms.ValidationError(_("That day is still to come."), code="day_to_come")
        return day
