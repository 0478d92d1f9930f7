"""What people enter to check a paper."""

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from allocations import rules
from portal.kernel.errors import Refusal

MOST_BYTES = 20 * 1024 * 1024


class PaperForm(forms.Form):
    """The digest that a paper bears, or the file itself, of which only the digest is looked at."""

    digest = forms.CharField(
        label=_("Digest on the paper"),
        required=False,
        max_length=200,
        help_text=_("At least its first 16 characters; blanks do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    pdf = forms.FileField(
        label=_("or the PDF itself"),
        required=False,
        help_text=_("At most 20 MB. It is compared and not kept."),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )

    def clean_digest(self) -> str:
        """Its bare characters; nothing typed is nothing."""
        typed = self.cleaned_data["digest"]
        try:
            return rules.digest_typed(typed) if typed.strip() else ""
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from refusal

    def clean_pdf(self) -> str:
        """SHA-256 over the file, read part by part; no file is nothing."""
        file = self.cleaned_data["pdf"]
        if file is None:
            return ""
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 20 MB."))
        digest = hashlib.sha256()
        for part in file.chunks():
            digest.update(part)
        return digest.hexdigest()

    def clean(self) -> dict[str, Any]:
        """One of both is there."""
        entered = super().clean() or self.cleaned_data
        if not self.errors and not (entered.get("digest") or entered.get("pdf")):
            raise ValidationError(_("Type the digest, or choose the file."))
        return entered
