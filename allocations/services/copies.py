"""What authorities do with their copies."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from allocations.models import Copy
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.errors import Refusal


class AcknowledgedAlready(Refusal):
    """Somebody of the same authority acknowledged the copy before."""


class NotTheRecipient(Refusal):
    """Only the authority it was sent to acknowledges a copy."""


@transaction.atomic
def acknowledge_copy(*, copy: Copy, by: User, at: datetime) -> Copy:
    """Put on record that the authority has the copy.

    Raises NotTheRecipient or AcknowledgedAlready.
    """
    copy = Copy.objects.select_for_update(of=("self",)).get(pk=copy.pk)
    if copy.recipient_id != by.organisation_id:
        raise NotTheRecipient(_("Only the authority it was sent to acknowledges a copy."))
    if copy.acknowledged_at is not None:
        raise AcknowledgedAlready(_("This copy has been acknowledged already."))
    copy.acknowledged_at = at
    copy.acknowledged_by = by
    copy.save(update_fields=["acknowledged_at", "acknowledged_by"])
    audit.record("copy.acknowledged", copy, by=by, at=at, digest=copy.digest)
    return copy
