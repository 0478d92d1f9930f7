"""The records behind a figure of flows, and how much of it comes of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum

from portal.kernel.quantity import ZERO
from portal.kernel.sql import at_hand, derived
from traceability.models import RecordBehind
from traceability.queries.tracing.flows import Question, facts_of
from traceability.queries.tracing.known import use_counted
from traceability.queries.tracing.walk import statement
from traceability.rules.intake import CREATING
from traceability.rules.tracing.flows import Piece

Behind = QuerySet[RecordBehind]


@dataclass(frozen=True, slots=True)
class Traders:
    """Who sells to whom; None: anybody but those that are left out."""

    seller: int | None = None
    buyer: int | None = None
    not_sellers: Sequence[int] = ()
    not_buyers: Sequence[int] = ()


def behind_flows(pieces: Mapping[Piece, int], asked: Question) -> Behind:
    """The records of some flows; those of a negative sign are taken from the figure."""
    signed = [(*piece, sign) for piece, sign in pieces.items() if sign]
    facts = facts_of(asked) | {
        "kinds": [kind for kind, *_ in signed],
        "products": [product for _, product, _, _ in signed],
        "others": [other or 0 for _, _, other, _ in signed],
        "signs": [sign for *_, sign in signed],
    }
    sql = statement("moved") + statement("behind_flows") + statement("behind")
    return _named(derived(RecordBehind, sql, facts))


def behind_trade(traders: Traders, asked: Question) -> Behind:
    """The sales from one group, or enterprise outside any, to another."""
    facts = facts_of(asked) | {
        "seller": traders.seller,
        "buyer": traders.buyer,
        "not_sellers": list(traders.not_sellers),
        "not_buyers": list(traders.not_buyers),
    }
    return _named(derived(RecordBehind, statement("behind_trade") + statement("behind"), facts))


def behind_months(what: str, asked: Question) -> Behind:
    """What the lines month by month count: a kind of record, or outputs of a stage."""
    facts = facts_of(asked) | {"what": what}
    return _named(derived(RecordBehind, statement("behind_month") + statement("behind"), facts))


def behind_use(what: str, asked: Question) -> Behind:
    """The production that counts against caps: `mining`, `separation`, or both for none."""
    sql = f"with {use_counted(asked.known_at)}" + statement("behind_used")
    return _named(derived(RecordBehind, sql, facts_of(asked) | {"what": what}))


def behind_movements(parts: Mapping[int, Decimal]) -> Behind:
    """The records of some movements, by how much of a figure comes of each, kg."""
    facts = {
        "movements": list(parts),
        "masses": list(parts.values()),
        "creating": list(CREATING),
    }
    return _named(derived(RecordBehind, _GIVEN + statement("behind"), facts))


def sum_of(behind: Behind) -> Decimal:
    """What the records come to, kg."""
    found: Decimal | None = behind.order_by().aggregate(kg=Sum("kg"))["kg"]
    return found or ZERO


def _named(behind: Behind) -> Behind:
    """With what a list of them shows, the largest first; asked for once."""
    return (
        at_hand(behind)
        .select_related(
            "record__filing__enterprise__organisation",
            "record__counterparty__organisation",
            "record__lot__product",
        )
        .order_by("-kg", "pk")
    )


_GIVEN = """
with picked as (
    select * from unnest(%(movements)s::bigint[], %(masses)s::numeric[]) p (movement_id, kg)
)
"""
