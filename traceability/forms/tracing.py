"""What the pages of traces and flows are asked for."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.kernel.filters import MonthFormField
from portal.kernel.period import Month
from portal.kernel.widgets import DayInput


class KnownForm(forms.Form):
    """As known at the end of which day; none: as the ledger stands."""

    known = forms.DateField(
        label=_("As known at the end of"),
        required=False,
        widget=DayInput({"class": "form-control", "id": "known"}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)
        self.fields["known"].widget.attrs["max"] = today.isoformat()

    @property
    def known_on(self) -> date | None:
        """The day asked for; None for now, also where the day is still to come or none at all."""
        self.full_clean()
        day: date | None = self.cleaned_data.get("known")
        return day if day and day < self.today else None


class PeriodForm(KnownForm):
    """Some months, as known on a day."""

    first = MonthFormField(label=pgettext_lazy("months", "From"), required=False)
    last = MonthFormField(label=pgettext_lazy("months", "To"), required=False)

    def __init__(self, data: QueryDict, *args: Any, **kwargs: Any) -> None:
        """The months that are shown stand in their fields, also where none were asked for."""
        super().__init__(data.copy(), *args, **kwargs)
        for name, month in zip(("first", "last"), self.months, strict=True):
            if not data.get(name):
                self.data[name] = str(month)

    def asked(self, name: str) -> Any:
        """What was asked for in a field; None where it was nothing, or made no sense."""
        self.full_clean()
        return self.cleaned_data.get(name) or None

    @property
    def months(self) -> tuple[Month, Month]:
        """The period: the year so far where none, or none that makes sense, was asked for."""
        last = self.asked("last") or Month.of(self.today)
        first = self.asked("first") or Month(last.year, 1)
        return (first, last) if first <= last else (last, first)


def _dress(form: forms.Form, prefix: str) -> None:
    """Bootstrap's classes, and ids that stay."""
    for name, field in form.fields.items():
        select = isinstance(field.widget, forms.Select)
        field.widget.attrs |= {
            "class": "form-select" if select else "form-control",
            "id": f"{prefix}-{name}" if name != "known" else "known",
        }


class FlowForm(PeriodForm):
    """Which months, whose, and of which elements."""

    province = forms.ChoiceField(label=_("Province"), required=False)
    group = forms.TypedChoiceField(label=_("Group"), required=False, coerce=int, empty_value=None)
    enterprise = forms.IntegerField(required=False, widget=forms.HiddenInput())
    called = forms.CharField(label=_("Enterprise"), required=False, max_length=120)
    element = forms.ChoiceField(label=_("Element"), required=False)
    by = forms.ChoiceField(
        label=_("Boxes"),
        required=False,
        choices=[("", _("stages")), ("product", _("products"))],
    )
    field_order = (
        *("first", "last", "province", "group", "enterprise", "called", "element", "by", "known"),
    )

    def __init__(
        self,
        *args: Any,
        provinces: Iterable[tuple[str, str]],
        groups: Iterable[tuple[int, str]],
        elements: Iterable[tuple[str, Any]],
        fitting: Sequence[Any] = (),
        **kwargs: Any,
    ) -> None:
        """`fitting`: the enterprises that the name typed may mean."""
        self.offered = fitting if len(fitting) > 1 else ()
        self.nobody = not fitting
        super().__init__(*args, **kwargs)
        everywhere: list[tuple[Any, Any]] = [("", _("all"))]
        self.fields["province"].choices = everywhere + list(provinces)  # type: ignore[attr-defined]
        self.fields["group"].choices = everywhere + list(groups)  # type: ignore[attr-defined]
        self.fields["element"].choices = list(elements)  # type: ignore[attr-defined]
        _dress(self, "flow")

    def clean_called(self) -> str:
        """Of one enterprise, that the reader may see."""
        name = str(self.cleaned_data["called"])
        if name and self.nobody:
            raise forms.ValidationError(
                _("No enterprise that you may see has such a name or code.")
            )
        if name and self.offered:
            raise forms.ValidationError(_("Which enterprise?"))
        return name


class ReachForm(PeriodForm):
    """What to follow: whose, which product, of which country and months, and which way."""

    way = forms.ChoiceField(
        label=_("Question"),
        required=False,
        choices=[("", _("Where did it go?")), ("back", _("What stands behind it?"))],
    )
    who = forms.CharField(label=_("Enterprise"), required=False, max_length=120)
    product = forms.TypedChoiceField(
        label=_("Product"), required=False, coerce=int, empty_value=None
    )
    country = forms.CharField(label=_("Country (VN)"), required=False, max_length=2)
    field_order = ("way", "who", "product", "country", "first", "last", "known")

    def __init__(self, *args: Any, products: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everywhere: list[tuple[Any, Any]] = [("", _("all"))]
        self.fields["product"].choices = everywhere + list(products)  # type: ignore[attr-defined]
        _dress(self, "reach")

    def clean_country(self) -> str:
        """In capitals, as codes of countries are."""
        return str(self.cleaned_data["country"]).upper()
