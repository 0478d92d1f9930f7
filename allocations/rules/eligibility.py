"""Who says of an enterprise what it can do and whether it is eligible, and on what evidence."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from allocations.rules.ministries import NotTheirMinistry
from portal.kernel.errors import Refusal
from portal.kernel.law import ALLOCATION

ASSESSING = ("MIIT", "MNR")
# What an attachment begins with, by what its name ends on.
ATTACHMENTS = {
    ".pdf": (b"%PDF-",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
}
MOST_BYTES = 5 * 1024 * 1024
YEARS_AHEAD = 1


class EvidenceMissing(Refusal):
    """A finding says what it rests on."""


class EvidenceExpired(Refusal):
    """Evidence that is no longer valid proves nothing."""


class AttachmentUnfit(Refusal):
    """The attachment is too large, or not of a kind that is kept."""


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


def require_attachment(name: str, content: bytes) -> None:
    """It is a PDF, PNG or JPEG, by what it is, of at most 5 MB. Raises AttachmentUnfit."""
    if len(content) > MOST_BYTES:
        raise AttachmentUnfit(
            _("The attachment is larger than %(most)s MB."), field="attachment", most=5
        )
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    if not content.startswith(ATTACHMENTS.get(ending, ())):
        raise AttachmentUnfit(_("Attach a PDF, PNG or JPEG file."), field="attachment")


def require_from_year(from_year: int, *, this_year: int) -> None:
    """A capacity holds from this year, the next, or one before. Raises CapacityUnfit."""
    if from_year > this_year + YEARS_AHEAD:
        raise CapacityUnfit(
            _("The capacity must hold from %(last)s at the latest."),
            field="from_year",
            last=str(this_year + YEARS_AHEAD),
        )
