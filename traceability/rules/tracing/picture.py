"""A picture that reads from left to right: nodes in columns, links as wide as their mass."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

# Left to right; what lies in no stage stands at the ends.
STAGES = ("source", "ore", "compound", "metal", "product", "end")


@dataclass(frozen=True, slots=True)
class Node:
    """One box: its words, its stage, and where a click on it leads.

    `figure_url` leads to the records behind its mass.
    """

    key: Hashable
    label: str
    stage: str
    note: str = ""
    url: str = ""
    marked: bool = False
    focus: bool = False
    figure_url: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Mass that goes from one node to another, kg; `url` leads to the records behind it."""

    source: Hashable
    target: Hashable
    kg: Decimal
    url: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn: every link leads to a later column. `left_out` would lead back."""

    nodes: list[Node] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    columns: Mapping[Hashable, int] = field(default_factory=dict)
    left_out: list[Link] = field(default_factory=list)

    @property
    def stages(self) -> set[str]:
        """The stages that have boxes."""
        return {node.stage for node in self.nodes}

    @property
    def marked(self) -> bool:
        """Whether a finding touches some of it."""
        return any(node.marked for node in self.nodes)

    @property
    def rows(self) -> list[tuple[Node, Decimal]]:
        """Every box with its mass, kg, from left to right, the largest of a column first."""
        come: dict[Hashable, Decimal] = defaultdict(Decimal)
        gone: dict[Hashable, Decimal] = defaultdict(Decimal)
        for link in (*self.links, *self.left_out):
            come[link.target] += link.kg
            gone[link.source] += link.kg
        masses = [(node, max(come[node.key], gone[node.key])) for node in self.nodes]
        return sorted(masses, key=lambda row: (self.columns[row[0].key], -row[1]))

    @property
    def ways(self) -> list[tuple[Node, Node, Link]]:
        """The links with their boxes, from left to right, the largest of a column first."""
        found = self._with_boxes(self.links)
        return sorted(found, key=lambda way: (self.columns[way[0].key], -way[2].kg))

    @property
    def ways_back(self) -> list[tuple[Node, Node, Link]]:
        """The links that are left out, with their boxes."""
        return self._with_boxes(self.left_out)

    def _with_boxes(self, links: Iterable[Link]) -> list[tuple[Node, Node, Link]]:
        known = {node.key: node for node in self.nodes}
        return [
            (known[link.source], known[link.target], link)
            for link in links
            if link.source in known and link.target in known
        ]


def addressed(
    picture: Picture,
    of_node: Callable[[Hashable], str],
    of_link: Callable[[Hashable, Hashable], str],
) -> Picture:
    """The same picture, with where its masses lead."""

    def lead(link: Link) -> Link:
        return replace(link, url=of_link(link.source, link.target))

    return replace(
        picture,
        nodes=[replace(node, figure_url=of_node(node.key)) for node in picture.nodes],
        links=[lead(link) for link in picture.links],
        left_out=[lead(link) for link in picture.left_out],
    )


def picture_of(nodes: Iterable[Node], links: Iterable[Link]) -> Picture:
    """Draw together links between the same two nodes, leave out what leads back, set columns."""
    known = {node.key: node for node in nodes}
    sums: dict[tuple[Hashable, Hashable], Decimal] = defaultdict(Decimal)
    for link in links:
        if link.source != link.target and link.kg > 0:
            sums[link.source, link.target] += link.kg
    forward, back = _without_circles([Link(*pair, kg) for pair, kg in sums.items()])
    used = {key for link in forward for key in (link.source, link.target)}
    shown = [node for key, node in known.items() if key in used or node.focus]
    return Picture(shown, forward, _columns(shown, forward), back)


def folded(
    nodes: Iterable[Node], links: Iterable[Link], into: Callable[[Hashable], Node]
) -> tuple[list[Node], list[Link]]:
    """Nodes put together: `into` names for each key the node it becomes part of."""
    becomes: dict[Hashable, Node] = {}
    parts: dict[Hashable, Node] = {}
    for node in nodes:
        whole = parts.setdefault(into(node.key).key, into(node.key))
        marked, focus = whole.marked or node.marked, whole.focus or node.focus
        parts[whole.key] = replace(whole, marked=marked, focus=focus)
        becomes[node.key] = whole
    joined = [Link(becomes[one.source].key, becomes[one.target].key, one.kg) for one in links]
    return list(parts.values()), joined


def _without_circles(links: list[Link]) -> tuple[list[Link], list[Link]]:
    """The links that can stand in columns, and those that would lead back; large ones stay."""
    if not _circles(links):
        return links, []
    onward: dict[Hashable, set[Hashable]] = defaultdict(set)
    forward, back = [], []
    for link in sorted(links, key=lambda one: -one.kg):
        if _reaches(onward, link.target, link.source):
            back.append(link)
        else:
            onward[link.source].add(link.target)
            forward.append(link)
    return forward, back


def _circles(links: list[Link]) -> bool:
    """Whether some links lead back to where they come from."""
    waiting: dict[Hashable, int] = defaultdict(int)
    onward: dict[Hashable, list[Hashable]] = defaultdict(list)
    for link in links:
        waiting[link.source] += 0
        waiting[link.target] += 1
        onward[link.source].append(link.target)
    ready = [key for key, count in waiting.items() if not count]
    done = 0
    while ready:
        done += 1
        for key in onward[ready.pop()]:
            waiting[key] -= 1
            if not waiting[key]:
                ready.append(key)
    return done < len(waiting)


def _reaches(onward: Mapping[Hashable, set[Hashable]], start: Hashable, end: Hashable) -> bool:
    met, ways = {start}, [start]
    while ways:
        here = ways.pop()
        if here == end:
            return True
        fresh = onward.get(here, set()) - met
        met |= fresh
        ways += fresh
    return False


def _columns(nodes: list[Node], links: list[Link]) -> dict[Hashable, int]:
    """Stage by stage where the links go from stage to stage, else by the longest way."""
    stage = {node.key: STAGES.index(node.stage) for node in nodes}
    before: dict[Hashable, list[Hashable]] = {node.key: [] for node in nodes}
    for link in links:
        before[link.target].append(link.source)
    if all(stage[link.source] <= stage[link.target] for link in links):
        within = _longest(before, lambda one, other: stage[one] == stage[other])
        places = {key: (stage[key], within[key]) for key in stage}
        order = {place: number for number, place in enumerate(sorted(set(places.values())))}
        return {key: order[place] for key, place in places.items()}
    depth = _longest(before, lambda one, other: True)
    last = max(depth.values(), default=0)
    ends = {node.key for node in nodes if node.stage == "end"}
    return {key: last if key in ends else number for key, number in depth.items()}


def _longest(
    before: Mapping[Hashable, list[Hashable]], counts: Callable[[Hashable, Hashable], bool]
) -> dict[Hashable, int]:
    """For each node the longest way to it over links that count; there are no circles."""
    depth: dict[Hashable, int] = {}
    for first in before:
        ways = [first]
        while ways:
            here = ways[-1]
            ahead = [one for one in before[here] if one not in depth]
            if here not in depth and ahead:
                ways += ahead
                continue
            ways.pop()
            if here not in depth:
                reached = [depth[one] + 1 for one in before[here] if counts(one, here)]
                depth[here] = max(reached, default=0)
    return depth
