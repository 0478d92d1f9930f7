"""What people type about penalties and the cuts they ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from allocations.forms.lines import (
    TonnesFormField,
    categories_of,
    enterprises_named,
)
from allocations.models import Decision, Penalty
from allocations.rules import TOTAL_CONTROL, PenaltyTold
from enterprises.models import Enterprise
from portal.accounts.models import Organisation
from portal.kernel.quantity import to_tonnes
from portal.kernel.templatetags.portal import named
from portal.kernel.widgets import DayInput


class NamedChoiceField(forms.ModelChoiceField):
    """A choice among things that have a name in both languages."""

    def label_from_instance(self, thing: Any) -> str:
        """The name in the reader's language."""
        return named(thing)


class PenaltyForm(forms.Form):
    """An authority's penalty decision on one enterprise."""

    authority = NamedChoiceField(
        label=_("Decided by"), queryset=Organisation.objects.none(), empty_label=None
    )
    document = forms.CharField(label=_("Penalty decision number"), max_length=120)
    decided_on = forms.DateField(label=_("Decided on"), widget=DayInput())
    ground = forms.ChoiceField(label=_("Ground"), choices=Penalty.Ground.choices)
    category = forms.ChoiceField(label=_("Category"), choices=categories_of(TOTAL_CONTROL))
    over = TonnesFormField(
        label=_("Beyond the cap, t REO"),
        min_value=0,
        help_text=_("What was produced beyond the cap; empty where the breach was another."),
    )
    finding = forms.IntegerField(
        label=_("Finding"),
        required=False,
        min_value=1,
        help_text=_("The number of the finding that it came from, where there is one."),
    )

    def __init__(
        self, *args: Any, authorities: Any, told: PenaltyTold | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["authority"].queryset = authorities
        if told is not None:
            self.fields["category"].initial = told.category
            self.fields["over"].initial = to_tonnes(told.over_kg) if told.over_kg else ""
            if told.code in dict(Penalty.Ground.choices):
                self.fields["ground"].initial = told.code


class HolderForm(forms.Form):
    """Which enterprise a penalty was imposed on."""

    enterprise = forms.CharField(
        label=_("Enterprise"),
        max_length=300,
        widget=forms.TextInput({"list": "holders", "autocomplete": "off"}),
        help_text=_("Unified social credit code, or the name as the directory has it."),
    )

    def clean_enterprise(self) -> Enterprise:
        """The enterprise with this code or name."""
        typed = self.cleaned_data["enterprise"]
        found = enterprises_named([typed]).get(typed)
        if found is None:
            raise forms.ValidationError(_("No enterprise of the directory has this code or name."))
        return found


class TakePenaltyForm(forms.Form):
    """How much is cut, in which decision, and why."""

    decision = forms.ModelChoiceField(
        label=_("Decision"), queryset=Decision.objects.none(), empty_label=None
    )
    tonnes = TonnesFormField(label=_("Cut, t REO"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Stands on the line, after the number of the penalty decision."),
    )

    def __init__(self, *args: Any, penalty: Penalty, decisions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decision"].queryset = decisions
        self.fields["tonnes"].required = True
        self.fields["tonnes"].initial = to_tonnes(penalty.over_kg) if penalty.over_kg else ""


class PenaltyReasonForm(forms.Form):
    """Why a cut is declined, or a penalty set aside."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea({"rows": 3}))
