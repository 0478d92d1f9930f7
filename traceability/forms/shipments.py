"""What a buyer answers, and what is written in a dispute."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kernel.period import Month
from portal.kernel.widgets import DayInput
from traceability.models import Shipment, ShipmentRemark
from traceability.rules.shipments import AMEND, NEXT_OPEN, Answer, IfClosed


class _ClosedMonths(forms.Form):
    """What to do where the month of arrival is submitted; asked where one may be."""

    if_closed = forms.ChoiceField(
        label=_("Where the month of arrival has been submitted"),
        required=False,
        choices=[
            ("", _("Record nothing and tell me")),
            (AMEND, _("Amend it: begin with what was submitted, and add these goods")),
            (NEXT_OPEN, _("Record the goods in the next open month, on its first day")),
        ],
        widget=forms.RadioSelect,
    )
    amendment = forms.CharField(
        label=_("Reason for amending"),
        max_length=500,
        required=False,
        help_text=_("Only for an amendment. The authorities see it beside both versions."),
    )

    def without_question(self) -> None:
        """Ask nothing: no month is submitted that the goods may have arrived in."""
        del self.fields["if_closed"], self.fields["amendment"]

    def clean(self) -> dict[str, Any]:
        """An amendment says why."""
        said = super().clean() or {}
        if said.get("if_closed") == AMEND and not said.get("amendment"):
            self.add_error("amendment", _("Say why the month is amended."))
        return said

    def way(self) -> IfClosed:
        """What was chosen; for a valid form."""
        said = self.cleaned_data
        return IfClosed.chosen(said.get("if_closed", ""), said.get("amendment", ""))


def _day_field(label: Any, **options: Any) -> forms.DateField:
    widget = DayInput()
    return forms.DateField(label=label, widget=widget, **options)


class AcceptForm(_ClosedMonths):
    """How much arrived, and when."""

    seen_kg = forms.DecimalField(widget=forms.HiddenInput)
    received_kg = forms.DecimalField(
        label=_("Received in all, gross kg"), max_digits=12, decimal_places=3, min_value=0
    )
    arrived_on = _day_field(_("Arrived on"))
    reason = forms.CharField(
        label=_("Reason for a difference"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ("seen_kg", "received_kg", "arrived_on", "reason", "if_closed", "amendment")

    def __init__(
        self, *args: Any, shipment: Shipment, today: date, closed: Sequence[Month], **kwargs: Any
    ) -> None:
        initial = {
            "seen_kg": shipment.sold_kg,
            "received_kg": shipment.sold_kg,
            "arrived_on": today,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["arrived_on"].widget.attrs |= {
            "min": f"{shipment.sold_from:%Y-%m-%d}",
            "max": f"{today:%Y-%m-%d}",
        }
        if not closed:
            self.without_question()

    def answer(self) -> Answer:
        """What was said; for a valid form."""
        said = self.cleaned_data
        return Answer(said["received_kg"], said["arrived_on"], said["reason"])


class RefuseForm(AcceptForm):
    """What did not come, and why."""

    received_kg = forms.DecimalField(
        label=_("Received in all, gross kg"),
        max_digits=12,
        decimal_places=3,
        min_value=0,
        help_text=_("0 where it never came. What came is recorded as bought."),
    )
    arrived_on = _day_field(_("Arrived on"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The seller reads it, and so do the authorities."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial |= {"received_kg": 0, "arrived_on": None}

    def clean(self) -> dict[str, Any]:
        """What came, came on a day."""
        said = super().clean()
        if said.get("received_kg") and not said.get("arrived_on"):
            self.add_error("arrived_on", _("Say on which day the part arrived."))
        return said


class AcceptManyForm(_ClosedMonths):
    """When goods that are accepted together arrived."""

    arrived_on = _day_field(
        _("Arrived on"),
        required=False,
        help_text=_("Empty: each on the day it was sent. A day before that counts as that day."),
    )
    field_order = ("arrived_on", "if_closed", "amendment")

    def __init__(self, *args: Any, today: date, closed: Sequence[Month], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["arrived_on"].widget.attrs["max"] = f"{today:%Y-%m-%d}"
        if not closed:
            self.without_question()


class RemarkForm(forms.Form):
    """What one side writes to the other."""

    text = forms.CharField(
        label=_("Message"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class RulingForm(forms.Form):
    """What an official decides."""

    ruling = forms.ChoiceField(
        label=_("Decision"), choices=ShipmentRemark.Ruling.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("Grounds"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "id": "id_grounds"}),
        help_text=_("Both sides read them."),
    )
