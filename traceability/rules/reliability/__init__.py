"""How far an enterprise's filings can be relied on: points, each with its rule and its figure.

The points are those of an inspector's judgement made alike for all: they are no verdict and cut no
cap. A component for which there is too little to go by gives no points and takes none: what is
possible shrinks with it, and below LEAST_POSSIBLE there is no score.
"""

from datetime import date

from traceability.rules.reliability import components
from traceability.rules.reliability.facts import (
    LEAST_POSSIBLE,
    WEIGHTS,
    Component,
    Conduct,
    Score,
    Weights,
    weights_on,
)

__all__ = [
    "LEAST_POSSIBLE",
    "WEIGHTS",
    "Component",
    "Conduct",
    "Score",
    "Weights",
    "score",
    "weights_on",
]


def score(conduct: Conduct, *, on: date) -> Score:
    """The reliability of `conduct` by the weights that hold `on` a day."""
    held = weights_on(on)
    return Score(
        (
            components.filing(conduct, held.filing),
            components.shipments(conduct, held.shipments),
            components.findings(conduct, held.findings),
            components.amendments(conduct, held.amendments),
            components.answers(conduct, held.answers),
            components.penalties(conduct, held.penalties),
        )
    )
