"""One row of a draft as a plain form."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from traceability.models import Kind
from traceability.rules.intake import COLUMNS, LONGEST
from traceability.sheets.words import MEANINGS

LABELS = {
    "kind": _("Kind"),
    "date": _("Date"),
    "lot": _("Lot"),
    "lot_maker": _("Maker of the lot"),
    "product": _("Product"),
    "gross_kg": _("Gross mass, kg"),
    "reo_percent": _("Percent REO"),
    "run": _("Process run"),
    "counterparty": _("Counterparty"),
    "document": _("Document"),
    "country": _("Country"),
    "assay": _("Assay"),
    "note": _("Note"),
}


class RowForm(forms.Form):
    """The columns of a record as text; what they mean is judged by the checks of intake.

    `before`: the row as its writer read it, so that nobody's change is lost.
    """

    before = forms.JSONField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label=LABELS["kind"], choices=Kind.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for column in COLUMNS:
            if column != "kind":
                self.fields[column] = forms.CharField(
                    label=LABELS[column],
                    help_text=MEANINGS[column],
                    required=False,
                    max_length=LONGEST.get(column, 100),
                )
        self.fields["product"].widget.attrs["list"] = "products"

    def clean_before(self) -> dict[str, str] | None:
        """The row as it was read; None where there was none."""
        before = self.cleaned_data["before"]
        if before is None:
            return None
        if not isinstance(before, dict) or not all(isinstance(t, str) for t in before.values()):
            raise forms.ValidationError(_("This form is broken; open it again."), code="broken")
        return before

    @property
    def cells(self) -> dict[str, str]:
        """The texts that were written, by column."""
        return {name: self.cleaned_data[name] for name in COLUMNS if self.cleaned_data.get(name)}

    def say_faults(self, faults: Sequence[tuple[str, str]]) -> None:
        """Show what the checks found at the fields of an unbound form."""
        for column, text in faults:
            if column in self.fields:
                self.fields[column].help_text = text
                self.fields[column].widget.attrs["aria-invalid"] = "true"
                self.fields[column].widget.attrs["class"] = "is-invalid"

    def say_conflict(self, theirs: Mapping[str, str] | None, detail: str) -> None:
        """Show what somebody else wrote beside what was typed; saved again, mine replaces it."""
        self.add_error(None, detail)
        mine = self.cells
        for column in COLUMNS:
            text = (theirs or {}).get(column, "")
            if text != mine.get(column, ""):
                said = _("Somebody else wrote: %(text)s") % {"text": text or "—"}
                self.add_error(column, said)
        self.data = self.data.copy()
        self.data["before"] = json.dumps(None if theirs is None else dict(theirs))
