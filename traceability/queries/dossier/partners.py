"""With whom an enterprise traded, and where the two sides do not agree; gross kg."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection

from enterprises.models import Enterprise
from portal.kernel.quantity import ZERO, share
from traceability.queries.dossier.period import Period
from traceability.queries.tolerances import tolerances_on

_TRADED = (Path(__file__).parent / "partners.sql").read_text(encoding="utf-8")
_BY_PARTNER = (
    _TRADED
    + """
select way, partner_id, state, count(*), sum(kg) from judged
 where enterprise_id = any (%(enterprises)s) group by 1, 2, 3"""
)
# Of what the two sides tell differently, what both tell agrees.
_BY_ENTERPRISE = (
    _TRADED
    + """
select enterprise_id,
       coalesce(sum(case state when 'agreed' then kg when 'different' then both_kg
                               when 'disputed' then both_kg end), 0),
       coalesce(sum(case when state in ('only_own', 'only_partner') then kg
                         when state in ('different', 'disputed') then kg - coalesce(both_kg, 0)
                         end), 0),
       count(*) filter (where state not in ('outside', 'under_way', 'silent'))
  from judged
 where (%(enterprises)s::bigint[] is null or enterprise_id = any (%(enterprises)s))
 group by 1"""
)
# Both ends of a shipment lie within so many days of each other.
APART = timedelta(days=62)


@dataclass(slots=True)
class Partner:
    """One partner in one direction: kg and lots by what the two sides say."""

    way: str
    partner: Enterprise
    kg: dict[str, Decimal] = field(default_factory=dict)
    lots: int = 0
    of_all: Decimal | None = None

    @property
    def total_kg(self) -> Decimal:
        """All that was traded with it this way, by whichever side says more."""
        return sum(self.kg.values(), ZERO)

    @property
    def apart_kg(self) -> Decimal:
        """What only one side says, or the two say differently or dispute."""
        apart = ("different", "only_own", "only_partner", "disputed")
        return sum((self.kg.get(state, ZERO) for state in apart), ZERO)


def partners(enterprise: Enterprise, period: Period) -> list[Partner]:
    """Every partner in each direction, the largest first; `of_all`: its share of the direction."""
    found: dict[tuple[str, int], dict[str, tuple[int, Decimal]]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_BY_PARTNER, _asked([enterprise.pk], period))
        for way, partner, state, lots, kg in cursor.fetchall():
            found[way, partner][state] = lots, kg
    named = Enterprise.objects.select_related("organisation").in_bulk([pk for _way, pk in found])
    told = [
        Partner(
            way,
            named[pk],
            {state: kg for state, (_lots, kg) in states.items()},
            sum(lots for lots, _kg in states.values()),
        )
        for (way, pk), states in found.items()
    ]
    whole: dict[str, Decimal] = defaultdict(Decimal)
    for each in told:
        whole[each.way] += each.total_kg
    for each in told:
        each.of_all = share(each.total_kg, whole[each.way])
    return sorted(told, key=lambda each: (each.way, -each.total_kg, each.partner.pk))


@dataclass(frozen=True, slots=True)
class Agreement:
    """What of an enterprise's trade both sides tell alike, and what they do not; gross kg."""

    agreed_kg: Decimal
    apart_kg: Decimal
    lots: int


def agreements(enterprises: Collection[int] | None, period: Period) -> dict[int, Agreement]:
    """For each of these enterprises (None: all) that traded in the period."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_ENTERPRISE, _asked(enterprises, period))
        return {pk: Agreement(*rest) for pk, *rest in cursor.fetchall()}


def _asked(enterprises: Collection[int] | None, period: Period) -> dict[str, Any]:
    held = tolerances_on(period.today)
    since, until = period.first.first_day, period.last.last_day
    return {
        "enterprises": None if enterprises is None else list(enterprises),
        "since": since,
        "until": until,
        "read_since": since - APART,
        "read_until": until + APART,
        "percent": held["quantity_tolerance_percent"],
        "kg": held["quantity_tolerance_kg"],
        "under_way_since": period.today - timedelta(days=int(held["unconfirmed_grace_days"])),
    }
