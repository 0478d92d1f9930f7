"""What the pages of traces and flows are asked for."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class KnownForm(forms.Form):
    """As known at the end of which day; none: as the ledger stands."""

    known = forms.DateField(
        label=_("As known at the end of"),
        required=False,
        widget=forms.DateInput(
            format="%Y-%m-%d", attrs={"type": "date", "class": "form-control", "id": "known"}
        ),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)
        self.fields["known"].widget.attrs["max"] = today.isoformat()

    @property
    def known_on(self) -> date | None:
        """The day asked for; None for now, also where the day is still to come or none at all."""
        day: date | None = self.cleaned_data.get("known") if self.is_valid() else None
        return day if day and day < self.today else None
