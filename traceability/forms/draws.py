"""What officials type of inspection draws."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from enterprises.models import Activity
from portal.accounts.models import Region
from portal.kernel.templatetags.portal import named
from portal.kernel.widgets import DayInput
from traceability.models import Case, Draw, Inspection
from traceability.rules.draws import LEAST_WORDS, Factors

_QUARTERS = [(number, format_lazy(_("Q{number}"), number=number)) for number in range(1, 5)]
_FIRST_YEAR, _LAST_YEAR = 2010, 2100
_MOST_FACTOR = 10
_MOST_SIZE = 500


class _NamedChoice(forms.ModelChoiceField):
    def label_from_instance(self, thing: Any) -> str:
        return named(thing)


class _CaseOfEnterprise(forms.ModelChoiceField):
    def label_from_instance(self, case: Case) -> str:
        return f"{case.year} · {case.get_topic_display()}"


class DrawForm(forms.Form):
    """From whom, how many, and what makes an enterprise likelier to be drawn."""

    title = forms.CharField(label=_("Title"), max_length=120)
    year = forms.IntegerField(label=_("Year"), min_value=_FIRST_YEAR, max_value=_LAST_YEAR)
    quarter = forms.TypedChoiceField(label=_("Quarter"), choices=_QUARTERS, coerce=int)
    province = _NamedChoice(
        label=_("Province"), queryset=None, required=False, empty_label=_("all provinces")
    )
    activity = forms.ChoiceField(
        label=_("Activity"), choices=[("", _("all activities")), *Activity.choices], required=False
    )
    strata = forms.ChoiceField(label=_("Strata"), choices=Draw.Strata.choices)
    size = forms.IntegerField(label=_("Sample size"), min_value=1, max_value=_MOST_SIZE)
    by_score = forms.IntegerField(
        label=_("Weight of the reliability score"),
        min_value=0,
        max_value=_MOST_FACTOR,
        help_text=_("Added for each point that lacks to a hundred; the base is 100."),
    )
    by_findings = forms.IntegerField(
        label=_("Weight of open findings"), min_value=0, max_value=_MOST_FACTOR
    )
    by_quantity = forms.IntegerField(
        label=_("Weight of quantities"), min_value=0, max_value=_MOST_FACTOR
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provinces = Region.objects.filter(level=Region.Level.PROVINCE).order_by("code")
        self.fields["province"].queryset = provinces  # type: ignore[attr-defined]

    @property
    def asked(self) -> dict[str, Any]:
        """What the draw is to be, with the weights as one value."""
        told = dict(self.cleaned_data)
        names = ("by_score", "by_findings", "by_quantity")
        told["factors"] = Factors(*(told.pop(name) for name in names))
        return told


class CommitForm(forms.Form):
    """A second official's secret, and the moment after which the sample is drawn."""

    words = forms.CharField(
        label=_("Secret words"),
        max_length=200,
        min_length=LEAST_WORDS,
        error_messages={"min_length": _("Enter %(limit_value)d characters at the least.")},
        strip=True,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_(
            "At least 16 characters that nobody can guess. Write them down: the portal keeps only"
            " their SHA-256, and without them the sample can't be drawn."
        ),
    )
    draws_after = forms.DateTimeField(
        label=_("Drawn after"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        help_text=_("The audit trail as it stands at this moment becomes part of the seed."),
    )

    def __init__(self, *args: Any, proposed: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["draws_after"].initial = proposed


class SampleForm(forms.Form):
    """The words that were committed."""

    words = forms.CharField(
        label=_("Secret words"),
        max_length=200,
        strip=True,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("Those of the official who committed the draw; they are published with it."),
    )


class CloseDrawForm(forms.Form):
    """Why a draw ends."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}))


class InspectionForm(forms.Form):
    """What a visit found."""

    visited_on = forms.DateField(label=_("Visited on"), widget=DayInput())
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=Inspection.Outcome.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("What was found"), max_length=2000, widget=forms.Textarea({"rows": 4})
    )
    case = _CaseOfEnterprise(label=_("Case"), queryset=None, required=False)

    def __init__(self, *args: Any, cases: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["case"].queryset = cases  # type: ignore[attr-defined]
