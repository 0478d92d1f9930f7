"""Filters and components of every page: one way to print a mass, a day, a status.

Built in, so that no template loads them; `kernel:gallery` shows each with its source.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.translation import get_language, pgettext

from portal.kernel.period import Month
from portal.kernel.quantity import GRAM, to_tonnes
from portal.kernel.statuses import STATUSES

register = template.Library()

# From this share of a cap on a bar warns; the finding has its own, dated threshold.
NEARLY_USED = Decimal("0.9")


@register.filter
def tonnes(kg: Decimal | None) -> str:
    """Kilograms as tonnes with three places; a dash when there is no figure."""
    if kg is None:
        return "—"
    return formats.number_format(to_tonnes(Decimal(kg)), decimal_pos=3, force_grouping=True)


@register.filter
def kg(value: Decimal | None) -> str:
    """Kilograms with three places; a dash when there is no figure."""
    if value is None:
        return "—"
    grams = Decimal(value).quantize(GRAM, ROUND_HALF_UP)
    return formats.number_format(grams, decimal_pos=3, force_grouping=True)


@register.filter
def grade(value: Decimal | None) -> str:
    """A grade in percent as it was filed, without trailing zeros; a dash when there is none."""
    return "—" if value is None else f"{value.normalize():f}"


@register.filter
def percent(fraction: Decimal | float | None, places: int = 1) -> str:
    """A fraction as percent with one place; a dash when there is none."""
    if fraction is None:
        return "—"
    return f"{formats.number_format(Decimal(fraction) * 100, decimal_pos=places)} %"


@register.filter
def day(value: date | datetime | None) -> str:
    """A civil day; a dash when there is none."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return formats.date_format(value, "SHORT_DATE_FORMAT")


@register.filter
def moment(value: datetime | None) -> str:
    """An instant in China's civil time, to the minute; a dash when there is none."""
    if value is None:
        return "—"
    return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")


@register.filter
def month(value: Month | None) -> str:
    """A month in words; a dash when there is none."""
    if value is None:
        return "—"
    return formats.date_format(value.first_day, "YEAR_MONTH_FORMAT")


@register.filter
def named(thing: Any) -> str:
    """The name of a thing that has one in both languages, in the reader's."""
    if thing is None:
        return "—"
    chinese = (get_language() or "").startswith("zh")
    return thing.name_zh if chinese else (thing.name_en or thing.name_zh)


@register.filter
def number(value: Decimal | int | None, places: int = 0) -> str:
    """A count or a plain number with separators; a dash when there is none."""
    if value is None:
        return "—"
    return formats.number_format(value, decimal_pos=places, force_grouping=True)


@register.filter
def status(value: str, kind: str) -> str:
    """A badge for a status of `kind`; raises KeyError for one that is not in the table."""
    tone, label = STATUSES[kind][str(value)]
    return format_html('<span class="badge tone-{}">{}</span>', tone, label)


@register.filter
def status_label(value: str, kind: str) -> Any:
    """The words of the badge alone."""
    return STATUSES[kind][str(value)][1]


@register.simple_tag
def icon(name: str) -> str:
    """A decorative icon of the sprite; the text beside it carries the meaning."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("vendor/tabler-icons/sprite.svg"),
        name,
    )


@register.simple_tag
def colon() -> str:
    """What stands between a label and what is said of it, in the reader's language."""
    return pgettext("between a label and what is said of it", ": ")


@register.simple_block_tag
def card(content: str, title: Any = "", actions: Any = "", flush: bool = False) -> str:
    """A card with a heading; `flush` when it holds a table that reaches its edges."""
    return render_to_string(
        "components/card.html",
        {"content": content, "title": title, "actions": actions, "flush": flush},
    )


@register.simple_block_tag
def alert(content: str, tone: str = "info", title: Any = "") -> str:
    """A message on the page; tone: info, good, warn, bad."""
    return render_to_string(
        "components/alert.html", {"content": content, "tone": tone, "title": title}
    )


@register.inclusion_tag("components/stat.html")
def stat(
    label: Any, value: Any, unit: Any = "", note: Any = "", url: str = "", tone: str = ""
) -> dict[str, Any]:
    """One figure with its label; a `tone` colours what `note` says in words."""
    return {"label": label, "value": value, "unit": unit, "note": note, "url": url, "tone": tone}


@register.inclusion_tag("components/use.html")
def use(used_kg: Decimal, cap_kg: Decimal, label: Any = "") -> dict[str, Any]:
    """How much of a cap is used, as a bar with its figures in words."""
    used, cap = Decimal(used_kg), Decimal(cap_kg)
    fraction = used / cap if cap > 0 else None
    nearly = fraction is not None and NEARLY_USED <= fraction <= 1
    return {
        "fraction": fraction,
        "width": min(int((fraction or 0) * 100), 100),
        "tone": _use_tone(fraction, over=used > cap, nearly=nearly),
        "over": used > cap,
        "nearly": nearly,
        "label": label,
    }


def _use_tone(fraction: Decimal | None, *, over: bool, nearly: bool) -> str:
    if over:
        return "bad"
    if nearly:
        return "warn"
    return "neutral" if fraction is None else "good"


@register.inclusion_tag("components/tabs.html", takes_context=True)
def tabs(context: dict[str, Any], entries: Iterable[tuple[str, Any]], label: Any) -> dict[str, Any]:
    """Links to the parts of a thing, (address, name) each; the one that is open is marked."""
    here = context["request"].path
    return {"entries": [(url, name, url == here) for url, name in entries], "label": label}


@register.inclusion_tag("components/timeline.html")
def timeline(events: Iterable[tuple[Any, datetime | None, Any]]) -> dict[str, Any]:
    """What happened when: (words, instant or None for what is still to come, who or "") each."""
    return {"events": list(events)}


@register.inclusion_tag("components/progress.html")
def job(
    element_id: str,
    url: str,
    label: Any,
    done: int = 0,
    total: int | None = None,
    running: bool = True,
) -> dict[str, Any]:
    """A job under way: the fragment at `url` takes this one's place every second while `running`.

    Without a `total` the bar only says that something goes on.
    """
    return {
        "id": element_id,
        "url": url,
        "label": label,
        "done": done,
        "total": total,
        "running": running,
    }


@register.inclusion_tag("components/chart.html")
def chart(figure: Any, element_id: str) -> dict[str, Any]:
    """A chart and its table."""
    return {"chart": figure, "id": element_id, "data_id": f"{element_id}-data"}


@register.inclusion_tag("components/empty.html")
def empty(text: Any, hint: Any = "") -> dict[str, Any]:
    """Says that there is nothing, and what to do about it."""
    return {"text": text, "hint": hint}


@register.filter
def error_target(field: BoundField) -> str:
    """The id that the summary of a form's errors leads to; a group's first choice."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.filter
def partly_required(form: BaseForm) -> bool:
    """Whether some of a form's fields must be filled in and others need not."""
    return len({field.field.required for field in form.visible_fields()}) > 1


@register.simple_tag(takes_context=True)
def address(context: dict[str, Any], **changes: Any) -> str:
    """The present address with some of its parameters changed; None takes one out."""
    asked = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None:
            asked.pop(key, None)
        else:
            asked[key] = value
    return f"?{asked.urlencode()}" if asked else "?"
