"""Flows seen from afar: province by province, group by group, month by month."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enterprises.models import Enterprise
from portal.accounts.models import Region
from portal.kernel.charts import Chart, Series
from portal.kernel.period import Month
from portal.kernel.quantity import ZERO, share, to_tonnes
from portal.kernel.templatetags.portal import named
from traceability.queries.tracing.flows import Question, facts_of, kept_of
from traceability.queries.tracing.known import use_known
from traceability.queries.tracing.walk import day_known, rows, statement
from traceability.rules.tracing.picture import Link, Node, Picture, picture_of

# The picture of trade names so many sellers and buyers, the largest; the table and file have all.
TRADERS_DRAWN = 24
Lead = Callable[..., str]
_CAPS = """
select case when l.category = 'separation' then 'separation' else 'mining' end, sum(l.kg)
  from allocations_allocationline l
  join allocations_decision d on d.id = l.decision_id and d.status = 'issued'
 where d.year = %(year)s and d.issued_at <= %(known_at)s
   and (%(scope)s::bigint[] is null or l.enterprise_id = any (%(scope)s))
 group by 1
"""
_USED = """
select month, case when category = 'separation' then 'separation' else 'mining' end, sum(reo_kg)
  from cap_use
 group by 1, 2
"""


@dataclass(frozen=True, slots=True)
class Tile:
    """One province of the map: its production, use of caps, discipline of filing and findings."""

    region: Region
    mined_kg: Decimal
    separated_kg: Decimal
    used_kg: Decimal
    cap_kg: Decimal
    due: int
    in_time: int
    missing: int
    findings: int

    @property
    def used_share(self) -> Decimal | None:
        """Counted production of the caps, as a fraction."""
        return share(self.used_kg, self.cap_kg)

    @property
    def in_time_share(self) -> Decimal | None:
        """Months first filed in time of those due, as a fraction."""
        return share(Decimal(self.in_time), Decimal(self.due))

    @property
    def idle(self) -> bool:
        """Whether there is nothing to tell of it."""
        return not (self.used_kg or self.cap_kg or self.due or self.findings)


def tiles(asked: Question, *, deadline_day: int, now: datetime) -> list[Tile]:
    """Every province, in the order of the codes."""
    facts = facts_due(asked, deadline_day=deadline_day, now=now) | {
        "year": asked.last.year,
        "known_on": day_known(asked.known_at),
    }
    sql = f"with {use_known(asked.known_at)}, {statement('months_due')}{statement('provinces')}"
    regions = Region.objects.filter(level=1).in_bulk()
    return [Tile(regions[row[0]], *row[1:]) for row in rows(sql, facts)]


def facts_due(asked: Question, *, deadline_day: int, now: datetime) -> dict[str, Any]:
    """What the statements about deadlines ask: none is over before it is known to be."""
    return facts_of(asked) | {"deadline_day": deadline_day, "now": min(now, asked.known_at)}


@dataclass(frozen=True, slots=True)
class Way:
    """What one group, or an enterprise outside any, sold to another by their numbers, kg REO."""

    seller: int
    buyer: int
    kg: Decimal


def trade_of(asked: Question) -> list[Way]:
    """Who sold how much to whom, the largest first."""
    found = rows(statement("trade"), facts_of(asked))
    return [Way(seller, buyer, kg) for seller, buyer, kg in found if kg]


def called(enterprises: Iterable[int]) -> dict[int, str]:
    """What enterprises are called, by their numbers."""
    found = Enterprise.objects.select_related("organisation", "region").in_bulk(enterprises)
    return {pk: named(enterprise) for pk, enterprise in found.items()}


@dataclass(frozen=True, slots=True)
class Drawn:
    """Who stands in the picture of trade by name: the largest; the others stand together."""

    sellers: list[int]
    buyers: list[int]


def drawn_of(ways: Sequence[Way]) -> Drawn:
    """The groups that the picture of trade names."""

    def largest(sums: dict[int, Decimal]) -> list[int]:
        return sorted(sums, key=lambda one: -sums[one])[:TRADERS_DRAWN]

    sold: dict[int, Decimal] = defaultdict(Decimal)
    bought: dict[int, Decimal] = defaultdict(Decimal)
    for way in ways:
        sold[way.seller] += way.kg
        bought[way.buyer] += way.kg
    return Drawn(largest(sold), largest(bought))


def picture_of_trade(ways: Sequence[Way], drawn: Drawn) -> Picture:
    """Sellers to the left, buyers to the right; the node of the others has no number."""
    sellers, buyers = set(drawn.sellers), set(drawn.buyers)
    sums: dict[tuple[int | None, int | None], Decimal] = defaultdict(Decimal)
    for way in ways:
        seller = way.seller if way.seller in sellers else None
        buyer = way.buyer if way.buyer in buyers else None
        sums[seller, buyer] += way.kg
    names = {None: _("all others")} | called(sellers | buyers)
    nodes: dict[tuple[str, int | None], Node] = {}
    links = []
    for (seller, buyer), kg in sums.items():
        left, right = ("seller", seller), ("buyer", buyer)
        nodes[left] = Node(left, names[seller], "compound", _("sells"))
        nodes[right] = Node(right, names[buyer], "end", _("buys"))
        links.append(Link(left, right, kg))
    return picture_of(nodes.values(), links)


def charts_of(asked: Question, lead: Lead) -> list[tuple[str, Chart]]:
    """Production against the caps as it adds up; month by month what came, was made and went.

    Lines end with the last month that anything was filed of: what is not filed is not zero.
    `lead` gives the address of the records behind a figure.
    """
    months = _months(asked)
    return [
        ("chart-caps", _against_caps(asked, months, lead)),
        ("chart-months", _by_month(asked, months, lead)),
    ]


def _against_caps(asked: Question, months: list[Month], lead: Lead) -> Chart:
    facts = facts_of(asked)
    found = rows(f"with {use_known(asked.known_at)} {_USED}", facts)
    used = {(Month.of(month), what): kg for month, what, kg in found}
    caps = dict(rows(_CAPS, facts | {"year": asked.last.year}))
    words = {"mining": (_("mined"), _("caps of mining")), "separation": _SEPARATED}
    series: list[Series] = []
    last = max((month for month, _what in used), default=asked.first)
    for what, (made, cap) in words.items():
        total: Decimal = ZERO
        line: list[Decimal | None] = []
        for month in months:
            total += used.get((month, what), ZERO)
            line.append(to_tonnes(total) if month <= last else None)
        urls = [lead(of="used", what=what, last=month) for month in months]
        series.append(Series(made, line, urls=urls))
        if what in caps:
            level = [to_tonnes(caps[what])] * len(months)
            urls = [lead(of="caps", what=what)] * len(months)
            series.append(Series(cap, level, form="cap", urls=urls))
    return Chart(
        title=_("Counted production as it adds up, against the caps of the year"),
        unit=_("t REO"),
        category_name=_("month"),
        categories=[str(month) for month in months],
        series=series,
    )


def _by_month(asked: Question, months: list[Month], lead: Lead) -> Chart:
    all_oxides = replace(asked, oxides=None)
    told = rows(kept_of(all_oxides) + statement("monthly"), facts_of(all_oxides))
    found = {(Month.of(month), what): kg for month, what, kg in told}
    last = max((month for month, _what in found), default=asked.first)
    series = [
        Series(
            str(label),
            [
                to_tonnes(found.get((month, what), ZERO)) if month <= last else None
                for month in months
            ],
            urls=[lead(of="month", what=what, first=month, last=month) for month in months],
        )
        for what, label in MONTHLY.items()
    ]
    return Chart(
        title=_("Month by month"),
        unit=_("t REO"),
        category_name=_("month"),
        categories=[str(month) for month in months],
        series=series,
    )


_SEPARATED = (gettext_lazy("separated"), gettext_lazy("caps of separation"))
MONTHLY = {
    "extraction": gettext_lazy("mined"),
    "import": gettext_lazy("imported"),
    "compound": gettext_lazy("compounds made"),
    "metal": gettext_lazy("metals made"),
    "product": gettext_lazy("magnets made"),
    "export": gettext_lazy("exported"),
}


def _months(asked: Question) -> list[Month]:
    count = (asked.last.year - asked.first.year) * 12 + asked.last.number - asked.first.number
    return [asked.first + step for step in range(count + 1)]
