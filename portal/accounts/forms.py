"""What administrators type about accounts and regions."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Region, User
from portal.accounts.queries import regions
from portal.accounts.roles import ROLES
from portal.kernel.models import Parameter
from portal.kernel.templatetags.portal import named
from portal.kernel.widgets import DayInput


class UserForm(forms.Form):
    """Who somebody is to the portal; `kind` is the organisation's, which limits the roles."""

    full_name = forms.CharField(label=_("Full name"), max_length=80)
    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)
    language = forms.ChoiceField(
        label=_("Language"), choices=User._meta.get_field("language").choices, initial="zh-hans"
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [
            (held.role.value, format_lazy("{}: {}", held.name, held.sentence))
            for held in ROLES.values()
            if held.of == kind
        ]


class InvitationForm(UserForm):
    """A new account."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text=_("What the person signs in with; it stays the same."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("username", "full_name", "email", "role", "language")


class ParentChoiceField(forms.ModelChoiceField):
    """A province or prefecture that a new region lies in."""

    def label_from_instance(self, region: Region) -> str:
        """`360700 Ganzhou`."""
        return f"{region.code} {named(region)}"


class RegionForm(forms.Form):
    """A prefecture or county of GB/T 2260 that is not on record yet."""

    code = forms.CharField(
        label=_("Code"), max_length=6, help_text=_("Six digits of GB/T 2260, such as 360700.")
    )
    parent = ParentChoiceField(
        label=_("Lies in"), queryset=regions().exclude(level=Region.Level.COUNTY)
    )
    name_zh = forms.CharField(label=_("Chinese name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80)


class DayForm(forms.Form):
    """A day on which work differs from the week."""

    day = forms.DateField(label=_("Day"), widget=DayInput())
    is_working = forms.TypedChoiceField(
        label=_("Kind"),
        choices=[("no", _("public holiday")), ("yes", _("make-up working day"))],
        coerce=lambda chosen: chosen == "yes",
        widget=forms.RadioSelect,
    )
    name_zh = forms.CharField(label=_("Chinese name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80)
    document = forms.CharField(
        label=_("Notice number"),
        max_length=120,
        help_text=_("The State Council's notice in which it was read."),
    )


class ParameterForm(forms.Form):
    """A setting from a day on."""

    name = forms.ChoiceField(label=_("Setting"), choices=Parameter.Name.choices)
    value = forms.IntegerField(label=_("Number of working days"), min_value=0)
    from_day = forms.DateField(label=_("From"), widget=DayInput())
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})["from_day"] = today
        super().__init__(*args, **kwargs)
