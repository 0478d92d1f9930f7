"""The numbered checks of a decision: each one function, with its source. Masses are kg REO.

A check answers with what it found; nothing found, it is met. One that `blocks` must be met before
an issue is ordered, and again at the issue; the others warn.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from allocations.rules.changes import LineKey
from allocations.rules.checks.form import (
    approved,
    has_lines,
    has_reasons,
    mining_divided,
    signed_off,
)
from allocations.rules.checks.found import Found
from allocations.rules.checks.holders import (
    categories_fit,
    designated_throughout,
    eligibility_proven,
    eligible,
)
from allocations.rules.checks.penalties import penalties_decided
from allocations.rules.checks.sums import (
    caps_not_negative,
    groups_once,
    not_below_used,
    within_capacity,
    within_ceilings,
)
from allocations.rules.content import Content
from allocations.rules.facts import TOTAL_CONTROL
from portal.kernel.errors import Refusal
from portal.kernel.law import (
    ALLOCATION,
    ANNUAL_CEILINGS,
    DESIGNATED_ONLY,
    DIRECTIVE_PLAN,
    INDEX_CUT,
    WITHIN_CAP,
    Source,
)


@dataclass(frozen=True, slots=True)
class Check:
    """One numbered check. `since_2025`: the 2012 regime did not ask it."""

    number: int
    name: str
    title: Any
    source: Source | None
    blocks: bool
    since_2025: bool
    judge: Callable[[Content], Iterable[Found]]

    @property
    def code(self) -> str:
        """How people refer to it."""
        return f"D{self.number:02}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A check with what it found in a content, and the source it has under that regime."""

    check: Check
    found: Sequence[Found]
    source: Source | None

    @property
    def met(self) -> bool:
        """Whether nothing was found."""
        return not self.found

    @property
    def tone(self) -> str:
        """How it is shown: good, bad where it blocks, warn where it does not."""
        if self.met:
            return "good"
        return "bad" if self.check.blocks else "warn"


class CheckUnmet(Refusal):
    """A check that blocks issue is not met."""


def judge(content: Content) -> list[Judgement]:
    """Every check of the content's regime, in order of number."""
    total_control = content.regime == TOTAL_CONTROL
    return [
        Judgement(
            check,
            tuple(check.judge(content)),
            check.source if total_control or check.source is None else DIRECTIVE_PLAN,
        )
        for check in CHECKS
        if total_control or not check.since_2025
    ]


def require_checks(content: Content) -> None:
    """No check that blocks has found anything. Raises CheckUnmet with the first, and how many."""
    unmet = [each for each in judge(content) if each.check.blocks and each.found]
    if unmet:
        first = unmet[0]
        raise CheckUnmet(
            _("Check %(code)s, %(title)s: %(holder)s%(found)s (findings in all: %(count)s)"),
            source=first.source,
            code=first.check.code,
            title=first.check.title,
            found=first.found[0],
            holder=_label(content, first.found[0].key),
            count=sum(len(each.found) for each in unmet),
        )


def _label(content: Content, key: LineKey) -> str:
    """Whose line it is, before what was found; nothing where it is no enterprise's."""
    return "" if key.enterprise_id is None else f"{content.holder(key.enterprise_id).label}: "


CHECKS = (
    Check(1, "lines", _("At least one line"), None, True, False, has_lines),
    Check(2, "reasons", _("A reason on every line"), None, True, False, has_reasons),
    Check(
        3,
        "ceilings",
        _("Allocations within the ceilings"),
        ALLOCATION,
        True,
        False,
        within_ceilings,
    ),
    Check(4, "caps", _("No cap falls below nothing"), ALLOCATION, True, False, caps_not_negative),
    Check(
        5,
        "categories",
        _("Every line for a category among its enterprise's activities"),
        ALLOCATION,
        True,
        True,
        categories_fit,
    ),
    Check(
        6, "divided", _("Mining divided by ore type"), ANNUAL_CEILINGS, True, True, mining_divided
    ),
    Check(
        7,
        "designated",
        _("Designated for the activity over the whole period"),
        DESIGNATED_ONLY,
        True,
        True,
        designated_throughout,
    ),
    Check(
        8, "used", _("No cap below what is already used"), WITHIN_CAP, False, True, not_below_used
    ),
    Check(
        9,
        "groups",
        _("No group's share both to itself and to its members"),
        ALLOCATION,
        False,
        True,
        groups_once,
    ),
    Check(
        10,
        "eligible",
        _("No criterion of eligibility found unmet"),
        ALLOCATION,
        True,
        True,
        eligible,
    ),
    Check(
        11,
        "evidence",
        _("Valid evidence for every criterion of eligibility"),
        ALLOCATION,
        False,
        True,
        eligibility_proven,
    ),
    Check(
        12,
        "capacity",
        _("No cap above the assessed capacity"),
        ALLOCATION,
        False,
        True,
        within_capacity,
    ),
    Check(
        13,
        "approval",
        _("State Council approval number"),
        ANNUAL_CEILINGS,
        True,
        True,
        approved,
    ),
    Check(
        14,
        "sign_offs",
        _("Sign-offs of all ministries concerned on the present content"),
        ALLOCATION,
        True,
        False,
        signed_off,
    ),
    Check(
        15,
        "penalties",
        _("Every cut after a penalty taken or declined"),
        INDEX_CUT,
        True,
        True,
        penalties_decided,
    ),
)
