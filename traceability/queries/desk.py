"""Where a month stands on the desk, and what a draft would make of the caps."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from allocations.models import Category
from portal.kernel.quantity import ZERO
from traceability.models import Upload
from traceability.queries.caps import CapPosition
from traceability.queries.months import MonthShown
from traceability.queries.uploads import UNDER_WAY

STEPS: tuple[Promise, ...] = (
    _("Write or upload"),
    _("Check"),
    _("Preview and hand over"),
    _("Attest"),
    _("Receipt"),
)
WRITE, CHECK, PREVIEW, ATTEST, DONE = 0, 1, 2, 3, 5


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a month: whether it is done, or the one to take now."""

    label: Promise
    done: bool
    current: bool


def steps_of(shown: MonthShown, upload: Upload | None) -> list[Step]:
    """The steps of a month as they stand."""
    now = _standing(shown, upload)
    return [Step(label, nth < now, nth == now) for nth, label in enumerate(STEPS)]


def _standing(shown: MonthShown, upload: Upload | None) -> int:
    draft = shown.draft
    if draft is None and shown.in_force:
        return DONE
    if upload is not None and (upload.state in UNDER_WAY or is_refused(shown, upload)):
        return CHECK
    if draft is None:
        return WRITE
    if draft.ready_at:
        return ATTEST
    return PREVIEW if draft.record_count else WRITE


def is_refused(shown: MonthShown, upload: Upload) -> bool:
    """Whether the last file had faults, and nothing has been drafted or submitted since."""
    if upload.state not in (Upload.State.REFUSED, Upload.State.FAILED):
        return False
    if shown.draft:
        return upload.at >= shown.draft.prepared_at
    filed = shown.in_force
    return filed is None or filed.submitted_at is None or upload.at >= filed.submitted_at


def is_in_draft(shown: MonthShown, upload: Upload, state: str) -> bool:
    """Whether the last file ended in this `state` and went into the draft that stands now."""
    return upload.state == state and shown.draft is not None and upload.filing_id == shown.draft.pk


@dataclass(frozen=True, slots=True)
class CapChange:
    """One category before and after a draft is submitted, kg REO."""

    category: Category
    cap_kg: Decimal
    before_kg: Decimal
    after_kg: Decimal

    @property
    def added_kg(self) -> Decimal:
        """What the draft adds; negative where an amendment takes away."""
        return self.after_kg - self.before_kg

    @property
    def left_kg(self) -> Decimal:
        """What would be left of the cap; negative over it."""
        return self.cap_kg - self.after_kg

    @property
    def over_kg(self) -> Decimal:
        """How far over the cap it would be; zero within."""
        return max(-self.left_kg, ZERO)


def cap_changes(before: Sequence[CapPosition], after: Sequence[CapPosition]) -> list[CapChange]:
    """Every category that has a cap or production, before or after."""
    was = {position.category: position for position in before}
    will = {position.category: position for position in after}
    return [
        CapChange(
            category,
            (will.get(category) or was[category]).cap_kg,
            was[category].used_kg if category in was else ZERO,
            will[category].used_kg if category in will else ZERO,
        )
        for category in Category
        if category in was or category in will
    ]
