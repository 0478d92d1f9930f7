"""When a draft goes from the filer to the attester, and what the attester puts a name to."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal


class NothingToAttest(Refusal):
    """An empty draft is handed over only as a nil return, said in so many words."""


class RecordsInTheWay(Refusal):
    """A month with records in its draft had business and is no nil return."""


class NothingDiffers(Refusal):
    """An amendment says something else than the version that it amends."""


class NotHandedOver(Refusal):
    """The filer has not handed the draft over."""


class DraftChanged(Refusal):
    """The draft is not the one that the attester looked at."""


class AmendmentNeeded(Refusal):
    """What was submitted is changed by an amendment, which says why."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What the rules ask about a draft: how many records it has, and when it was handed over."""

    record_count: int
    ready_at: datetime | None


def require_content(draft: Handed, *, nil: bool) -> None:
    """A draft holds records, or says that there are none to hold.

    Raises NothingToAttest or RecordsInTheWay.
    """
    if nil and draft.record_count:
        raise RecordsInTheWay(
            _("The draft holds %(count)s records. Discard it before declaring a nil return."),
            count=draft.record_count,
        )
    if not nil and not draft.record_count:
        raise NothingToAttest(
            _("The draft holds no records. Upload the month, or declare a nil return.")
        )


def require_difference(*, differs: bool) -> None:
    """An amendment changes something. Raises NothingDiffers."""
    if not differs:
        raise NothingDiffers(
            _("The draft says what the version in force says; there is nothing to amend.")
        )


def require_as_seen(draft: Handed, *, seen: datetime | None) -> None:
    """The attester signs what was handed over and looked at.

    Raises NotHandedOver or DraftChanged.
    """
    if draft.ready_at is None:
        raise NotHandedOver(
            _("The filer has not handed the draft over, or took it back by uploading anew.")
        )
    if draft.ready_at != seen:
        raise DraftChanged(
            _("The draft was changed after you opened this page. Look at it again, then attest.")
        )


def require_open(*, submitted: bool, drafted: bool) -> None:
    """A month that was submitted takes records only into the draft of an amendment.

    Raises AmendmentNeeded.
    """
    if submitted and not drafted:
        raise AmendmentNeeded(
            _("This month has been submitted. Start an amendment first, and say why.")
        )
