"""What people type about enterprises, sites and designations."""

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enterprises import queries, rules
from enterprises.models import Activity, Designation, Enterprise
from portal.accounts.models import Region
from portal.accounts.queries import regions
from portal.kernel.errors import Refusal
from portal.kernel.period import Month
from portal.kernel.templatetags.portal import named
from portal.kernel.widgets import DayInput

_INDENT = "\u2003"  # an em space: browsers drop ordinary ones in a list of choices


class UsccFormField(forms.CharField):
    """A unified social credit code as people type or paste it: any case, spaces between."""

    def to_python(self, value: Any) -> str:
        """The code in capitals without spaces and hyphens."""
        text = unicodedata.normalize("NFKC", super().to_python(value) or "")
        return "".join(text.split()).replace("-", "").upper()

    def validate(self, value: str) -> None:
        """Say what is wrong with the code: its length, characters, or check character."""
        super().validate(value)
        if value:
            try:
                rules.require_uscc(value)
            except Refusal as refusal:
                raise forms.ValidationError(refusal.text, code=refusal.code) from refusal


class RegionChoiceField(forms.ModelChoiceField):
    """A region on record, in the order of the codes so that counties follow their prefecture."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=regions(), label=kwargs.pop("label", _("Region")), **kwargs)

    def label_from_instance(self, region: Region) -> str:
        """`360700 Ganzhou`, deeper levels further in."""
        return f"{_INDENT * (region.level - 1)}{region.code} {named(region)}"


class GroupChoiceField(forms.ModelChoiceField):
    """A rare earth group of the directory."""

    def label_from_instance(self, group: Enterprise) -> str:
        """Its name."""
        return named(group)


class MonthFormField(forms.CharField):
    """A month like 2025-03."""

    widget = forms.TextInput(attrs={"type": "month", "placeholder": "2025-03"})

    def clean(self, value: Any) -> Month | None:
        """The Month, or None where nothing was typed."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return Month.parse(text)
        except ValueError as error:
            raise forms.ValidationError(_("Enter a month like 2025-03."), code="month") from error


def _day_field(**kwargs: Any) -> forms.DateField:
    widget = DayInput()
    return forms.DateField(widget=widget, **kwargs)


class EnterpriseForm(forms.Form):
    """What the directory holds of one enterprise."""

    uscc = UsccFormField(
        label=_("Unified social credit code"),
        required=False,
        max_length=40,
        help_text=_("18 characters. Only an enterprise without an activity may lack it."),
    )
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=200, required=False)
    region = RegionChoiceField()
    parent = GroupChoiceField(
        queryset=Enterprise.objects.none(), label=_("Rare earth group"), required=False
    )
    activities = forms.MultipleChoiceField(
        label=_("Activities"),
        choices=Activity.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("An enterprise with an activity must file every month; one with none never."),
    )
    is_group = forms.BooleanField(label=_("Is a rare earth group"), required=False)
    files_from = MonthFormField(
        label=_("Files from"),
        required=False,
        help_text=_("The first month it must file; empty: from the first month of the portal."),
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, enterprise: Enterprise | None = None, **kwargs: Any) -> None:
        if enterprise is not None:
            kwargs["initial"] = _facts(enterprise)
        super().__init__(*args, **kwargs)
        groups = queries.groups()
        if enterprise is not None:
            groups = groups.exclude(pk=enterprise.pk)
        self.fields["parent"].queryset = groups  # type: ignore[attr-defined]


def _facts(enterprise: Enterprise) -> dict[str, Any]:
    return {
        "uscc": enterprise.uscc,
        "name_zh": enterprise.name_zh,
        "name_en": enterprise.name_en,
        "region": enterprise.region_id,
        "parent": enterprise.parent_id,
        "activities": enterprise.activities,
        "is_group": enterprise.is_group,
        "files_from": str(enterprise.files_from or ""),
        "note": enterprise.note,
    }


class TradingPartnerForm(forms.Form):
    """A buyer or seller that the directory lacks."""

    uscc = UsccFormField(
        label=_("Unified social credit code"),
        max_length=40,
        help_text=_("As it stands on the partner's invoices."),
    )
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=200, required=False)
    region = RegionChoiceField(
        required=False,
        help_text=_("Empty: the region that characters 3 to 8 of the code name."),
    )

    def clean(self) -> dict[str, Any]:
        """Read the region out of the code where none is chosen."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("uscc") and "region" in cleaned and cleaned["region"] is None:
            cleaned["region"] = queries.region_in_code(cleaned["uscc"])
            if cleaned["region"] is None:
                self.add_error(
                    "region", _("The code names no region that is on record: choose the region.")
                )
        return cleaned


class SiteForm(forms.Form):
    """A mine or plant."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), max_length=200)
    region = RegionChoiceField()
    activity = forms.ChoiceField(label=_("Activity"), choices=Activity.choices)


class DesignationForm(forms.Form):
    """What MIIT with MNR determined."""

    activity = forms.ChoiceField(label=_("Activity"), choices=Designation.ACTIVITIES)
    valid_from = _day_field(label=_("Valid from"), help_text=_("The first day."))
    valid_to = _day_field(
        label=_("Valid to"), required=False, help_text=_("The last day; empty: without an end.")
    )
    document = forms.CharField(
        label=_("Document"),
        max_length=200,
        help_text=_("The list or notice by which MIIT with MNR determined the enterprise."),
    )


class EndDesignationForm(forms.Form):
    """The end of a designation."""

    valid_to = _day_field(label=_("Last day"), help_text=_("The designation still holds that day."))
    reason = forms.CharField(label=_("Reason for ending"), max_length=300)
