"""What is typed when many cases or findings are worked at once."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from traceability.forms.cases import (
    AssignForm,
    CaseChoice,
    CloseForm,
    MergeForm,
    NoteForm,
    QuestionForm,
)
from traceability.models import SavedView

# So many at once: what can be looked over, and done in one transaction.
MOST_AT_ONCE = 500


class _Rows(forms.Form):
    """The rows that were shown and are meant, by their keys."""

    rows = forms.CharField(widget=forms.HiddenInput, max_length=12 * MOST_AT_ONCE)

    def clean_rows(self) -> list[int]:
        """The keys."""
        keys = str(self.cleaned_data["rows"]).split(",")
        if not all(key.isascii() and key.isdigit() for key in keys) or len(keys) > MOST_AT_ONCE:
            raise forms.ValidationError(_("Choose again."))
        return [int(key) for key in keys]


class AssignManyForm(_Rows, AssignForm):
    """Who works the cases."""


class AskManyForm(_Rows, QuestionForm):
    """What the enterprises are asked."""


class NoteManyForm(_Rows, NoteForm):
    """A note for all of them."""


class MergeManyForm(_Rows, MergeForm):
    """The case that all of them become part of."""


class CloseManyForm(_Rows, CloseForm):
    """How all of them end."""


class MoveForm(_Rows):
    """Where findings are put, and why."""

    into = CaseChoice(
        label=_("Into the case"),
        queryset=None,
        required=False,
        empty_label=_("a new case"),
        help_text=_("Later runs of the reconciliation leave the findings where they are put."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, cases: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = cases  # type: ignore[attr-defined]


class SaveViewForm(forms.Form):
    """A name for what a list shows, and who finds it."""

    listing = forms.ChoiceField(choices=SavedView.Listing.choices, widget=forms.HiddenInput)
    query = forms.CharField(max_length=1000, required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=60)
    is_shared = forms.BooleanField(label=_("share within my organisation"), required=False)
    is_default = forms.BooleanField(label=_("open the list so"), required=False)
