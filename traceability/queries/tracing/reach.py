"""Where much ends at once: of a mine, a product, months or a country; and what stands behind."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from enterprises.models import Enterprise
from enterprises.queries import enterprises_visible_to
from portal.accounts.models import User
from portal.kernel.period import Month
from portal.kernel.quantity import GRAM, ZERO, shares
from portal.kernel.templatetags.portal import named
from traceability.queries.tracing.behind import Behind, behind_movements
from traceability.queries.tracing.followed import (
    Entered,
    Followed,
    behind,
    movements_of,
)
from traceability.queries.tracing.walk import Asked, rows, statement
from traceability.rules.intake import CREATING
from traceability.rules.tracing.ends import EndKind, Line, lines_of
from traceability.rules.tracing.picture import Link, Node, Picture, addressed, picture_of

if TYPE_CHECKING:
    from traceability.queries.tracing.wide import Left, Wide

# Names that fit what was typed are offered so far.
OFFERED = 12
# To so many places of a percent parts are told.
PLACES = 2
# The picture shows so many ends, the largest.
DRAWN = 24
_PICKED = {True: "picked_out", False: "picked_in"}
# Whose name an end goes by: the other side's where it was sold or bought, else the holder's.
_BY_PARTNER = (EndKind.SOLD_OUTSIDE, EndKind.UNCONFIRMED)


@dataclass(frozen=True, slots=True)
class Picked:
    """What is asked about: mined or brought in, or made of a product, in some months.

    Upstream: bought by the enterprise; with a country what it sent there, or what all did.
    """

    first: Month
    last: Month
    enterprise: int | None = None
    product: int | None = None
    country: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """One end that the picked mass reaches, or one origin behind it, kg REO.

    The parts of all ends add up to one.
    """

    kind: EndKind
    enterprise: Enterprise | None
    country: str
    stage: str
    kg: Decimal
    part: Decimal


@dataclass(frozen=True, slots=True)
class Reach:
    """All ends of what was picked; they add up to `total_kg`.

    `picked`: the movements that were, each with the holding that it came to or left. `left`: the
    ends, with the pools that they are left in.
    """

    total_kg: Decimal
    ends: list[Reached]
    upstream: bool = False
    picked: Entered = ()
    wide: "Wide | None" = None
    left: Sequence["Left"] = ()


def reach_of(picked: Picked, asked: Asked) -> Reach:
    """Where all that was picked went, or came from, drawn together by who and what."""
    moved = [
        one for one in rows(statement(_PICKED[asked.upstream]), _facts(picked, asked)) if one[2]
    ]
    starts: dict[int, Decimal] = defaultdict(Decimal)
    for pool, _movement, kg in moved:
        starts[pool] += kg
    total = sum(starts.values(), ZERO).quantize(GRAM)
    if not total:
        return Reach(ZERO, [], asked.upstream)
    # What it reckons with takes a while to import: only who asks waits for it.
    from traceability.queries.tracing.wide import MOST_AT_ONCE, followed_at_once

    wide = followed_at_once(starts, replace(asked, most=MOST_AT_ONCE))
    left = wide.ends()
    lines = lines_of(map(line_of, left), total=total)
    return Reach(total, _named(lines), asked.upstream, moved, wide, left)


def _facts(picked: Picked, asked: Asked) -> dict[str, Any]:
    return {
        "first": picked.first.first_day,
        "last": picked.last.first_day,
        "enterprise": picked.enterprise,
        "product": picked.product,
        "country": picked.country,
        "known_at": asked.known_at,
        "seen": None if asked.seen is None else list(asked.seen),
        # What plants make is what was mined before: it is counted where a product is asked for.
        "creating": [kind for kind in CREATING if kind != "output" or picked.product],
    }


def line_of(left: "Left") -> Line:
    """An end by whom it goes by; the stage of the lots stands in the place of the run."""
    end = left.line
    who = end.partner_id if end.kind in _BY_PARTNER else end.enterprise_id
    return end._replace(enterprise_id=who, partner_id=None, run=left.stage)


def _named(lines: Sequence[Line]) -> list[Reached]:
    wanted = {line.enterprise_id for line in lines if line.enterprise_id}
    found = Enterprise.objects.select_related("organisation", "region").in_bulk(wanted)
    parts = shares([line.kg for line in lines], places=PLACES)
    return [
        Reached(
            line.kind,
            found.get(line.enterprise_id) if line.enterprise_id else None,
            line.country,
            line.run,
            line.kg,
            part,
        )
        for line, part in zip(lines, parts, strict=True)
    ]


def behind_reach(reach: Reach, wanted: Callable[[Reached], bool] | None) -> Behind:
    """The records behind those ends that are wanted; behind all that was picked for None."""
    if wanted is None or reach.wide is None:
        return behind_movements({movement: kg for _pool, movement, kg in reach.picked})
    chosen = [end for end in reach.ends if wanted(end)]
    keys = {_key(end) for end in chosen}
    left = [one for one in reach.left if line_of(one)._replace(kg=ZERO) in keys]
    followed, parts = reach.wide.parts_of(left)

    def entered(_followed: Followed, pools: list[int]) -> Entered:
        among = set(pools)
        return [one for one in reach.picked if one[0] in among]

    figure = sum((end.kg for end in chosen), ZERO)
    return behind(movements_of([(followed, parts)], entered), figure)


def _key(end: Reached) -> Line:
    who = end.enterprise.pk if end.enterprise else None
    return Line(end.kind, ZERO, who, None, None, end.stage, end.country)


def picture_of_reach(
    reach: Reach, title: str, stages: dict[str, str], lead: Callable[[Reached | None], str]
) -> Picture:
    """What was picked, the stages in which it ends (or began), and who or where.

    `lead` gives the address of the records behind an end; of all that was picked for None.
    """
    upstream = reach.upstream
    stage = "end" if upstream else "source"
    nodes = [Node("focus", title, stage, focus=True, figure_url=lead(None))]
    links = []
    for end in reach.ends[:DRAWN]:
        who = named(end.enterprise) if end.enterprise else ""
        key = (end.kind, end.enterprise.pk if end.enterprise else 0, end.country, end.stage)
        what = " ".join(word for word in (str(end.kind.label), end.country) if word)
        notes = (what if who else "", str(stages.get(end.stage, "")))
        note = " · ".join(word for word in notes if word)
        side = "source" if upstream else "end"
        nodes.append(Node(key, who or what, side, note, figure_url=lead(end)))
        links.append(Link(key, "focus", end.kg) if upstream else Link("focus", key, end.kg))
    rest = sum((end.kg for end in reach.ends[DRAWN:]), ZERO)
    if rest:
        nodes.append(Node("rest", _("all others"), "source" if upstream else "end"))
        links.append(Link("rest", "focus", rest) if upstream else Link("focus", "rest", rest))
    picture = picture_of(nodes, links)
    urls = {node.key: node.figure_url for node in nodes}

    def of_link(source: Hashable, target: Hashable) -> str:
        return urls[source if upstream else target]

    return addressed(picture, lambda key: urls[key], of_link)


def enterprises_like(user: User, text: str) -> list[Enterprise]:
    """The enterprises that somebody may mean by a part of a name or code, among those visible."""
    words = text.strip()
    if not words:
        return []
    fitting = (
        Q(organisation__name_zh__icontains=words)
        | Q(organisation__name_en__icontains=words)
        | Q(uscc__istartswith=words)
    )
    exact = enterprises_visible_to(user).filter(
        Q(organisation__name_zh=words) | Q(organisation__name_en=words) | Q(uscc=words)
    )
    found = enterprises_visible_to(user).filter(fitting).order_by("organisation__name_zh")
    return list(exact[:1]) or list(found[:OFFERED])
