"""Who says of an enterprise what it can do and whether it is eligible, and on what evidence."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from allocations.rules.ministries import NotTheirMinistry
from portal.kernel.errors import Refusal
from portal.kernel.evidence import MEGABYTE
from portal.kernel.law import ALLOCATION

ASSESSING = ("MIIT", "MNR")
# What a file of evidence may hold.
MOST_BYTES = 5 * MEGABYTE
YEARS_AHEAD = 1


class EvidenceMissing(Refusal):
    """A finding says what it rests on."""


class EvidenceExpired(Refusal):
    """Evidence that is no longer valid proves nothing."""


class CapacityUnfit(Refusal):
    """A capacity is not negative, and begins in a year that can be planned."""


def require_assessing_ministry(ministry: str) -> None:
    """MIIT with MNR look at capacity, technology, environment and safety (article 6).

    Raises NotTheirMinistry.
    """
    if ministry not in ASSESSING:
        raise NotTheirMinistry(_("MIIT and MNR assess enterprises."), source=ALLOCATION)


def require_evidence(evidence: str, *, valid_until: date | None, on: date) -> None:
    """Evidence is named, and valid today; today is the last day it may end.

    Raises EvidenceMissing or EvidenceExpired.
    """
    if not evidence.strip():
        raise EvidenceMissing(_("Say what the finding rests on."), field="evidence")
    if valid_until is not None and valid_until < on:
        raise EvidenceExpired(_("The evidence is no longer valid."), field="valid_until")


def require_from_year(from_year: int, *, this_year: int) -> None:
    """A capacity holds from this year, the next, or one before. Raises CapacityUnfit."""
    if from_year > this_year + YEARS_AHEAD:
        raise CapacityUnfit(
            _("The capacity must hold from %(last)s at the latest."),
            field="from_year",
            last=str(this_year + YEARS_AHEAD),
        )
