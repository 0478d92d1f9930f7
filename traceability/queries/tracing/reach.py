"""Where much ends at once: of a mine, a product, months or a country; and what stands behind."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q

from enterprises.models import Enterprise
from enterprises.queries import enterprises_visible_to
from portal.accounts.models import User
from portal.kernel.period import Month
from portal.kernel.quantity import GRAM, ZERO, share
from portal.kernel.templatetags.portal import named
from traceability.queries.tracing.walk import Asked, pool_facts, rows, statement, walk
from traceability.rules.intake import CREATING
from traceability.rules.tracing.ends import EndKind, Line, ends_of, lines_of
from traceability.rules.tracing.picture import Link, Node, Picture, picture_of
from traceability.rules.tracing.spread import spread

# Names that fit what was typed are offered so far.
OFFERED = 12
# The picture shows so many ends, the largest.
DRAWN = 24
# Whose name an end goes by: the other side's where it was sold or bought, else the holder's.
_BY_PARTNER = (EndKind.SOLD_OUTSIDE, EndKind.UNCONFIRMED)


@dataclass(frozen=True, slots=True)
class Picked:
    """What is asked about: made or brought in (upstream: sold or sent out) in some months."""

    first: Month
    last: Month
    enterprise: int | None = None
    product: int | None = None
    country: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """One end that the picked mass reaches, or one origin behind it, kg REO."""

    kind: EndKind
    enterprise: Enterprise | None
    country: str
    stage: str
    kg: Decimal
    part: Decimal | None


@dataclass(frozen=True, slots=True)
class Reach:
    """All ends of what was picked; they add up to `total_kg`."""

    total_kg: Decimal
    ends: list[Reached]


def reach_of(picked: Picked, asked: Asked) -> Reach:
    """Where all that was picked went, or came from, drawn together by who and what."""
    starts = _starts(picked, asked)
    total = sum(starts.values(), ZERO).quantize(GRAM)
    if not total:
        return Reach(ZERO, [])
    walked = walk(list(starts), asked)
    steps = walked.steps()
    found = spread(starts, steps, opened=walked.opened, other_side=walked.weights_behind())
    reached = walked.opened | {step.far for step in steps if step.far is not None}
    pools = pool_facts(reached, asked.seen)
    stages = {lot.pk: lot.stage for lot in walked.lots.values()}
    ends = (end for _pool, end in ends_of(found, steps, pools, upstream=asked.upstream))
    return Reach(total, _named(lines_of(_joined(ends, stages), total=total), total))


def _starts(picked: Picked, asked: Asked) -> dict[int, Decimal]:
    """What was picked, kg REO, by the holding that it came to or left."""
    facts: dict[str, Any] = {
        "first": picked.first.first_day,
        "last": picked.last.first_day,
        "enterprise": picked.enterprise,
        "product": picked.product,
        "country": picked.country,
        "known_at": asked.known_at,
        "seen": None if asked.seen is None else list(asked.seen),
        "creating": [kind for kind in CREATING if kind != "output"],
    }
    name = "picked_out" if asked.upstream else "picked_in"
    starts: dict[int, Decimal] = defaultdict(Decimal)
    for pool, kg in rows(statement(name), facts):
        starts[pool] += kg or ZERO
    return {pool: kg for pool, kg in starts.items() if kg}


def _joined(ends: Iterable[Line], stages: dict[int, str]) -> Iterable[Line]:
    """Ends without their lots and runs; the stage of the lot stands in the place of the run."""
    for end in ends:
        who = end.partner_id if end.kind in _BY_PARTNER else end.enterprise_id
        stage = stages.get(end.lot_id or 0, "")
        yield end._replace(enterprise_id=who, partner_id=None, lot_id=None, run=stage)


def _named(lines: Sequence[Line], total: Decimal) -> list[Reached]:
    wanted = {line.enterprise_id for line in lines if line.enterprise_id}
    found = Enterprise.objects.select_related("organisation", "region").in_bulk(wanted)
    return [
        Reached(
            line.kind,
            found.get(line.enterprise_id) if line.enterprise_id else None,
            line.country,
            line.run,
            line.kg,
            share(line.kg, total),
        )
        for line in lines
    ]


def picture_of_reach(
    reach: Reach, title: str, stages: dict[str, str], *, upstream: bool
) -> Picture:
    """What was picked, the stages in which it ends (or began), and who or where."""
    focus = Node("focus", title, "ore" if not upstream else "product", focus=True)
    nodes, links = [focus], []
    for end in reach.ends[:DRAWN]:
        who = named(end.enterprise) if end.enterprise else ""
        key = (end.kind, end.enterprise.pk if end.enterprise else 0, end.country, end.stage)
        what = " ".join(word for word in (str(end.kind.label), end.country) if word)
        notes = (what if who else "", str(stages.get(end.stage, "")))
        note = " · ".join(word for word in notes if word)
        nodes.append(Node(key, who or what, "source" if upstream else "end", note))
        links.append(Link(key, "focus", end.kg) if upstream else Link("focus", key, end.kg))
    return picture_of(nodes, links)


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
