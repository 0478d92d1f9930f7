"""What a tolerance may be, and how one is changed: proposed by one person, approved by another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.kernel.errors import Refusal

PLACES = 4
# MIIT built the traceability information system and runs its checks (2025 Measures).
KEEPERS = ("MIIT",)


class Unit(StrEnum):
    """What a tolerance is counted in."""

    DAY_OF_MONTH = "day_of_month"
    DAYS = "days"
    PERCENT = "percent"
    KG = "kg"
    TIMES = "times"


UNIT_WORDS: Mapping[Unit, Promise] = {
    Unit.DAY_OF_MONTH: _("day of the month"),
    Unit.DAYS: pgettext_lazy("unit", "days"),
    Unit.PERCENT: _("percent"),
    Unit.KG: _("kg"),
    Unit.TIMES: pgettext_lazy("unit", "times"),
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """The unit of a tolerance, and the least and the most that make sense; both are allowed."""

    unit: Unit
    least: Decimal
    most: Decimal

    @property
    def whole(self) -> bool:
        """Days are counted, not measured."""
        return self.unit in (Unit.DAY_OF_MONTH, Unit.DAYS)


def _bounds(unit: Unit, least: str, most: str) -> Bounds:
    return Bounds(unit, Decimal(least), Decimal(most))


_PERCENT = _bounds(Unit.PERCENT, "0", "100")
_SMALL_PERCENT = _bounds(Unit.PERCENT, "0", "20")
_KG = _bounds(Unit.KG, "0", "10000")
BOUNDS: Mapping[str, Bounds] = {
    # A later day than the 28th does not come every month.
    "filing_deadline_day": _bounds(Unit.DAY_OF_MONTH, "1", "28"),
    "unconfirmed_grace_days": _bounds(Unit.DAYS, "0", "90"),
    "quantity_tolerance_percent": _SMALL_PERCENT,
    "quantity_tolerance_kg": _KG,
    "oversold_tolerance_percent": _SMALL_PERCENT,
    "oversold_tolerance_kg": _KG,
    "cap_nearly_used_percent": _bounds(Unit.PERCENT, "50", "100"),
    "over_cap_tolerance_kg": _KG,
    "yield_tolerance_percent": _SMALL_PERCENT,
    "yield_tolerance_kg": _KG,
    "yield_least_fed_kg": _bounds(Unit.KG, "1", "10000"),
    "yield_drop_percent": _bounds(Unit.PERCENT, "0.1", "50"),
    "yield_sigmas": _bounds(Unit.TIMES, "1", "20"),
    "yield_norm_separation_percent": _bounds(Unit.PERCENT, "50", "100"),
    "yield_norm_metal_percent": _bounds(Unit.PERCENT, "50", "100"),
    "yield_norm_magnet_percent": _bounds(Unit.PERCENT, "30", "100"),
    "element_tolerance_percent": _bounds(Unit.PERCENT, "0", "50"),
    "element_tolerance_kg": _KG,
    "element_range_percent": _PERCENT,
    "element_jump_percent": _bounds(Unit.PERCENT, "1", "1000"),
    "stock_tolerance_percent": _SMALL_PERCENT,
    "stock_tolerance_kg": _KG,
    "document_span_days": _bounds(Unit.DAYS, "1", "366"),
    "undocumented_least_kg": _KG,
    "jump_factor": _bounds(Unit.TIMES, "2", "100"),
    "repeated_percent": _bounds(Unit.PERCENT, "1", "100"),
    "round_percent": _bounds(Unit.PERCENT, "1", "100"),
    "even_recovery_percent": _bounds(Unit.PERCENT, "0", "5"),
}


class NotTheirTolerance(Refusal):
    """Only supervisors of the ministry that runs the checks change what they judge by."""


class ValueOutOfBounds(Refusal):
    """No value that makes sense for this tolerance."""


class ValueUnchanged(Refusal):
    """A proposal changes something."""


class TooEarly(Refusal):
    """A value never holds for a day that was judged, or may have been, by another."""


class ProposalWaits(Refusal):
    """One change of a tolerance is decided before the next is proposed."""


class ProposalDecided(Refusal):
    """It was approved, declined or taken back already."""


class OwnProposal(Refusal):
    """Two people: whoever proposed a change does not decide on it."""


class NotTheirProposal(Refusal):
    """Only who proposed takes a proposal back."""


def require_keeper(ministry: str) -> None:
    """Supervisors of MIIT keep the tolerances. Raises NotTheirTolerance."""
    if ministry not in KEEPERS:
        raise NotTheirTolerance(_("Supervisors of MIIT propose and approve tolerances."))


def require_within_bounds(name: str, value: Decimal) -> None:
    """Both bounds are allowed; days are whole, others have four decimals at the most.

    Raises ValueOutOfBounds.
    """
    bounds = BOUNDS[name]
    if bounds.whole and value != value.to_integral_value():
        raise ValueOutOfBounds(_("Enter a whole number of days."), field="value")
    if value != round(value, PLACES):
        raise ValueOutOfBounds(_("Enter four decimals at the most."), field="value")
    if not bounds.least <= value <= bounds.most:
        raise ValueOutOfBounds(
            _("Enter a value from %(least)s to %(most)s (%(unit)s)."),
            field="value",
            least=f"{bounds.least:f}",
            most=f"{bounds.most:f}",
            unit=UNIT_WORDS[bounds.unit],
        )


def require_change(value: Decimal, *, before: Decimal | None) -> None:
    """Another value than the one that would hold on that day. Raises ValueUnchanged."""
    if value == before:
        raise ValueUnchanged(_("That value holds on that day already."), field="value")


def require_day_to_come(valid_from: date, *, today: date, last_judged: date | None) -> None:
    """Tomorrow is allowed, unless a run has looked at it already.

    What a finding was judged by stays what it was: a value never holds for today or a day before,
    nor for a day as of which the checks were run. Raises TooEarly.
    """
    latest = max(today, last_judged or today)
    if valid_from <= latest:
        raise TooEarly(
            _("Choose a day after %(day)s: days until then were judged by the value that held."),
            field="valid_from",
            day=latest.isoformat(),
        )


def require_no_other(*, waiting: bool) -> None:
    """No other proposal for the tolerance waits. Raises ProposalWaits."""
    if waiting:
        raise ProposalWaits(
            _("A proposal for this tolerance waits to be decided; decide on it first."),
            field="name",
        )


def require_waiting(status: str) -> None:
    """Nobody has decided yet. Raises ProposalDecided."""
    if status != "waiting":
        raise ProposalDecided(_("This proposal was decided or taken back already."))


def require_another_person(*, proposer_id: int, decider_id: int) -> None:
    """Another person than the one who proposed. Raises OwnProposal."""
    if proposer_id == decider_id:
        raise OwnProposal(_("You proposed this; another supervisor decides."))


def require_own(*, proposer_id: int, by_id: int) -> None:
    """The one who proposed. Raises NotTheirProposal."""
    if proposer_id != by_id:
        raise NotTheirProposal(_("Only who proposed it takes it back; you may decline it."))
