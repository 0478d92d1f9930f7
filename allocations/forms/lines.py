"""What people type to begin a decision and to write its lines."""

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from allocations.models import Category, Decision
from allocations.rules import DIRECTIVE
from allocations.services import AllocationEntry, CeilingEntry
from enterprises.models import Enterprise
from portal.kernel.period import civil_day
from portal.kernel.quantity import KG_PER_TONNE, to_kg, to_tonnes
from portal.kernel.templatetags.portal import named
from portal.kernel.widgets import DayInput

ROWS_ADDED = 5
ROWS_AT_MOST = 4_000
FIRST_YEAR = 2010
NO_TONNES = _("Enter the tonnes of this line, or remove it.")


class TonnesFormField(forms.DecimalField):
    """Tonnes REO with up to three places, signed; separators of a paste are left out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=15, decimal_places=3, required=False, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        """The number in full or half width, without commas and spaces."""
        text = unicodedata.normalize("NFKC", str(value or "")).replace(",", "")
        return super().to_python("".join(text.split()).replace("\u2212", "-"))


def as_typed(kg: Decimal) -> str:
    """Kilograms as the tonnes that somebody types; more than three places only where there are."""
    tonnes = kg / KG_PER_TONNE
    return str(to_tonnes(kg)) if to_tonnes(kg) == tonnes else format(tonnes.normalize(), "f")


def categories_of(regime: str) -> list[tuple[str, Any]]:
    """The categories of a regime's lines; mining undivided is history."""
    return [
        (category.value, category.label)
        for category in Category
        if regime == DIRECTIVE or category != Category.MINING
    ]


class DecisionForm(forms.Form):
    """A new decision; its regime follows from the year."""

    year = forms.IntegerField(label=_("Year"), min_value=FIRST_YEAR)
    kind = forms.ChoiceField(label=_("Kind"), choices=Decision.Kind.choices)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("What the decision is about, for those who sign it."),
    )
    effective_on = forms.DateField(
        label=_("Effective on"),
        required=False,
        widget=DayInput(),
        help_text=_("It is not issued before this day. Empty: as soon as it is ready."),
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this_year = civil_day(at).year
        self.fields["year"].initial = this_year
        self.fields["year"].validators.append(MaxValueValidator(this_year + 1))


class CeilingLinesForm(forms.Form):
    """The ceiling lines of a decision: one for each category, empty where it has none."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, decision: Decision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.categories = categories_of(decision.regime)
        self.fields["digest"].initial = decision.content_digest
        standing = {line.category: line for line in decision.ceiling_lines.all()}
        for name, label in self.categories:
            line = standing.get(name)
            self.fields[f"{name}_tonnes"] = TonnesFormField(
                label=label, initial=as_typed(line.kg) if line else ""
            )
            self.fields[f"{name}_reason"] = forms.CharField(
                label=_("Reason"),
                required=False,
                max_length=300,
                initial=line.reason if line else "",
            )

    def rows(self) -> list[tuple[Any, Any]]:
        """The fields of each category: tonnes and reason."""
        return [
            (self[f"{name}_tonnes"], self[f"{name}_reason"]) for name, _label in self.categories
        ]

    def entries(self) -> list[CeilingEntry]:
        """The lines as typed; zero is no line."""
        typed = self.cleaned_data
        return [
            CeilingEntry(name, to_kg(tonnes), typed[f"{name}_reason"])
            for name, _label in self.categories
            if (tonnes := typed.get(f"{name}_tonnes"))
        ]


class AllocationLineForm(forms.Form):
    """One allocation line; a row without enterprise and mass is no line."""

    enterprise = forms.CharField(label=_("Enterprise"), required=False, max_length=240)
    category = forms.ChoiceField(label=_("Category"), required=False)
    tonnes = TonnesFormField(label=_("t REO"))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)

    def __init__(self, *args: Any, regime: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = categories_of(regime)

    def clean(self) -> dict[str, Any]:
        """A line names an enterprise, a category and a mass."""
        typed = super().clean() or self.cleaned_data
        named_one, mass = typed.get("enterprise"), typed.get("tonnes")
        if named_one and mass is None and "tonnes" not in self.errors:
            self.add_error("tonnes", NO_TONNES)
        if mass is not None and not named_one:
            self.add_error("enterprise", _("Name the enterprise of this line."))
        if named_one and not typed.get("category") and "category" not in self.errors:
            self.add_error("category", _("Choose the category of this line."))
        return typed

    @property
    def is_line(self) -> bool:
        """Whether the row says anything and is not to be removed."""
        return bool(self.cleaned_data.get("enterprise")) and not self.cleaned_data.get("DELETE")


class AllocationLinesBase(forms.BaseFormSet):
    """All allocation lines of a decision; the enterprises are looked up at once."""

    def clean(self) -> None:
        """Every enterprise is of the directory and has one line of a category."""
        lines = [form for form in self.forms if form.is_line]
        self.enterprises = enterprises_named(form.cleaned_data["enterprise"] for form in lines)
        seen: set[tuple[int, str]] = set()
        for form in lines:
            enterprise = self.enterprises.get(form.cleaned_data["enterprise"])
            if enterprise is None:
                told = _("No enterprise of the directory has this code or name.")
                form.add_error("enterprise", told)
                continue
            key = (enterprise.pk, form.cleaned_data.get("category", ""))
            if key in seen:
                told = _("This enterprise has a line of this category above.")
                form.add_error("category", told)
            seen.add(key)

    def faults(self) -> Iterator[tuple[int, Any, str]]:
        """What is wrong: the row's number, the field, the words."""
        for number, form in enumerate(self.forms, start=1):
            if not self._should_delete_form(form):
                for field in form:
                    yield from ((number, field, error) for error in field.errors)

    def entries(self) -> list[AllocationEntry]:
        """The lines as typed, without empty rows and those to be removed."""
        return [
            AllocationEntry(
                self.enterprises[form.cleaned_data["enterprise"]],
                form.cleaned_data["category"],
                to_kg(form.cleaned_data["tonnes"]),
                form.cleaned_data["reason"],
            )
            for form in self.forms
            if form.is_line
        ]


_Lines = forms.formset_factory(
    AllocationLineForm,
    formset=AllocationLinesBase,
    extra=ROWS_ADDED,
    max_num=ROWS_AT_MOST,
    absolute_max=ROWS_AT_MOST,
    can_delete=True,
)


def allocation_lines(
    decision: Decision, posted: Any = None, *, more: bool = False
) -> AllocationLinesBase:
    """The rows of a decision's allocation lines, as they stand or as posted, with `more` rows."""
    if posted is not None and more:
        posted = posted.copy()
        rows = posted.get("lines-TOTAL_FORMS", "")
        if rows.isdecimal():
            posted["lines-TOTAL_FORMS"] = str(int(rows) + ROWS_ADDED)
    lines = decision.allocation_lines.select_related("enterprise__organisation")
    initial = [
        {
            "enterprise": directory_name(line.enterprise),
            "category": line.category,
            "tonnes": as_typed(line.kg),
            "reason": line.reason,
        }
        for line in lines
    ]
    return _Lines(posted, initial=initial, prefix="lines", form_kwargs={"regime": decision.regime})


def directory_name(enterprise: Enterprise) -> str:
    """How an enterprise is written in a line: its code and name, or its name alone."""
    return f"{enterprise.uscc} {named(enterprise)}" if enterprise.uscc else named(enterprise)


def enterprises_named(texts: Iterable[str]) -> dict[str, Enterprise]:
    """The enterprises that these texts begin with the code of, or are the whole name of."""
    wanted = {text: text.split()[0].upper() for text in texts}
    found = Enterprise.objects.select_related("organisation").filter(
        Q(uscc__in=wanted.values())
        | Q(organisation__name_zh__in=wanted)
        | Q(organisation__name_en__in=wanted)
    )
    known: dict[str, Enterprise] = {}
    for each in found:
        known |= {name: each for name in (each.name_zh, each.name_en) if name}
    known |= {each.uscc: each for each in found if each.uscc}
    return {
        text: known.get(code) or known[text]
        for text, code in wanted.items()
        if code in known or text in known
    }
