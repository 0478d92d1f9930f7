"""What people type at the steps of a decision."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from allocations.models import LineComment, SignOff


class SignForm(forms.Form):
    """A ministry's verdict on what its signatory has read."""

    verdict = forms.ChoiceField(
        label=_("Verdict"),
        choices=[(SignOff.Verdict.AGREED, _("agree")), (SignOff.Verdict.REFUSED, _("refuse"))],
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Needed with a refusal."),
    )
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean(self) -> dict[str, Any]:
        """A refusal says why."""
        typed = super().clean() or self.cleaned_data
        if typed.get("verdict") == SignOff.Verdict.REFUSED and not typed.get("comment"):
            self.add_error("comment", _("Say why the ministry does not agree."))
        return typed


class OrderForm(forms.Form):
    """The numbers that an issued decision bears."""

    document_no = forms.CharField(label=_("Notice number"), required=False, max_length=120)
    approval_no = forms.CharField(
        label=_("State Council approval number"),
        required=False,
        max_length=120,
        help_text=_("Needed where the decision has ceiling lines."),
    )


class StopForm(forms.Form):
    """Why a ministry stops an issue."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}))


class WithdrawForm(forms.Form):
    """Why a decision is withdrawn."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea({"rows": 3}))


class AskForm(forms.Form):
    """What an authority wants to know about its copy."""

    text = forms.CharField(label=_("Query"), max_length=1000, widget=forms.Textarea({"rows": 4}))


class AnswerForm(forms.Form):
    """What the ministry answers."""

    answer = forms.CharField(label=_("Answer"), max_length=1000, widget=forms.Textarea({"rows": 4}))


class ConfirmForm(forms.Form):
    """A deed that needs nothing typed; a refusal is said on it."""


class CommentForm(forms.Form):
    """What a ministry says of a line, or answers."""

    text = forms.CharField(label=_("Comment"), max_length=1000, widget=forms.Textarea({"rows": 3}))
    parent = forms.ModelChoiceField(
        queryset=LineComment.objects.none(), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, comments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = comments
