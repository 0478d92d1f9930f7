"""What people type about keys."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kernel.widgets import DayInput
from portal.machines.models import Key

USUAL_LIFE = timedelta(days=180)


class KeyForm(forms.Form):
    """A new key: what for, how far it reaches, how long it lasts."""

    purpose = forms.CharField(
        label=_("Purpose"),
        max_length=120,
        help_text=_("Which system will use it, so that everybody knows what ends with it."),
    )
    scope = forms.ChoiceField(
        label=_("Scope"),
        choices=Key.Scope.choices,
        widget=forms.RadioSelect,
        initial=Key.Scope.READ,
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        widget=DayInput(),
        help_text=_("At most a year from today."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})["expires_on"] = today + USUAL_LIFE
        super().__init__(*args, **kwargs)
