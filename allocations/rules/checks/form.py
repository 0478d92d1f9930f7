"""Checks of what every decision must have: lines, reasons, approval, sign-offs."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from allocations.rules.changes import LineKey
from allocations.rules.checks.found import Found
from allocations.rules.content import Content
from allocations.rules.lines import EXPLAINED
from portal.kernel.said import listed

UNDIVIDED = "mining"


def has_lines(content: Content) -> Iterable[Found]:
    """A decision decides something."""
    return [] if content.lines else _whole(_("The decision has no line."))


def has_reasons(content: Content) -> Iterator[Found]:
    """Every line of an adjustment or a deduction says why."""
    if content.kind in EXPLAINED:
        for key, text in content.lines.items():
            if not text.reason.strip():
                yield Found(key, _("The line has no reason."), {})


def mining_divided(content: Content) -> Iterator[Found]:
    """Mining is divided by ore type: caps of rock and of ionic type are not exchangeable."""
    for key in content.lines:
        if key.category == UNDIVIDED:
            yield Found(key, _("Say which ore type: rock or ionic."), {})


def approved(content: Content) -> Iterable[Found]:
    """Ceilings bear the number of the State Council's approval (article 5)."""
    has_ceilings = any(key.enterprise_id is None for key in content.lines)
    if has_ceilings and not content.approval_no.strip():
        return _whole(_("The number is entered when the issue is ordered."))
    return []


def signed_off(content: Content) -> Iterable[Found]:
    """Every ministry concerned has agreed to the present content."""
    if content.missing:
        return _whole(_("Still to agree: %(ministries)s."), ministries=listed(content.missing))
    return []


def _whole(text: Any, **facts: Any) -> list[Found]:
    return [Found(LineKey(), text, facts)]
