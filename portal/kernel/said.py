"""Figures and lists inside a message, printed as on pages in the language of whoever reads it."""

from collections.abc import Iterable
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import pgettext

from portal.kernel.templatetags import portal as shown


def _listed(names: Iterable[object]) -> str:
    return pgettext("between names in a row", ", ").join(str(each) for each in names)


# What is given is kept and joined when it is read: give a list or tuple, no iterator.
listed = lazy(_listed, str)
moment = lazy(shown.moment, str)
tonnes = lazy(shown.tonnes, str)


class Listed(tuple[Any, ...]):
    """Labels in a row, in the language of whoever reads them, when they are read."""

    def __str__(self) -> str:
        return pgettext("between phrases in a row", "; ").join(str(each) for each in self)
