"""Shipments between enterprises: what the two sides filed of each, and what was said of it.

`shipment.sql` derives every shipment of one scope at once, from the filings in force, the buyer's
drafts and the latest answers; nothing of it is kept. The lists read the sales of some days, a month
more on either side for deliveries under one document that lie apart.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Prefetch, Q, QuerySet

from enterprises.models import Enterprise
from enterprises.queries import enterprises_visible_to
from portal.accounts.models import User
from portal.kernel.period import Month
from portal.kernel.sql import at_hand, derived
from traceability.models import Lot, Shipment
from traceability.permissions import Perm
from traceability.queries.tolerances import tolerances_on
from traceability.rules.shipments import DISPUTED, TO_DO, UPHELD, Normal, ShipmentKey

HERE = Path(__file__).parent
# How many months back a list looks unless it is asked for one month.
MONTHS_BACK = 3
# A dispute is shown to officials for so many months after its answer.
DISPUTES_BACK = 24
_COUNT_SECONDS = 60
_WANTED = """
select * from unnest(%(sellers)s::bigint[], %(buyers)s::bigint[], %(lots)s::bigint[],
                     %(documents)s::text[]) as w(seller_id, buyer_id, lot_id, document)"""
_DISPUTED = """
select a.seller_id, a.buyer_id, a.lot_id, a.document
  from traceability_shipmentanswer a
 where a.verdict in ('part_refused', 'never_came') and a.at >= %(answered_since)s
   and (%(everywhere)s or a.seller_id = any (%(seen)s) or a.buyer_id = any (%(seen)s))"""


@dataclass(frozen=True, slots=True)
class Days:
    """The days on which the shipments of a list were sent, both included."""

    since: date
    until: date

    @classmethod
    def of(cls, month: Month) -> "Days":
        """Those of one month."""
        return cls(month.first_day, month.last_day)

    @classmethod
    def up_to(cls, today: date) -> "Days":
        """The present month and the MONTHS_BACK before it."""
        return cls((Month.of(today) - MONTHS_BACK).first_day, Month.of(today).last_day)


def shipments_to(buyer: Enterprise, days: Days, *, today: date) -> QuerySet[Shipment]:
    """What others sold to `buyer` in these days, as it stands for its own eyes."""
    return _named(
        _derive(
            _text("lines_of_buyer"),
            "a.buyer_id = %(buyer)s and a.at >= %(read_since)s",
            today=today,
            days=days,
            own=True,
            buyer=buyer.pk,
        )
    )


def shipments_from(seller: Enterprise, days: Days, *, today: date) -> QuerySet[Shipment]:
    """What `seller` filed as sold to others in these days, as it stands by what they filed."""
    return _named(
        _derive(
            _text("lines_of_seller"),
            "a.seller_id = %(seller)s and a.at >= %(read_since)s",
            today=today,
            days=days,
            own=False,
            seller=seller.pk,
        )
    )


def for_one_page(shipments: QuerySet[Shipment]) -> QuerySet[Shipment]:
    """The same, derived once for all that a page asks of them."""
    return _named(at_hand(shipments))


def shipments_of(keys: Sequence[ShipmentKey], *, today: date, own: bool) -> QuerySet[Shipment]:
    """Some shipments by what names them, of all days; `own` for the eyes of their buyer."""
    return _some(
        _WANTED,
        today=today,
        own=own,
        sellers=[key.seller_id for key in keys],
        buyers=[key.buyer_id for key in keys],
        lots=[key.lot_id for key in keys],
        documents=[key.document for key in keys],
    )


def disputes_visible_to(user: User, *, today: date) -> QuerySet[Shipment]:
    """The shipments of which an official may read the dispute; none for enterprises.

    Ministries and auditors see all, an authority those with a side in its territory.
    """
    held = user.role_held
    everywhere = Perm.VIEW_FINDINGS in held.national
    regional = Perm.VIEW_FINDINGS in held.regional
    seen = list(enterprises_visible_to(user).values_list("pk", flat=True)) if regional else []
    return _some(
        _DISPUTED,
        today=today,
        own=False,
        answered_since=(Month.of(today) - DISPUTES_BACK).first_day,
        everywhere=everywhere,
        seen=seen,
    )


def reads_disputes(user: User) -> bool:
    """Whether `user` is an official who sees findings, for the country or a territory."""
    held = user.role_held
    return Perm.VIEW_FINDINGS in held.national or Perm.VIEW_FINDINGS in held.regional


def to_answer_for(seller: Enterprise, *, today: date) -> int:
    """How many of the seller's shipments are disputed, and by an official not decided for it."""
    disputed = _some(
        _DISPUTED,
        today=today,
        own=False,
        answered_since=(Month.of(today) - DISPUTES_BACK).first_day,
        everywhere=False,
        seen=[seller.pk],
    )
    return disputed.filter(seller=seller, state__in=(DISPUTED, UPHELD)).count()


def shipment_seen(user: User, key: ShipmentKey, *, today: date) -> Shipment | None:
    """The shipment if `user` may see it: on either side of it, or as an official."""
    side = side_of(user, key)
    if side is None and not _may_read(user, key):
        return None
    return shipments_of([key], today=today, own=side == "buyer").first()


def side_of(user: User, key: ShipmentKey) -> str | None:
    """`buyer` or `seller`, where the user's own enterprise is one of them."""
    if Perm.VIEW_FILINGS not in user.role_held.own:
        return None
    own = Enterprise.objects.filter(organisation_id=user.organisation_id).values_list(
        "pk", flat=True
    )
    enterprise = own.first()
    if enterprise == key.buyer_id:
        return "buyer"
    return "seller" if enterprise == key.seller_id else None


def may_write(user: User, key: ShipmentKey) -> bool:
    """Whether `user` writes in the thread: filers and attesters of either side."""
    held = user.role_held.own
    files = Perm.PREPARE_FILING in held or Perm.SUBMIT_FILING in held
    return files and side_of(user, key) is not None


def _may_read(user: User, key: ShipmentKey) -> bool:
    """Whether an official may: all shipments for the whole country, disputes for a territory."""
    held = user.role_held
    if Perm.VIEW_FINDINGS in held.national:
        return True
    if Perm.VIEW_FINDINGS not in held.regional:
        return False
    return enterprises_visible_to(user).filter(pk__in=[key.seller_id, key.buyer_id]).exists()


def standing_keys(shipments: QuerySet[Shipment], *, most: int) -> list[ShipmentKey]:
    """What names the first `most` of `shipments`."""
    named = shipments.order_by("key").values_list("seller_id", "buyer_id", "lot_id", "document")
    return [ShipmentKey(*values) for values in named[:most]]


def counts_by_state(shipments: QuerySet[Shipment]) -> dict[str, int]:
    """How many of `shipments` stand in each state."""
    return dict(shipments.order_by().values_list("state").annotate(Count("key")))


def to_confirm(buyer: Enterprise, *, today: date) -> int:
    """How many shipments wait for the buyer; up to a minute old, unless forgotten."""
    counted: int | None = cache.get(_count_key(buyer.pk))
    if counted is None:
        waiting = shipments_to(buyer, Days.up_to(today), today=today).filter(needs_buyer())
        counted = waiting.count()
        cache.set(_count_key(buyer.pk), counted, _COUNT_SECONDS)
    return counted


def remember_to_confirm(buyer: Enterprise, counts: dict[str, int]) -> None:
    """Let the next pages take over what a page counted by state over the last months."""
    counted = sum(counts.get(state, 0) for state in TO_DO)
    cache.set(_count_key(buyer.pk), counted, _COUNT_SECONDS)


def forget_to_confirm(enterprise_ids: Collection[int]) -> None:
    """Let the next page count anew what waits for these enterprises."""
    cache.delete_many([_count_key(pk) for pk in enterprise_ids])


def needs_buyer() -> Q:
    """The condition that a shipment waits for its buyer."""
    return Q(state__in=TO_DO)


def normal_on(day: date) -> Normal:
    """The difference between seller and buyer that is normal on `day`."""
    held = tolerances_on(day)
    return Normal(held["quantity_tolerance_percent"], held["quantity_tolerance_kg"])


def _some(wanted: str, *, today: date, own: bool, **values: Any) -> QuerySet[Shipment]:
    keys = "seller_id, buyer_id, lot_id, document"
    return _named(
        _derive(
            _text("lines_of_some").format(wanted=wanted),
            f"(a.{keys.replace(', ', ', a.')}) in (select {keys} from ({wanted}) w)",
            f"({keys}) in (select {keys} from ({wanted}) w)",
            today=today,
            days=Days(date.min, date.max),
            own=own,
            **values,
        )
    )


def _derive(
    lines: str,
    answers: str,
    only: str = "true",
    *,
    today: date,
    days: Days,
    own: bool,
    **values: Any,
) -> QuerySet[Shipment]:
    sql = _text("shipment").format(
        lines=lines, answers=answers, only=only, was_sold=_text("was_sold")
    )
    whole = days.since == date.min
    facts = {
        **tolerances_on(today),
        "since": days.since,
        "until": days.until,
        "read_since": days.since if whole else (Month.of(days.since) - 1).first_day,
        "read_until": days.until if whole else (Month.of(days.until) + 1).last_day,
        "own": own,
        **values,
    }
    return derived(Shipment, sql, facts)


def _named(shipments: QuerySet[Shipment]) -> QuerySet[Shipment]:
    # Fetched for the rows of a page, not joined to all of them.
    enterprises = Enterprise.objects.select_related("organisation")
    lots = Lot.objects.select_related("maker__organisation", "product")
    return shipments.prefetch_related(
        Prefetch("seller", enterprises), Prefetch("buyer", enterprises), Prefetch("lot", lots)
    )


def _text(name: str) -> str:
    return (HERE / f"{name}.sql").read_text(encoding="utf-8")


def _count_key(enterprise_id: int) -> str:
    return f"shipments-to-confirm:{enterprise_id}"
