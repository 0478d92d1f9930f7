"""What people type about decisions and copies."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from allocations.models import Category, Decision, SignOff
from allocations.services import AllocationEntry, CeilingEntry
from enterprises.models import Enterprise
from portal.kernel.quantity import to_kg
from portal.kernel.templatetags.portal import named

# Undivided mining belongs to notices of the past; new decisions divide it.
CATEGORIES = [
    (category.value, category.label) for category in Category if category != Category.MINING
]
EXTRA_ROWS = 5


class TonnesFormField(forms.DecimalField):
    """Tonnes REO with up to three places, signed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 15)
        super().__init__(decimal_places=3, localize=False, **kwargs)


class DecisionForm(forms.ModelForm):
    """A new decision."""

    class Meta:
        model = Decision
        fields = ("year", "regime", "kind", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}


class CeilingLinesForm(forms.Form):
    """The ceiling lines of a decision: one for each category, empty where it has none."""

    def __init__(self, *args: Any, decision: Decision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        standing = {line.category: line for line in decision.ceiling_lines.all()}
        for category, label in CATEGORIES:
            line = standing.get(category)
            self.fields[f"{category}_tonnes"] = TonnesFormField(
                label=label,
                required=False,
                initial=line and (line.kg / 1000).normalize() + Decimal(0),
            )
            self.fields[f"{category}_reason"] = forms.CharField(
                label=_("Reason"),
                required=False,
                max_length=300,
                initial=line.reason if line else "",
            )

    def rows(self) -> list[tuple[Any, Any]]:
        """The fields of each category: tonnes and reason."""
        return [(self[f"{name}_tonnes"], self[f"{name}_reason"]) for name, _label in CATEGORIES]

    def entries(self) -> list[CeilingEntry]:
        """The lines as typed."""
        typed = self.cleaned_data
        return [
            CeilingEntry(name, to_kg(tonnes), typed[f"{name}_reason"])
            for name, _label in CATEGORIES
            if (tonnes := typed[f"{name}_tonnes"]) is not None
        ]


class EnterpriseCodeField(forms.CharField):
    """An enterprise by its credit code, typed or picked from the list beside."""

    widget = forms.TextInput(attrs={"list": "enterprises", "autocomplete": "off"})

    def to_python(self, value: Any) -> str:
        """The code; what stands behind it in the list is left away."""
        return super().to_python(value).split(" ")[0].upper()


class AllocationLineForm(forms.Form):
    """One allocation line."""

    enterprise = EnterpriseCodeField(label=_("Enterprise"), required=False)
    category = forms.ChoiceField(label=_("Category"), choices=CATEGORIES, required=False)
    tonnes = TonnesFormField(label=_("t REO"), required=False)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number = self.prefix.rsplit("-", 1)[-1] if self.prefix else ""
        for field in self.fields.values():
            select = isinstance(field.widget, forms.Select)
            css = "form-select form-select-sm" if select else "form-control form-control-sm"
            field.widget.attrs |= {
                "class": css,
                "aria-label": f"{field.label} {number}",
            }

    def clean(self) -> dict[str, Any]:
        """A line names an enterprise and a mass; an empty row is no line."""
        typed = super().clean() or {}
        if typed.get("enterprise") and typed.get("tonnes") is None and "tonnes" in typed:
            self.add_error("tonnes", _("Enter the tonnes of this line, or clear its enterprise."))
        if typed.get("tonnes") is not None and not typed.get("enterprise"):
            self.add_error("enterprise", _("Name the enterprise by its credit code."))
        return typed


class AllocationLinesBase(forms.BaseFormSet):
    """All allocation lines of a decision; resolves the enterprises at once."""

    def clean(self) -> None:
        """Every code is one of the directory, and no enterprise has two lines of a category."""
        if any(self.errors):
            return
        codes = {form.cleaned_data.get("enterprise") for form in self.forms} - {"", None}
        self.enterprises = {e.uscc: e for e in Enterprise.objects.filter(uscc__in=codes)}
        seen: set[tuple[str, str]] = set()
        for form in self.forms:
            code = form.cleaned_data.get("enterprise")
            if not code:
                continue
            key = (code, form.cleaned_data["category"])
            if code not in self.enterprises:
                form.add_error("enterprise", _("No enterprise of the directory has this code."))
            elif key in seen:
                form.add_error("category", _("This enterprise has a line of this category above."))
            seen.add(key)

    def entries(self) -> list[AllocationEntry]:
        """The lines as typed, without empty rows."""
        return [
            AllocationEntry(
                self.enterprises[typed["enterprise"]],
                typed["category"],
                to_kg(typed["tonnes"]),
                typed["reason"],
            )
            for form in self.forms
            if (typed := form.cleaned_data).get("enterprise")
        ]


AllocationLines = forms.formset_factory(
    AllocationLineForm, formset=AllocationLinesBase, extra=EXTRA_ROWS, max_num=5_000
)


def initial_lines(decision: Decision) -> list[dict[str, Any]]:
    """The allocation lines of a decision as the formset shows them."""
    return [
        {
            "enterprise": f"{line.enterprise.uscc} {named(line.enterprise)}",
            "category": line.category,
            "tonnes": (line.kg / 1000).normalize() + Decimal(0),
            "reason": line.reason,
        }
        for line in decision.allocation_lines.select_related("enterprise__organisation")
    ]


class SignForm(forms.Form):
    """A ministry's verdict on what its signatory has read."""

    verdict = forms.ChoiceField(
        label=_("Verdict"), choices=SignOff.Verdict.choices, widget=forms.RadioSelect
    )
    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=500, widget=forms.Textarea({"rows": 3})
    )
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean(self) -> dict[str, Any]:
        """A refusal says why."""
        typed = super().clean() or {}
        if typed.get("verdict") == SignOff.Verdict.REFUSED and not typed.get("comment"):
            self.add_error("comment", _("Say why the ministry does not agree."))
        return typed


class IssueForm(forms.Form):
    """The numbers that an issued decision bears."""

    document_no = forms.CharField(label=_("Number of the notice"), required=False, max_length=120)
    approval_no = forms.CharField(
        label=_("State Council approval number"), required=False, max_length=120
    )


class WithdrawForm(forms.Form):
    """Why a decision is withdrawn."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea({"rows": 3}))
