"""What people send and state about a month."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from traceability.models import Filing, Upload
from traceability.rules.sheets import FILE_FAULTS


class UploadForm(forms.Form):
    """A file with the records of a month."""

    file = forms.FileField(
        label=_("Spreadsheet or CSV file"),
        max_length=200,
        allow_empty_file=True,  # said in our own words
        widget=forms.ClearableFileInput(
            attrs={"accept": ".xlsx,.csv,.txt", "class": "form-control"}
        ),
    )

    mode = forms.ChoiceField(
        label=_("What the file is"),
        choices=Upload.Mode.choices,
        initial=Upload.Mode.REPLACE,
        required=False,
        widget=forms.RadioSelect,
    )
    keep_right = forms.BooleanField(
        label=_("Put in what is right and give the other rows back"),
        required=False,
        help_text=_("Otherwise a file with any fault saves nothing."),
    )
    drop_accepted = forms.BooleanField(
        label=_("Replace purchases accepted as shipments too"),
        required=False,
        help_text=_("Otherwise they stay in the draft beside what the file states."),
    )

    def clean_mode(self) -> str:
        """The whole month, unless something else was chosen."""
        return self.cleaned_data["mode"] or Upload.Mode.REPLACE

    def __init__(self, *args: Any, accepted: int = 0, **kwargs: Any) -> None:
        """`accepted`: so many purchases of accepted shipments the draft holds."""
        super().__init__(*args, **kwargs)
        if not accepted:
            del self.fields["drop_accepted"]
        self.fields["file"].help_text = _("XLSX or CSV, up to %(size)s.") % {
            "size": filesizeformat(settings.UPLOAD_MAX_BYTES)
        }

    def clean_file(self) -> UploadedFile:
        """A file within the size that is said before it is sent."""
        file: UploadedFile = self.cleaned_data["file"]
        if not file.size:
            raise forms.ValidationError(FILE_FAULTS["empty"], code="empty")
        if file.size > settings.UPLOAD_MAX_BYTES:
            raise forms.ValidationError(
                FILE_FAULTS["too_large"],
                code="too_large",
                params={"most": settings.UPLOAD_MAX_BYTES // 1024**2},
            )
        return file


class AmendmentForm(forms.Form):
    """Why a month that was submitted is amended."""

    reason_kind = forms.ChoiceField(
        label=_("Kind of reason"), choices=[("", _("Choose one")), *Filing.ReasonKind.choices]
    )
    reason = forms.CharField(
        label=_("Reason for amending"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The authorities see it beside both versions."),
    )


class AttestationForm(forms.Form):
    """The statement of truthfulness, and which draft it is made about."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    truthful = forms.BooleanField(
        label=_("I make this statement for the enterprise"),
        error_messages={"required": _("Tick the statement of truthfulness to submit.")},
    )

    signs_as = forms.CharField(
        label=_("You sign as"),
        disabled=True,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    secret = forms.CharField(
        label=_("Your password, or the code of your second factor"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("Asked anew for each filing: attesting is signing."),
    )

    def __init__(
        self, *args: Any, confirmed: Callable[[str], bool] = lambda secret: False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._confirmed = confirmed

    def clean(self) -> dict[str, Any]:
        """Who attests shows that it is they, once the statement is made."""
        cleaned: dict[str, Any] = super().clean() or {}
        secret = cleaned.pop("secret", "")
        if secret and not self.errors and not self._confirmed(secret):
            self.add_error(
                "secret",
                _("This is neither your password nor a code that holds now; a code holds once."),
            )
        return cleaned

    def clean_seen(self) -> datetime | None:
        """The instant at which the draft that was looked at had been handed over."""
        return parse_datetime(self.cleaned_data["seen"])
