"""Administrative penalties: who enters them, and who cuts the next year's index. kg REO."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from allocations.rules.eligibility import ASSESSING
from allocations.rules.lines import ReasonMissing
from allocations.rules.ministries import NotTheirMinistry
from portal.kernel.errors import Refusal
from portal.kernel.law import (
    ALLOCATION,
    AUTHORITIES,
    DESIGNATED_ONLY,
    INDEX_CUT,
    MEASURES_2025_IN_FORCE_ON,
    TRUTHFUL_RECORDS,
    WITHIN_CAP,
    Source,
)

# What each ground breaks; the measures' articles on penalties were not read by number.
GROUNDS = {
    "over_cap": WITHIN_CAP,
    "no_cap": DESIGNATED_ONLY,
    "records": TRUTHFUL_RECORDS,
    "other": INDEX_CUT,
}
MOST_REASON = 300


class PenaltyUnfit(Refusal):
    """What is entered is no penalty under the measures, or not of that authority."""


class PenaltyTwice(Refusal):
    """The authority's decision is on record for this enterprise and category already."""


class PenaltyAnswered(Refusal):
    """A cut that was taken or a penalty that was set aside is answered no more."""


class CutUnfit(Refusal):
    """A cut takes something, in a year after the penalty, with a reason that fits the line."""


@dataclass(frozen=True, slots=True)
class PenaltyTold:
    """What a finding, or a form, says a penalty is about."""

    enterprise_id: int
    category: str
    over_kg: Decimal
    code: str = ""


def ground_source(ground: str) -> Source:
    """What a penalty's ground breaks."""
    return GROUNDS[ground]


def require_penalty_ministry(ministry: str) -> None:
    """Supervisors of MIIT or MNR, who divide the indices, put penalties on record (article 6).

    Authorities decide penalties and supervise (article 4); what follows for a cap is for the
    ministries, so that no account of a province ever writes towards one. Raises NotTheirMinistry.
    """
    if ministry not in ASSESSING:
        raise NotTheirMinistry(_("MIIT and MNR put penalties on record."), source=ALLOCATION)


def require_penalty(
    *, decided_on: date, on: date, over_kg: Decimal, ground: str, document: str
) -> None:
    """A penalty was decided under the measures, not before them and not after today.

    One for production beyond the cap says how much it was. Raises PenaltyUnfit.
    """
    if not document.strip():
        raise PenaltyUnfit(_("Enter the number of the penalty decision."), field="document")
    if decided_on > on:
        raise PenaltyUnfit(_("The day lies in the future."), field="decided_on")
    if decided_on < MEASURES_2025_IN_FORCE_ON:
        raise PenaltyUnfit(
            _("The measures came into force on 22 August 2025; earlier penalties cut no index."),
            source=INDEX_CUT,
            field="decided_on",
        )
    if over_kg < 0 or (ground == "over_cap" and not over_kg):
        raise PenaltyUnfit(
            _("Say how much was produced beyond the cap."), source=WITHIN_CAP, field="over"
        )


def require_competent(*, authority_prefix: str | None, region: str) -> None:
    """An authority decides within its territory, a ministry (no prefix) everywhere (article 4).

    Raises PenaltyUnfit.
    """
    if authority_prefix is not None and not region.startswith(authority_prefix):
        raise PenaltyUnfit(
            _("The enterprise does not lie in the territory of this authority."),
            source=AUTHORITIES,
            field="authority",
        )


def require_finding_of(told: PenaltyTold | None, *, enterprise_id: int) -> None:
    """The finding that a penalty came from exists and is about its enterprise.

    Raises PenaltyUnfit.
    """
    if told is None or told.enterprise_id != enterprise_id:
        raise PenaltyUnfit(_("There is no such finding about this enterprise."), field="finding")


def require_once(*, entered: bool) -> None:
    """One decision of an authority is entered once. Raises PenaltyTwice."""
    if entered:
        raise PenaltyTwice(
            _("This penalty decision is on record for the enterprise and category already."),
            field="document",
        )


def require_open(state: str) -> None:
    """A cut is decided while it is open, or anew after it was declined. Raises PenaltyAnswered."""
    if state == "taken":
        raise PenaltyAnswered(
            _(
                "The cut has been taken into a decision. It is open again when its line is taken "
                "out there or the decision is withdrawn."
            ),
            source=INDEX_CUT,
        )
    if state == "set_aside":
        raise PenaltyAnswered(_("The penalty has been set aside."), source=INDEX_CUT)


def require_not_set_aside(state: str) -> None:
    """A penalty is set aside once. Raises PenaltyAnswered."""
    if state == "set_aside":
        raise PenaltyAnswered(_("The penalty has been set aside already."))


def require_answer_reason(reason: str) -> None:
    """Whoever takes or declines a cut says why. Raises ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing(_("Say why."), field="reason")


def require_cut(*, kg: Decimal, year: int, cut_year: int) -> None:
    """A cut takes something from the index of a year after the penalty. Raises CutUnfit."""
    if kg <= 0:
        raise CutUnfit(_("A cut takes away something: enter more than nothing."), field="tonnes")
    if year < cut_year:
        raise CutUnfit(
            _("The index of %(year)s or a later year is cut, not of an earlier one."),
            source=INDEX_CUT,
            field="decision",
            year=cut_year,
        )


def cut_reason(standing: str, *, document: str, reason: str) -> str:
    """The reason on the line that is cut: what it said before, then the penalty and why.

    Raises CutUnfit where it would be too long.
    """
    told = "; ".join(filter(None, [standing.strip(), f"{document}: {reason.strip()}"]))
    if len(told) > MOST_REASON:
        raise CutUnfit(
            _("Together with what the line says already the reason is longer than %(most)s."),
            field="reason",
            most=MOST_REASON,
        )
    return told
