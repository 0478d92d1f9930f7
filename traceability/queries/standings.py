"""What other apps are told of enterprises: use of caps and open findings, set-based."""

from collections.abc import Collection
from decimal import Decimal

from django.db.models import Count, Sum

from allocations.rules import PenaltyTold
from portal.kernel.period import year_months
from portal.kernel.quantity import ZERO
from portal.kernel.sql import among
from traceability.models import CapUse, Finding

OPEN = (Finding.Status.OPEN, Finding.Status.ANSWERED)


def used_of(year: int, enterprises: Collection[int]) -> dict[tuple[int, str], Decimal]:
    """What these enterprises have used of their caps in `year`, kg REO, by enterprise and category.

    `allocations` asks it through the setting CAP_USE_SOURCE.
    """
    months = [month.first_day for month in year_months(year)]
    used = CapUse.objects.filter(month__in=months, enterprise_id__in=among(enterprises))
    sums = used.order_by().values_list("enterprise_id", "category").annotate(kg=Sum("reo_kg"))
    return {(enterprise, category): kg for enterprise, category, kg in sums}


def open_findings_of(enterprises: Collection[int]) -> dict[int, int]:
    """How many findings are open at each of these enterprises, where there are any.

    `allocations` asks it through the setting OPEN_FINDINGS_SOURCE.
    """
    found = Finding.objects.filter(enterprise_id__in=among(enterprises), status__in=OPEN)
    return dict(found.order_by().values_list("enterprise_id").annotate(count=Count("pk")))


def finding_told(pk: int) -> PenaltyTold | None:
    """What a finding says a penalty is about: whose, in which category, how much over the cap.

    `allocations` asks it through the setting FINDING_SOURCE.
    """
    found = Finding.objects.filter(pk=pk).first()
    if found is None:
        return None
    over = ZERO if found.is_gross or found.amount_kg is None else found.amount_kg
    is_over = found.code in {"over_cap", "no_cap"}
    return PenaltyTold(found.enterprise_id, found.category, over if is_over else ZERO, found.code)
