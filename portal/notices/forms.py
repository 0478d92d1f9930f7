"""The form of how one wants to have notices."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.notices.kinds import Channel, KindTold

CHANNELS = {
    Channel.MAIL: _("in the portal and by e-mail"),
    Channel.PORTAL: _("in the portal only"),
    Channel.OFF: _("not at all"),
}


class ChannelsForm(forms.Form):
    """One choice for each kind; what must not be missed can't be switched off."""

    def __init__(self, *args: Any, held: Iterable[tuple[KindTold, Channel]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for told, channel in held:
            self.fields[told.kind.value] = forms.ChoiceField(
                label=told.name,
                choices=[
                    (each.value, words)
                    for each, words in CHANNELS.items()
                    if each != Channel.OFF or told.may_be_off
                ],
                initial=channel.value,
                required=False,  # each is chosen already
            )

    def clean(self) -> dict[str, Any]:
        """What is not sent stays as it is."""
        cleaned: dict[str, Any] = super().clean() or {}
        return {name: told or self.fields[name].initial for name, told in cleaned.items()}
