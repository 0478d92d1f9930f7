"""Which values are tried, and over which months."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from portal.kernel.period import Month
from portal.kernel.widgets import DayInput
from traceability.models import Tolerance
from traceability.rules.tolerances import BOUNDS, UNIT_WORDS


class TrialForm(forms.Form):
    """Months, a day, and every tolerance with the value that holds; those changed are tried."""

    first_month = forms.CharField(label=_("From month"), help_text=_("Like 2025-03."), max_length=7)
    last_month = forms.CharField(label=_("To month"), help_text=_("Like 2025-03."), max_length=7)
    as_of = forms.DateField(
        label=_("As known at the end of"),
        widget=DayInput(),
    )

    def __init__(self, *args: Any, held: Mapping[str, Decimal], today: date, **kwargs: Any) -> None:
        months = {"first_month": f"{today.year}-01", "last_month": str(Month.of(today))}
        given = months | {"as_of": today} | (kwargs.pop("initial", None) or {})
        super().__init__(*args, initial=given, **kwargs)
        self.fields["as_of"].widget.attrs["max"] = today.isoformat()
        for name in Tolerance.Name:
            bounds = BOUNDS[name]
            self.fields[name] = forms.DecimalField(
                label=capfirst(str(name.label)),
                max_digits=14,
                initial=given.get(name, held[name].normalize()),
                help_text=f"{UNIT_WORDS[bounds.unit]}, {bounds.least:f} – {bounds.most:f}",
            )

    def clean_first_month(self) -> Month:
        """The Month."""
        return self._month("first_month")

    def clean_last_month(self) -> Month:
        """The Month."""
        return self._month("last_month")

    def _month(self, name: str) -> Month:
        try:
            return Month.parse(self.cleaned_data[name])
        except ValueError as error:
            raise forms.ValidationError(_("Write a month like 2025-03."), code="month") from error

    @property
    def asked(self) -> dict[str, Any]:
        """What the service is asked: the months, the day, and every value."""
        told = self.cleaned_data
        return {
            **{name: told[name] for name in ("first_month", "last_month", "as_of")},
            "values": {name.value: told[name] for name in Tolerance.Name},
        }
