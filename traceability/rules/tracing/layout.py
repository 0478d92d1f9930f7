"""Where the boxes of a picture stand: no words over other words, few ways that cross."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from traceability.rules.tracing.picture import Link, Node, Picture
from traceability.rules.tracing.words import (
    NAME_ROOM,
    NOTE_ROOM,
    NOTE_SIZE,
    lines_of,
    mark_of,
    measured,
    width_of,
)

BOX = 14
NARROWEST = 900
MARGIN = 12
# Beside a box so much room is left for words, as many as its column has to say within these.
LEAST_WORDS, ENOUGH_WORDS, MOST_WORDS = 70, 210, 330
BEFORE_WORDS, AFTER_WORDS = 5, 11
APART = 5
# The words of a box that is higher than a screen are said again so far apart.
SAID_AGAIN = 420
# What a picture is higher than the words of its fullest column, so that masses can be seen.
FURTHER, FURTHER_BY = 150, 1.25
LEAST_HEIGHT = 1.0
ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Box:
    """A node where it stands: its box, and its words as far as there is room for them."""

    node: Node
    kg: Decimal
    x: float
    y: float
    height: float
    words_high: float
    name: str
    more: str
    note: str

    @property
    def middle(self) -> float:
        """Half of its height."""
        return self.y + self.height / 2

    @property
    def words(self) -> tuple[float, float, float, float]:
        """The room of its words: left, top, right and bottom."""
        high, size = self.words_high, measured(self.node)
        left = self.x + BOX + BEFORE_WORDS
        named = max(width_of(self.name, size), width_of(self.more, size))
        wide = max(named, width_of(self.note, NOTE_SIZE))
        right = left + wide + mark_of(self.node)
        return left, self.middle - high / 2, right, self.middle + high / 2

    @property
    def said_at(self) -> list[float]:
        """How far below the middle its words stand; more than once beside a box that is high."""
        times = int((self.height - self.words_high) / 2 // SAID_AGAIN)
        return [place * SAID_AGAIN for place in range(-max(times, 0), max(times, 0) + 1)]


@dataclass(frozen=True, slots=True)
class Band:
    """A link where it runs: from the right of one box to the left of another."""

    link: Link
    stage: str
    x1: float
    y1: float
    x2: float
    y2: float
    width: float


@dataclass(frozen=True, slots=True)
class Layout:
    """A picture laid out, in units of a pixel."""

    width: float
    height: float
    boxes: Mapping[Hashable, Box]
    bands: Sequence[Band]


@dataclass(slots=True)
class _Slot:
    """The room that a box takes in its column: its own height, or that of its words."""

    node: Node
    kg: Decimal
    name: str
    more: str
    note: str
    high: float = 0
    middle: float = 0

    @property
    def words(self) -> float:
        return NAME_ROOM * (2 if self.more else 1) + (NOTE_ROOM if self.note else 0)

    @property
    def size(self) -> float:
        return max(self.high, self.words) + APART


Columns = dict[int, list[_Slot]]


def _words_of(nodes: Iterable[Node], most: float = ENOUGH_WORDS) -> float:
    """How wide the words of a column are, as far as there is enough room for them."""
    wide = (
        max(width_of(node.label, measured(node)), width_of(node.note, NOTE_SIZE)) + mark_of(node)
        for node in nodes
    )
    return min(max(wide, default=0), most)


def _rooms(columns: Mapping[int, Sequence[Node]]) -> list[float]:
    """The room for the words of each column, from left to right; together not too narrow.

    What is left of that is first the last column's, as far as it has more to say.
    """
    numbers = sorted(columns)
    wide = [max(_words_of(columns[number]), LEAST_WORDS) for number in numbers]
    beside = len(wide) * (BOX + BEFORE_WORDS + AFTER_WORDS) + MARGIN * 2
    left = max(NARROWEST - beside - sum(wide), 0)
    for number in numbers[-1:]:
        more = min(max(_words_of(columns[number], MOST_WORDS) - wide[-1], 0), left)
        wide[-1] += more
        left -= more
    further = left / max(len(wide) - 1, 1)
    return [one + further for one in wide[:-1]] + wide[-1:]


def laid_out(picture: Picture) -> Layout:
    """Columns from left to right; within one, boxes near to what they are linked with."""
    columns, places, width = _columns_of(picture)
    fullest = max((_room(column) for column in columns.values()), default=0)
    height = fullest * FURTHER_BY + FURTHER
    weighed = [column for column in columns.values() if any(slot.kg for slot in column)]
    scale = min((_scale(column, height) for column in weighed), default=0)
    for column in columns.values():
        for slot in column:
            slot.high = max(float(slot.kg) * scale, LEAST_HEIGHT)
    _arrange(columns, picture.links, height)
    boxes = {
        slot.node.key: _box(slot, places[number])
        for number, column in sorted(columns.items())
        for slot in column
    }
    return Layout(width, height + MARGIN * 2, boxes, list(_bands(boxes, picture.links, scale)))


def _columns_of(picture: Picture) -> tuple[Columns, dict[int, float], float]:
    """The boxes by column with their words, where each column stands, and how wide all is."""
    rows: dict[int, list[tuple[Node, Decimal]]] = defaultdict(list)
    for node, kg in picture.rows:
        rows[picture.columns[node.key]].append((node, kg))
    rooms = _rooms({number: [node for node, _kg in row] for number, row in rows.items()})
    columns: Columns = {}
    places, x = {}, float(MARGIN)
    for number, room in zip(sorted(rows), rooms, strict=True):
        enough = min(room, MOST_WORDS)
        columns[number] = [_Slot(node, kg, *lines_of(node, enough)) for node, kg in rows[number]]
        places[number] = x
        x += BOX + BEFORE_WORDS + room + AFTER_WORDS
    return columns, places, max(x + MARGIN, NARROWEST)


def _room(column: Iterable[_Slot]) -> float:
    return sum(slot.words + APART for slot in column)


def _scale(column: Sequence[_Slot], height: float) -> float:
    """How many units a kg may be high at most for a column to fit."""

    def needed(scale: float) -> float:
        return sum(max(float(slot.kg) * scale, slot.words) + APART for slot in column)

    low, high = 0.0, height / float(sum(slot.kg for slot in column))
    for _ in range(40):
        half = (low + high) / 2
        low, high = (half, high) if needed(half) <= height else (low, half)
    return low


def _arrange(columns: Columns, links: Sequence[Link], height: float) -> None:
    """Move boxes near to what they are linked with, from the left, from the right, and again."""
    slots = {slot.node.key: slot for column in columns.values() for slot in column}
    before: dict[Hashable, list[tuple[_Slot, float]]] = defaultdict(list)
    after: dict[Hashable, list[tuple[_Slot, float]]] = defaultdict(list)
    for link in links:
        before[link.target].append((slots[link.source], float(link.kg)))
        after[link.source].append((slots[link.target], float(link.kg)))
    both = {key: before[key] + after[key] for key in slots}
    numbers = sorted(columns)
    for number in numbers:
        _settle(columns[number], before, height)
    for _ in range(ROUNDS):
        for number in reversed(numbers):
            _settle(columns[number], after, height)
        for number in numbers:
            _settle(columns[number], before, height)
    for number in numbers:
        _settle(columns[number], both, height)


def _settle(
    column: list[_Slot], linked: Mapping[Hashable, list[tuple[_Slot, float]]], height: float
) -> None:
    """Put the boxes of a column as near as can be to the middle of what they are linked with."""
    wanted = {}
    for slot in column:
        near = linked.get(slot.node.key, [])
        weight = sum(kg for _other, kg in near)
        wanted[slot.node.key] = (
            sum(other.middle * kg for other, kg in near) / weight if weight else slot.middle
        )
    # Boxes that want to be at the same place stay in their order: sums of floats differ a little.
    column.sort(key=lambda slot: round(wanted[slot.node.key], 3))
    blocks: list[tuple[float, list[_Slot]]] = []
    for slot in column:
        block = [slot]
        top = _top_of(block, wanted, height)
        while blocks and blocks[-1][0] + sum(one.size for one in blocks[-1][1]) > top:
            block = blocks.pop()[1] + block
            top = _top_of(block, wanted, height)
        blocks.append((top, block))
    for top, block in blocks:
        for slot in block:
            slot.middle = top + slot.size / 2
            top += slot.size


def _top_of(block: Sequence[_Slot], wanted: Mapping[Hashable, float], height: float) -> float:
    """Where boxes that touch begin, so that they are nearest to where they want to be."""
    before, tops = 0.0, 0.0
    for slot in block:
        tops += wanted[slot.node.key] - slot.size / 2 - before
        before += slot.size
    return min(max(tops / len(block), 0.0), max(height - before, 0.0))


def _box(slot: _Slot, x: float) -> Box:
    y = MARGIN + slot.middle - slot.high / 2
    lines = (slot.name, slot.more, slot.note)
    return Box(slot.node, slot.kg, x, y, slot.high, slot.words, *lines)


def _bands(boxes: Mapping[Hashable, Box], links: Iterable[Link], scale: float) -> Iterable[Band]:
    """The links, at each box from top to bottom as their other ends lie."""
    taken_out: dict[Hashable, float] = defaultdict(float)
    taken_in: dict[Hashable, float] = defaultdict(float)
    starts: dict[tuple[Hashable, Hashable], float] = {}
    for link in sorted(links, key=lambda one: boxes[one.target].middle):
        starts[link.source, link.target] = boxes[link.source].y + taken_out[link.source]
        taken_out[link.source] += float(link.kg) * scale
    for link in sorted(links, key=lambda one: boxes[one.source].middle):
        width = float(link.kg) * scale
        source, target = boxes[link.source], boxes[link.target]
        begin = starts[link.source, link.target] + width / 2
        end = target.y + taken_in[link.target] + width / 2
        taken_in[link.target] += width
        yield Band(link, source.node.stage, source.x + BOX, begin, target.x, end, width)
