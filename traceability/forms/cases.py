"""What people type in a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kernel.templatetags.portal import named
from portal.kernel.widgets import DayInput
from traceability.models import Case
from traceability.rules.cases import MOST_BYTES
from traceability.services.cases import Attachment


class CaseChoice(forms.ModelChoiceField):
    """A choice among cases, by enterprise, topic and number."""

    def label_from_instance(self, case: Case) -> str:
        """As it is chosen."""
        return f"{named(case.enterprise)} · {case.get_topic_display()} · #{case.pk}"


class _WithAttachment(forms.Form):
    """A text, and a file that goes with it."""

    text = forms.CharField(label=_("Text"), max_length=4000, widget=forms.Textarea({"rows": 5}))
    attachment = forms.FileField(
        label=_("Attachment"),
        required=False,
        max_length=200,
        help_text=_("PDF, PNG, JPEG or XLSX of at most 10 MB."),
    )

    def clean_attachment(self) -> Attachment | None:
        """Name and content of the file; one byte more than allowed tells that it is too large."""
        file = self.cleaned_data.get("attachment")
        return Attachment(file.name, file.read(MOST_BYTES + 1)) if file else None


class QuestionForm(_WithAttachment):
    """What the enterprise is asked, and until when it answers."""

    due_on = forms.DateField(
        label=_("Answer due on"),
        widget=DayInput(),
    )
    field_order = ("text", "due_on", "attachment")


class CaseAnswerForm(_WithAttachment):
    """What the enterprise answers."""


class NoteForm(_WithAttachment):
    """A note or evidence for those who work the case."""


class AssignForm(forms.Form):
    """Who works a case."""

    to = forms.ModelChoiceField(label=_("Official"), queryset=None)

    def __init__(self, *args: Any, workers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = workers  # type: ignore[attr-defined]


class MergeForm(forms.Form):
    """The case that another becomes part of."""

    into = CaseChoice(label=_("Becomes part of"), queryset=None)
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = others  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    """How a case ends."""

    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=Case.Outcome.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("The enterprise reads it."),
    )
