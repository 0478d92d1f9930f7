"""What may be done with an inspection draw, and how its weights come about.

Source: county-level and higher authorities supervise and inspect the execution of the indices (2025
Measures, article 4).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal
from portal.kernel.law import AUTHORITIES
from portal.kernel.quantity import ZERO
from traceability.rules.drawing import sha256

# From committing to drawing nothing is known of the public value; and how long after the moment
# named the audit trail is left to settle.
LEAST_WAIT = timedelta(minutes=10)
SETTLES = timedelta(minutes=5)
LEAST_WORDS = 16
BASE_WEIGHT = 100
MOST_FINDINGS = 100
COST_OF_FINDING = {"high": 20, "medium": 6, "low": 2}


class DrawStands(Refusal):
    """The draw is not where this step can be taken."""


class SecondOfficial(Refusal):
    """Who drafted a draw does not commit it."""


class WordsUnfit(Refusal):
    """The words are too short to be a secret, or not those that were committed."""


class TooSoon(Refusal):
    """The public value of a draw is not known yet, or would be known too soon."""


class NobodyToDraw(Refusal):
    """The population is empty, or no larger than the sample."""


class VisitUnfit(Refusal):
    """A visit lies after the draw and not in the future."""


@dataclass(frozen=True, slots=True)
class Factors:
    """How much each sign of risk adds to a weight; none of them negative."""

    by_score: int
    by_findings: int
    by_quantity: int


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of risk of one enterprise: points of reliability, open findings, mass moved."""

    points: Decimal | None
    findings: int
    quantity_kg: Decimal


def findings_weighed(counts: dict[str, int]) -> int:
    """Open findings by severity as one number, at most MOST_FINDINGS."""
    return min(
        sum(COST_OF_FINDING[each] * counts.get(each, 0) for each in COST_OF_FINDING), MOST_FINDINGS
    )


def weight_of(signs: Signs, factors: Factors, *, largest_kg: Decimal) -> int:
    """A whole number of at least BASE_WEIGHT: everybody can be drawn.

    Each factor counts a number from 0 to 100: the points that lack to a hundred (none where there
    is not enough data for a score), the open findings, and the mass moved in percent of the
    largest in the population.
    """
    lacking = 0 if signs.points is None else int(100 - signs.points)
    moved = int(signs.quantity_kg * 100 / largest_kg) if largest_kg > ZERO else 0
    return (
        BASE_WEIGHT
        + factors.by_score * lacking
        + factors.by_findings * signs.findings
        + factors.by_quantity * moved
    )


def require_status(status: str, *allowed: str) -> None:
    """The step follows on where the draw stands. Raises DrawStands."""
    if status not in allowed:
        raise DrawStands(_("The draw has gone on, or is not so far yet; nothing was changed."))


def require_second(drafted_by: int | None, by: int | None) -> None:
    """Two people: one drafts, another commits. Raises SecondOfficial."""
    if drafted_by == by:
        raise SecondOfficial(
            _("Whoever drafted a draw does not commit it: a second official does."),
            source=AUTHORITIES,
        )


def require_words(words: str) -> None:
    """At least LEAST_WORDS characters, so that nobody finds them by trying. Raises WordsUnfit."""
    if len(words.strip()) < LEAST_WORDS:
        raise WordsUnfit(
            _("Use at least %(least)s characters that nobody can guess."),
            field="words",
            least=LEAST_WORDS,
        )


def require_moment(draws_after: datetime, *, at: datetime) -> None:
    """The moment lies LEAST_WAIT ahead at the least. Raises TooSoon."""
    if draws_after < at + LEAST_WAIT:
        raise TooSoon(
            _("Choose a moment at least %(minutes)s minutes from now."),
            field="draws_after",
            minutes=LEAST_WAIT // timedelta(minutes=1),
        )


def require_population(count: int, *, size: int) -> None:
    """There is something to choose: more enterprises than are drawn. Raises NobodyToDraw."""
    if count <= size:
        raise NobodyToDraw(
            _("The population holds %(count)s enterprises; a sample of %(size)s leaves no choice."),
            count=count,
            size=size,
        )


def require_moment_over(draws_after: datetime | None, *, at: datetime) -> None:
    """The moment has passed, and the audit trail has settled since. Raises TooSoon."""
    if draws_after is None or at < draws_after + SETTLES:
        raise TooSoon(_("The moment has not come: the sample is drawn five minutes after it."))


def require_same_words(words: str, digest: str) -> None:
    """The words are those whose digest was published. Raises WordsUnfit."""
    if sha256(words) != digest:
        raise WordsUnfit(_("These are not the words that were committed."), field="words")


def require_visit(visited_on: date, *, drawn_on: date, today: date) -> None:
    """On the day of the draw or later, and not later than today. Raises VisitUnfit."""
    if not drawn_on <= visited_on <= today:
        raise VisitUnfit(
            _("The visit lies between the day of the draw and today."), field="visited_on"
        )
