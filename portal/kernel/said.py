"""Figures and lists inside a message, printed as on pages in the language of whoever reads it."""

from collections.abc import Iterable

from django.utils.functional import lazy
from django.utils.translation import pgettext

from portal.kernel.templatetags import portal as shown


def _listed(names: Iterable[object]) -> str:
    return pgettext("between names in a row", ", ").join(str(each) for each in names)


# What is given is kept and joined when it is read: give a list or tuple, no iterator.
listed = lazy(_listed, str)
moment = lazy(shown.moment, str)
tonnes = lazy(shown.tonnes, str)
