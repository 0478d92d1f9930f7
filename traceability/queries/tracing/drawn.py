"""Traces as pictures: who held what, from its sources to its ends."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.templatetags.portal import named
from traceability.models import Product
from traceability.queries.tracing.followed import Around, Followed, Parts
from traceability.queries.tracing.touched import Touched, touched_by
from traceability.queries.tracing.trace import Trace
from traceability.rules.tracing.ends import Line, PoolFacts
from traceability.rules.tracing.picture import STAGES, Link, Node, Picture, folded, picture_of

# A picture with more nodes than these opens folded by enterprise.
MOST_NODES = 300
# A folded one keeps so many enterprises of each stage, the largest, and puts the others together.
MOST_OF_STAGE = 40
# One enterprise is unfolded when it has no more than so many.
MOST_OPENED = 100
FOCUS = "focus"


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids of a picture are called, in the reader's language."""

    enterprises: Mapping[int, str]

    def of(self, enterprise_id: int | None) -> str:
        """The name of an enterprise; empty for none."""
        return self.enterprises.get(enterprise_id, "") if enterprise_id else ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The picture of a lot's traces; `folded`: by enterprise, `nodes` as it would be unfolded.

    `into` names the box that each box of the `sides` is part of; `openable` those that can be shown
    unfolded.
    """

    picture: Picture
    folded: bool
    nodes: int
    sides: "Sequence[_Side]" = ()
    into: Callable[[Hashable], Hashable] = lambda key: key
    openable: frozenset[Hashable] = frozenset()

    @property
    def touched(self) -> set[int]:
        """The open findings that the picture marks."""
        return {finding for side in self.sides for finding in side.touched.findings}

    @property
    def may_unfold(self) -> bool:
        """Whether the whole picture is small enough to be drawn."""
        return self.nodes <= MOST_NODES

    def parts_of(
        self, wanted: Callable[[Hashable, Hashable], bool]
    ) -> list[tuple[Followed, Parts]]:
        """What the links that are wanted, by the boxes they join, are made of."""
        found = []
        for side in self.sides:
            followed, parts = side.trace.followed, Parts()
            around = Around(followed)
            for trail in side.trails():
                source, target = self.into(trail.source), self.into(trail.target)
                if source == target or not wanted(source, target):
                    continue
                if trail.place is not None:
                    parts.add_step(followed, trail.place)
                elif trail.end is not None:
                    parts.add_end(followed, around, *trail.end)
            found.append((followed, parts))
        return found


def code_of(key: Hashable) -> str:
    """A box as a word of an address."""
    words = key if isinstance(key, tuple) else (key,)
    return "~".join("" if word is None else str(word) for word in words)


def names_of(traces: list[Trace]) -> Names:
    """The names of all that traces speak of, as far as the reader may know them."""
    wanted = {
        pk
        for trace in traces
        for pool in trace.pools.values()
        if pool.open_to_reader
        for pk in (pool.enterprise_id, pool.counterparty_id)
        if pk
    } | {facts.maker_id for trace in traces for facts in trace.lots.values()}
    found = Enterprise.objects.filter(pk__in=wanted).select_related("organisation")
    return Names({one.pk: named(one) for one in found})


def drawn(
    traces: list[Trace], names: Names, user: User, *, fold: bool | None = None, opened: str = ""
) -> Drawn:
    """One picture of a lot's two traces; folded when it would have too many nodes, or as asked.

    `opened`: the folded box (its `code_of`) whose lots and runs are shown nevertheless.
    """
    sides = [_Side(trace, names, touched_by(trace, user)) for trace in traces]
    nodes = _nodes_of(sides)
    links = [link for side in sides for link in side.links()]
    whole = picture_of(nodes.values(), links) if len(nodes) <= MOST_NODES else None
    count = len(whole.nodes) if whole else len(nodes)
    if fold or (fold is None and count > MOST_NODES) or whole is None:
        into = _by_enterprise(sides, nodes, links, opened)
        picture = picture_of(*folded(nodes.values(), links, into))
        return Drawn(picture, True, count, sides, lambda key: into(key).key, _openable(nodes, into))
    return Drawn(whole, False, count, sides)


def _nodes_of(sides: Iterable["_Side"]) -> dict[Hashable, Node]:
    """Every box of the two directions; what both have is marked where either marks it."""
    nodes: dict[Hashable, Node] = {}
    for side in sides:
        for node in side.nodes():
            marked = node.marked or (node.key in nodes and nodes[node.key].marked)
            nodes[node.key] = replace(node, marked=marked)
    return nodes


def _by_enterprise(
    sides: list["_Side"], nodes: Mapping[Hashable, Node], links: list[Link], opened: str
) -> Callable[[Hashable], Node]:
    """Which enterprise each box becomes part of; those of the one that is opened stay."""
    wholes = {key: node for side in sides for key, node in side.wholes().items()}
    kept = _largest(wholes, links)
    parts = Counter(whole.key for whole in wholes.values())
    opening = {key for key in kept if code_of(key) == opened and parts[key] <= MOST_OPENED}

    def into(key: Hashable) -> Node:
        whole = wholes.get(key)
        if whole is None or whole.key in opening:
            return nodes[key]
        if whole.key in kept:
            return whole
        return Node(("others", whole.stage), _("other enterprises"), whole.stage)

    return into


def _openable(
    nodes: Mapping[Hashable, Node], into: Callable[[Hashable], Node]
) -> frozenset[Hashable]:
    """The boxes of enterprises that stand for several, and not for too many."""
    parts = Counter(into(key).key for key in nodes)
    return frozenset(
        key
        for key, count in parts.items()
        if 1 < count <= MOST_OPENED and isinstance(key, tuple) and "enterprise" in key
    )


def _largest(wholes: Mapping[Hashable, Node], links: list[Link]) -> set[Hashable]:
    """The enterprises of each stage that most mass leads to or from."""
    mass: dict[str, dict[Hashable, Any]] = {stage: defaultdict(int) for stage in STAGES}
    for link in links:
        for key in (link.source, link.target):
            if key in wholes:
                mass[wholes[key].stage][wholes[key].key] += link.kg
    return {
        key
        for sums in mass.values()
        for key in sorted(sums, key=lambda one: -sums[one])[:MOST_OF_STAGE]
    }


@dataclass(frozen=True, slots=True)
class _Trail:
    """A link before it is drawn together with others: a step, or an end that hangs on a pool."""

    source: Hashable
    target: Hashable
    kg: Decimal
    place: int | None = None
    end: tuple[int, Line] | None = None


class _Side:
    """One direction of the picture: shipments are links, and runs too where one lot leads on."""

    def __init__(self, trace: Trace, names: Names, touched: Touched) -> None:
        self.trace = trace
        self.names = names
        self.touched = touched
        self.side = "up" if trace.upstream else "down"
        self.merged = dict(self._merged())
        self.through = {self.merged[pool] for pool in self.merged if self._run_touched(pool)}
        self.ending = {pool: end for pool, end in trace.ends if pool in trace.found.beyond}
        self.inputs: dict[int, int] = {}
        for step in trace.steps:
            if step.kind == "input":
                self.inputs[step.near if trace.upstream else step.far or 0] = step.lot_id

    def _merged(self) -> Iterator[tuple[int, int]]:
        """Shipments with the holding they lead to, runs with the only holding they lead to."""
        leads: dict[int, set[int]] = defaultdict(set)
        kinds = ("purchase", "output") if self.trace.upstream else ("sale", "input")
        for step in self.trace.steps:
            if step.far is not None and step.kind in kinds:
                leads[step.far].add(step.near)
        for pool, holdings in leads.items():
            if len(holdings) == 1 and pool not in self.trace.found.beyond:
                yield pool, next(iter(holdings))

    def _run_touched(self, pool: int) -> bool:
        facts = self.trace.pools[pool]
        return bool(facts.run) and (facts.enterprise_id, facts.run) in self.touched.runs

    def key(self, pool: int) -> Hashable:
        """The node that a pool belongs to."""
        pool = self.merged.get(pool, pool)
        if pool in self.trace.starts:
            return FOCUS
        if pool in self.ending:
            return self._end_key(self.ending[pool])
        return (self.side, pool)

    def _end_key(self, end: Line) -> Hashable:
        return (self.side, end.kind, end.country)

    def nodes(self) -> Iterator[Node]:
        """Every box of this direction."""
        for _pool, end in self.trace.ends:
            country = f" {end.country}" if end.country else ""
            stage = "source" if self.trace.upstream else "end"
            yield Node(self._end_key(end), f"{end.kind.label}{country}", stage)
        for pool, facts in self.trace.pools.items():
            if pool not in self.merged and pool not in self.ending:
                yield self._node(pool, facts)

    def _node(self, pool: int, facts: PoolFacts) -> Node:
        holder = self.names.of(facts.enterprise_id)
        if facts.kind == "run":
            marked = self._run_touched(pool)
            return Node(self.key(pool), facts.run, self._stage(pool), holder, "", marked)
        lot = self.trace.lots[facts.lot_id or 0]
        url = reverse("traceability:lot_detail", args=[lot.pk])
        note = f"{lot.code} · {holder}"
        marked = lot.pk in self.touched.lots or pool in self.through
        focus = pool in self.trace.starts
        return Node(self.key(pool), lot.number, self._stage(pool), note, url, marked, focus)

    def _stage(self, pool: int) -> str:
        facts = self.trace.pools[pool]
        lot_id = facts.lot_id or self.inputs.get(pool, 0)
        lot = self.trace.lots.get(lot_id)
        return lot.stage if lot and lot.stage else "source"

    def trails(self) -> Iterator[_Trail]:
        """Every link of this direction, from left to right, with what it is."""
        for place, kg in self.trace.found.flows.items():
            step = self.trace.steps[place]
            if step.far is not None:
                yield self._trail(self.key(step.near), self.key(step.far), kg, place=place)
        for pool, end in self.trace.ends:
            if pool not in self.ending:
                yield self._trail(self.key(pool), self._end_key(end), end.kg, end=(pool, end))

    def _trail(self, near: Hashable, far: Hashable, kg: Decimal, **told: Any) -> _Trail:
        ends = (far, near) if self.trace.upstream else (near, far)
        return _Trail(*ends, kg, **told)

    def links(self) -> Iterator[Link]:
        """Every link of this direction, from left to right."""
        return (Link(trail.source, trail.target, trail.kg) for trail in self.trails())

    def wholes(self) -> dict[Hashable, Node]:
        """What each box becomes when the picture is folded by enterprise."""
        found: dict[Hashable, Node] = {}
        for pool, facts in self.trace.pools.items():
            key = self.key(pool)
            if key != FOCUS and pool not in self.merged and pool not in self.ending:
                stage = self._stage(pool)
                whole = (self.side, "enterprise", facts.enterprise_id, stage)
                label = self.names.of(facts.enterprise_id)
                found[key] = Node(
                    whole,
                    label,
                    stage,
                    str(Product.Stage(stage).label) if stage in Product.Stage.values else "",
                )
        return found
