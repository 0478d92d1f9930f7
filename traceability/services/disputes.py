"""What is written about a shipment in dispute, and what an official decides of it."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.access import require_allowed
from portal.kernel.period import civil_day
from traceability.models import ShipmentAnswer, ShipmentRemark
from traceability.permissions import Perm
from traceability.queries.shipments import may_write, shipments_of
from traceability.queries.shipments.answers import answers_of
from traceability.rules import shipments as rules
from traceability.rules.shipments import ShipmentKey
from traceability.services.telling import tell_of_remark


@transaction.atomic
def write_remark(*, key: ShipmentKey, text: str, by: User, at: datetime) -> ShipmentRemark:
    """Write to the other side of a dispute. Raises NoDispute, and PermissionDenied for others."""
    if not may_write(by, key):
        raise PermissionDenied
    answer = _disputed(key, at=at)
    remark = ShipmentRemark.objects.create(answer=answer, text=text.strip(), by=by, at=at)
    tell_of_remark(remark, by=by, at=at)
    audit.record("shipment.remark_written", remark, by=by, at=at, shipment=str(key), text=text)
    return remark


@transaction.atomic
def rule_on_dispute(
    *, key: ShipmentKey, ruling: str, text: str, by: User, at: datetime
) -> ShipmentRemark:
    """Decide a dispute for one side, once. Raises NoDispute, and PermissionDenied for others."""
    require_allowed(by, Perm.WORK_FINDINGS)
    answer = _disputed(key, at=at)
    if answer.remarks.exclude(ruling="").exists():
        raise rules.NoDispute(_("This dispute has been decided already."))
    remark = ShipmentRemark.objects.create(
        answer=answer, text=text.strip(), ruling=ruling, by=by, at=at
    )
    tell_of_remark(remark, by=by, at=at)
    audit.record(
        "shipment.dispute_decided",
        remark,
        by=by,
        at=at,
        shipment=str(key),
        ruling=ruling,
        text=text,
    )
    return remark


def _disputed(key: ShipmentKey, *, at: datetime) -> ShipmentAnswer:
    """The refusal that is in dispute, which nobody else decides until the transaction ends."""
    # The buyer's lock, as for an answer: neither comes between.
    Enterprise.objects.select_for_update(of=("self",), no_key=True).get(pk=key.buyer_id)
    found = shipments_of([key], today=civil_day(at), own=False).first()
    answer = answers_of(key).last()
    if found is None or answer is None or found.state not in rules.IN_DISPUTE:
        raise rules.NoDispute(_("This shipment is not in dispute."))
    return answer
