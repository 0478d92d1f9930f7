"""What recipients do with their copies."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from allocations.models import Copy, Opening
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.errors import Refusal


class AcknowledgedAlready(Refusal):
    """Somebody of the same recipient acknowledged the copy before."""


class NotTheRecipient(Refusal):
    """Only the one it was sent to does anything with a copy."""


def require_recipient(copy: Copy, by: User) -> None:
    """The copy was sent to the person's own organisation. Raises NotTheRecipient. No deed."""
    if copy.recipient_id != by.organisation_id:
        raise NotTheRecipient(
            _("Only the one it was sent to acknowledges a copy and passes it down.")
        )


@transaction.atomic
def open_copy(*, copy: Copy, by: User, at: datetime) -> Opening:
    """Put on record that a person of the recipient has opened the copy; only the first time counts.

    Raises NotTheRecipient.
    """
    require_recipient(copy, by)
    opening, is_first = Opening.objects.get_or_create(copy=copy, user=by, defaults={"at": at})
    if is_first:
        audit.record("copy.opened", copy, by=by, at=at)
    return opening


@transaction.atomic
def acknowledge_copy(*, copy: Copy, by: User, at: datetime) -> Copy:
    """Put on record that the recipient has the copy.

    Raises NotTheRecipient or AcknowledgedAlready.
    """
    # Not its key: who opens it meanwhile refers to it, and holds the audit trail by then.
    copy = Copy.objects.select_for_update(of=("self",), no_key=True).get(pk=copy.pk)
    require_recipient(copy, by)
    if copy.acknowledged_at is not None:
        raise AcknowledgedAlready(_("This copy has been acknowledged already."))
    copy.acknowledged_at = at
    copy.acknowledged_by = by
    copy.save(update_fields=["acknowledged_at", "acknowledged_by"])
    audit.record("copy.acknowledged", copy, by=by, at=at, digest=copy.digest)
    return copy
