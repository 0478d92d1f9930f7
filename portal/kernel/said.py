"""Figures inside a message, printed as on pages in the language of whoever reads it."""

from django.utils.functional import lazy

from portal.kernel.templatetags import portal as shown

moment = lazy(shown.moment, str)
tonnes = lazy(shown.tonnes, str)
