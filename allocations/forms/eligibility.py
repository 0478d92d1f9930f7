"""What people type about the eligibility and capacity of an enterprise."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from allocations.forms.lines import FIRST_YEAR, TonnesFormField
from allocations.models import Eligibility
from portal.kernel.period import civil_day
from portal.kernel.widgets import DayInput


class EligibilityForm(forms.Form):
    """A finding under one criterion, with its evidence."""

    criterion = forms.ChoiceField(label=_("Criterion"))
    verdict = forms.ChoiceField(
        label=_("Finding"), choices=Eligibility.Verdict.choices, widget=forms.RadioSelect
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("What the finding rests on: licence or report with number and date."),
    )
    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=DayInput(),
        help_text=_("The last day of the evidence; empty: without end."),
    )
    attachment = forms.FileField(
        label=_("Attachment"),
        required=False,
        max_length=200,
        help_text=_("PDF, PNG or JPEG of at most 5 MB."),
    )

    def __init__(self, *args: Any, criteria: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["criterion"].choices = [(each.value, each.label) for each in criteria]


class ScoreField(forms.DecimalField):
    """A score of 0 to 100 with up to two decimals; empty: not assessed."""

    def __init__(self, **kwargs: Any) -> None:
        limits: dict[str, Any] = {"min_value": 0, "max_value": 100}
        super().__init__(required=False, max_digits=5, decimal_places=2, **limits, **kwargs)


class AssessmentForm(forms.Form):
    """A capacity and scores, from a year on."""

    category = forms.ChoiceField(label=_("Category"))
    from_year = forms.IntegerField(label=_("From the year"), min_value=FIRST_YEAR)
    capacity = TonnesFormField(label=_("Capacity, t REO a year"), min_value=0)
    document = forms.CharField(
        label=_("Document"),
        max_length=200,
        help_text=_("The approval or report that the capacity was taken from."),
    )
    technology = ScoreField(label=_("Technology, 0 to 100"))
    environment = ScoreField(label=_("Environment, 0 to 100"))
    safety = ScoreField(label=_("Safety, 0 to 100"))

    def __init__(self, *args: Any, categories: Sequence[Any], at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = categories
        self.fields["from_year"].initial = civil_day(at).year
        self.fields["capacity"].required = True
