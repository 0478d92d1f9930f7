"""What people type to make a scenario, to compare several, and to promote one."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from allocations.forms.lines import (
    TonnesFormField,
    as_typed,
    categories_of,
    enterprises_named,
)
from allocations.models import Decision, Scenario
from allocations.rules import (
    CRITERIA_WEIGHED,
    TOTAL_CONTROL,
    TOTAL_CONTROL_SINCE,
    Bound,
    ScenarioRules,
)
from enterprises.models import Enterprise
from portal.kernel.period import civil_day
from portal.kernel.quantity import to_kg

HUNDRED = Decimal(100)
LINES_AT_MOST = 500
COMPARED_AT_MOST = 6


class PercentField(forms.DecimalField):
    """A percentage with up to two decimals; empty: none. Becomes a fraction."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        limits: dict[str, Any] = {"min_value": 0, "max_value": most}
        super().__init__(required=False, max_digits=6, decimal_places=2, **limits, **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        """The fraction."""
        percent = super().clean(value)
        return None if percent is None else percent / HUNDRED


class BoundsField(forms.CharField):
    """Bounds of single enterprises or groups, one on a line: name or code; least; most (tonnes)."""

    def __init__(self, *, groups: bool, **kwargs: Any) -> None:
        self.groups = groups
        super().__init__(
            required=False,
            max_length=40_000,
            strip=True,
            widget=forms.Textarea({"rows": 3, "placeholder": "…; 100; 120"}),
            **kwargs,
        )

    def clean(self, value: Any) -> dict[int, Bound]:
        """Bounds by enterprise; every line that cannot be read is told by its number."""
        text = super().clean(value)
        lines = [line.strip() for line in text.replace("；", ";").splitlines() if line.strip()]
        if len(lines) > LINES_AT_MOST:
            raise forms.ValidationError(_("At most %(most)s lines.") % {"most": LINES_AT_MOST})
        names = [line.split(";")[0].strip() for line in lines]
        known = enterprises_named(name for name in names if name)
        bounds: dict[int, Bound] = {}
        errors = []
        for number, (line, name) in enumerate(zip(lines, names, strict=True), start=1):
            try:
                holder = self._holder(known.get(name), bounds)
                bounds[holder.pk] = self._bound(line.split(";")[1:])
            except forms.ValidationError as wrong:
                errors += [
                    _("Line %(number)s: %(error)s") % {"number": number, "error": error}
                    for error in wrong.messages
                ]
        if errors:
            raise forms.ValidationError(errors)
        return bounds

    def _holder(self, found: Enterprise | None, bounds: dict[int, Bound]) -> Enterprise:
        if found is None or (self.groups and not found.is_group):
            raise forms.ValidationError(
                _("No group of the directory has this code or name.")
                if self.groups
                else _("No enterprise of the directory has this code or name.")
            )
        if found.pk in bounds:
            raise forms.ValidationError(_("It has a line above."))
        return found

    @staticmethod
    def _bound(cells: list[str]) -> Bound:
        if len(cells) != 2:
            raise forms.ValidationError(_("Write name; least; most, with two semicolons."))
        least, most = (TonnesFormField(min_value=0).clean(cell) for cell in cells)
        return Bound(*(None if each is None else to_kg(each) for each in (least, most)))


class ScenarioForm(forms.Form):
    """A total and the rules that divide it."""

    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=60,
        help_text=_("Needed to save it, not to see what comes of the rules."),
    )
    total = TonnesFormField(
        label=_("To be divided, t REO"),
        min_value=0,
        help_text=_("The ceiling of the year, or the part of it that this is about."),
    )
    floor = PercentField(
        label=_("Floor, percent of last year's cap"),
        most=200,
        help_text=_("No share falls below it; empty: none. For those that had a cap."),
    )
    ceiling = PercentField(
        label=_("Ceiling, percent of last year's cap"),
        most=1000,
        help_text=_("No share rises above it; empty: none. For those that had a cap."),
    )
    within_capacity = forms.BooleanField(
        label=_("No share above the assessed capacity"), required=False
    )
    cut_over = forms.BooleanField(
        label=_("After a penalty: cut what was produced beyond the cap"),
        required=False,
        initial=True,
    )
    penalty_factor = PercentField(
        label=_("After a penalty: percent of the share that is left"),
        most=100,
        help_text=_("Empty or 100: nothing but the cut above. It comes before every floor."),
    )
    bounds = BoundsField(
        label=_("Single enterprises"),
        groups=False,
        help_text=_(
            "One on a line: code or name; least; most, in t REO. Either may be empty. They come "
            "before the floor and the ceiling above."
        ),
    )
    groups = BoundsField(
        label=_("Rare earth groups with their members"),
        groups=True,
        help_text=_("One on a line: name; least; most, in t REO. The same twice fixes the total."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["total"].required = True
        for name, label in CRITERIA_WEIGHED.items():
            self.fields[f"weight_{name}"] = forms.DecimalField(
                label=label,
                required=False,
                min_value=0,
                max_value=100,
                max_digits=5,
                decimal_places=2,
            )

    @property
    def weights(self) -> list[Any]:
        """The fields of the weights."""
        return [self[f"weight_{name}"] for name in CRITERIA_WEIGHED]

    def rules(self) -> ScenarioRules:
        """The rules as typed."""
        typed = self.cleaned_data
        factor = typed["penalty_factor"]
        return ScenarioRules(
            total_kg=to_kg(typed["total"]),
            weights={
                name: weight
                for name in CRITERIA_WEIGHED
                if (weight := typed[f"weight_{name}"]) is not None and weight > 0
            },
            floor=typed["floor"],
            ceiling=typed["ceiling"],
            within_capacity=typed["within_capacity"],
            penalty_factor=Decimal(1) if factor is None else factor,
            cut_over=typed["cut_over"],
            bounds=typed["bounds"],
            groups=typed["groups"],
        )


def scenario_initial(rules: ScenarioRules, names: dict[int, str]) -> dict[str, Any]:
    """What the form shows of rules that are changed into another scenario."""
    return {
        "total": as_typed(rules.total_kg),
        "floor": _percent(rules.floor),
        "ceiling": _percent(rules.ceiling),
        "within_capacity": rules.within_capacity,
        "cut_over": rules.cut_over,
        "penalty_factor": _percent(rules.penalty_factor),
        "bounds": _lines(rules.bounds, names),
        "groups": _lines(rules.groups, names),
        **{f"weight_{name}": weight for name, weight in rules.weights.items()},
    }


def _percent(fraction: Decimal | None) -> str:
    return "" if fraction is None else format((fraction * HUNDRED).normalize(), "f")


def _lines(bounds: dict[int, Bound] | Any, names: dict[int, str]) -> str:
    return "\n".join(
        "; ".join([names.get(pk, str(pk)), *map(_tonnes, (bound.least_kg, bound.most_kg))])
        for pk, bound in bounds.items()
    )


def _tonnes(kg: Decimal | None) -> str:
    return "" if kg is None else as_typed(kg)


class PlannedForm(forms.Form):
    """Which year and category a scenario is for."""

    year = forms.IntegerField(label=_("Year"))
    category = forms.ChoiceField(label=_("Category"), choices=categories_of(TOTAL_CONTROL))

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        following = civil_day(at).year + 1
        self.fields["year"].initial = following
        self.fields["year"].validators += [
            MinValueValidator(TOTAL_CONTROL_SINCE),
            MaxValueValidator(following),
        ]


class ScenariosForm(forms.Form):
    """Several scenarios of one year and category."""

    scenario = forms.ModelMultipleChoiceField(
        label=_("Scenarios"),
        queryset=Scenario.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, scenarios: Iterable[Scenario] | Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scenario"].queryset = scenarios
        self.fields["scenario"].label_from_instance = lambda scenario: scenario.name

    def clean_scenario(self) -> list[Scenario]:
        """As many as a screen can hold, the first saved first."""
        chosen = sorted(self.cleaned_data["scenario"], key=lambda each: each.pk)
        if len(chosen) > COMPARED_AT_MOST:
            raise forms.ValidationError(_("Choose at most %(most)s.") % {"most": COMPARED_AT_MOST})
        return chosen


class PromoteForm(forms.Form):
    """Into which decision a scenario goes, and what its lines say."""

    decision = forms.ModelChoiceField(
        label=_("Decision"),
        queryset=Decision.objects.none(),
        required=False,
        empty_label=_("a new annual draft"),
        help_text=_("Its lines of this category give way to the scenario's."),
    )
    reason = forms.CharField(
        label=_("Reason on every line"), max_length=200, widget=forms.Textarea({"rows": 3})
    )
    with_ceiling = forms.BooleanField(
        label=_("Write the total as the ceiling of the category too"), required=False
    )

    def __init__(self, *args: Any, decisions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decision"].queryset = decisions
