"""Filters of lists; `tables.py` tells how a list uses them."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.kernel.period import Month
from portal.kernel.widgets import DayInput


class SearchFilter(django_filters.CharFilter):
    """Free text over several fields."""

    def __init__(self, *, fields: Sequence[str], **kwargs: Any) -> None:
        self.searched = fields
        kwargs.setdefault("label", _("Search"))
        super().__init__(**kwargs)

    def filter(self, qs: QuerySet[Model], value: str) -> QuerySet[Model]:
        """Rows in which any of the fields holds `value`."""
        if not value:
            return qs
        wanted = Q()
        for field in self.searched:
            wanted |= Q(**{f"{field}__icontains": value})
        return qs.filter(wanted)


class DayFilter(django_filters.DateFilter):
    """A civil day, picked with the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", DayInput())
        super().__init__(**kwargs)


class MonthFormField(forms.CharField):
    """A month as browsers write it, `2025-03`."""

    widget = forms.TextInput(attrs={"type": "month", "placeholder": "2025-03"})

    def clean(self, value: Any) -> Month | None:
        """The month, or None; raises ValidationError."""
        text = super().clean(value)
        try:
            return Month.parse(text) if text else None
        except ValueError as error:
            raise ValidationError(_("Enter a month as 2025-03.")) from error


class MonthFilter(django_filters.Filter):
    """A month, picked with the browser's own calendar; the field is a MonthField."""

    field_class = MonthFormField


def of_month(rows: QuerySet[Model], text: str, *, field: str = "month") -> QuerySet[Model]:
    """Those of one month, as it is written in an address; none when it is not a month."""
    try:
        return rows.filter(**{field: Month.parse(text)})
    except ValueError:
        return rows.none()


class MonthNamed(django_filters.CharFilter):
    """A month as an address writes it, 2025-03; for endpoints."""

    def filter(self, qs: QuerySet[Model], value: str) -> QuerySet[Model]:
        """Those of the month; none when it is not a month."""
        return of_month(qs, value, field=self.field_name) if value else qs


class ListFilter(django_filters.FilterSet):
    """The base of every list's filters; fields carry stable ids and Bootstrap's classes."""

    @property
    def form(self) -> forms.Form:
        """The form, dressed for the filter bar."""
        form = super().form
        for name, field in form.fields.items():
            widget = field.widget
            select = isinstance(widget, forms.Select | forms.NullBooleanSelect)
            widget.attrs.setdefault("class", "form-select" if select else "form-control")
            widget.attrs.setdefault("id", f"filter-{name}")
        return form

    @property
    def narrowed(self) -> bool:
        """Whether any filter is set."""
        return any(self.data.get(name) for name in self.form.fields)
