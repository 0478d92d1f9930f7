"""Flows seen from afar: province by province, group by group, month by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enterprises.models import Enterprise
from portal.accounts.models import Region
from portal.kernel.charts import Chart, Series
from portal.kernel.period import Month
from portal.kernel.quantity import ZERO, share, to_tonnes
from portal.kernel.templatetags.portal import named
from traceability.queries.tracing.flows import Question
from traceability.queries.tracing.walk import rows, statement
from traceability.rules.tracing.picture import Link, Node, Picture, picture_of

# The picture of trade shows so many ways, the largest; the table and the file have all.
WAYS_DRAWN = 40
_CAPS = """
select case when l.category = 'separation' then 'separation' else 'mining' end, sum(l.kg)
  from allocations_allocationline l
  join allocations_decision d on d.id = l.decision_id and d.status = 'issued'
 where d.year = %(year)s and (%(scope)s::bigint[] is null or l.enterprise_id = any (%(scope)s))
 group by 1
"""
_USED = """
select month, case when category = 'separation' then 'separation' else 'mining' end, sum(reo_kg)
  from traceability_capuse
 where month between %(first)s and %(last)s
   and (%(scope)s::bigint[] is null or enterprise_id = any (%(scope)s))
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
    facts = _facts(asked) | {
        "year": asked.last.year,
        "deadline_day": deadline_day,
        "now": now,
    }
    regions = Region.objects.filter(level=1).in_bulk()
    return [Tile(regions[row[0]], *row[1:]) for row in rows(statement("provinces"), facts)]


@dataclass(frozen=True, slots=True)
class Way:
    """What one group, or an enterprise outside any, sold to another, kg REO."""

    seller: Enterprise
    buyer: Enterprise
    kg: Decimal


def trade_of(asked: Question) -> list[Way]:
    """Who sold how much to whom, the largest first."""
    found = rows(statement("trade"), _facts(asked))
    wanted = {pk for seller, buyer, _kg in found for pk in (seller, buyer)}
    names = Enterprise.objects.select_related("organisation", "region").in_bulk(wanted)
    return [Way(names[seller], names[buyer], kg) for seller, buyer, kg in found if kg]


def picture_of_trade(ways: Sequence[Way]) -> Picture:
    """Sellers to the left, buyers to the right."""
    nodes: dict[tuple[str, int], Node] = {}
    links = []
    for way in ways[:WAYS_DRAWN]:
        seller, buyer = ("seller", way.seller.pk), ("buyer", way.buyer.pk)
        nodes[seller] = Node(seller, named(way.seller), "compound", _("sells"))
        nodes[buyer] = Node(buyer, named(way.buyer), "end", _("buys"))
        links.append(Link(seller, buyer, way.kg))
    return picture_of(nodes.values(), links)


def charts_of(asked: Question) -> list[tuple[str, Chart]]:
    """Production against the caps as it adds up; month by month what came, was made and went.

    Lines end with the last month that anything was filed of: what is not filed is not zero.
    """
    months = _months(asked)
    return [
        ("chart-caps", _against_caps(asked, months)),
        ("chart-months", _by_month(asked, months)),
    ]


def _against_caps(asked: Question, months: list[Month]) -> Chart:
    facts = _facts(asked)
    used = {(Month.of(month), what): kg for month, what, kg in rows(_USED, facts)}
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
        series.append(Series(made, line))
        if what in caps:
            series.append(Series(cap, [to_tonnes(caps[what])] * len(months), form="cap"))
    return Chart(
        title=_("Counted production as it adds up, against the caps of the year"),
        unit=_("t REO"),
        category_name=_("month"),
        categories=[str(month) for month in months],
        series=series,
    )


def _by_month(asked: Question, months: list[Month]) -> Chart:
    found = {(Month.of(m), what): kg for m, what, kg in rows(statement("monthly"), _facts(asked))}
    last = max((month for month, _what in found), default=asked.first)
    series = [
        Series(
            str(label),
            [
                to_tonnes(found.get((month, what), ZERO)) if month <= last else None
                for month in months
            ],
        )
        for what, label in _MONTHLY.items()
    ]
    return Chart(
        title=_("Month by month"),
        unit=_("t REO"),
        category_name=_("month"),
        categories=[str(month) for month in months],
        series=series,
    )


_SEPARATED = (gettext_lazy("separated"), gettext_lazy("caps of separation"))
_MONTHLY = {
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


def _facts(asked: Question) -> dict[str, object]:
    return {
        "first": asked.first.first_day,
        "last": asked.last.first_day,
        "scope": None if asked.scope is None else list(asked.scope),
        "known_at": asked.known_at,
    }
