"""How the facts of a notice are kept, and how they print in the reader's language.

The name of a fact tells how it prints: `..._at` an instant, `..._on` a day, `month` a month,
`ministry` and `ministries` by their names; a fact that is kept in both languages prints in the
reader's.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language

from portal.accounts.models import Organisation
from portal.kernel.period import Month
from portal.kernel.templatetags import portal as shown

LONGEST_QUOTE = 200


class Channel(StrEnum):
    """How notices of one kind reach a person."""

    MAIL = "mail"
    PORTAL = "portal"
    OFF = "off"


def both(words: Any) -> dict[str, str]:
    """A lazy text, or a thing with a name in both languages, as a fact that prints in either."""
    if hasattr(words, "name_zh"):
        return {"zh": words.name_zh, "en": words.name_en or words.name_zh}
    kept = {}
    for key, language in (("zh", settings.LANGUAGE_CODE), ("en", "en")):
        with translation.override(language):
            kept[key] = str(words)
    return kept


def quoted(text: str) -> str:
    """The beginning of what somebody wrote, short enough to stand in a notice."""
    return text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1]}…"


def said(name: str, fact: Any) -> str:
    """One fact of a notice as it prints."""
    chinese = (get_language() or "").startswith("zh")
    if isinstance(fact, list):
        one = {"ministries": "ministry"}.get(name, name)
        return ("、" if chinese else ", ").join(said(one, each) for each in fact)
    if isinstance(fact, dict):
        return str(fact["zh" if chinese else "en"])
    if name.endswith("_at"):
        return shown.moment(datetime.fromisoformat(fact))
    if name.endswith("_on"):
        return shown.day(date.fromisoformat(fact))
    if name == "month":
        return shown.month(Month.parse(fact))
    if name == "ministry" and fact in Organisation.Ministry.values:
        return str(Organisation.Ministry(fact).label)
    return str(fact)
