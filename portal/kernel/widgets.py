"""What forms are filled in with, where Django's own would not do."""

from typing import Any

from django import forms


class DayInput(forms.DateInput):
    """The browser's own calendar, which reads a day in one form whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")
