"""Who is told of shipments: the buyer of what was filed or amended, and the sides of a dispute.

Part of the deeds that are told.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.templatetags.portal import kg
from portal.notices.kinds import Kind
from portal.notices.kinds.words import both, quoted
from portal.notices.services import Telling, tell
from traceability.models import Filing, ShipmentAnswer, ShipmentRemark
from traceability.permissions import Perm

# Who answers for an enterprise's shipments.
FILERS = (Perm.PREPARE_FILING, Perm.SUBMIT_FILING)
# By buyer: how many shipments are new in a filing, and how many it changed or took out. A buyer
# outside the platform has nobody to tell.
_BY_BUYER = """
select o.organisation_id, count(*) filter (where s.was is null),
       count(*) filter (where s.was is not null)
  from (select r.counterparty_id, sum(r.gross_kg) filter (where r.filing_id = %(filing)s) as now,
               sum(r.gross_kg) filter (where r.filing_id <> %(filing)s) as was
          from traceability_record r
         where (r.filing_id = %(filing)s or r.filing_id = any (%(superseded)s))
           and r.kind = 'sale' and r.counterparty_id is not null
         group by r.counterparty_id, r.lot_id, upper(btrim(r.document))) s
  join enterprises_enterprise o on o.id = s.counterparty_id and o.activities <> '{}'
 where s.now is distinct from s.was
 group by o.organisation_id
"""


def tell_buyers(filing: Filing, *, superseded: Sequence[int], by: User, at: datetime) -> None:
    """Tell each buyer how many shipments a filing that was submitted says it got, or changes."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_BUYER, {"filing": filing.pk, "superseded": list(superseded)})
        counted = cursor.fetchall()
    told: dict[Kind, list[Telling]] = {Kind.SHIPMENTS_FILED: [], Kind.SHIPMENTS_CHANGED: []}
    common = {"seller": both(filing.enterprise), "month": str(filing.month)}
    for organisation, new, changed in counted:
        for kind, count in ((Kind.SHIPMENTS_FILED, new), (Kind.SHIPMENTS_CHANGED, changed)):
            if count:
                facts = {**common, "count": count, "query": "?state=to_do"}
                told[kind].append(Telling(organisation, filing.month, facts))
    for kind, tellings in told.items():
        tell(kind, tellings, perms=FILERS, at=at, besides=by)


def tell_seller(kind: Kind, answers: Sequence[ShipmentAnswer], *, by: User, at: datetime) -> None:
    """Tell sellers that a buyer disputes a shipment of theirs, or takes that back."""
    told = [
        Telling(
            answer.seller.organisation_id,
            answer.pk,
            {
                "buyer": both(answer.buyer),
                "document": answer.document,
                "received": kg(answer.received_kg),
                "sold": kg(answer.sold_kg),
            },
        )
        for answer in answers
    ]
    tell(kind, told, perms=FILERS, at=at, besides=by)


def tell_of_remark(remark: ShipmentRemark, *, by: User, at: datetime) -> None:
    """Tell the other side what was written, or both sides what was decided."""
    answer = remark.answer
    sides = _organisations([answer.seller_id, answer.buyer_id])
    facts: dict[str, Any] = {"document": answer.document, "text": quoted(remark.text)}
    if remark.ruling:
        kind = Kind.SHIPMENT_DECIDED
        facts["ruling"] = both(ShipmentRemark.Ruling(remark.ruling).label)
    else:
        kind = Kind.SHIPMENT_WRITTEN
        facts["sender"] = both(by.organisation)
    told = [Telling(pk, answer.pk, facts) for pk in sides if pk != by.organisation_id]
    tell(kind, told, perms=FILERS, at=at, besides=by)


def _organisations(enterprises: Collection[int]) -> list[int]:
    found = Enterprise.objects.filter(pk__in=enterprises)
    return list(found.values_list("organisation_id", flat=True))
