"""Model fields for the values of the field: masses, grades, months, credit codes."""

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from portal.kernel.period import Month

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = re.compile(f"[{USCC_ALPHABET}]{{18}}")
_WEIGHTS = [pow(3, i, 31) for i in range(17)]


def uscc_check_character(body: str) -> str:
    """The 18th character of a unified social credit code, from its first 17 (GB 32100-2015)."""
    total = sum(USCC_ALPHABET.index(c) * weight for c, weight in zip(body, _WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def is_uscc(text: str) -> bool:
    """Whether `text` is a unified social credit code with a right check character."""
    return bool(_USCC.fullmatch(text)) and uscc_check_character(text[:17]) == text[17]


def validate_uscc(text: str) -> None:
    """Raises ValidationError unless `text` is a unified social credit code."""
    if not _USCC.fullmatch(text):
        raise ValidationError(
            _(
                "A unified social credit code has 18 characters of 0-9 and A-Z without I, O, S, V,"
                " Z."
            ),
            code="uscc_form",
        )
    if uscc_check_character(text[:17]) != text[17]:
        raise ValidationError(
            _(
                "The check character of this unified social credit code is wrong; look for a"
                " typing error."
            ),
            code="uscc_check",
        )


class KgField(models.DecimalField):
    """Kilograms to the gram."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 3)
        super().__init__(*args, **kwargs)


class GradeField(models.DecimalField):
    """Percent REO by mass; metals lie above 100, nothing above 125."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 9)
        kwargs.setdefault("decimal_places", 6)
        super().__init__(*args, **kwargs)


class UsccField(models.CharField):
    """A unified social credit code; null where none is on record."""

    default_validators = [validate_uscc]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 18)
        super().__init__(*args, **kwargs)


if TYPE_CHECKING:
    _DateField = models.Field["Month | date | str | Combinable", "Month"]
else:
    _DateField = models.DateField


class MonthField(_DateField):
    """A `Month`, kept as the date of its first day."""

    # What the type checker's plugin reads: which values it takes and gives, and looks up.
    _pyi_private_set_type: "Month | date | str | Combinable"
    _pyi_private_get_type: "Month"
    _pyi_lookup_exact_type: "Month | date | str"

    def from_db_value(self, value: date | None, *_: Any) -> Month | None:
        """The month of the date in the database."""
        return None if value is None else Month.of(value)

    def to_python(self, value: Any) -> Any:
        """A Month from a Month, a date or `2025-03`."""
        if value is None or isinstance(value, Month):
            return value
        if isinstance(value, date):
            return Month.of(value)
        try:
            return Month.parse(str(value)[:7])
        except ValueError as error:
            raise ValidationError(_("Enter a month like 2025-03."), code="month") from error

    def get_prep_value(self, value: Any) -> Any:
        """The first day of the month."""
        month = self.to_python(value)
        return None if month is None else month.first_day

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """The first day of the month."""
        value = value if prepared else self.get_prep_value(value)
        return connection.ops.adapt_datefield_value(value)

    def value_to_string(self, obj: models.Model) -> str:
        """The month as serializers write it."""
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs: Any) -> Any:
        """A field that takes `2025-03`."""
        return forms.CharField(
            label=kwargs.get("label", self.verbose_name), required=not self.blank
        )
