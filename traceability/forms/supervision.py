"""What officials write of a filing, and the time they give."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from portal.kernel.period import Month
from portal.kernel.widgets import DayInput


class RemarkForm(forms.Form):
    """A question, or an answer."""

    text = forms.CharField(
        label=_("Text"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class ReturnForm(forms.Form):
    """Why a filing is returned, and by when it is to be amended."""

    text = forms.CharField(
        label=_("Reasons"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    due_on = forms.DateField(
        label=_("To be amended by"),
        widget=DayInput(),
    )


class ExtensionForm(forms.Form):
    """For whom a deadline is extended, until when and why."""

    month = forms.CharField(label=_("Month"), help_text=_("Like 2025-03."), max_length=7)
    everybody = forms.BooleanField(
        label=_("Every enterprise that has not filed the month"), required=False
    )
    enterprises = forms.CharField(
        label=_("Unified social credit codes"),
        required=False,
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line, for one enterprise or several."),
    )
    last_day = forms.DateField(
        label=_("Last day to file"),
        widget=DayInput(),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The enterprises read it beside the new deadline."),
    )

    def clean_month(self) -> Month:
        """The Month."""
        try:
            return Month.parse(self.cleaned_data["month"])
        except ValueError as error:
            raise forms.ValidationError(_("Write a month like 2025-03."), code="month") from error

    def clean_enterprises(self) -> list[Enterprise]:
        """The enterprises that were named; every code must be in the directory."""
        codes = list(dict.fromkeys(self.cleaned_data["enterprises"].upper().split()))
        found = {each.uscc: each for each in Enterprise.objects.filter(uscc__in=codes)}
        if unknown := [code for code in codes if code not in found]:
            raise forms.ValidationError(
                _("Not in the directory: %(codes)s."),
                code="unknown",
                params={"codes": " ".join(unknown[:10])},
            )
        return [found[code] for code in codes]

    def clean(self) -> dict[str, Any]:
        """Either everybody or those who are named."""
        cleaned: dict[str, Any] = super().clean() or {}
        named = "enterprises" in cleaned  # else what is wrong with them is said already
        if named and bool(cleaned.get("everybody")) == bool(cleaned["enterprises"]):
            self.add_error("enterprises", _("Name enterprises, or choose every one; not both."))
        return cleaned
