"""What the rules are asked about: the facts of a decision, its regime, its step."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal

TOTAL_CONTROL = "total_control"
TOTAL_CONTROL_SINCE = 2025
DIRECTIVE = "directive_plan"


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """What the rules ask about a decision before it goes a step further."""

    status: str
    regime: str
    kind: str
    digest: str
    has_ceilings: bool
    has_allocations: bool
    lines_without_reason: int
    undivided_lines: int
    unfit_lines: int
    agreed: frozenset[str]
    refused: frozenset[str]

    @property
    def has_lines(self) -> bool:
        """Whether it decides anything."""
        return self.has_ceilings or self.has_allocations


class WrongStep(Refusal):
    """The decision is not at the step that this deed follows on."""


class RegimeUnfit(Refusal):
    """The regime is not the one that the year's decisions follow."""


def regime_of(year: int) -> str:
    """The regime that a year's decisions follow: total volume control from 2025 on."""
    return TOTAL_CONTROL if year >= TOTAL_CONTROL_SINCE else DIRECTIVE


def require_regime_of_year(regime: str, year: int) -> None:
    """A decision follows the regime of its year. Raises RegimeUnfit."""
    if regime != regime_of(year):
        raise RegimeUnfit(
            _("Decisions from %(since)s on follow the 2025 measures, earlier ones those of 2012."),
            field="regime",
            since=str(TOTAL_CONTROL_SINCE),
        )
