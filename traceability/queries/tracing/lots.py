"""Lots: who may see them, who holds them, and what was amended about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet

from enterprises.models import Enterprise
from enterprises.queries import seen_by
from portal.accounts.models import User
from portal.kernel.sql import among
from traceability.models import Filing, Lot, Pool, Record
from traceability.permissions import Perm
from traceability.queries.filings import filings_visible_to
from traceability.queries.tracing.walk import NOW, rows, statement

_COUNTED = """
select distinct on (f.enterprise_id, r.lot_id) f.enterprise_id, r.lot_id, r.date, r.gross_kg
  from traceability_record r
  join traceability_filing f on f.id = r.filing_id and f.submitted_at <= %(known_at)s
   and not exists (select from traceability_filing g
                    where g.enterprise_id = f.enterprise_id and g.month = f.month
                      and g.version > f.version and g.submitted_at <= %(known_at)s)
 where r.lot_id = any (%(lots)s) and r.kind = 'stock'
 order by f.enterprise_id, r.lot_id, r.date desc, r.id desc
"""


@dataclass(frozen=True, slots=True)
class Held:
    """What an enterprise has of a lot, gross kg: by its records, and as it last counted it."""

    enterprise: Enterprise
    in_kg: Decimal
    out_kg: Decimal
    counted_kg: Decimal | None
    counted_on: date | None

    @property
    def book_kg(self) -> Decimal:
        """What should be there; negative when more left than came."""
        return self.in_kg - self.out_kg


def lots_visible_to(user: User) -> QuerySet[Lot]:
    """The lots that an enterprise which `user` may see made, or ever held."""
    lots = Lot.objects.select_related("maker__organisation", "product")
    if not user.holds(Perm.VIEW_FILINGS):
        return lots.none()
    seen = seen_by(user)
    if seen is None:
        return lots
    held = Pool.objects.filter(kind=Pool.Kind.HOLDING, enterprise__in=among(seen))
    return lots.filter(pk__in=held.values("lot"))


def holdings_of(lot: Lot, *, known_at: datetime, seen: Sequence[int] | None) -> list[Held]:
    """Who has, or had, how much of a lot, among the enterprises `seen` (None: all)."""
    facts = {"lot": lot.pk, "known_at": known_at, "seen": None if seen is None else list(seen)}
    moved = {pk: (come, gone) for pk, come, gone in rows(statement("holdings"), facts)}
    counted = counts_of([lot.pk], known_at=known_at)
    holders = Enterprise.objects.filter(pk__in=moved).select_related("organisation", "region")
    found = []
    for one in holders:
        on, gross_kg = counted.get((one.pk, lot.pk), (None, None))
        found.append(Held(one, *moved[one.pk], gross_kg, on))
    return sorted(found, key=lambda held: (held.enterprise.pk != lot.maker_id, -held.in_kg))


def counts_of(
    lots: Iterable[int], *, known_at: datetime = NOW
) -> dict[tuple[int, int], tuple[date, Decimal]]:
    """The last stock count of each of these lots in each enterprise, gross kg, and its day."""
    found = rows(_COUNTED, {"lots": list(lots), "known_at": known_at})
    return {(holder, lot): (on, gross_kg) for holder, lot, on, gross_kg in found}


def records_visible_to(user: User) -> QuerySet[Record]:
    """The records of filings in force that `user` may see, the latest filing's first."""
    visible = filings_visible_to(user).filter(status=Filing.Status.SUBMITTED)
    return (
        Record.objects.filter(filing__in=visible.order_by().values("pk"))
        .select_related(
            "filing__enterprise__organisation", "counterparty__organisation", "lot__product"
        )
        .order_by("-filing", "line")
    )


def records_of_lot(lot: Lot, user: User) -> QuerySet[Record]:
    """The records of filings in force that speak of a lot, as far as `user` may see them."""
    return records_visible_to(user).filter(lot=lot).order_by("date", "pk")
