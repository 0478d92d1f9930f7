"""What a supervisor types to change what the checks judge by."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kernel.widgets import DayInput
from traceability.models import Tolerance


class ToleranceForm(forms.Form):
    """A tolerance, its new value, from when on, and why."""

    name = forms.ChoiceField(label=_("Tolerance"), choices=Tolerance.Name.choices)
    value = forms.DecimalField(label=_("New value"), max_digits=14)
    valid_from = forms.DateField(
        label=_("From"),
        widget=DayInput(),
        help_text=_("A day to come: what was judged until then stays as it was."),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tomorrow = today + timedelta(days=1)
        self.fields["valid_from"].widget.attrs["min"] = tomorrow.isoformat()


class DecisionReasonForm(forms.Form):
    """Why a proposal is approved, declined or taken back."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
