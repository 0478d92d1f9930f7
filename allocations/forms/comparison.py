"""What people set against one another."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from allocations.models import Category, Decision

YEAR, DECISION = "year", "decision"


class CompareForm(forms.Form):
    """Two sides, each a year or a decision, and what is shown of their difference."""

    a = forms.ChoiceField(label=_("First"))
    b = forms.ChoiceField(label=_("Second"))
    category = forms.ChoiceField(label=_("Category"), required=False)
    search = forms.CharField(label=_("Search"), required=False, max_length=100)
    changed = forms.BooleanField(label=_("Only what differs"), required=False)

    def __init__(
        self, *args: Any, years: Sequence[int], decisions: Sequence[Decision], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        sides = [
            (_("Years"), [(f"{YEAR}-{year}", str(year)) for year in years]),
            (_("Decisions"), [(f"{DECISION}-{each.pk}", _told(each)) for each in decisions]),
        ]
        for name in ("a", "b"):
            self.fields[name].choices = sides
        self.fields["category"].choices = [("", _("all")), *Category.choices]
        for name, field in self.fields.items():
            select = isinstance(field.widget, forms.Select)
            if name != "changed":
                field.widget.attrs["class"] = "form-select" if select else "form-control"
            field.widget.attrs["id"] = f"compare-{name}"


def _told(decision: Decision) -> str:
    words = [str(decision), decision.get_kind_display(), decision.document_no]
    if decision.status != Decision.Status.ISSUED:
        words.append(decision.get_status_display())
    return " · ".join(str(word) for word in words if word)
