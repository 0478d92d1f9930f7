"""Choices among things that have a name in both languages."""

from typing import Any

import django_filters

from portal.kernel.templatetags.portal import named


class ChosenNamed(django_filters.ModelChoiceFilter):
    """A choice among things that have a name in both languages."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.field_class = _NamedChoiceField


class _NamedChoiceField(django_filters.fields.ModelChoiceField):
    def label_from_instance(self, thing: Any) -> str:
        return named(thing)
